"""Activations of two lines or a line and a curve, as functions: `F.leaky_relu(x)`, with `inplace`.
Read `gates.py` next.
"""

from __future__ import annotations

from ...arrays.refusing import instead_of
from ...autograd.writing import in_place
from ...ops.elementwise import activations, bent_lines, shrinking
from ...ops.elementwise.bent_lines import celu_, selu_
from ...ops.elementwise.shrinking import (
    hardshrink,
    softshrink,
    softsign,
    tanhshrink,
    threshold_,
)
from ...ops.layers.learnt_slopes import prelu, randomly_leaky, rrelu_
from ...tensor import Tensor

__all__ = [
    "celu",
    "celu_",
    "elu",
    "elu_",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "leaky_relu",
    "leaky_relu_",
    "prelu",
    "relu6",
    "relu_",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "silu",
    "softshrink",
    "softsign",
    "tanhshrink",
    "threshold",
    "threshold_",
]

relu_ = activations.relu_
elu_, leaky_relu_ = in_place(bent_lines.elu), in_place(bent_lines.leaky_relu)
hardtanh_, _silu_ = in_place(bent_lines.hardtanh), in_place(bent_lines.silu)
_hardsigmoid_, _hardswish_ = in_place(shrinking.hardsigmoid), in_place(shrinking.hardswish)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return x where it is above 0, else x times the negative slope."""
    return (leaky_relu_ if inplace else bent_lines.leaky_relu)(input, negative_slope)


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Return x kept between two bounds; the gradient there and beyond is 0."""
    return (hardtanh_ if inplace else bent_lines.hardtanh)(input, min_val, max_val)


@instead_of("hardtanh", "hardtanh_")
def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x kept between 0 and 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where it is above 0, else alpha (e^x - 1)."""
    return (elu_ if inplace else bent_lines.elu)(input, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return the elu that keeps mean 0 and variance 1 from layer to layer (Klambauer 2017)."""
    return (selu_ if inplace else bent_lines.selu)(input)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where it is above 0, else alpha (e^(x / alpha) - 1): smooth at 0 (Barron 2017)."""
    return (celu_ if inplace else bent_lines.celu)(input, alpha)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x times its sigmoid."""
    return (_silu_ if inplace else bent_lines.silu)(input)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Return x where it is above the threshold, else the value."""
    return (threshold_ if inplace else shrinking.threshold)(input, threshold, value)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x / 6 + 1/2 kept between 0 and 1, where the gradient is 0."""
    return (_hardsigmoid_ if inplace else shrinking.hardsigmoid)(input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x times its hardsigmoid (Howard et al. 2019)."""
    return (_hardswish_ if inplace else shrinking.hardswish)(input)


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """Return x where it is above 0, else x times a slope drawn between lower and upper.

    Outside training the slope is the mean of the two (Xu et al. 2015).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.rrelu(tnn.tensor([-1.0, 2.0]), 0.2, 0.4)
        tensor([-0.3000,  2.0000])
    """
    return randomly_leaky(input, lower, upper, training, inplace)
