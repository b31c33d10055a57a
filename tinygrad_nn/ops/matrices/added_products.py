"""A matrix product added to something, with beta and alpha: addmm, addmv, baddbmm, addbmm, addr.
Read `contractions.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number, as_number
from ...arrays.kinds import is_integral
from ...arrays.refusing import instead_of, refuses, shown
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.older_calls import in_older_order
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import DTypeError, ShapeError
from ..elementwise.arithmetic import add, mul
from .checks import into
from .products import check_product, outer

__all__ = ["addbmm", "addmm", "addmv", "addr", "baddbmm"]


def _added(
    name: str, ndims: tuple[int, int], input: Array, a: Array, b: Array, beta: Any, alpha: Any
) -> Array:
    """Return beta * input + alpha * a @ b; where beta is 0, what input holds does not count."""
    if (a.ndim, b.ndim) != ndims or (a.ndim == 3 and len(a) != len(b)):
        raise ShapeError(
            f"{name}: operands of {ndims[0]} and {ndims[1]} dimensions, of one batch, expected "
            f"for the product, got shapes {a.shape} and {b.shape}"
        )
    check_product(a, b, name)
    if input.dtype != a.dtype:
        raise DTypeError(
            f"{name}: input is {input.dtype}, what is multiplied {a.dtype}; convert one"
        )
    if is_integral(a):
        alpha, beta = (np.array(int(each)).astype(a.dtype) for each in (alpha, beta))
    y = np.matmul(in_float32(a), in_float32(b), order="C")
    if alpha != 1:
        y *= alpha
    if beta == 0:
        _check_fits(name, input, y.shape)
        return y.astype(a.dtype, copy=False)
    added = in_float32(input)
    if beta != 1:
        added = added * beta
    try:
        np.add(y, added, out=y)
    except ValueError:
        _check_fits(name, input, y.shape)
        raise
    return y.astype(a.dtype, copy=False)


def _check_fits(name: str, input: Array, shape: tuple[int, ...]) -> None:
    try:
        np.broadcast_to(input, shape)
    except ValueError:
        raise ShapeError(
            f"{name}: input of shape {input.shape} does not expand to the product's {shape}"
        ) from None


def _times(g: Array, factor: Any) -> Array:
    """factor * g."""
    return g if factor == 1 else g * factor


def _outer(g: Array, vec: Array) -> Array:
    """np.outer(g, vec)."""
    return g[:, None] * vec


@op(r"\beta A + \alpha B C")
def addmm(input: Array, mat1: Array, mat2: Array, *, beta: Number = 1, alpha: Number = 1) -> Array:
    """Return beta * input + alpha * mat1 @ mat2 of matrices; with beta=0 input does not count."""
    return _added("addmm", (2, 2), input, mat1, mat2, beta, alpha)


@op(r"\beta x + \alpha B b")
def addmv(input: Array, mat: Array, vec: Array, *, beta: Number = 1, alpha: Number = 1) -> Array:
    """Return beta * input + alpha * mat @ vec; with beta=0 input does not count."""
    return _added("addmv", (2, 1), input, mat, vec, beta, alpha)


@op(r"\beta A + \alpha B C")
def baddbmm(
    input: Array, batch1: Array, batch2: Array, *, beta: Number = 1, alpha: Number = 1
) -> Array:
    """Return beta * input + alpha * batch1 @ batch2 of batches of matrices; see addmm."""
    return _added("baddbmm", (3, 3), input, batch1, batch2, beta, alpha)


addmm.vjp(
    input=lambda g, beta: _times(g, beta),
    mat1=lambda g, mat2, alpha: _times(g @ mat2.T, alpha),
    mat2=lambda g, mat1, alpha: _times(mat1.T @ g, alpha),
)
addmv.vjp(
    input=lambda g, beta: _times(g, beta),
    mat=lambda g, vec, alpha: _times(_outer(g, vec), alpha),
    vec=lambda g, mat, alpha: _times(mat.T @ g, alpha),
)
baddbmm.vjp(
    input=lambda g, beta: _times(g, beta),
    batch1=lambda g, batch2, alpha: _times(g @ batch2.swapaxes(1, 2), alpha),
    batch2=lambda g, batch1, alpha: _times(batch1.swapaxes(1, 2) @ g, alpha),
)


@refuses
@instead_of("addmm")
def addbmm(
    input: Any,
    batch1: Any,
    batch2: Any,
    *in_between: Any,
    beta: Any = 1,
    alpha: Any = 1,
    out: Any = None,
) -> Any:
    """Return beta * input + alpha * the sum of the products of two batches' matrices.

    It is one product: the batch is summed over with the columns.
    """
    if in_between:
        given = (input, batch1, batch2, *in_between)
        return in_older_order(addbmm, given, {"beta": beta, "alpha": alpha}, {"out": out})
    for each in (batch1, batch2):
        if getattr(each, "ndim", 0) != 3:
            raise ShapeError(f"addbmm: batches of matrices expected, got {shown(each)}")
    if batch1.shape[::2] != batch2.shape[:2]:
        raise ShapeError(
            f"addbmm: batches of shapes {tuple(batch1.shape)} and {tuple(batch2.shape)} cannot be "
            "multiplied"
        )
    b, n, m = batch1.shape
    left = batch1.permute((1, 0, 2)).reshape((n, b * m))
    right = batch2.reshape((b * m, batch2.shape[2]))
    onto = {} if out is None else {"out": out}
    return addmm(input, left, right, beta=beta, alpha=alpha, **onto)


@refuses
@instead_of("add", "mul", "outer")
def addr(
    input: Any,
    vec1: Any,
    vec2: Any,
    *in_between: Any,
    beta: Any = 1,
    alpha: Any = 1,
    out: Any = None,
) -> Any:
    """Return beta * input + alpha * the outer product of two vectors; see addmm."""
    if in_between:
        given = (input, vec1, vec2, *in_between)
        return in_older_order(addr, given, {"beta": beta, "alpha": alpha}, {"out": out})
    beta, alpha = as_number(beta, "beta", "addr"), as_number(alpha, "alpha", "addr")
    y = outer(vec1, vec2)
    if alpha != 1 or isinstance(alpha, bool):
        y = mul(y, alpha)
    _check_fits("addr", getattr(input, "array", input), tuple(y.shape))
    if beta != 0:
        y = add(input if beta == 1 else mul(input, beta), y)
    else:
        y = add(np.zeros_like(input.array), y) if input.array.dtype != y.array.dtype else y
    return into(out, y)


class AddedProductMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    addbmm, addmm, addmv, addr, baddbmm = addbmm, addmm, addmv, addr, baddbmm
    addbmm_, addmm_, addmv_ = in_place(addbmm), in_place(addmm), in_place(addmv)
    addr_, baddbmm_ = in_place(addr), in_place(baddbmm)
