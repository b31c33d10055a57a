"""Cholesky's factor of a positive definite matrix, and what is solved with it.
Read `lu.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_bool
from ...arrays.named_results import result
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import LinAlgError
from .checks import (
    adjoint,
    check_matrices,
    check_one_dtype,
    check_tensors,
    computed,
    constant,
    into,
    lower,
    no_errors,
)
from .solving import solve_triangular

__all__ = ["cholesky", "cholesky_inverse", "cholesky_solve"]


@op(r"L \text{ of } A = L L^{T}", name="linalg_cholesky", public="cholesky", keeps_halves=True)
def factor(A: Array, *, upper: bool = False) -> Array:
    """Return the lower triangular L with A = L L^H, or its adjoint if upper=True.

    Only that triangle of A is read.

    Raises:
        LinAlgError: a matrix that is not positive definite.
    """
    check_matrices(A, "cholesky", square=True)
    if upper:
        return np.ascontiguousarray(adjoint(computed(np.linalg.cholesky, "cholesky", adjoint(A))))
    return computed(np.linalg.cholesky, "cholesky", A)


def _cholesky_rule(g: Array, y: Array, upper: bool) -> Array:
    """inv(L).T @ symmetric(tril(L.T @ g)) @ inv(L): symmetric(M) = (M + tril(M, -1).T) / 2.

    Murray, "Differentiation of the Cholesky decomposition" (2016), equation 10, as symmetric as A.
    """
    y = y.conj()
    L, g = (adjoint(y), adjoint(g)) if upper else (y, g)
    M = lower(adjoint(L) @ g)
    M = 0.5 * (M + adjoint(lower(M, -1)))
    left = solve_triangular(adjoint(L), M, upper=True)
    return solve_triangular(L, left, upper=False, left=False)


factor.vjp(A=_cholesky_rule)


@refuses
@instead_of("cholesky")
def cholesky(input: Any, upper: bool = False, *, out: Any = None) -> Any:
    """Return the lower triangular L with input = L L^H, or its adjoint if upper=True."""
    return into(out, factor(input, upper=upper))


@refuses
def cholesky_ex(
    input: Any, *, upper: bool = False, check_errors: bool = False, out: Any = None
) -> Any:
    """Return L, and `info`: 0, or the order of the leading minor that is not positive definite.

    Such a matrix is no error, unless check_errors=True: its L is nan.
    """
    as_bool(check_errors, "check_errors", "cholesky_ex")
    check_tensors("cholesky_ex", input)
    try:
        L, info = factor(input, upper=upper), no_errors(input)
    except LinAlgError:
        if check_errors:
            raise
        info = constant(_first_that_is_not(adjoint(input.array) if upper else input.array))
        definite = (info.array == 0)[..., None, None]
        possible = np.where(definite, input.array, np.eye(input.shape[-1], dtype=input.array.dtype))
        L = constant(np.where(definite, factor.op.forward(possible, upper=upper), np.nan))
    return into(out, result("linalg_cholesky_ex", "L, info")(L, info))


def _first_that_is_not(A: Array) -> Array:
    """Return the order of each matrix's first leading minor without a factor; 0 for none."""
    found = np.zeros(A.shape[:-2], np.int32)
    for place in np.ndindex(found.shape):
        for order in range(1, A.shape[-1] + 1):
            try:
                np.linalg.cholesky(A[place][:order, :order])
            except np.linalg.LinAlgError:
                found[place] = order
                break
    return found


@op(r"(L L^{T})^{-1} x", keeps_halves=True)
def cholesky_solve(input: Array, input2: Array, upper: bool = False) -> Array:
    """Return X with (L L^H) X = input, or (L^H L) X if upper=True, with L = input2."""
    check_matrices(input, "cholesky_solve")
    check_matrices(input2, "cholesky_solve", square=True)
    check_one_dtype("cholesky_solve", input, input2)
    solved = solve_triangular.op.forward
    T = adjoint(input2) if upper else input2
    return solved(adjoint(T), solved(T, input, upper=False), upper=True)


def _factor_rule(g: Array, input2: Array, y: Array, upper: bool) -> Array:
    """-symmetric(inv(A) @ g @ y.T) @ L: symmetric(M) = M + M.T, A = L @ L.T; in both triangles."""
    L, X = input2.conj(), y.conj()
    g_B = cholesky_solve(g, L, upper)
    half = g_B @ adjoint(X)
    both = half + adjoint(half)
    return -(L @ both) if upper else -(both @ L)


cholesky_solve.vjp(
    input=lambda g, input2, upper: cholesky_solve(g, input2.conj(), upper), input2=_factor_rule
)


@refuses
@instead_of("cholesky_solve")
def cholesky_inverse(input: Any, upper: bool = False, *, out: Any = None) -> Any:
    """Return the inverse of L L^H, or of L^H L if upper=True, with L = input."""
    check_tensors("cholesky_inverse", input)
    identity = np.zeros_like(input.array)
    identity[..., range(input.shape[-1]), range(input.shape[-1])] = 1
    return into(out, cholesky_solve(constant(identity), input, upper))


class CholeskyMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    cholesky, cholesky_inverse, cholesky_solve = cholesky, cholesky_inverse, cholesky_solve
