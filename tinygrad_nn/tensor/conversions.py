"""A tensor in another dtype, and new ones in the dtype of a tensor: `x.float()`, `x.new_zeros(3)`.
Read `tensor.py` next.
"""

from __future__ import annotations

from builtins import bool as bool_
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.arguments import as_number
from ..arrays.dtypes import dtype as dtype_class
from ..arrays.layout import preserve_format
from ..arrays.reading import array_from, number_from, sizes_from
from ..arrays.refusing import refuses, shown
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError
from ..ops.elementwise.copying import cast, clone, laid_out
from .copy_protocol import CopyProtocol
from .destination import destination
from .device import check_device, refuse_device
from .making import old_array, shape_of, strided_zeros, wrap

OLD_NAMES: dict[str, dtype_class] = {  # of the classes of tensors, one a dtype
    "FloatTensor": dtypes.float32,
    "DoubleTensor": dtypes.float64,
    "HalfTensor": dtypes.float16,
    "BFloat16Tensor": dtypes.bfloat16,
    "LongTensor": dtypes.int64,
    "IntTensor": dtypes.int32,
    "ShortTensor": dtypes.int16,
    "CharTensor": dtypes.int8,
    "ByteTensor": dtypes.uint8,
    "BoolTensor": dtypes.bool,
    "ComplexFloatTensor": dtypes.complex64,
    "ComplexDoubleTensor": dtypes.complex128,
}
_NAME_OF = {each: name for name, each in OLD_NAMES.items()}


def _to(name: str, dtype: dtype_class, rounded: str = "") -> Callable[..., Any]:
    """Return the method that converts to a dtype."""

    def convert(self: Any, *, memory_format: Any = preserve_format) -> Any:
        made = self._converted(dtype.dtype)
        return made if memory_format is preserve_format else laid_out(made, memory_format, name)

    convert.__name__ = convert.__qualname__ = name
    convert.__doc__ = f"Return this tensor as {dtype.name}{rounded}."
    return convert


def _refused(name: str, dtype: str, way_out: str) -> Callable[..., Any]:
    """Return the method that says that NumPy has no such dtype."""

    def refuse(self: Any, *, memory_format: Any = preserve_format) -> Any:
        raise DTypeError(f"{name}(): NumPy has no {dtype}; use {way_out}")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Raise `DTypeError`: there is no {dtype} here."
    return refuse


