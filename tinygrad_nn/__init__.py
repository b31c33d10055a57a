"""tinygrad_nn: autograd and neural networks in PyTorch's spelling, on NumPy alone.
Every public name is spelt out here; read `autograd/` first, then `ops/`, then `tensor/tensor.py`.
"""

__version__ = "0.1.0"

import sys as _sys
import typing as _typing
from importlib import import_module as _import_module
from math import e, inf, nan, pi

from . import autograd, datasets, func, linalg, nn, optim
from . import missing as _missing
from .arrays.dtypes import (
    bool,
    cdouble,
    cfloat,
    complex64,
    complex128,
    double,
    dtype,
    float,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    int,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    result_type,
    set_default_dtype,
    short,
    uint8,
)
from .arrays.layout import channels_last, contiguous_format, memory_format, preserve_format
from .arrays.limits import finfo, iinfo
from .arrays.size import Size
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .func import vmap
from .ops.elementwise import activations as _activations
from .ops.elementwise import arithmetic as _arithmetic
from .ops.elementwise import combining as _combining
from .ops.elementwise import comparison as _comparison
from .ops.elementwise import complex_parts as _complex_parts
from .ops.elementwise import copying as _copying
from .ops.elementwise import division as _division
from .ops.elementwise import drawing as _drawing
from .ops.elementwise import finiteness as _finiteness
from .ops.elementwise import floating_point as _floating_point
from .ops.elementwise import functions as _functions
from .ops.elementwise import logic as _logic
from .ops.elementwise import rounding as _rounding
from .ops.elementwise import selection as _selection
from .ops.elementwise import trigonometric as _trigonometric
from .ops.elementwise.activations import *
from .ops.elementwise.arithmetic import *
from .ops.elementwise.combining import *
from .ops.elementwise.comparison import *
from .ops.elementwise.complex_parts import *
from .ops.elementwise.copying import *
from .ops.elementwise.division import *
from .ops.elementwise.drawing import *
from .ops.elementwise.finiteness import *
from .ops.elementwise.floating_point import *
from .ops.elementwise.functions import *
from .ops.elementwise.logic import *
from .ops.elementwise.rounding import *
from .ops.elementwise.selection import *
from .ops.elementwise.trigonometric import *
from .ops.indexing import along as _along
from .ops.indexing import assigning as _assigning
from .ops.indexing import embedding as _embedding
from .ops.indexing import filling as _filling
from .ops.indexing import finding as _finding
from .ops.indexing import masking as _masking
from .ops.indexing import places as _places
from .ops.indexing import scattering as _scattering
from .ops.indexing import slices as _slices
from .ops.indexing.along import *
from .ops.indexing.assigning import *
from .ops.indexing.embedding import *
from .ops.indexing.filling import *
from .ops.indexing.finding import *
from .ops.indexing.masking import *
from .ops.indexing.places import *
from .ops.indexing.scattering import *
from .ops.indexing.slices import *
from .ops.layers import adaptive_pooling as _adaptive_pooling
from .ops.layers import alpha_dropout as _alpha_dropout
from .ops.layers import averaging as _averaging
from .ops.layers import batch_normalization as _batch_normalization
from .ops.layers import convolution as _convolution
from .ops.layers import distances as _distances
from .ops.layers import grid_sampling as _grid_sampling
from .ops.layers import native_normalization as _native_normalization
from .ops.layers import normalization as _normalization
from .ops.layers import pooling as _pooling
from .ops.layers import recurrent as _recurrent
from .ops.layers import shuffling as _shuffling
from .ops.layers import softmax as _softmax
from .ops.layers import transposed_convolution as _transposed_convolution
from .ops.layers.adaptive_pooling import *
from .ops.layers.alpha_dropout import *
from .ops.layers.averaging import *
from .ops.layers.batch_normalization import *
from .ops.layers.convolution import *
from .ops.layers.distances import *
from .ops.layers.grid_sampling import *
from .ops.layers.native_normalization import *
from .ops.layers.normalization import *
from .ops.layers.pooling import *
from .ops.layers.recurrent import *
from .ops.layers.shuffling import *
from .ops.layers.softmax import *
from .ops.layers.transposed_convolution import *
from .ops.matrices import decompositions as _decompositions
from .ops.matrices import einsum as _einsum
from .ops.matrices import products as _products
from .ops.matrices.decompositions import *
from .ops.matrices.einsum import *
from .ops.matrices.products import *
from .ops.reduction import counting as _counting
from .ops.reduction import differences as _differences
from .ops.reduction import extremes as _extremes
from .ops.reduction import norms as _norms
from .ops.reduction import order as _ranks
from .ops.reduction import products as _running_products
from .ops.reduction import quantiles as _quantiles
from .ops.reduction import scans as _scans
from .ops.reduction import searching as _searching
from .ops.reduction import spread as _spread
from .ops.reduction import sums as _sums
from .ops.reduction import truth as _truth
from .ops.reduction.counting import *
from .ops.reduction.differences import *
from .ops.reduction.extremes import *
from .ops.reduction.norms import *
from .ops.reduction.order import *
from .ops.reduction.products import *
from .ops.reduction.quantiles import *
from .ops.reduction.scans import *
from .ops.reduction.searching import *
from .ops.reduction.spread import *
from .ops.reduction.sums import *
from .ops.reduction.truth import *
from .ops.shape import copies as _copies
from .ops.shape import diagonals as _diagonals
from .ops.shape import expanding as _expanding
from .ops.shape import grids as _grids
from .ops.shape import joining as _joining
from .ops.shape import order as _order
from .ops.shape import padding as _padding
from .ops.shape import parting as _parting
from .ops.shape import repeating as _repeating
from .ops.shape import replacing as _replacing
from .ops.shape import sections as _sections
from .ops.shape import sizes as _sizes
from .ops.shape import stacking as _stacking
from .ops.shape import strided as _strided
from .ops.shape import triangles as _triangles
from .ops.shape import turning as _turning
from .ops.shape import windows as _windows
from .ops.shape.copies import *
from .ops.shape.diagonals import *
from .ops.shape.expanding import *
from .ops.shape.grids import *
from .ops.shape.joining import *
from .ops.shape.order import *
from .ops.shape.padding import *
from .ops.shape.parting import *
from .ops.shape.repeating import *
from .ops.shape.replacing import *
from .ops.shape.sections import *
from .ops.shape.sizes import *
from .ops.shape.stacking import *
from .ops.shape.strided import *
from .ops.shape.triangles import *
from .ops.shape.turning import *
from .ops.shape.windows import *
from .random import Generator, default_generator, initial_seed, manual_seed, seed
from .tensor import Tensor
from .tensor import creation as _creation
from .tensor import old_classes as _old_classes
from .tensor import questions as _questions
from .tensor import sampling as _sampling
from .tensor.creation import *
from .tensor.creation_like import empty_like, full_like, ones_like, zeros_like
from .tensor.device import device
from .tensor.dlpack import from_dlpack
from .tensor.drawing import multinomial
from .tensor.old_classes import *
from .tensor.printing import set_printoptions
from .tensor.questions import *
from .tensor.ranges import arange, linspace, logspace, range, tril_indices, triu_indices
from .tensor.sampling import *

