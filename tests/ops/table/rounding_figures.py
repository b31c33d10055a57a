"""How many units in the last place the functions that models are made of are off, in each dtype.
Read `../test_numerics.py` next.

float16 is tried at every number there is. The exact values are PyTorch's in float64 for float16 and
float32, and those of mpmath, to 40 digits, for float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numeric_figures import array

FUNCTIONS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "exp": (lambda f, x: f.exp(x), lambda m, x: m.exp(x)),
    "log": (lambda f, x: f.log(x), lambda m, x: m.log(x)),
    "log1p": (lambda f, x: f.log1p(x), lambda m, x: m.log1p(x)),
    "expm1": (lambda f, x: f.expm1(x), lambda m, x: m.expm1(x)),
    "tanh": (lambda f, x: f.tanh(x), lambda m, x: m.tanh(x)),
    "sigmoid": (lambda f, x: f.sigmoid(x), lambda m, x: 1 / (1 + m.exp(-x))),
    "erf": (lambda f, x: f.erf(x), lambda m, x: m.erf(x)),
    "erfc": (lambda f, x: f.erfc(x), lambda m, x: m.erfc(x)),
    "gelu": (
        lambda f, x: f.nn.functional.gelu(x),
        lambda m, x: x * m.erfc(-x / m.sqrt(2)) / 2,
    ),
    "softplus": (
        lambda f, x: f.nn.functional.softplus(x, threshold=80.0),
        lambda m, x: m.log1p(m.exp(x)),
    ),
    "silu": (lambda f, x: f.nn.functional.silu(x), lambda m, x: x / (1 + m.exp(-x))),
}
POSITIVE = {"log"}
LOWEST = {"log1p": -1.0}
# Beyond these the function is 0, 1 or inf in float32.
WIDEST = {"exp": 87.0, "expm1": 87.0, "softplus": 87.0, "sigmoid": 87.0, "silu": 87.0, "tanh": 20.0}
WIDEST |= {"erf": 6.0, "erfc": 9.0, "gelu": 12.0}


def numbers(name: str, dtype: str, count: int) -> Any:
    """Return every finite float16 where the function is defined, or numbers of all sizes."""
    if dtype == "float16":
        x = np.arange(65_536, dtype=np.uint16).view(np.float16)
        x = x[np.isfinite(x)]
    else:
        random = np.random.default_rng(0)
        widest = WIDEST.get(name, 1e4)
        sizes = np.exp(random.uniform(math.log(1e-8), math.log(widest), count // 2))
        signed = sizes * random.choice([-1.0, 1.0], len(sizes))
        x = np.concatenate([signed, random.uniform(-widest, widest, count - len(sizes))])
        x = np.abs(x) if name in POSITIVE else x
        x = x.astype(dtype)
    return x[(x > LOWEST.get(name, -np.inf)) & ((x > 0) | (name not in POSITIVE))]


def exact(name: str, x: Any) -> Any:
    """Return the function's values, to more digits than the dtype has."""
    call, of_mpmath = FUNCTIONS[name]
    if x.dtype == np.float64:
        import mpmath

        with mpmath.workdps(40):
            # The difference to the nearest float64 is kept too, in a second number.
            values = [of_mpmath(mpmath, mpmath.mpf(float(each))) for each in x]
            near = [float(value) for value in values]
            rest = [float(value - n) for value, n in zip(values, near, strict=True)]
        return np.array(near), np.array(rest)
    import torch

    wide = torch.from_numpy(x.astype(np.float64))
    if name == "gelu":
        return (wide * torch.special.ndtr(wide)).numpy(), 0.0
    return array(call(torch, wide)), 0.0


def units_off(library: Any, name: str, dtype: str, count: int, below: float = np.inf) -> float:
    """Return the largest error in units in the last place, among normal results."""
    x = numbers(name, dtype, count)
    x = x[np.abs(x) <= below]
    values, rest = exact(name, x)
    found = array(FUNCTIONS[name][0](library, library.from_numpy(x)))
    with np.errstate(over="ignore"):
        normal = np.isfinite(values.astype(dtype)) & (np.abs(values) >= np.finfo(dtype).tiny)
    found, values = found[normal], values[normal]
    unit = np.spacing(np.abs(values.astype(dtype))).astype(np.float64)
    off = np.abs((found.astype(np.float64) - values) - (rest[normal] if np.ndim(rest) else 0.0))
    return float((off / unit).max(initial=0.0))
