"""The parts of complex numbers: real, imaginary, conjugate, angle.
Read `arithmetic.py` next.

A rule is written for real numbers, and the engine conjugates around it: conj(rule(conj(g))). Where
the output is real it does not, so that real and imag say themselves what a complex input gets.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.kinds import is_array, is_complex
from ...arrays.layout import copied
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray
from ...errors import DTypeError

__all__ = ["angle", "conj", "imag", "real"]


def check_ordered(x: Array, name: str) -> None:
    """Raise `DTypeError` for complex numbers, of which none is the larger."""
    if is_complex(x):
        raise DTypeError(f"{name}: not defined for {x.dtype}, which has no order; use x.abs()")


@op(r"\operatorname{Re} x", view=True)
def real(input: Array) -> Array:
    """Return the real part, a view of it; of a real tensor all of it."""
    return input.real


real.vjp(input=lambda g: g)


@op(r"\operatorname{Im} x", view=True)
def imag(input: Array) -> Array:
    """Return the imaginary part, a view of it.

    Raises:
        DTypeError: a real tensor, which has none.
    """
    if not is_complex(input):
        raise DTypeError(f"imag: only complex tensors have an imaginary part, got {input.dtype}")
    return input.imag


def _imag_rule(g: Array) -> Array:
    """g * 1j: with the real part 0, where inf * 1j has nan."""
    if not is_array(g):
        return g * 1j
    made = np.zeros(g.shape, np.result_type(g, np.complex64))
    made.imag = g
    return made


imag.vjp(input=_imag_rule)


@op(r"\bar{x}", elementwise=True)
def conj(input: Array) -> Array:
    """Return the complex conjugate; of a real tensor the same numbers."""
    return np.conjugate(input) if is_complex(input) else copied(input)  # NumPy's of bool is int8


conj.vjp(input=lambda g: conj(g))


@op(r"\arg x", elementwise=True)
def angle(input: FloatArray) -> Array:
    """Return the angle in radians, from -pi to pi; of a real number 0 or pi."""
    if is_complex(input):
        return np.asarray(np.angle(input), order="C")
    turned = np.where(input < 0, math.pi, 0.0)  # of -0.0 too 0, where NumPy says pi
    return np.where(np.isnan(input), input, turned).astype(input.dtype, copy=False)


def _angle_rule(g: Array, input: Array) -> Array:
    """g * (1j * x) / abs(x) ** 2: which turns x and does not lengthen it; 0 for a real x.

    Divided by abs(x) twice, for its square may be below the least number, or infinite.
    """
    if not is_complex(input):
        return np.zeros_like(g)
    length = np.abs(input)
    at_zero = length == 0
    length = length + at_zero
    return np.where(at_zero, 0.0, g * ((1j * input) / length) / length)


angle.vjp(input=_angle_rule)


class ComplexMethods:
    """These operations as methods of a Tensor; `real` and `imag` are properties, as in PyTorch."""

    __slots__ = ()

    angle = angle

    def conj(self) -> Any:
        """Return the complex conjugate; a real tensor as it is."""
        return conj(self) if is_complex(self.array) else self  # type: ignore[attr-defined]

    @property
    def real(self) -> Any:
        """The real part; what is assigned to it is written into the tensor."""
        return real(self)

    @real.setter
    def real(self, value: Any) -> None:
        real(self).copy_(value)

    @property
    def imag(self) -> Any:
        """The imaginary part; what is assigned to it is written into the tensor."""
        return imag(self)

    @imag.setter
    def imag(self, value: Any) -> None:
        imag(self).copy_(value)