__all__ = [
    "Generator",
    "Size",
    "Tensor",
    "arange",
    "autograd",
    "bool",
    "cdouble",
    "cfloat",
    "channels_last",
    "complex128",
    "complex64",
    "contiguous_format",
    "datasets",
    "default_generator",
    "device",
    "double",
    "dtype",
    "e",
    "empty_like",
    "enable_grad",
    "finfo",
    "float",
    "float16",
    "float32",
    "float64",
    "formulas",
    "from_dlpack",
    "func",
    "full_like",
    "get_default_dtype",
    "half",
    "iinfo",
    "inf",
    "inference_mode",
    "initial_seed",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "linalg",
    "linspace",
    "logspace",
    "long",
    "manual_seed",
    "memory_format",
    "multinomial",
    "nan",
    "nn",
    "no_grad",
    "ones_like",
    "optim",
    "pi",
    "preserve_format",
    "promote_types",
    "range",
    "result_type",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_printoptions",
    "short",
    "tril_indices",
    "triu_indices",
    "uint8",
    "viz",
    "vmap",
    "zeros_like",
    # the public names of each file that makes tensors, and of each file of operations
    *_creation.__all__,
    *_old_classes.__all__,
    *_questions.__all__,
    *_sampling.__all__,
    *_activations.__all__,
    *_arithmetic.__all__,
    *_combining.__all__,
    *_comparison.__all__,
    *_complex_parts.__all__,
    *_copying.__all__,
    *_drawing.__all__,
    *_division.__all__,
    *_finiteness.__all__,
    *_floating_point.__all__,
    *_functions.__all__,
    *_logic.__all__,
    *_rounding.__all__,
    *_selection.__all__,
    *_trigonometric.__all__,
    *_along.__all__,
    *_assigning.__all__,
    *_embedding.__all__,
    *_filling.__all__,
    *_finding.__all__,
    *_masking.__all__,
    *_places.__all__,
    *_scattering.__all__,
    *_slices.__all__,
    *_alpha_dropout.__all__,
    *_batch_normalization.__all__,
    *_distances.__all__,
    *_native_normalization.__all__,
    *_normalization.__all__,
    *_adaptive_pooling.__all__,
    *_averaging.__all__,
    *_convolution.__all__,
    *_grid_sampling.__all__,
    *_pooling.__all__,
    *_recurrent.__all__,
    *_shuffling.__all__,
    *_softmax.__all__,
    *_transposed_convolution.__all__,
    *_decompositions.__all__,
    *_einsum.__all__,
    *_products.__all__,
    *_counting.__all__,
    *_differences.__all__,
    *_extremes.__all__,
    *_norms.__all__,
    *_ranks.__all__,
    *_running_products.__all__,
    *_quantiles.__all__,
    *_scans.__all__,
    *_searching.__all__,
    *_spread.__all__,
    *_sums.__all__,
    *_copies.__all__,
    *_diagonals.__all__,
    *_expanding.__all__,
    *_grids.__all__,
    *_truth.__all__,
    *_joining.__all__,
    *_order.__all__,
    *_padding.__all__,
    *_parting.__all__,
    *_repeating.__all__,
    *_replacing.__all__,
    *_sections.__all__,
    *_sizes.__all__,
    *_stacking.__all__,
    *_strided.__all__,
    *_triangles.__all__,
    *_turning.__all__,
    *_windows.__all__,
]


for _place in ("nn", "nn.functional", "nn.init", "optim", "autograd", "linalg"):
    _missing.explain_names_of(_sys.modules[f"{__name__}.{_place}"], _place)
_missing.explain_methods_of(Tensor, "Tensor")
_missing.explain_methods_of(nn.Module, "nn.Module")
_missing.explain_methods_of(optim.Optimizer, "optim.Optimizer")


def __getattr__(name: str) -> _typing.Any:
    """Import `viz`, and `formulas` from it, when first asked for: a third of our import time."""
    if name not in ("viz", "formulas"):
        _missing.refuse(_sys.modules[__name__], "", name)
    loaded = _import_module(".viz", __name__)
    return loaded if name == "viz" else loaded.formulas


def __dir__() -> list[str]:
    return [*globals(), "viz", "formulas"]
