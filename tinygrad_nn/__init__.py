"""tinygrad_nn: autograd and neural networks in PyTorch's spelling, on NumPy alone.
Every public name is spelt out here; read `autograd/` first, then `ops/`, then `tensor.py`.
"""

__version__ = "0.1.0"

from math import inf, nan, pi

from . import autograd, datasets, nn, optim
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .creation import (
    arange,
    as_tensor,
    empty,
    eye,
    from_numpy,
    full,
    linspace,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from .dtypes import (
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
    set_default_dtype,
    short,
    uint8,
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
from .ops.elementwise import abs, abs as absolute
from .ops.elementwise import add_scaled as add
from .ops.elementwise import clamp, clamp as clip
from .ops.elementwise import clone, div, div as divide, div as true_divide
from .ops.elementwise import exp, log, maximum, minimum, mul, mul as multiply, neg
from .ops.elementwise import neg as negative
from .ops.elementwise import pow, relu, sigmoid, sign, sqrt
from .ops.elementwise import sub_scaled as sub
from .ops.elementwise import sub_scaled as subtract
from .ops.elementwise import tanh, where
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
from .printing import set_printoptions
from .random import Generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from .size import Size, device
from .tensor import Tensor
