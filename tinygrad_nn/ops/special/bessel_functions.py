"""Bessel functions, plain and modified, and Airy's, by SciPy.
Read `orthogonal_polynomials.py` next. As in PyTorch only i0, i1 and their scaled forms have a
gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT16
from ...arrays.promotion import rounded_once
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray, Operation
from ...autograd.writing import in_place
from ..elementwise.complex_parts import check_ordered
from .by_scipy import compute, scipy_special

__all__ = ["i0", "i0_"]


RAISES = """

    Raises:
        MissingExtraError: SciPy is not installed.
    """


def _by_scipy(name: str, latex: str, doc: str, scipys: str) -> Operation[Any]:
    """Declare an operation that is one of SciPy's functions."""

    def forward(input: FloatArray) -> Array:
        function = getattr(scipy_special(name), scipys)
        is_first = scipys == "airy"  # and with it its derivative, Bi and that of Bi
        return compute(lambda x: function(x)[0] if is_first else function(x), name, input)

    forward.__doc__ = doc + RAISES
    return op(latex, name=name, public=name, elementwise=True)(forward)


i0 = _by_scipy("i0", "I_0(x)", "Return the modified Bessel function of order 0.", "i0")
i0e = _by_scipy("special_i0e", "e^{-|x|} I_0(x)", "Return i0(x) times e^-|x|.", "i0e")
i1 = _by_scipy("special_i1", "I_1(x)", "Return the modified Bessel function of order 1.", "i1")
i1e = _by_scipy("special_i1e", "e^{-|x|} I_1(x)", "Return i1(x) times e^-|x|.", "i1e")


def _quotient(y: Any, input: Any) -> Any:
    """np.where(input == 0, 0.5, y / input): the limit at 0."""
    at_zero = input == 0
    return np.where(at_zero, 0.5, y / (input + at_zero))


def _i1_slope(input: Any) -> Any:
    """i0(input) - i1(input) / input: 1 / 2 at 0, and of nan, as in PyTorch."""
    slope = i0(input) - _quotient(i1(input), input)
    return np.where(input == input, slope, 0.5)


def _i1e_slope(input: Any) -> Any:
    """i0e(input) - i1e(input) * (np.sign(input) + 1 / input): 1 / 2 at 0, and of nan."""
    y = i1e(input)
    slope = i0e(input) - np.sign(input) * y - _quotient(y, input)
    return np.where(input == input, slope, 0.5)


i0.vjp(input=lambda g, input: g * i1(input))
i0e.vjp(input=lambda g, input, y: g * (i1e(input) - np.sign(input) * y))
i1.vjp(input=lambda g, input: g * _i1_slope(input))
i1e.vjp(input=lambda g, input: g * _i1e_slope(input))

bessel_j0 = _by_scipy(
    *("special_bessel_j0", "J_0(x)", "Return the Bessel function of the first kind, order 0."), "j0"
)
bessel_j1 = _by_scipy(
    *("special_bessel_j1", "J_1(x)", "Return the Bessel function of the first kind, order 1."), "j1"
)
bessel_y0 = _by_scipy(
    *("special_bessel_y0", "Y_0(x)", "Return the Bessel function of the second kind, order 0."),
    "y0",
)
bessel_y1 = _by_scipy(
    *("special_bessel_y1", "Y_1(x)", "Return the Bessel function of the second kind, order 1."),
    "y1",
)
modified_bessel_i0 = _by_scipy(
    *("special_modified_bessel_i0", "I_0(x)", "Return i0(x), without a gradient."), "i0"
)
modified_bessel_i1 = _by_scipy(
    *("special_modified_bessel_i1", "I_1(x)", "Return i1(x), without a gradient."), "i1"
)
modified_bessel_k0 = _by_scipy(
    *("special_modified_bessel_k0", "K_0(x)"),
    *("Return the modified Bessel function of the second kind, order 0.", "k0"),
)
modified_bessel_k1 = _by_scipy(
    *("special_modified_bessel_k1", "K_1(x)"),
    *("Return the modified Bessel function of the second kind, order 1.", "k1"),
)
scaled_modified_bessel_k0 = _by_scipy(
    *("special_scaled_modified_bessel_k0", "e^{x} K_0(x)"),
    *("Return modified_bessel_k0(x) times e^x.", "k0e"),
)
scaled_modified_bessel_k1 = _by_scipy(
    *("special_scaled_modified_bessel_k1", "e^{x} K_1(x)"),
    *("Return modified_bessel_k1(x) times e^x.", "k1e"),
)
airy_ai = _by_scipy(
    "special_airy_ai", r"\operatorname{Ai}(x)", "Return Airy's function Ai(x).", "airy"
)


@op(r"\frac{\sin x}{x}", elementwise=True)
def special_spherical_bessel_j0(input: FloatArray) -> Array:
    """Return sin(x) / x, and 1 at 0: the spherical Bessel function of order 0."""
    check_ordered(input, "special_spherical_bessel_j0")
    if input.dtype is FLOAT16:
        return rounded_once(special_spherical_bessel_j0.op.forward)(input)
    y = np.where(input == 0, 1.0, np.sin(input) / input)
    return np.where(np.isinf(input), 0.0, y).astype(input.dtype, copy=False)


i0_ = in_place(i0)


class BesselMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    i0, i0_ = i0, i0_
