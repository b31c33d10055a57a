"""The logarithm of the gamma function and its derivatives: lgamma, digamma, polygamma.
Read `incomplete_gamma.py` next.

Between 1 and 2 by rational functions, fitted by Remez's method to 1e-17 of the value; beside that
by recurrence, farther right by Stirling's series, left of 0 by reflection. All in float64, of which
float32 is rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.arguments import Integer
from ...arrays.blocks import by_blocks
from ...arrays.dtypes import FLOAT64
from ...arrays.polynomials import polynomial, ratio
from ...arrays.promotion import as_float
from ...autograd.declaring import alias, op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from ...errors import ArgumentError
from ..elementwise.complex_parts import check_ordered
from ..elementwise.refusals import check_not_bool
from .by_scipy import scipy_special

__all__ = ["digamma", "lgamma", "mvlgamma", "polygamma"]

_LOG_GAMMA = (  # log(gamma(x)) / ((x - 1) (x - 2)) of x - 1
    (
        *(0.5772156649015328586, 1.43118689233118032, 1.285393895680829402, 0.5068648807069663295),
        *(0.08382036790986121635, 0.004399553646985013778, 1.743188278208334666e-05),
    ),
    (
        *(1.0, 2.904353368752981668, 3.191625557305536526, 1.651593993882035492),
        *(0.4070841011860941571, 0.04236081782082153235, 0.001285797714959372213),
    ),
)
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)  # DLMF 5.11.1
_ROOT, _ROOT_REST = 1.4616321449683623, 9.549995429965697e-17  # of digamma
_DIGAMMA = (  # digamma(x) / (x - root) of x - 1
    (
        *(1.250380137503405358, 1.7839218854806644, 0.8597402885929032373, 0.1687317329680409007),
        *(0.01244857747484615479, 0.000226981722696379198),
    ),
    (
        *(1.0, 2.11025044859628949, 1.528246496094116588, 0.481100147923748565),
        *(0.06652459338935575319, 0.003460598506684847456, 4.012887796988305802e-05),
    ),
)
_OF_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)  # DLMF 5.11.2
_HIGHEST = 10_000
_OF_TRIGAMMA = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)  # DLMF 5.15.8


def _log_gamma_of_small(x: Array) -> Array:
    """Return log(gamma(x)) of x from 0 to 13, as gamma(x) = (x - 1) gamma(x - 1)."""
    is_left = x < 1.0
    rest = np.where(is_left, x, x - 1.0)
    product = np.where(is_left, x, 1.0)
    while (above := rest >= 1.0).any():
        product *= np.where(above, rest, 1.0)
        rest -= above
    step = np.log(product)
    return np.where(is_left, -step, step) + rest * (rest - 1.0) * ratio(rest, _LOG_GAMMA)


def _log_gamma_of_large(x: Array) -> Array:
    series = polynomial(1.0 / (x * x), _STIRLING) / x
    return (x - 0.5) * (np.log(x) - 1.0) + (0.5 * math.log(2.0 * math.pi) - 0.5 + series)


def _digamma_of_small(x: Array) -> Array:
    """Return digamma(x) of x from 0 to 10, as digamma(x) = digamma(x - 1) + 1 / (x - 1)."""
    is_left = x < 1.0
    u = x + is_left
    total = np.where(is_left, -1.0 / x, 0.0)
    while (above := u >= 2.0).any():
        u -= above
        total += np.where(above, 1.0 / u, 0.0)
    return total + ((u - _ROOT) - _ROOT_REST) * ratio(u - 1.0, _DIGAMMA)


def _digamma_of_large(x: Array) -> Array:
    square = 1.0 / (x * x)
    return np.log(x) - 0.5 / x - square * polynomial(square, _OF_DIGAMMA)


def _trigamma_of_small(x: Array) -> Array:
    """Return trigamma(x) of x from 0 to 10, as trigamma(x) = trigamma(x + 1) + 1 / x^2."""
    u, total = x + 0.0, np.zeros_like(x)
    while (below := u < 10.0).any():
        total += np.where(below, 1.0 / (u * u), 0.0)
        u += below
    return total + _trigamma_of_large(u)


def _trigamma_of_large(x: Array) -> Array:
    square = 1.0 / (x * x)
    return (1.0 + square * polynomial(square, _OF_TRIGAMMA)) / x + 0.5 * square


def _by_size(x: Array, bound: float, of_small: Any, of_large: Any) -> Array:
    """Return one function of the numbers below the bound, another of the others; nan of nan."""
    y, is_small = np.empty_like(x), x < bound
    y[is_small] = of_small(x[is_small])
    y[~is_small] = of_large(x[~is_small])
    return y


def _from_whole(x: Array) -> Array:
    """Return pi times what x is above the nearest whole number: sines of it are exact."""
    return math.pi * (x - np.rint(x))


def _log_gamma(x: Array) -> Array:
    size = np.abs(x)
    y = _by_size(size, 13.0, _log_gamma_of_small, _log_gamma_of_large)
    left = x < 0.0
    if left.any():  # gamma(x) gamma(-x) = -pi / (x sin(pi x))
        z = x[left]
        y[left] = math.log(math.pi) - np.log(np.abs(z * np.sin(_from_whole(z)))) - y[left]
        y[np.isinf(x)] = np.inf
    return y


def _digamma(x: Array) -> Array:
    size = np.abs(x)
    y = _by_size(size, 10.0, _digamma_of_small, _digamma_of_large)
    left = x < 0.0
    if left.any():
        z = x[left]
        rest = _from_whole(z)
        cotangent = np.where(rest == 0.0, np.nan, math.pi / np.tan(rest))
        y[left] += -1.0 / z - cotangent
    y[x == 0.0] = np.copysign(np.inf, -x[x == 0.0])
    return y


def _trigamma(x: Array) -> Array:
    left = x < 0.5
    y = _by_size(np.where(left, 1.0 - x, x), 10.0, _trigamma_of_small, _trigamma_of_large)
    if left.any():
        y[left] = (math.pi / np.sin(_from_whole(x[left]))) ** 2 - y[left]
    return y


def _in_doubles(compute: Callable[[Array], Array], x: Array) -> Array:
    return by_blocks(compute, x.astype(FLOAT64, copy=False)).astype(x.dtype, copy=False)


@op(r"\log |\Gamma(x)|", elementwise=True)
def lgamma(input: FloatArray) -> Array:
    """Return the logarithm of the gamma function's absolute value; infinite at 0, -1, -2 ...

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.lgamma(tnn.tensor([0.5, 1.0, 5.0]))
        tensor([0.5724, 0.0000, 3.1781])
    """
    check_ordered(input, "lgamma")
    return _in_doubles(_log_gamma, input)


@op(r"\psi(x)", elementwise=True)
def digamma(input: FloatArray) -> Array:
    """Return the derivative of lgamma: -inf at 0, nan at -1, -2 ...

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.digamma(tnn.tensor([0.5, 1.0]))
        tensor([-1.9635, -0.5772])
    """
    check_ordered(input, "digamma")
    return _in_doubles(_digamma, input)


@op(r"\psi^{(n)}(x)", elementwise=True, name="polygamma", public="polygamma")
def derivative_of_digamma(input: FloatArray, n: Integer) -> Array:
    """Return the nth derivative of digamma."""
    check_ordered(input, "polygamma")
    if n < 0:
        raise ArgumentError(f"polygamma: n must not be below 0, got {n}")
    if n < 2:
        return _in_doubles(_trigamma if n else _digamma, input)
    zeta = scipy_special("polygamma").zeta
    factor = math.factorial(n) if n <= 170 else math.inf  # the largest that float64 holds
    sign = 1.0 if n % 2 else -1.0
    return _in_doubles(lambda x: sign * factor * zeta(float(n) + 1.0, x), input)


lgamma.vjp(input=lambda g, input: g * digamma(input))
digamma.vjp(input=lambda g, input: g * derivative_of_digamma(input, 1))
derivative_of_digamma.vjp(input=lambda g, input, n: g * derivative_of_digamma(input, n + 1))


def polygamma(n: int, input: Any, *, out: Any = None) -> Any:
    """Return the nth derivative of digamma; from the second on by SciPy.

    Raises:
        ArgumentError: an n below 0. MissingExtraError: SciPy is needed and not installed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.polygamma(1, tnn.tensor([1.0, 2.0]))
        tensor([1.6449, 0.6449])
    """
    function: Any = derivative_of_digamma
    return function(input, n, out=out)


@op(r"\log \Gamma_p(x)", elementwise=True)
def mvlgamma(input: Array, p: Integer) -> Array:
    """Return the logarithm of the multivariate gamma function of dimension p.

    p (p - 1) / 4 log(pi) + the sum of lgamma(x - j / 2), j from 0 to p - 1 (DLMF 35.3.4).

    Raises:
        ArgumentError: a p below 1, or above 10,000. DTypeError: bool, complex numbers.
    """
    check_ordered(input, "mvlgamma")
    check_not_bool("mvlgamma", input)
    input = as_float(input)
    if not 1 <= p <= _HIGHEST:
        raise ArgumentError(f"mvlgamma: p must be from 1 to {_HIGHEST}, got {p}")
    total = sum(lgamma.op.forward(input - 0.5 * j) for j in range(p))
    return total + p * (p - 1) / 4.0 * math.log(math.pi)


def _mvlgamma_rule(g: Array, input: Array, p: int) -> Array:
    """g * psi(input, p): psi(x, p) the sum of digamma(x - j / 2), j from 0 to p - 1."""
    total = digamma(input)
    for j in range(1, p):
        total = total + digamma(input - 0.5 * j)
    return g * total


mvlgamma.vjp(input=_mvlgamma_rule)

gammaln, psi = alias(lgamma, "gammaln"), alias(digamma, "psi")
multigammaln = alias(mvlgamma, "multigammaln")


class GammaMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    lgamma, lgamma_, digamma, digamma_ = lgamma, in_place(lgamma), digamma, in_place(digamma)
    mvlgamma, mvlgamma_ = mvlgamma, in_place(mvlgamma)

    def polygamma(self, n: int) -> Any:
        """Return the nth derivative of digamma."""
        return polygamma(n, self)

    def polygamma_(self, n: int) -> Any:
        """Write the nth derivative of digamma into this tensor and return it."""
        return self.copy_(polygamma(n, self))  # type: ignore[attr-defined]
