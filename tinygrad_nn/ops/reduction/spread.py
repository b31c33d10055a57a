"""How far elements lie from their mean: variances, deviations, covariances and correlations.
Read `norms.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.arguments import Dims, Number, count, kept_shape
from ...arrays.kinds import is_array, is_complex, is_differentiable
from ...arrays.refusing import instead_of, refuses, shown
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.complex_parts import conj
from ..elementwise.selection import clamp
from .sums import mean, spread_over, sum

__all__ = ["corrcoef", "cov", "std", "std_mean", "var", "var_mean"]


def _freedom(n: int, unbiased: bool, correction: Any) -> Any:
    freedom = n - (int(unbiased) if correction is None else correction)
    return freedom if freedom > 0 else 0


def _moments(
    input: Array, dim: Any, unbiased: bool, keepdim: bool, correction: Any, name: str
) -> tuple[Array, Array]:
    """Return the variance, in two passes, and the mean with the dimensions kept if there are any.

    Both are of float32 where the input is float16.
    """
    if not is_differentiable(input):
        raise DTypeError(f"{name}: not defined for {input.dtype}; use x.float()")
    n = count(input.shape, dim)
    wide = in_float32(input)
    middle = accurate_sum(wide, dim, dim is not None) / n
    centred = wide - middle
    if is_complex(centred):
        centred = np.abs(centred)
    total = accurate_sum(centred * centred, dim, keepdim)
    return total / _freedom(n, unbiased, correction), middle


def _narrowed(y: Array, input: Array) -> Array:
    """Return float32 as float16 where the input is; complex numbers have real variances."""
    return y if is_complex(input) else y.astype(input.dtype, copy=False)


def _mean_of(middle: Array, input: Array, dim: Any, keepdim: bool) -> Array:
    kept = np.asarray(middle).reshape(kept_shape(input.shape, dim))
    y = kept if keepdim else kept.reshape(()) if dim is None else kept.squeeze(dim)
    return y.astype(input.dtype, copy=False)


@op(r"\frac{1}{n - c} \sum_i (x_i - \operatorname{mean}(x))^2", name="var")
def variance(
    input: Array,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: Number = None,
) -> Array:
    """Return the variance in two passes; divided by n - 1, or n if `unbiased` is False."""
    return _narrowed(_moments(input, dim, unbiased, keepdim, correction, "var")[0], input)


@op(r"\sqrt{\operatorname{var}(x)}", name="std")
def deviation(
    input: Array,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: Number = None,
) -> Array:
    """Return the standard deviation, the root of the variance; its gradient at 0 is 0."""
    found = _moments(input, dim, unbiased, keepdim, correction, "std")[0]
    return _narrowed(np.sqrt(found), input)


@op(
    r"\operatorname{var}(x), \operatorname{mean}(x)",
    name="var_mean", returns="var, mean",
)  # fmt: skip
def variance_and_mean(
    input: Array,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: Number = None,
) -> Any:
    """Return the variance and the mean."""
    found, middle = _moments(input, dim, unbiased, keepdim, correction, "var_mean")
    return _narrowed(found, input), _mean_of(middle, input, dim, keepdim)


@op(
    r"\operatorname{std}(x), \operatorname{mean}(x)",
    name="std_mean", returns="std, mean",
)  # fmt: skip
def deviation_and_mean(
    input: Array,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: Number = None,
) -> Any:
    """Return the standard deviation and the mean."""
    found, middle = _moments(input, dim, unbiased, keepdim, correction, "std_mean")
    return _narrowed(np.sqrt(found), input), _mean_of(middle, input, dim, keepdim)


def _var_rule(
    g: Array, input: Array, input_shape: Any, dim: Any, unbiased: bool, correction: Any
) -> Array:
    """2 * g / (n - c) * (x - mean(x)): over n elements, c the correction."""
    freedom = count(input_shape, dim) - (int(unbiased) if correction is None else correction)
    if dim is None or not input_shape:
        freedom = max(freedom, 0)
    scale = 2.0 / freedom if freedom else math.inf  # below 0 too along a dim, as in PyTorch
    return g.reshape(kept_shape(input_shape, dim)) * scale * (input - mean(input, dim, True))


def over_or_zero(g: Array, y: Array) -> Array:
    """Return g / y, and 0 where y is 0."""
    if is_array(y) and np.count_nonzero(y) == y.size:
        return g / y
    at_zero = y == 0
    return np.where(at_zero, 0.0, g / np.where(at_zero, 1.0, y))


def _std_rule(
    g: Array, input: Array, y: Array, input_shape: Any, dim: Any, unbiased: bool, correction: Any
) -> Array:
    """g / y / (n - correction) * (input - mean(input)): and 0 where y is 0."""
    of_var = over_or_zero(g, 2.0 * y)
    return _var_rule(of_var, input, input_shape, dim, unbiased, correction)


def _conjugated(x: Array) -> Array:
    """Return conj(x) where the engine conjugates for the complex mean, and the other is real."""
    return conj(x) if is_complex(x) else x


def _mean_rule(g: Array, input_shape: Any, dim: Any) -> Array:
    return spread_over(g / (count(input_shape, dim) or 1), input_shape, dim)


def _var_mean_rule(
    g_var: Array, g_mean: Array, input: Array, input_shape: Any, dim: Any, unbiased: bool,
    correction: Any,
) -> Array:  # fmt: skip
    """2 * g_var / (n - correction) * (input - mean(input)) + g_mean / n: over n elements."""
    of_var = _var_rule(g_var, input, input_shape, dim, unbiased, correction)
    return _conjugated(of_var) + _mean_rule(g_mean, input_shape, dim)


def _std_mean_rule(
    g_std: Array, g_mean: Array, input: Array, std: Array, input_shape: Any, dim: Any,
    unbiased: bool, correction: Any,
) -> Array:  # fmt: skip
    """g_std / std / (n - correction) * (input - mean(input)) + g_mean / n: over n elements."""
    of_std = _std_rule(g_std, input, std, input_shape, dim, unbiased, correction)
    return _conjugated(of_std) + _mean_rule(g_mean, input_shape, dim)


variance.vjp(input=_var_rule)
deviation.vjp(input=_std_rule)
variance_and_mean.vjp(input=_var_mean_rule)
deviation_and_mean.vjp(input=_std_mean_rule)


def _taking_one_bool(operation: Callable[..., Any], doc: str) -> Callable[..., Any]:
    """Return the function that users call: one bool alone is `unbiased`, not a dim."""

    def call(input: Any, *given: Any, **names: Any) -> Any:
        if len(given) == 1 and isinstance(given[0], bool):
            given = (None, *given)
        return operation(input, *given, **names)

    call.__name__ = call.__qualname__ = operation.__name__
    call.__doc__ = doc
    return call


var = _taking_one_bool(
    *(variance, "Return the variance over `dim`, of all by default; `var(x, False)` divides by n.")
)
std = _taking_one_bool(
    deviation,
    "Return the standard deviation over `dim`, of all by default; `std(x, False)` divides by n.",
)
var_mean = _taking_one_bool(
    variance_and_mean, "Return the variance and the mean over `dim`, of all by default."
)
std_mean = _taking_one_bool(
    deviation_and_mean, "Return the standard deviation and the mean over `dim`, of all by default."
)


@refuses
def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """Return the covariances of variables, the rows of a matrix; the columns are observations.

    `fweights` says how often each was observed (integers), `aweights` how much each counts.

    Raises:
        ShapeError: more than two dimensions, or weights that are not one for each observation.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.cov(tnn.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    array = getattr(input, "array", None)
    if array is None:
        raise DTypeError(f"cov() takes a Tensor, got {shown(input)}")
    if array.ndim > 2 or array.dtype == np.bool_:
        raise ShapeError(f"cov: at most two dimensions of numbers expected, got {shown(input)}")
    x = input.reshape(1, -1) if array.ndim < 2 else input
    number = x.array.shape[1]
    weights = _weights(fweights, aweights, number)
    if weights is None:
        middle: Any = sum(x, 1, True) / (number or math.nan)
        freedom: Any = number - correction
        scaled = x - middle
        product = scaled
    else:
        total = sum(weights)
        if not total.array > 0:
            raise ArgumentError(f"cov: the weights add up to {total.item()}; they must be positive")
        middle = sum(x * weights, 1, True) / total
        freedom = total - correction
        if aweights is not None and correction:
            freedom = total - correction * sum(weights * aweights) / total
        scaled = x - middle
        product = scaled * weights
    least = clamp(freedom, 0) if hasattr(freedom, "array") else max(freedom, 0)
    y = product @ _conjugated(scaled).T / least
    return y.squeeze() if array.ndim < 2 or len(x.array) == 1 else y


def _weights(fweights: Any, aweights: Any, number: int) -> Any:
    for name, each in (("fweights", fweights), ("aweights", aweights)):
        if each is not None and each.array.shape != (number,):
            raise ShapeError(
                f"cov: {name} must be a vector of {number}, one for each observation, got shape "
                f"{each.array.shape}"
            )
        if each is not None and (each.array < 0).any():
            raise ArgumentError(f"cov: {name} must not be negative")
    if fweights is None or aweights is None:
        return aweights if fweights is None else fweights
    return fweights * aweights


@refuses
@instead_of("cov")
def corrcoef(input: Any) -> Any:
    """Return the correlations of variables, the rows of a matrix: covariances over deviations."""
    if getattr(input, "array", None) is None:
        raise DTypeError(f"corrcoef() takes a Tensor, got {shown(input)}")
    if input.array.ndim > 2:
        raise ShapeError(f"corrcoef: at most two dimensions expected, got {shown(input)}")
    c = cov(input)
    if c.array.ndim == 0:
        return c / c
    each = c[range(len(c.array)), range(len(c.array))]
    deviations = (each.real if is_complex(each.array) else each) ** 0.5
    y = c / deviations[:, None] / deviations[None, :]
    return y if is_complex(y.array) else clamp(y, -1, 1)


class SpreadMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    var, std, cov, corrcoef = var, std, cov, corrcoef
