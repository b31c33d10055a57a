"""The incomplete gamma functions and the zeta function, by SciPy.
Read `normal_functions.py` next.
"""

from __future__ import annotations

from typing import Any

from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from ..elementwise.functions import exp, xlogy
from ..elementwise.refusals import check_not_integers
from .by_scipy import check_constant, compute, scipy_special
from .gamma_functions import lgamma

__all__ = ["igamma", "igammac"]


@op(r"P(a, b)", elementwise=True, name="igamma", public="igamma")
def lower_share(input: Array, other: Array) -> Array:
    """Return the regularised lower incomplete gamma function P(input, other) (DLMF 8.2.4)."""
    check_not_integers("igamma", input, other)
    return compute(scipy_special("igamma").gammainc, "igamma", input, other)


@op(r"Q(a, b)", elementwise=True, name="igammac", public="igammac")
def upper_share(input: Array, other: Array) -> Array:
    """Return the regularised upper incomplete gamma function Q(input, other) (DLMF 8.2.4)."""
    check_not_integers("igammac", input, other)
    return compute(scipy_special("igammac").gammaincc, "igammac", input, other)


def _density(input: Any, other: Any) -> Any:
    """exp(xlogy(input - 1, other) - other - lgamma(input)): the gamma distribution's."""
    return exp(xlogy(input - 1.0, other) - other - lgamma(input))


lower_share.vjp(other=lambda g, input, other: g * _density(input, other))
upper_share.vjp(other=lambda g, input, other: -g * _density(input, other))


@op(r"\zeta(a, b)", elementwise=True, name="special_zeta", public="special_zeta")
def hurwitz_zeta(input: FloatArray, other: FloatArray) -> Array:
    """Return the Hurwitz zeta function, the sum of 1 / (other + k)^input (DLMF 25.11.1)."""
    return compute(scipy_special("special_zeta").zeta, "special_zeta", input, other)


hurwitz_zeta.vjp(other=lambda g, input, other: g * (-input * hurwitz_zeta(input + 1.0, other)))


def igamma(input: Any, other: Any, *, out: Any = None) -> Any:
    """Return the regularised lower incomplete gamma function of `input` at `other`.

    1 / gamma(a) times the integral of t^(a-1) e^-t from 0 to x (DLMF 8.2.4), by SciPy.

    Raises:
        MissingExtraError: SciPy is not installed. GraphError: the input requires a gradient.
    """
    check_constant("igamma", "input", input)
    function: Any = lower_share
    return function(input, other, out=out)


def igammac(input: Any, other: Any, *, out: Any = None) -> Any:
    """Return the regularised upper incomplete gamma function of `input` at `other`.

    1 / gamma(a) times the integral of t^(a-1) e^-t from x on (DLMF 8.2.4), by SciPy.

    Raises:
        MissingExtraError: SciPy is not installed. GraphError: the input requires a gradient.
    """
    check_constant("igammac", "input", input)
    function: Any = upper_share
    return function(input, other, out=out)


def zeta(input: Any, other: Any, *, out: Any = None) -> Any:
    """Return the Hurwitz zeta function: the sum over k from 0 of 1 / (other + k)^input.

    By SciPy; 1 as `other` makes it Riemann's (DLMF 25.11.1).

    Raises:
        MissingExtraError: SciPy is not installed. GraphError: the input requires a gradient.
    """
    check_constant("special_zeta", "input", input)
    function: Any = hurwitz_zeta
    return function(input, other, out=out)


class IncompleteGammaMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    igamma, igamma_, igammac, igammac_ = igamma, in_place(igamma), igammac, in_place(igammac)
