"""Activations that bend what is below 0, as functions: `F.leaky_relu(x)`, with `inplace`.
Read `regression.py` next.
"""

from __future__ import annotations

from ...arrays.refusing import instead_of
from ...autograd.writing import in_place
from ...ops.elementwise import bent_lines
from ...tensor import Tensor

__all__ = ["elu", "hardtanh", "leaky_relu", "relu6", "selu", "silu"]

_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017, equation 14
_elu_, _silu_ = in_place(bent_lines.elu), in_place(bent_lines.silu)
_hardtanh_, _leaky_relu_ = in_place(bent_lines.hardtanh), in_place(bent_lines.leaky_relu)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return x where it is above 0, else x times the negative slope."""
    return (_leaky_relu_ if inplace else bent_lines.leaky_relu)(input, negative_slope)


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """Return x kept between two bounds; the gradient there and beyond is 0."""
    return (_hardtanh_ if inplace else bent_lines.hardtanh)(input, min_val, max_val)


@instead_of("hardtanh")
def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x kept between 0 and 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where it is above 0, else alpha (e^x - 1)."""
    return (_elu_ if inplace else bent_lines.elu)(input, alpha)


@instead_of("elu")
def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return the elu that keeps mean 0 and variance 1 from layer to layer (Klambauer 2017)."""
    return (_elu_ if inplace else bent_lines.elu)(input, _ALPHA, _SCALE)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x times its sigmoid."""
    return (_silu_ if inplace else bent_lines.silu)(input)
