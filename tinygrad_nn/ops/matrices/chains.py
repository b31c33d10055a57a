"""Products of many matrices, and of one with itself: multi_dot, matrix_power, matrix_exp.
Read `solving.py` next.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays.arguments import as_integer
from ...arrays.kinds import is_integral
from ...arrays.refusing import instead_of, refuses, shown
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DTypeError, ShapeError
from ..elementwise.arithmetic import mul
from ..shape.joining import cat, stack
from .checks import check_matrices, check_tensors, constant, identity_in_place_of, into, transposed
from .inverses import inv
from .products import matmul

__all__ = ["chain_matmul", "matrix_exp", "matrix_power"]


@refuses
@instead_of("matmul")
def multi_dot(tensors: Any, *, out: Any = None) -> Any:
    """Return the product of matrices, in the order that takes the fewest multiplications.

    The first and the last may be vectors, a row and a column.
    """
    if not isinstance(tensors, (list, tuple)) or len(tensors) < 2:
        raise ShapeError(f"multi_dot: a list of two tensors or more expected, got {shown(tensors)}")
    for place, each in enumerate(tensors):
        ends = (1, 2) if place in (0, len(tensors) - 1) else (2,)
        if getattr(each, "ndim", None) not in ends:
            raise ShapeError(f"multi_dot: tensor {place} must be a matrix, got {shown(each)}")
    first, last = tensors[0], tensors[-1]
    chain = list(tensors)
    if first.ndim == 1:
        chain[0] = first.unsqueeze(0)
    if last.ndim == 1:
        chain[-1] = last.unsqueeze(1)
    for a, b in pairwise(chain):
        if a.shape[1] != b.shape[0]:
            shapes = ", ".join(str(tuple(each.shape)) for each in tensors)
            raise ShapeError(f"multi_dot: matrices of shapes {shapes} cannot be multiplied")
    sizes = (chain[0].shape[0], *(each.shape[1] for each in chain))
    y = _in_order(chain, _cuts(sizes), 0, len(chain) - 1)
    if first.ndim == 1:
        y = y.squeeze(0)
    if last.ndim == 1:
        y = y.squeeze(-1)
    return into(out, y)


@lru_cache(maxsize=256)
def _cuts(sizes: tuple[int, ...]) -> dict[tuple[int, int], int]:
    """Where each part of a chain is cut (Cormen et al., Introduction to Algorithms, 15.2)."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    cuts = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i, j], cuts[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return cuts


def _in_order(chain: list[Any], cuts: dict[tuple[int, int], int], i: int, j: int) -> Any:
    if i == j:
        return chain[i]
    k = cuts[i, j]
    return matmul(_in_order(chain, cuts, i, k), _in_order(chain, cuts, k + 1, j))


@refuses
@instead_of("multi_dot")
def chain_matmul(*matrices: Any, out: Any = None) -> Any:
    """Return the product of matrices; linalg.multi_dot takes them as a list."""
    if len(matrices) == 1 and isinstance(matrices[0], (list, tuple)):
        (matrices,) = matrices
    if len(matrices) == 1:
        return matrices[0]
    for each in matrices:
        if getattr(each, "ndim", None) != 2:
            raise ShapeError(f"chain_matmul: matrices expected, got {shown(each)}")
    return multi_dot(matrices, out=out)


@refuses
@instead_of("matmul", "inv")
def matrix_power(input: Any, n: int, *, out: Any = None) -> Any:
    """Return the product of n times a square matrix; of its inverse, if n is below 0."""
    n = as_integer(n, "n", "matrix_power")
    if not hasattr(input, "array"):
        raise DTypeError(f"matrix_power() takes a Tensor, got {shown(input)}")
    check_matrices(input.array, "matrix_power", square=True, floating=n < 0)
    if n < 0:
        input, n = inv(input), -n
    y = None
    square = input
    while n:
        if n & 1:
            y = square if y is None else matmul(y, square)
        n >>= 1
        if n:
            square = matmul(square, square)
    if y is None:
        y = identity_in_place_of(input)
    elif y is input:
        y = input.clone()
    return into(out, y)


_PADE = (  # of degree 13, over its last
    *(64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0),
    *(129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0),
    *(1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0),
)


@op(r"e^{A}")
def matrix_exp(input: Array) -> Array:
    """Return the exponential of a square matrix, I + A + A^2 / 2 + ..., or of each of a batch.

    By scaling, a Padé approximant of degree 13 and squaring: Higham, "The scaling and squaring
    method for the matrix exponential revisited" (2005), algorithm 2.3.
    """
    check_matrices(input, "matrix_exp", square=True)
    if input.size == 0:
        return np.array(input)
    size = np.abs(input).sum(-2).max(-1)
    with np.errstate(all="ignore"):
        halvings = np.where(size > 5.371920351148152, np.ceil(np.log2(size / 5.371920351148152)), 0)
    halvings = np.where(np.isfinite(halvings), halvings, 0.0)
    A = input / np.exp2(halvings).astype(size.dtype)[..., None, None]
    b, identity = _PADE, np.eye(A.shape[-1], dtype=A.dtype)
    A2 = A @ A
    A4 = A2 @ A2
    A6 = A4 @ A2
    U = A @ (
        A6 @ (b[13] * A6 + b[11] * A4 + b[9] * A2)
        + (b[7] * A6 + b[5] * A4 + b[3] * A2 + b[1] * identity)
    )
    V = A6 @ (b[12] * A6 + b[10] * A4 + b[8] * A2) + (
        b[6] * A6 + b[4] * A4 + b[2] * A2 + b[0] * identity
    )
    y = np.linalg.solve(V - U, V + U)
    for step in range(int(halvings.max())):
        y = np.where((step < halvings)[..., None, None], y @ y, y)
    return y.astype(input.dtype, copy=False)


def _exp_rule(g: Array, input: Array) -> Array:
    """corner(exp(block(A.T, g))): the upper right of exp([[A.T, g], [0, A.T]]).

    Mathias, "A chain rule for matrix functions and applications" (1996), theorem 2.1.
    """
    n = input.shape[-1]
    A = transposed(input)
    upper = cat([A, g], -1)
    lower = cat([A * 0.0, A], -1)
    return matrix_exp(cat([upper, lower], -2))[..., :n, n:]


matrix_exp.vjp(input=_exp_rule)


@refuses
@instead_of("mul", "stack")
def vander(x: Any, *, N: int | None = None) -> Any:
    """Return the powers of each element, from 0 up to N - 1; N is by default their number."""
    check_tensors("vander", x)
    if x.ndim == 0 and N is None:
        raise ShapeError("vander: of a 0-d tensor say N, the number of powers")
    x = x.reshape((1,)) if x.ndim == 0 else x
    count = x.shape[-1] if N is None else as_integer(N, "N", "vander")
    if count <= 1 and N is not None:
        raise ShapeError(f"vander: N must be more than 1, got {count}")
    dtype = x.array.dtype
    np.empty((*x.shape, count), dtype)  # or an error that says that it is too large
    powers = [constant(np.ones(x.shape, np.int64 if is_integral(x.array) else dtype))]
    for _ in range(1, count):
        powers.append(mul(powers[-1], x))
    return stack(powers[:count], -1)


class ChainMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    matrix_exp, matrix_power = matrix_exp, matrix_power
