"""The Gaussian error linear unit, exact and by tanh: what transformers have between their layers.
Read `bent_lines.py` next.

Both are x times a sigmoid, sigma(x P(x^2)): with two coefficients that is the tanh form, with seven
the normal distribution function to the digits of float32.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT64
from ...arrays.polynomials import polynomial
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError
from ..special.error_functions import erfc
from .activations import check_float
from .functions import tanh

_BY_TANH = (math.sqrt(8.0 / math.pi), math.sqrt(8.0 / math.pi) * 0.044715)
# x P(x^2) = log(Phi(x) / (1 - Phi(x))), to 7e-8 of Phi: fitted by least squares, reweighted
_NORMAL = (
    *(1.59576899, 0.0726678227, -6.59095221e-05, -1.10555886e-04),
    *(7.94622718e-06, -2.67293800e-07, 3.61872816e-09),
)


def _in_base_two(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(-each / math.log(2.0) for each in coefficients)  # exp2 takes half exp's time


_FACTORS = {"tanh": _in_base_two(_BY_TANH), "none": _in_base_two(_NORMAL)}


@op(r"x \, \Phi(x)", elementwise=True, keeps="phi")
def gelu(input: Array, *, approximate: Any = "none") -> Any:
    """Return x times the probability that a standard normal number is below x.

    With approximate="tanh", x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) instead (Hendrycks and
    Gimpel 2016).

    Raises:
        DTypeError: integers and bool. ArgumentError: another `approximate`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.gelu(tnn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.1587,  0.0000,  1.9545])
    """
    check_float(input, "gelu")
    if approximate not in ("none", "tanh"):
        raise ArgumentError(f"gelu: approximate is 'none' or 'tanh', got {approximate!r:.60}")
    x = in_float32(input)
    if approximate == "none" and x.dtype is FLOAT64:
        phi = erfc(x * -math.sqrt(0.5))  # and not 1 + erf, which is 0 from -9 on
        phi *= 0.5
        return x * phi, phi
    y = np.asarray(x * x)
    phi = polynomial(y, _FACTORS[approximate])
    phi *= x
    phi = np.exp2(phi, out=phi)  # inf where it overflows, and then 1 / inf is 0
    phi += 1.0
    phi = np.reciprocal(phi, out=phi)
    return np.multiply(x, phi, out=y).astype(input.dtype, copy=False), phi


@gelu.backward
def _gelu_rule(g: Array, input: Array, phi: Array, approximate: str) -> Array:
    """g * (Phi(input) + input * exp(-(input**2) / 2) / sqrt(2 * pi)): Phi and its slope."""
    slope = np.asarray(input * input)
    if approximate == "none":
        slope *= -0.5 / math.log(2.0)
        slope = np.exp2(slope, out=slope)
        slope *= math.sqrt(0.5 / math.pi)
    else:
        slope *= 3.0 * _BY_TANH[1]
        slope += _BY_TANH[0]
        rest = 1.0 - phi
        rest *= phi
        slope *= rest
    slope *= input
    slope += phi
    slope *= g
    return slope


@gelu.composite
def _gelu_by_parts(input: Any, *, approximate: str = "none") -> Any:
    if approximate == "none":
        return input * 0.5 * erfc(input * -math.sqrt(0.5))
    inner = (input + input * input * input * 0.044715) * math.sqrt(2.0 / math.pi)
    return input * 0.5 * (tanh(inner) + 1.0)