class Conversions(CopyProtocol):
    """A tensor that converts to other dtypes, and makes others of its own."""

    __slots__ = ()

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Return this tensor in another dtype, given or a tensor's; every device is the CPU.

        Called as `to(dtype)`, `to(device, dtype)` or `to(tensor)`, each followed by `non_blocking`,
        which changes nothing, and `copy`: True asks for memory of its own in any case;
        `memory_format` asks for the elements to lie so.

        Raises:
            TypeError: other arguments. RuntimeError: another device.

        Example:
            >>> import tinygrad_nn as tnn
            >>> tnn.tensor([1.5, -1.5]).to(tnn.int64)
            tensor([ 1, -1])
        """
        if len(args) == 1 and type(args[0]) is dtype_class and not kwargs:  # most often
            return self._converted(args[0].dtype)
        dtype, copy, memory_format = destination(args, kwargs)
        made = self._converted(dtype, copy)
        return made if memory_format is None else laid_out(made, memory_format, "to")

    def _converted(self, dtype: np.dtype[Any] | None, copy: bool_ = False) -> Any:
        if dtype is not None and dtype != self.array.dtype:
            return cast(self, dtype)
        return clone(self) if copy else self

    float, double = _to("float", dtypes.float32), _to("double", dtypes.float64)
    half, bfloat16 = _to("half", dtypes.float16), _to("bfloat16", dtypes.bfloat16)
    long = _to("long", dtypes.int64, ", rounded towards 0")
    int = _to("int", dtypes.int32, ", rounded towards 0")
    short = _to("short", dtypes.int16, ", rounded towards 0")
    char = _to("char", dtypes.int8, ", rounded towards 0")
    byte = _to("byte", dtypes.uint8, ", rounded towards 0")
    bool = _to("bool", dtypes.bool, ": whether each element differs from 0")
    cfloat, cdouble = _to("cfloat", dtypes.complex64), _to("cdouble", dtypes.complex128)
    chalf = _refused("chalf", "complex numbers of 32 bits", ".cfloat()")

    def type_as(self, other: Any) -> Any:
        """Return this tensor in the other's dtype."""
        if not isinstance(other, TensorBase):
            raise DTypeError(f"type_as() takes a Tensor, got {shown(other)}")
        return self._converted(other.array.dtype)

    @refuses
    def type(self, dtype: Any = None, non_blocking: bool_ = False) -> Any:
        """Return the name of the tensor's type, "torch.FloatTensor", or the tensor in another.

        It is given as a dtype, as such a name, or as a class such as `tnn.FloatTensor`; `Tensor` is
        the default dtype.
        """
        if dtype is None:
            return f"torch.{_NAME_OF[self.dtype]}"
        named = dtype.removeprefix("torch.") if isinstance(dtype, str) else ""
        if named == "Tensor" or (isinstance(dtype, type) and issubclass(dtype, TensorBase)):
            return self._converted(dtypes.get_default_dtype().dtype)
        named = getattr(dtype, "old_name", named)
        if not isinstance(dtype, dtype_class) and named not in OLD_NAMES:
            raise DTypeError(
                f"type() takes a dtype or a name such as 'torch.FloatTensor', got {shown(dtype)}"
            )
        return self._converted(OLD_NAMES.get(named, dtype).dtype)

    def cpu(self) -> Any:
        """Return this tensor, which is on the CPU."""
        return self

    def cuda(
        self,
        device: Any = None,
        non_blocking: bool_ = False,
        memory_format: Any = None,
    ) -> Any:
        """Raise DeviceError: there is no GPU."""
        return refuse_device("cuda")

    def pin_memory(self, device: Any = None) -> Any:
        """Raise DeviceError: memory is pinned for a GPU, and there is none."""
        return refuse_device("pin_memory")

    def is_pinned(self, device: Any = None) -> bool_:
        """Return False."""
        return False

    def share_memory_(self) -> Any:
        """Return this tensor: threads share it as it is, and processes are sent copies."""
        return self

    # --- new tensors, in this one's dtype ---------------------------------------------------------

    @refuses
    def new(
        self,
        *given: Any,
        size: Any = None,
        data: Any = None,
        other: Any = None,
        device: Any = None,
    ) -> Any:
        """Return a new tensor as `Tensor(2, 3)` or `Tensor([2, 3])` does, in this one's dtype."""
        check_device(device)
        if size is not None:
            given = sizes_from(size, "new")
        named = data if data is not None else other
        given = given if named is None else (named,)
        if len(given) == 1 and isinstance(given[0], TensorBase):
            return make_tensor(given[0].array, None, given[0].version)
        return make_tensor(old_array(given, self.array.dtype, "new"))

    @refuses
    def new_tensor(
        self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool_ = False
    ) -> Any:
        """Return a new tensor of data, always a copy, in this one's dtype unless given."""
        array = array_from(data, self._new_dtype(dtype), "new_tensor")
        return wrap(np.array(array), device, requires_grad)

    @refuses
    def new_zeros(
        self,
        *sizes: Any,
        size: Any = None,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool_ = False,
    ) -> Any:
        """Return zeros of a size in this tensor's dtype unless given."""
        shape = shape_of(sizes, size, "new_zeros")
        return wrap(np.zeros(shape, self._new_dtype(dtype)), device, requires_grad)

    @refuses
    def new_ones(
        self,
        *sizes: Any,
        size: Any = None,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool_ = False,
    ) -> Any:
        """Return ones of a size in this tensor's dtype unless given."""
        shape = shape_of(sizes, size, "new_ones")
        return wrap(np.ones(shape, self._new_dtype(dtype)), device, requires_grad)

    @refuses
    def new_empty(
        self,
        *sizes: Any,
        size: Any = None,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool_ = False,
    ) -> Any:
        """Return a tensor of a size whose values nobody promises (here: zeros)."""
        shape = shape_of(sizes, size, "new_empty")
        return wrap(np.zeros(shape, self._new_dtype(dtype)), device, requires_grad)

    @refuses
    def new_full(
        self,
        size: Any,
        fill_value: Any,
        *,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool_ = False,
    ) -> Any:
        """Return a tensor of one value and a size, in this tensor's dtype unless given."""
        number = as_number(fill_value, "fill_value", "new_full")
        filled = np.empty(sizes_from(size, "new_full"), self._new_dtype(dtype))
        filled[...] = number_from(number, filled.dtype, "new_full")
        return wrap(filled, device, requires_grad)

    @refuses
    def new_empty_strided(
        self,
        size: Any,
        stride: Any,
        *,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool_ = False,
    ) -> Any:
        """Return a tensor of a size and strides whose values nobody promises (here: zeros)."""
        array = strided_zeros(size, stride, self._new_dtype(dtype), "new_empty_strided")
        return wrap(array, device, requires_grad)

    def _new_dtype(self, dtype: Any) -> np.dtype[Any]:
        return self.array.dtype if dtype is None else dtypes.to_numpy(dtype)
