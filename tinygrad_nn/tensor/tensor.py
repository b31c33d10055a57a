"""`Tensor`: an array, its gradient and its Node, with PyTorch's operators and methods on it.
Read `creation.py` next: the functions that make tensors.
"""

from __future__ import annotations

from builtins import bool as bool_
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.dtypes import dtype as dtype_class
from ..arrays.reading import array_from, sizes_from
from ..arrays.refusing import shown
from ..autograd import tensor_base
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError, ShapeError
from ..ops.elementwise.activations import ActivationMethods
from ..ops.elementwise.arithmetic import ArithmeticMethods
from ..ops.elementwise.comparison import ComparisonMethods
from ..ops.elementwise.complex_parts import ComplexMethods
from ..ops.elementwise.copying import CopyingMethods, cast, clone, laid_out
from ..ops.elementwise.functions import FunctionMethods
from ..ops.elementwise.selection import SelectionMethods
from ..ops.indexing.along import AlongMethods
from ..ops.indexing.assigning import AssigningMethods
from ..ops.indexing.picking import PickingMethods
from ..ops.layers.softmax import SoftmaxMethods
from ..ops.matrices.added_products import AddedProductMethods
from ..ops.matrices.chains import ChainMethods
from ..ops.matrices.cholesky import CholeskyMethods
from ..ops.matrices.contractions import ContractionMethods
from ..ops.matrices.determinants import DeterminantMethods
from ..ops.matrices.inverses import InverseMethods
from ..ops.matrices.lu import LUMethods
from ..ops.matrices.orthogonal import OrthogonalMethods
from ..ops.matrices.products import ProductMethods
from ..ops.matrices.short_time import ShortTimeMethods
from ..ops.matrices.singular import SingularMethods
from ..ops.matrices.solving import SolvingMethods
from ..ops.reduction.extremes import ExtremeMethods
from ..ops.reduction.sums import SumMethods
from ..ops.shape.expanding import ExpandingMethods
from ..ops.shape.order import OrderMethods
from ..ops.shape.parting import PartingMethods
from ..ops.shape.sizes import SizeMethods, sizes_given, view
from .copy_protocol import CopyProtocol
from .destination import destination
from .device import Size


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
    AddedProductMethods,
    ChainMethods,
    CholeskyMethods,
    ContractionMethods,
    DeterminantMethods,
    InverseMethods,
    LUMethods,
    OrthogonalMethods,
    ShortTimeMethods,
    SingularMethods,
    SolvingMethods,
    SoftmaxMethods,
    CopyProtocol,
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

    def to(self, *args: Any, **kwargs: Any) -> Tensor:
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

    def _converted(self, dtype: np.dtype[Any] | None, copy: bool_ = False) -> Tensor:
        if dtype is not None and dtype != self.array.dtype:
            return cast(self, dtype)
        return clone(self) if copy else self

    def float(self) -> Tensor:
        """Return this tensor as float32."""
        return self._converted(dtypes.float32.dtype)

    def double(self) -> Tensor:
        """Return this tensor as float64."""
        return self._converted(dtypes.float64.dtype)

    def half(self) -> Tensor:
        """Return this tensor as float16."""
        return self._converted(dtypes.float16.dtype)

    def long(self) -> Tensor:
        """Return this tensor as int64, rounded towards 0."""
        return self._converted(dtypes.int64.dtype)

    def int(self) -> Tensor:
        """Return this tensor as int32, rounded towards 0."""
        return self._converted(dtypes.int32.dtype)

    def bool(self) -> Tensor:
        """Return whether each element differs from 0."""
        return self._converted(dtypes.bool.dtype)

    def type_as(self, other: Tensor) -> Tensor:
        """Return this tensor in the other's dtype."""
        if not isinstance(other, TensorBase):
            raise DTypeError(f"type_as() takes a Tensor, got {shown(other)}")
        return self._converted(other.array.dtype)

    def cpu(self) -> Tensor:
        """Return this tensor, which is on the CPU."""
        return self


tensor_base.tensor_class = Tensor
