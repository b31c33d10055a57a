"""tinygrad_nn: autograd and neural networks in PyTorch's spelling, on NumPy alone.
Every public name is spelt out here; read `autograd/` first, then `ops/`, then `tensor/tensor.py`.
"""

__version__ = "0.1.0"

import typing as _typing
from importlib import import_module as _import_module
from math import e, inf, nan, pi

from . import autograd, datasets, nn, optim
from .arrays.dtypes import (
    bool,
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
from .arrays.limits import finfo, iinfo
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .ops.compare import (
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    eq,
    ge,
    gt,
    isnan,
    le,
    lt,
    ne,
)
from .ops.compare import bitwise_not as logical_not
from .ops.elementwise import (
    abs,
    clamp,
    clone,
    div,
    exp,
    log,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    relu,
    sigmoid,
    sign,
    sqrt,
    tanh,
    where,
)
from .ops.elementwise import abs as absolute
from .ops.elementwise import add_scaled as add
from .ops.elementwise import clamp as clip
from .ops.elementwise import div as divide
from .ops.elementwise import div as true_divide
from .ops.elementwise import mul as multiply
from .ops.elementwise import neg as negative
from .ops.elementwise import sub_scaled as sub
from .ops.elementwise import sub_scaled as subtract
from .ops.index import gather
from .ops.linalg import matmul
from .ops.reduce import amax, amin, argmax, argmin, logsumexp, max, mean, min, sum, var
from .ops.shape import (
    cat,
    flatten,
    permute,
    reshape,
    squeeze,
    stack,
    transpose,
    unsqueeze,
)
from .ops.softmax import log_softmax, softmax
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

if _typing.TYPE_CHECKING:
    from . import viz
    from .viz import formulas

__all__ = [
    "Generator",
    "Size",
    "Tensor",
    "abs",
    "absolute",
    "add",
    "amax",
    "amin",
    "arange",
    "argmax",
    "argmin",
    "as_tensor",
    "autograd",
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "bool",
    "cat",
    "clamp",
    "clip",
    "clone",
    "datasets",
    "default_generator",
    "device",
    "div",
    "divide",
    "double",
    "dtype",
    "e",
    "empty",
    "empty_like",
    "enable_grad",
    "eq",
    "exp",
    "eye",
    "finfo",
    "flatten",
    "float",
    "float16",
    "float32",
    "float64",
    "formulas",
    "from_numpy",
    "full",
    "full_like",
    "gather",
    "ge",
    "get_default_dtype",
    "get_rng_state",
    "gt",
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
    "isnan",
    "le",
    "linspace",
    "log",
    "log_softmax",
    "logical_not",
    "logsumexp",
    "long",
    "lt",
    "manual_seed",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mul",
    "multiply",
    "nan",
    "ne",
    "neg",
    "negative",
    "nn",
    "no_grad",
    "ones",
    "ones_like",
    "optim",
    "permute",
    "pi",
    "pow",
    "promote_types",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "relu",
    "reshape",
    "result_type",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_printoptions",
    "set_rng_state",
    "short",
    "sigmoid",
    "sign",
    "softmax",
    "sqrt",
    "squeeze",
    "stack",
    "sub",
    "subtract",
    "sum",
    "tanh",
    "tensor",
    "transpose",
    "true_divide",
    "uint8",
    "unsqueeze",
    "var",
    "viz",
    "where",
    "zeros",
    "zeros_like",
]


def __getattr__(name: str) -> _typing.Any:
    """Import `viz`, and `formulas` from it, when first asked for: a third of our import time."""
    if name not in ("viz", "formulas"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    loaded = _import_module(".viz", __name__)
    return loaded if name == "viz" else loaded.formulas


def __dir__() -> list[str]:
    return [*globals(), "viz", "formulas"]
