"""Orthogonal polynomials of a degree for each element, by their recurrences (DLMF 18.9).
Read `../reduction/` next. As in PyTorch they have no gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT16, FLOAT32
from ...arrays.kinds import is_array
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray, Operation
from ..elementwise.complex_parts import check_ordered

HIGHEST = 10_000  # degrees: a step of the recurrence for each, of all elements
Step = Callable[[int, Any, Any, Any], Any]  # the next one, of k, x, p_k and p_(k-1)


def _polynomial(name: str, latex: str, doc: str, first: Any, step: Step) -> Operation[Any]:
    """Declare the polynomials that begin with 1 and first(x), and go on by a step."""

    def forward(input: FloatArray, n: FloatArray) -> Array:
        dtype = (input if is_array(input) else n).dtype
        wide = FLOAT32 if dtype is FLOAT16 else dtype
        x, degrees = np.broadcast_arrays(np.asarray(input, wide), np.trunc(np.asarray(n, wide)))
        check_ordered(x, name)
        before, now = np.ones_like(x), np.asarray(first(x))
        y = np.where(degrees < 0, 0.0, np.where(degrees == 0, before, np.nan))
        highest = int(degrees[degrees <= HIGHEST].max(initial=0.0))
        for k in range(1, highest + 1):
            y = np.where(degrees == k, now, y)
            before, now = now, step(k, x, now, before)
        return y.astype(dtype, copy=False)

    forward.__doc__ = (
        f"{doc}, of degree n for each element.\n\n    0 where n is below 0, nan where it is above "
        "10,000; what is behind its point is left out."
    )
    return op(latex, name=name, public=name, elementwise=True)(forward)


def _chebyshev(k: int, x: Any, now: Any, before: Any) -> Any:
    return 2.0 * x * now - before


def _shifted(k: int, x: Any, now: Any, before: Any) -> Any:
    return (4.0 * x - 2.0) * now - before


def _hermite_h(k: int, x: Any, now: Any, before: Any) -> Any:
    return 2.0 * x * now - 2.0 * k * before


def _hermite_he(k: int, x: Any, now: Any, before: Any) -> Any:
    return x * now - k * before


def _laguerre(k: int, x: Any, now: Any, before: Any) -> Any:
    return ((2.0 * k + 1.0 - x) * now - k * before) / (k + 1.0)


def _legendre(k: int, x: Any, now: Any, before: Any) -> Any:
    return ((2.0 * k + 1.0) * x * now - k * before) / (k + 1.0)


_KINDS = {"t": 0.0, "u": 0.0, "v": -1.0, "w": 1.0}
_DOC = "Return the {}Chebyshev polynomial of the {} kind"


def _of_kind(kind: str, number: str, is_shifted: bool) -> Operation[Any]:
    slope, offset = (1.0 if kind == "t" else 2.0), _KINDS[kind]
    letter = kind.upper()
    if is_shifted:
        return _polynomial(
            *(f"special_shifted_chebyshev_polynomial_{kind}", rf"{letter}^{{*}}_n(x)"),
            _DOC.format("shifted ", number),
            lambda x: slope * (2.0 * x - 1.0) + offset,
            _shifted,
        )
    return _polynomial(
        *(f"special_chebyshev_polynomial_{kind}", f"{letter}_n(x)"),
        _DOC.format("", number),
        lambda x: slope * x + offset,
        _chebyshev,
    )


chebyshev_polynomial_t = _of_kind("t", "first", False)
chebyshev_polynomial_u = _of_kind("u", "second", False)
chebyshev_polynomial_v = _of_kind("v", "third", False)
chebyshev_polynomial_w = _of_kind("w", "fourth", False)
shifted_chebyshev_polynomial_t = _of_kind("t", "first", True)
shifted_chebyshev_polynomial_u = _of_kind("u", "second", True)
shifted_chebyshev_polynomial_v = _of_kind("v", "third", True)
shifted_chebyshev_polynomial_w = _of_kind("w", "fourth", True)
hermite_polynomial_h = _polynomial(
    *("special_hermite_polynomial_h", "H_n(x)", "Return the physicist's Hermite polynomial"),
    lambda x: 2.0 * x,
    _hermite_h,
)
hermite_polynomial_he = _polynomial(
    *("special_hermite_polynomial_he", r"He_n(x)", "Return the probabilist's Hermite polynomial"),
    lambda x: x,
    _hermite_he,
)
laguerre_polynomial_l = _polynomial(
    *("special_laguerre_polynomial_l", "L_n(x)", "Return the Laguerre polynomial"),
    lambda x: 1.0 - x,
    _laguerre,
)
legendre_polynomial_p = _polynomial(
    *("special_legendre_polynomial_p", "P_n(x)", "Return the Legendre polynomial"),
    lambda x: x,
    _legendre,
)
