"""`Tensor`: an array, its gradient and its Node, with PyTorch's operators and methods on it.
Read `creation.py` next: the functions that make tensors.
"""

from __future__ import annotations

from builtins import bool as bool_
from builtins import int as int_
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.arguments import as_dtype
from ..arrays.dtypes import dtype as dtype_class
from ..arrays.reading import array_from, sizes_from
from ..arrays.refusing import shown
from ..autograd import tensor_base
from ..autograd.node import make_leaf
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError, GraphError, ShapeError
from ..ops.elementwise.activations import ActivationMethods
from ..ops.elementwise.arithmetic import ArithmeticMethods
from ..ops.elementwise.comparison import ComparisonMethods
from ..ops.elementwise.complex_parts import ComplexMethods
from ..ops.elementwise.copying import CopyingMethods, cast, clone
from ..ops.elementwise.functions import FunctionMethods
from ..ops.elementwise.selection import SelectionMethods
from ..ops.indexing.along import AlongMethods
from ..ops.indexing.assigning import AssigningMethods
from ..ops.indexing.picking import PickingMethods
from ..ops.layers.softmax import SoftmaxMethods
from ..ops.matrices.decompositions import DecompositionMethods
from ..ops.matrices.products import ProductMethods
from ..ops.reduction.extremes import ExtremeMethods
from ..ops.reduction.sums import SumMethods
from ..ops.shape.expanding import ExpandingMethods
from ..ops.shape.order import OrderMethods
from ..ops.shape.parting import PartingMethods
from ..ops.shape.sizes import SizeMethods, sizes_given, view
from .device import Size, check_device
from .device import device as device_class
from .facts import TensorFacts


class Tensor(
    ArithmeticMethods,
    ComparisonMethods,
    FunctionMethods,
    ActivationMethods,
    SelectionMethods,
    ComplexMethods,
    CopyingMethods,
    SumMethods,
    ExtremeMethods,
    SizeMethods,
    ExpandingMethods,
    OrderMethods,
    PartingMethods,
    PickingMethods,
    AlongMethods,
    AssigningMethods,
    ProductMethods,
    DecompositionMethods,
    SoftmaxMethods,
    TensorFacts,
):
    """An n-dimensional array that records what is computed from it.

    `Tensor(2, 3)` makes an uninitialised float32 tensor of that shape and `Tensor([2, 3])` one of
    that data, as in PyTorch; `tnn.tensor(...)` is the usual way.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    __slots__ = ()

    def __init__(self, *data: Any) -> None:
        first = data[0] if len(data) == 1 else None
        self.node = None
        self.version = [0]
        if isinstance(first, TensorBase):
            self.array, self.version = first.array, first.version
        elif hasattr(first, "__len__") and not isinstance(first, Size):
            self.array = np.array(array_from(first, dtypes.default_float(), "Tensor"))
        else:
            sizes = sizes_from(first if isinstance(first, Size) else data or (0,), "Tensor")
            self.array = np.zeros(sizes, dtypes.default_float())

    def view(self, *sizes: Any, size: Any = None, dtype: Any = None) -> Tensor:
        """Return the same memory in another shape, or read as another dtype of the same size."""
        wanted = sizes[0] if len(sizes) == 1 else None if sizes else dtype
        if isinstance(wanted, dtype_class):
            return self._read_as(wanted)
        return view(self, sizes_given(sizes, size))

    def _read_as(self, dtype: dtype_class) -> Tensor:
        try:
            return make_tensor(self.array.view(dtype.dtype), None, self.version)
        except ValueError:
            raise ShapeError(
                f"view: {self.array.dtype} of shape {self.array.shape} cannot be read as "
                f"{dtype!r}, {dtype.itemsize} bytes each; its last dimension "
                "must hold a whole number of them in a row of memory"
            ) from None

    # --- to other types ---------------------------------------------------------------------------

    def to(
        self,
        *args: Any,
        tensor: Any = None,
        dtype: Any = None,
        device: Any = None,
        non_blocking: bool_ = False,
        copy: bool_ = False,
        memory_format: Any = None,
    ) -> Tensor:
        """Return this tensor in another dtype, given or a tensor's; every device is the CPU.

        `non_blocking` and `memory_format` change nothing.
        """
        flags: list[bool_] = []
        for given in (*args, tensor):
            if isinstance(given, (dtype_class, type)):
                dtype = given
            elif isinstance(given, Tensor):
                dtype = given.dtype
            elif isinstance(given, (str, device_class)):
                device = given
            elif isinstance(given, bool_):
                flags.append(given)
            elif given is not None:
                raise DTypeError(f"to() takes a dtype, a device or a Tensor, got {given!r:.40}")
        copy = copy or flags[1:2] == [True]  # behind non_blocking
        if device is not None:
            check_device(device, "to")
        wanted = self.array.dtype if dtype is None else as_dtype(dtype, "to")
        if wanted != self.array.dtype:
            return cast(self, wanted)
        return clone(self) if copy else self

    def float(self) -> Tensor:
        """Return this tensor as float32."""
        return self.to(dtypes.float32)

    def double(self) -> Tensor:
        """Return this tensor as float64."""
        return self.to(dtypes.float64)

    def half(self) -> Tensor:
        """Return this tensor as float16."""
        return self.to(dtypes.float16)

    def long(self) -> Tensor:
        """Return this tensor as int64, rounded towards 0."""
        return self.to(dtypes.int64)

    def int(self) -> Tensor:
        """Return this tensor as int32, rounded towards 0."""
        return self.to(dtypes.int32)

    def bool(self) -> Tensor:
        """Return whether each element differs from 0."""
        return self.to(dtypes.bool)

    def type_as(self, other: Tensor) -> Tensor:
        """Return this tensor in the other's dtype."""
        if not isinstance(other, TensorBase):
            raise DTypeError(f"type_as() takes a Tensor, got {shown(other)}")
        return self.to(dtype=other.array.dtype)

    def cpu(self) -> Tensor:
        """Return this tensor, which is on the CPU."""
        return self

    def __deepcopy__(self, memo: dict[int_, Any]) -> Any:
        if not self.is_leaf:
            raise GraphError(
                "deepcopy of a computed tensor would need its whole graph; copy .detach() instead"
            )
        made = tensor_base.new(type(self))
        memo[id(self)] = made
        made.array = self.array.copy()
        made.version = [0]
        made.node = None
        if self.node is not None:
            gradient = _copied(self.node.grad)
            made.node = make_leaf(made, gradient)
        return made

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise GraphError("a computed tensor cannot be pickled with its graph; use .detach()")
        return _rebuild, (type(self), self.array, self.requires_grad)


def _copied(gradient: Any) -> Any:
    return None if gradient is None else make_tensor(gradient.array.copy())


def _rebuild(kind: type[Tensor], array: np.ndarray[Any, Any], requires_grad: bool_) -> Tensor:
    """Make the pickled leaf again."""
    made = tensor_base.new(kind)
    made.array, made.node, made.version = array, None, [0]
    return made.requires_grad_(requires_grad)


tensor_base.tensor_class = Tensor
