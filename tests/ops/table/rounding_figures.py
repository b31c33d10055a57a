"""N6: how many units in the last place the functions that models are made of are off.
Read `../test_numerics.py` next.

float16 is tried at every number there is, float32 and float64 at numbers of all sizes. The exact
values are PyTorch's in float64 for the first two, and those of mpmath, to 40 digits, for float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numeric_figures import array


class Function(NamedTuple):
    """A call in either library and in mpmath, where it is tried, and how far off it may be."""

    call: Callable[[Any, Any], Any]
    in_mpmath: Callable[[Any, Any], Any]
    lowest: float
    highest: float
    limit: float = 4.0

    def numbers(self, dtype: str, count: int) -> Any:
        """Return numbers of the dtype, those within the bounds at which it is tried."""
        if dtype == "float16":
            x = np.arange(65_536, dtype=np.uint16).view(np.float16)
        else:
            random = np.random.default_rng(0)
            largest = math.log(max(-self.lowest, self.highest))
            sizes = np.exp(random.uniform(math.log(1e-8), largest, count // 2))
            signed = sizes * random.choice([-1.0, 1.0], len(sizes))
            even = random.uniform(self.lowest, self.highest, count - len(sizes))
            x = np.concatenate([signed, even]).astype(dtype)
        return x[(x > self.lowest) & (x < self.highest)]


def by_library(name: str) -> Callable[[Any, Any], Any]:
    return lambda library, x: getattr(library, name)(x)


def gelu(library: Any, x: Any) -> Any:
    return library.nn.functional.gelu(x)


# Beyond the bounds a function is 0, 1 or inf in float32.
FUNCTIONS = {
    "exp": Function(by_library("exp"), lambda m, x: m.exp(x), -87, 87),
    "log": Function(by_library("log"), lambda m, x: m.log(x), 0, 1e4),
    "log1p": Function(by_library("log1p"), lambda m, x: m.log1p(x), -1, 1e4),
    "expm1": Function(by_library("expm1"), lambda m, x: m.expm1(x), -87, 87),
    "tanh": Function(by_library("tanh"), lambda m, x: m.tanh(x), -20, 20),
    "sigmoid": Function(by_library("sigmoid"), lambda m, x: 1 / (1 + m.exp(-x)), -87, 87),
    "erf": Function(by_library("erf"), lambda m, x: m.erf(x), -6, 6),
    "erfc": Function(by_library("erfc"), lambda m, x: m.erfc(x), -6, 9, limit=9),
    "gelu": Function(gelu, lambda m, x: x * m.erfc(-x / m.sqrt(2)) / 2, -0.5, 12),
    "softplus": Function(
        lambda f, x: f.nn.functional.softplus(x, threshold=60.0),
        lambda m, x: m.log1p(m.exp(x)),
        *(-87, 87),
    ),
    "silu": Function(
        lambda f, x: f.nn.functional.silu(x), lambda m, x: x / (1 + m.exp(-x)), -80, 80
    ),
}
TAIL = [-1.0, -2.0, -5.0, -10.0]  # where gelu is small beside x


@cache
def exact(name: str, dtype: str, count: int) -> tuple[Any, Any, Any]:
    """Return the numbers, the function's values there, and what float64 leaves of these out."""
    import mpmath
    import torch

    function = FUNCTIONS[name]
    x = function.numbers(dtype, count)
    if dtype == "float64":
        with mpmath.workdps(40):
            values = [function.in_mpmath(mpmath, mpmath.mpf(float(each))) for each in x]
            near = [float(value) for value in values]
            rest = [float(value - n) for value, n in zip(values, near, strict=True)]
        return x, np.array(near), np.array(rest)
    wide = torch.from_numpy(x.astype(np.float64))
    y = (
        wide * torch.erfc(-wide * math.sqrt(0.5)) / 2
        if name == "gelu"
        else function.call(torch, wide)
    )
    return x, y.numpy(), np.zeros(len(x))


def units_off(library: Any, name: str, dtype: str, count: int) -> float:
    """Return the largest error in units in the last place, where the value is a normal number."""
    x, values, rest = exact(name, dtype, count)
    found = array(FUNCTIONS[name].call(library, library.from_numpy(x.copy()))).astype(np.float64)
    kind = np.finfo(dtype)
    normal = (np.abs(values) >= kind.tiny) & (np.abs(values) <= kind.max)
    unit = np.spacing(np.abs(values[normal]).astype(dtype)).astype(np.float64)
    return float((np.abs((found - values)[normal] - rest[normal]) / unit).max())


def off_in_the_tail(library: Any, x: float, dtype: str) -> float:
    """Return the relative error of gelu at a negative number."""
    there = library.tensor([x], dtype=getattr(library, dtype))
    value = x * math.erfc(-x * math.sqrt(0.5)) / 2
    return abs(float(array(gelu(library, there))[0]) / value - 1.0)
