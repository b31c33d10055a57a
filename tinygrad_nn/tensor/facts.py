"""What a Tensor tells of itself: its facts, its numbers as Python and NumPy take them, its text.
Read `copy_protocol.py` next: how `copy` and `pickle` take it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module
from numbers import Number
from typing import Any

import numpy as np

from ..arrays import bfloat16, dtypes
from ..arrays.arguments import as_bool, as_dim
from ..arrays.dtypes import dtype as dtype_class
from ..arrays.kinds import is_complex, is_floating, is_integral
from ..arrays.layout import check_format, contiguous_format, lies_in, strided
from ..arrays.refusing import shown
from ..arrays.size import Size
from ..arrays.storage import geometry_of, memory_of
from ..arrays.warnings import quiet
from ..autograd import tensor_base
from ..autograd.grad_mode import is_grad_enabled
from ..autograd.tensor_base import TensorBase
from ..errors import DTypeError, ExchangeError, GraphError, ShapeError
from .device import device as device_class
from .differentiable import Differentiable
from .numpy_protocol import call_function, call_ufunc
from .printing import tensor_repr
from .storage import TypedStorage, UntypedStorage


def _real(number: Any, name: str) -> Any:
    """Return a number, or the real part of a complex one that has no other."""
    if not isinstance(number, complex):
        return number
    if number.imag:
        raise DTypeError(f"{name}() of {number}, which has an imaginary part; use .real or .abs()")
    return number.real


class TensorFacts(Differentiable):
    """A tensor whose values and properties can be read."""

    __slots__ = ()

    # --- facts ------------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return tuple.__new__(Size, self.array.shape)  # which has nothing to check

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the size of one dimension."""
        sizes = self.array.shape
        return self.shape if dim is None else sizes[as_dim(dim, len(sizes), "size")]

    @property
    def dtype(self) -> dtype_class:
        """The element type, such as `tnn.float32`."""
        return dtypes.from_numpy(self.array.dtype)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    def dim(self) -> int:
        """Return the number of dimensions."""
        return self.array.ndim

    ndimension = dim

    def numel(self) -> int:
        """Return the number of elements."""
        return self.array.size

    nelement = numel

    @property
    def device(self) -> device_class:
        """Where the tensor lives: always the CPU."""
        return device_class("cpu")

    is_cuda = is_meta = is_mps = is_sparse = is_quantized = is_nested = is_xpu = is_mkldnn = False
    is_sparse_csr = False
    is_cpu = True
    layout = strided

    def get_device(self) -> int:
        """Return the number of the device: -1, the CPU."""
        return -1

    def is_signed(self) -> bool:
        """Return whether the dtype has numbers below 0."""
        return self.dtype.is_signed

    def is_same_size(self, other: Any) -> bool:
        """Return whether another tensor has the same shape."""
        if not isinstance(other, TensorBase):
            raise DTypeError(f"is_same_size() takes a Tensor, got {shown(other)}")
        return self.array.shape == other.array.shape

    def is_floating_point(self) -> bool:
        """Return whether the dtype is a float."""
        return is_floating(self.array)

    def is_complex(self) -> bool:
        """Return whether the dtype is complex."""
        return is_complex(self.array)

    def is_contiguous(self, memory_format: Any = contiguous_format) -> bool:
        """Return whether the elements lie row by row in memory, or as another format has them."""
        check_format(memory_format, "is_contiguous")
        return lies_in(self.array, memory_format)

    def stride(self, dim: int | None = None) -> Any:
        """Return how many elements apart neighbours lie, per dimension."""
        array = self.array
        if array.size:
            strides = tuple(each // array.itemsize for each in array.strides)
        else:  # NumPy's are 0, or what they happen to be: PyTorch's count each size as 1 or more
            strides = tuple(
                [math.prod([n or 1 for n in array.shape[i + 1 :]]) for i in range(array.ndim)]
            )
        return strides if dim is None else strides[as_dim(dim, len(strides), "stride")]

    def element_size(self) -> int:
        """Return the bytes per element."""
        return self.array.itemsize

    @property
    def itemsize(self) -> int:
        """The bytes per element."""
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return self.array.nbytes

    def data_ptr(self) -> int:
        """Return the address of the first element."""
        return self.array.ctypes.data

    def storage_offset(self) -> int:
        """Return how many elements of its memory lie before the first of this tensor."""
        return geometry_of(self.array).offset

    def untyped_storage(self) -> UntypedStorage:
        """Return the memory that this tensor and its views stand in."""
        return UntypedStorage(memory_of(self.array))

    def _is_view(self) -> bool:
        return getattr(self, "view_base", None) is not None

    def storage(self) -> TypedStorage:
        """Return the memory that this tensor and its views stand in, element by element.

        Example:
            >>> import tinygrad_nn as tnn
            >>> x = tnn.tensor([[1.0, 2.0], [3.0, 4.0]])
            >>> x[1].storage().tolist(), x[1].storage_offset()
            ([1.0, 2.0, 3.0, 4.0], 2)
        """
        return TypedStorage(memory_of(self.array))

    # --- as Python and NumPy see it ---------------------------------------------------------------

    def numpy(self, *, force: bool = False) -> np.ndarray[Any, Any]:
        """Return the ndarray that this tensor stands on: the same memory, no copy.

        Raises:
            GraphError: the tensor requires a gradient, which a write would make wrong; under
                no_grad it does not matter.
            DTypeError: a tensor of bfloat16, which NumPy does not have.
        """
        if force is not False:
            as_bool(force, "force", "numpy")
        if self.node is not None and not force and is_grad_enabled():
            raise GraphError("numpy() on a tensor that requires a gradient; use .detach().numpy()")
        if self.array.dtype in bfloat16.loaded:
            raise DTypeError("numpy(): NumPy has no bfloat16; use .float().numpy()")
        return self.array

    def item(self) -> Any:
        """Return the only element as a Python number."""
        if self.array.size != 1:
            raise ShapeError(
                f"a tensor of shape {self.array.shape} has {self.array.size} elements and cannot "
                "become one number; index it, or use .tolist()"
            )
        return self.array.item()

    def tolist(self) -> Any:
        """Return the elements as (nested) Python lists, a number for a 0-d tensor."""
        return self.array.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        with quiet():
            return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(self, *, stream: Any = None, **keywords: Any) -> Any:
        if self.node is not None:
            raise ExchangeError(
                "__dlpack__() on a tensor that requires a gradient, which a write in another "
                "library would make wrong; use .detach()"
            )
        if self.array.dtype in bfloat16.loaded:
            raise ExchangeError("__dlpack__(): NumPy has no bfloat16 to hand on; use .float()")
        stream = None if stream == -1 else stream  # PyTorch's default for the same
        given = {name: value for name, value in keywords.items() if value is not None}
        return self.array.__dlpack__(stream=stream, **given)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return call_function(function, args, keywords)

    def __complex__(self) -> complex:
        return complex(self.item())

    def __float__(self) -> float:
        return float(_real(self.item(), "float"))

    def __int__(self) -> int:
        return int(_real(self.item(), "int"))

    def __index__(self) -> int:
        if not is_integral(self.array) or self.array.size != 1:
            raise DTypeError(
                "only an integer tensor of one element can be an index, this one is "
                f"{self.array.dtype} of shape {self.array.shape}"
            )
        return int(self.array.item())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise ShapeError(
                f"the truth of a tensor of shape {self.array.shape} is ambiguous; compare one "
                "element, or reduce it"
            )
        return bool(self.array)

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self.array)))  # type: ignore[index]

    def __reversed__(self) -> Any:
        return self.flip(0) if self.array.ndim else self  # type: ignore[attr-defined]

    def __contains__(self, value: Any) -> bool:
        if not isinstance(value, (TensorBase, Number)):
            raise DTypeError(
                f"a tensor holds numbers; {value!r:.40} ({type(value).__name__}) cannot be in it"
            )
        equal: Any = self == value
        return bool(equal.array.any())

    def __repr__(self) -> str:
        suffixes = []
        if self.grad_fn is not None:
            suffixes.append(f"grad_fn=<{self.grad_fn.name()}>")
        elif self.node is not None:
            suffixes.append("requires_grad=True")
        return tensor_repr(self.array, suffixes=suffixes, default_dtype=dtypes.default_float())

    def _repr_html_(self) -> str:
        """Show the tensor in a notebook: its numbers in a shaded table, an image as a picture."""
        facts = [self.name, f"dtype {self.array.dtype}"]
        if self.grad_fn is not None:
            facts.append(self.grad_fn.name())
        elif self.node is not None:
            facts.append("requires grad")
        tables = import_module("tinygrad_nn.viz.drawing.tables")
        label = ", ".join(fact for fact in facts if fact)
        return str(tables.array_html(self.array, label=label, pictures=self.node is None))

    def explain(self, **options: Any) -> Any:
        """Return the derivation of this tensor's backward pass in words and formulas.

        See `tnn.viz.explain` for the options and errors.
        """
        explanation = import_module("tinygrad_nn.viz.derivation.explanation")
        return explanation.explain(self, **options)

    def __format__(self, spec: str) -> str:
        if self.array.ndim or type(self) is not tensor_base.tensor_class:
            return object.__format__(self, spec)
        return format(self.item(), spec)
