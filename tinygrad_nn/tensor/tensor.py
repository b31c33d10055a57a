"""`Tensor`: an array, its gradient and its Node, with PyTorch's operators and methods on it.
Read `creation.py` next: the functions that make tensors.
"""

from __future__ import annotations

from typing import Any

from ..arrays import dtypes
from ..arrays.dtypes import dtype as dtype_class
from ..autograd import tensor_base
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import ShapeError
from ..ops.elementwise.activations import ActivationMethods
from ..ops.elementwise.arithmetic import ArithmeticMethods
from ..ops.elementwise.combining import CombiningMethods
from ..ops.elementwise.comparison import ComparisonMethods
from ..ops.elementwise.complex_parts import ComplexMethods
from ..ops.elementwise.copying import CopyingMethods
from ..ops.elementwise.division import DivisionMethods
from ..ops.elementwise.finiteness import FinitenessMethods
from ..ops.elementwise.floating_point import FloatingPointMethods
from ..ops.elementwise.functions import FunctionMethods
from ..ops.elementwise.logic import LogicMethods
from ..ops.elementwise.rounding import RoundingMethods
from ..ops.elementwise.selection import SelectionMethods
from ..ops.elementwise.shrinking import ShrinkingMethods
from ..ops.elementwise.smooth_bends import SmoothBendMethods
from ..ops.elementwise.trigonometric import TrigonometricMethods
from ..ops.indexing.along import AlongMethods
from ..ops.indexing.assigning import AssigningMethods
from ..ops.indexing.filling import FillingMethods
from ..ops.indexing.finding import FindingMethods
from ..ops.indexing.masking import MaskingMethods
from ..ops.indexing.picking import PickingMethods
from ..ops.indexing.places import PlaceMethods
from ..ops.indexing.scattering import ScatteringMethods
from ..ops.indexing.slices import SliceMethods
from ..ops.layers.learnt_slopes import LearntSlopeMethods
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
from ..ops.reduction.counting import CountingMethods
from ..ops.reduction.differences import DifferenceMethods
from ..ops.reduction.extremes import ExtremeMethods
from ..ops.reduction.norms import NormMethods
from ..ops.reduction.order import RankMethods
from ..ops.reduction.products import RunningProductMethods
from ..ops.reduction.quantiles import QuantileMethods
from ..ops.reduction.scans import ScanMethods
from ..ops.reduction.spread import SpreadMethods
from ..ops.reduction.sums import SumMethods
from ..ops.reduction.truth import TruthMethods
from ..ops.shape.diagonals import DiagonalMethods
from ..ops.shape.expanding import ExpandingMethods
from ..ops.shape.order import OrderMethods
from ..ops.shape.own_shape import OwnShapeMethods
from ..ops.shape.parting import PartingMethods
from ..ops.shape.repeating import RepeatingMethods
from ..ops.shape.replacing import ReplacingMethods
from ..ops.shape.sections import SectionMethods
from ..ops.shape.sizes import SizeMethods, sizes_given, view
from ..ops.shape.strided import StridedMethods
from ..ops.shape.triangles import TriangleMethods
from ..ops.shape.turning import TurningMethods
from ..ops.shape.windows import WindowMethods
from ..ops.special.bessel_functions import BesselMethods
from ..ops.special.error_functions import ErrorFunctionMethods
from ..ops.special.gamma_functions import GammaMethods
from ..ops.special.incomplete_gamma import IncompleteGammaMethods
from .conversions import Conversions
from .drawing import DrawingMethods
from .making import old_array


class Tensor(
    ArithmeticMethods,
    DivisionMethods,
    LogicMethods,
    ComparisonMethods,
    FinitenessMethods,
    FloatingPointMethods,
    FunctionMethods,
    TrigonometricMethods,
    RoundingMethods,
    CombiningMethods,
    ActivationMethods,
    ShrinkingMethods,
    SmoothBendMethods,
    LearntSlopeMethods,
    ErrorFunctionMethods,
    GammaMethods,
    IncompleteGammaMethods,
    BesselMethods,
    SelectionMethods,
    ComplexMethods,
    CopyingMethods,
    SumMethods,
    ExtremeMethods,
    CountingMethods,
    DifferenceMethods,
    NormMethods,
    RankMethods,
    RunningProductMethods,
    QuantileMethods,
    ScanMethods,
    SpreadMethods,
    TruthMethods,
    SizeMethods,
    ExpandingMethods,
    OrderMethods,
    PartingMethods,
    DiagonalMethods,
    OwnShapeMethods,
    RepeatingMethods,
    ScatteringMethods,
    SectionMethods,
    StridedMethods,
    TriangleMethods,
    TurningMethods,
    WindowMethods,
    PickingMethods,
    AlongMethods,
    ReplacingMethods,
    SliceMethods,
    PlaceMethods,
    MaskingMethods,
    FindingMethods,
    FillingMethods,
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
    DrawingMethods,
    Conversions,
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
        self.node = None
        self.version = [0]
        if len(data) == 1 and isinstance(data[0], TensorBase):
            self.array, self.version = data[0].array, data[0].version
        else:
            self.array = old_array(data, dtypes.default_float(), "Tensor")

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


tensor_base.tensor_class = Tensor
