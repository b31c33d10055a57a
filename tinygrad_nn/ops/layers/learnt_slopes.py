"""Leaky relus whose slope below 0 is learnt, or drawn: prelu and rrelu.
Read `softmax.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_bool, as_number
from ...arrays.dtypes import FLOAT64
from ...arrays.layout import empty_as
from ...arrays.refusing import check_are_tensors, instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array, Data, RealArray
from ...autograd.writing import in_place
from ...errors import ArgumentError, DTypeError, ShapeError
from ...random import Generator, default_generator
from ..elementwise.activations import check_float
from ..elementwise.complex_parts import check_ordered
from ..elementwise.refusals import check_not_integers
from ..shape.sizes import reshape

__all__ = ["prelu", "rrelu", "rrelu_"]


@op(r"\begin{cases} x & \text{if } x > 0 \\ w x & \text{else} \end{cases}", elementwise=True)
def prelu_kernel(input: RealArray, weight: RealArray) -> Array:
    """Return x where it is above 0, else x times the weight, broadcast.

    Raises:
        DTypeError: integers and bool, complex numbers.
    """
    check_not_integers("prelu", input, weight)
    return np.where(input > 0, input, weight * input)


prelu_kernel.vjp(
    input=lambda g, input, weight: np.where(input > 0, g, g * weight),
    weight=lambda g, input: np.where(input > 0, 0.0, g * input),
)


@refuses
@instead_of("prelu_kernel", "reshape")
def prelu(input: Any, weight: Any) -> Any:
    """Return x where it is above 0, else x times a weight, one for all or one for each channel.

    Shapes: input (N, C, ...), weight (C,), (1,) or () (He et al. 2015).

    Raises:
        DTypeError: two dtypes, integers and bool. ShapeError: a weight that does not fit.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.prelu(tnn.tensor([[-2.0, -2.0]]), tnn.tensor([0.5, 0.1]))
        tensor([[-1.0000, -0.2000]])
    """
    check_are_tensors("prelu", input=input, weight=weight)
    x, w = input.array, weight.array
    if x.dtype != w.dtype:
        raise DTypeError(
            f"prelu: input and weight must be of one dtype, got {x.dtype} and {w.dtype}"
        )
    if w.size != 1:
        channels = x.shape[1] if x.ndim > 1 else 1
        if w.ndim > 1 or not x.ndim or w.size != channels:
            raise ShapeError(
                f"prelu: a weight of one element, or of shape ({channels},), one for each channel, "
                f"fits an input of shape {x.shape}; got {w.shape}"
            )
        weight = reshape(weight, (-1, *(1,) * (x.ndim - 2)))
    elif w.ndim > 1:
        raise ShapeError(f"prelu: weight must have one dimension or none, got shape {w.shape}")
    elif not x.ndim:
        weight = reshape(weight, ())
    return prelu_kernel(input, weight)


@op(r"\begin{cases} x & \text{if } x > 0 \\ r x & \text{else} \end{cases}")
def rrelu_with_noise(input: Array, noise: Data) -> Array:
    """Return x where it is above 0, else x times the noise."""
    check_ordered(input, "rrelu_with_noise")
    return np.where(input > 0, input, input * noise)


rrelu_with_noise.vjp(input=lambda g, input, noise: np.where(input > 0, g, g * noise))
_with_noise_in_place = in_place(rrelu_with_noise)


@refuses
@instead_of("rrelu_with_noise", "rrelu_with_noise_", name="rrelu")
def randomly_leaky(
    input: Any,
    lower: float = 1.0 / 8.0,
    upper: float = 1.0 / 3.0,
    training: bool = False,
    inplace: bool = False,
    generator: Generator | None = None,
) -> Any:
    """Return x where it is above 0, else x times a slope drawn between lower and upper.

    Outside training the slope is the mean of the two (Xu et al. 2015). PyTorch's numbers for the
    same seed.

    Raises:
        DTypeError: integers and bool. ArgumentError: lower above upper.
    """
    check_are_tensors("rrelu", input=input)
    x = input.array
    check_float(x, "rrelu")
    low, high = as_number(lower, "lower", "rrelu"), as_number(upper, "upper", "rrelu")
    if low > high:
        raise ArgumentError(f"rrelu: lower must not be above upper, got {lower} and {upper}")
    noise = np.full((), (low + high) / 2.0, x.dtype)
    if as_bool(training, "training", "rrelu"):
        below = x <= 0
        source = default_generator if generator is None else generator
        noise = empty_as(x)
        noise[...] = 1.0
        first, last = (float(x.dtype.type(bound)) for bound in (low, high))  # as in PyTorch
        uniforms = source.fractions(int(below.sum()), FLOAT64)
        noise[below] = first + (last - first) * uniforms
    return (_with_noise_in_place if inplace else rrelu_with_noise)(input, noise)


def rrelu(
    input: Any,
    lower: float = 1.0 / 8.0,
    upper: float = 1.0 / 3.0,
    training: bool = False,
    generator: Generator | None = None,
) -> Any:
    """Return x where it is above 0, else x times a slope between lower and upper.

    It is drawn in training, else the mean of the two; see `nn.functional.rrelu`.
    """
    return randomly_leaky(input, lower, upper, training, False, generator)


def rrelu_(
    input: Any,
    lower: float = 1.0 / 8.0,
    upper: float = 1.0 / 3.0,
    training: bool = False,
    generator: Generator | None = None,
) -> Any:
    """Write the result of `rrelu` into this tensor and return it."""
    return randomly_leaky(input, lower, upper, training, True, generator)


class LearntSlopeMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    prelu = prelu
