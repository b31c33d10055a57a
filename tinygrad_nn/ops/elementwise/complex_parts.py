"""The parts of complex numbers: real, imaginary, conjugate, angle.
Read `arithmetic.py` next.

A rule is written for real numbers, and the engine conjugates around it: conj(rule(conj(g))). Where
the output is real it does not, so that real and imag say themselves what a complex input gets.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.dtypes import COMPLEX64, COMPLEX128, FLOAT32, FLOAT64
from ...arrays.kinds import is_array, is_complex
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from ...errors import DTypeError, ShapeError
from .refusals import array_of

__all__ = [
    "angle",
    "complex",
    "conj",
    "conj_physical",
    "conj_physical_",
    "imag",
    "is_conj",
    "is_neg",
    "polar",
    "real",
    "resolve_conj",
    "resolve_neg",
    "view_as_complex",
    "view_as_real",
]


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


@op(r"\bar{x}", elementwise=True, view=True)
def conj(input: Array) -> Array:
    """Return the complex conjugate; of a real tensor the same, in the same memory."""
    return np.conjugate(input) if is_complex(input) else input  # NumPy's of bool is int8


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


def _complex_of(a: Any, b: Any, name: str) -> Any:
    """Return an empty complex array for two floats of one dtype, broadcast."""
    one, another = np.asarray(a), np.asarray(b)
    if one.dtype != another.dtype or one.dtype not in (FLOAT32, FLOAT64):
        raise DTypeError(
            f"{name}: both float32 or both float64 expected, got {one.dtype} and {another.dtype}"
        )
    shape = np.broadcast_shapes(one.shape, another.shape)
    return np.empty(shape, COMPLEX64 if one.dtype is FLOAT32 else COMPLEX128)


@op(r"a + b i")
def complex(real: Array, imag: Array) -> Array:
    """Return the complex numbers of real and imaginary parts, broadcast.

    Raises:
        DTypeError: other than two of float32, or two of float64.
    """
    made = _complex_of(real, imag, "complex")
    made.real, made.imag = real, imag
    return made


complex.vjp(real=lambda g: g.real, imag=lambda g: -g.imag)  # of conj(g), see above


@op(r"r e^{i t}")
def polar(abs: Array, angle: Array) -> Array:
    """Return the complex numbers of lengths, not below 0, and angles in radians, broadcast.

    Raises:
        DTypeError: other than two of float32, or two of float64.
    """
    made = _complex_of(abs, angle, "polar")
    np.multiply(abs, np.cos(angle), out=made.real)
    np.multiply(abs, np.sin(angle), out=made.imag)
    return made


def _along(g: Array, y: Array) -> Array:
    """(g.real * y.real - g.imag * y.imag) / r: 0 where r is 0."""
    length = np.absolute(y)
    length = length + (length == 0)
    return g.real * (y.real / length) - g.imag * (y.imag / length)


polar.vjp(  # of conj(g), see above; the second is (g * y * 1j).real
    abs=_along,
    angle=lambda g, y: -(g.real * y.imag + g.imag * y.real),
)


@op(r"(\operatorname{Re} x, \operatorname{Im} x)", view=True)
def view_as_real(input: Array) -> Array:
    """Return real and imaginary parts along a further last dimension of 2, a view.

    Raises:
        DTypeError: a real tensor.
    """
    if not is_complex(input):
        raise DTypeError(f"view_as_real: a complex tensor expected, got {input.dtype}")
    return input[..., None].view(input.real.dtype)


@op(r"x_{0} + x_{1} i", view=True)
def view_as_complex(input: Array) -> Array:
    """Return the complex numbers whose parts lie along the last dimension, which is 2: a view.

    Raises:
        DTypeError: other than float32 or float64. ShapeError: another last dimension, or parts
            that do not lie side by side in memory.
    """
    if input.dtype not in (FLOAT32, FLOAT64):
        raise DTypeError(f"view_as_complex: float32 or float64 expected, got {input.dtype}")
    *sizes, parts = input.shape or (0,)
    if parts != 2:
        raise ShapeError(
            f"view_as_complex: a last dimension of 2 expected, got shape {input.shape}"
        )
    dtype = COMPLEX64 if input.dtype is FLOAT32 else COMPLEX128
    if not input.size:
        return np.empty(sizes, dtype)
    steps = [step for step, size in zip(input.strides, sizes, strict=False) if size > 1]
    if input.strides[-1] != input.itemsize or any(step % dtype.itemsize for step in steps):
        raise ShapeError(
            f"view_as_complex: the parts of shape {input.shape} do not lie side by side in memory; "
            "use .contiguous()"
        )
    return input.view(dtype)[..., 0]


def _side_by_side(g: Any) -> Any:
    """g: with the two parts of each number side by side in memory."""
    return np.ascontiguousarray(g) if is_array(g) else g.contiguous()


view_as_real.vjp(input=lambda g: view_as_complex(_side_by_side(g)))
view_as_complex.vjp(input=lambda g: view_as_real(conj(g)))


@instead_of("conj")
def conj_physical(input: Any, *, out: Any = None) -> Any:
    """Return the complex conjugate; a real tensor as it is."""
    if out is None and not is_complex(array_of(input, "conj_physical")):
        return input
    conjugate: Any = conj
    return conjugate(input, out=out)


def resolve_conj(input: Any) -> Any:
    """Return the tensor itself: `conj` has computed what PyTorch puts off."""
    array_of(input, "resolve_conj")
    return input


def resolve_neg(input: Any) -> Any:
    """Return the tensor itself: nothing that is put off is left to negate."""
    array_of(input, "resolve_neg")
    return input


def is_conj(input: Any) -> bool:
    """Return False: `conj` computes at once, where PyTorch puts it off."""
    array_of(input, "is_conj")
    return False


def is_neg(input: Any) -> bool:
    """Return False: no negation is put off."""
    array_of(input, "is_neg")
    return False


conj_physical_ = in_place(conj_physical)


class ComplexMethods:
    """These operations as methods of a Tensor; `real` and `imag` are properties, as in PyTorch."""

    __slots__ = ()

    angle, conj_physical, conj_physical_ = angle, conj_physical, conj_physical_
    resolve_conj, resolve_neg, is_conj, is_neg = resolve_conj, resolve_neg, is_conj, is_neg

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
