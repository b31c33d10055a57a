"""Smooth activations with logarithms in them: mish, logsigmoid, logit.
Read `selection.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.dtypes import FLOAT16
from ...arrays.promotion import rounded_once
from ...arrays.sums import in_float32
from ...autograd.declaring import alias, op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from .activations import check_float, sigmoid, softplus
from .complex_parts import check_ordered
from .functions import tanh

__all__ = ["logit", "logit_"]


@op(r"x \tanh \log(1 + e^{x})", elementwise=True)
def mish(input: Array) -> Array:
    """Return x tanh(softplus(x)) (Misra 2019).

    Raises:
        DTypeError: integers and bool.
    """
    check_float(input, "mish")
    x = in_float32(input)
    e = np.asarray(np.minimum(x, 20.0))  # from there on the tanh is 1
    e = np.exp(e, out=e)
    e *= e + 2.0
    e /= e + 2.0  # tanh(log(1 + t)) = (t^2 + 2 t) / (t^2 + 2 t + 2)
    e *= x
    return e.astype(input.dtype, copy=False)


def _mish_rule(g: Array, input: Array) -> Array:
    """g * (t(input) + input * sigmoid(input) * (1 - t(input)**2)): t(x) = tanh(log(1 + exp(x)))."""
    t = tanh(softplus(input))
    return g * (t + input * sigmoid(input) * (1.0 - t * t))


mish.vjp(input=_mish_rule)


@op(r"\log \sigma(x)", elementwise=True)
def log_sigmoid(input: Array) -> Array:
    """Return log(1 / (1 + exp(-x))), without overflow on the way.

    Raises:
        DTypeError: integers and bool.
    """
    check_float(input, "logsigmoid")
    x = in_float32(input)
    y = np.asarray(np.abs(x, order="C"))  # PyTorch lays this one out by rows
    y = np.exp(np.negative(y, out=y), out=y)
    y = np.log1p(y, out=y)
    return np.subtract(np.minimum(x, 0), y, out=y).astype(input.dtype, copy=False)


log_sigmoid.vjp(input=lambda g, input: g * sigmoid(-input))
logsigmoid = alias(log_sigmoid, "logsigmoid")


@op(r"\log \frac{x}{1 - x}", elementwise=True)
def logit(input: FloatArray, eps: Number = None) -> Array:
    """Return log(x / (1 - x)), the inverse of sigmoid: infinite at 0 and 1, nan beyond.

    With `eps`, x is first kept between eps and 1 - eps, where the gradient is 0.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.logit(tnn.tensor([0.5, 0.75, 1.0]), eps=1e-6)
        tensor([ 0.0000,  1.0986, 13.8023])
    """
    check_ordered(input, "logit")
    if input.dtype is FLOAT16:
        return rounded_once(logit.op.forward)(input, eps)
    x = input if eps is None else np.clip(input, eps, 1.0 - eps)
    return np.log(x / (1.0 - x))


def _logit_rule(g: Array, input: Array, eps: Any) -> Array:
    """g / (input * (1 - input)): with eps 0 beyond its bounds, without nan beyond 0 and 1."""
    low, otherwise = (0.0, float("nan")) if eps is None else (eps, 0.0)
    is_within = (input >= low) & (input <= 1.0 - low)
    return np.where(is_within, g / (input * (1.0 - input)), otherwise)


logit.vjp(input=_logit_rule)
logit_ = in_place(logit)


class SmoothBendMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    logit, logit_ = logit, logit_
