"""tinygrad_nn: autograd and neural networks in PyTorch's spelling, on NumPy alone.
Every public name is spelt out here; read `autograd/` first, then `ops/`, then `tensor/tensor.py`.
"""

__version__ = "0.1.0"

import sys as _sys
import typing as _typing
from importlib import import_module as _import_module
from math import e, inf, nan, pi

from . import autograd, datasets, fft, linalg, nn, optim, signal
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
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .ops.elementwise import activations as _activations
from .ops.elementwise import arithmetic as _arithmetic
from .ops.elementwise import comparison as _comparison
from .ops.elementwise import complex_parts as _complex_parts
from .ops.elementwise import copying as _copying
from .ops.elementwise import functions as _functions
from .ops.elementwise import selection as _selection
from .ops.elementwise.activations import *
from .ops.elementwise.arithmetic import *
from .ops.elementwise.comparison import *
from .ops.elementwise.complex_parts import *
from .ops.elementwise.copying import *
from .ops.elementwise.functions import *
from .ops.elementwise.selection import *
from .ops.indexing import along as _along
from .ops.indexing.along import *
from .ops.layers import recurrent as _recurrent
from .ops.layers import softmax as _softmax
from .ops.layers.recurrent import *
from .ops.layers.softmax import *
from .ops.matrices import added_products as _added_products
from .ops.matrices import chains as _chains
from .ops.matrices import cholesky as _cholesky
from .ops.matrices import contractions as _contractions
from .ops.matrices import determinants as _determinants
from .ops.matrices import einsum as _einsum
from .ops.matrices import inverses as _inverses
from .ops.matrices import lu as _lu
from .ops.matrices import orthogonal as _orthogonal
from .ops.matrices import products as _products
from .ops.matrices import short_time as _short_time
from .ops.matrices import singular as _singular
from .ops.matrices import solving as _solving
from .ops.matrices.added_products import *
from .ops.matrices.chains import *
from .ops.matrices.cholesky import *
from .ops.matrices.contractions import *
from .ops.matrices.determinants import *
from .ops.matrices.einsum import *
from .ops.matrices.inverses import *
from .ops.matrices.lu import *
from .ops.matrices.orthogonal import *
from .ops.matrices.products import *
from .ops.matrices.short_time import *
from .ops.matrices.singular import *
from .ops.matrices.solving import *
from .ops.reduction import extremes as _extremes
from .ops.reduction import sums as _sums
from .ops.reduction.extremes import *
from .ops.reduction.sums import *
from .ops.shape import joining as _joining
from .ops.shape import order as _order
from .ops.shape import parting as _parting
from .ops.shape import sizes as _sizes
from .ops.shape.joining import *
from .ops.shape.order import *
from .ops.shape.parting import *
from .ops.shape.sizes import *
from .random import Generator, default_generator, initial_seed, manual_seed, seed
from .tensor import Tensor
from .tensor.creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from .tensor.device import Size, device
from .tensor.dlpack import from_dlpack
from .tensor.printing import set_printoptions
from .tensor.sampling import (
    get_rng_state,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
    set_rng_state,
)
from .tensor.windows import (
    bartlett_window,
    blackman_window,
    hamming_window,
    hann_window,
    kaiser_window,
)

__all__ = [
    "Generator",
    "Size",
    "Tensor",
    "arange",
    "as_tensor",
    "autograd",
    "bartlett_window",
    "blackman_window",
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
    "empty",
    "empty_like",
    "enable_grad",
    "eye",
    "fft",
    "finfo",
    "float",
    "float16",
    "float32",
    "float64",
    "formulas",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "get_default_dtype",
    "get_rng_state",
    "half",
    "hamming_window",
    "hann_window",
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
    "kaiser_window",
    "linalg",
    "linspace",
    "long",
    "manual_seed",
    "memory_format",
    "nan",
    "nn",
    "no_grad",
    "ones",
    "ones_like",
    "optim",
    "pi",
    "preserve_format",
    "promote_types",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "result_type",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_printoptions",
    "set_rng_state",
    "short",
    "signal",
    "tensor",
    "uint8",
    "viz",
    "zeros",
    "zeros_like",
    # the public names of each file of operations
    *_activations.__all__,
    *_arithmetic.__all__,
    *_comparison.__all__,
    *_complex_parts.__all__,
    *_copying.__all__,
    *_functions.__all__,
    *_selection.__all__,
    *_along.__all__,
    *_recurrent.__all__,
    *_softmax.__all__,
    *_added_products.__all__,
    *_chains.__all__,
    *_cholesky.__all__,
    *_contractions.__all__,
    *_determinants.__all__,
    *_einsum.__all__,
    *_inverses.__all__,
    *_lu.__all__,
    *_orthogonal.__all__,
    *_products.__all__,
    *_short_time.__all__,
    *_singular.__all__,
    *_solving.__all__,
    *_extremes.__all__,
    *_sums.__all__,
    *_joining.__all__,
    *_order.__all__,
    *_parting.__all__,
    *_sizes.__all__,
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
