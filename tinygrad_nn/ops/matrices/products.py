"""Matrix products, with the gradients of every pairing from vector times vector to batches.
Read `einsum.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT16
from ...arrays.kinds import is_array, is_bool
from ...arrays.refusing import say_as, shown
from ...arrays.sums import in_float32
from ...autograd.declaring import as_operator, op
from ...autograd.op import Array
from ...errors import DTypeError, ShapeError
from ..elementwise.arithmetic import mul

__all__ = ["bmm", "dot", "matmul", "mm", "mv", "outer"]

_BOOL = np.dtype(bool)


@op(r"A B")
def matmul(input: Array, other: Array) -> Array:
    """Return the matrix product, `@`: 1-D operands are a row and a column, leading dims a batch."""
    if (
        input.ndim == other.ndim == 2
        and input.dtype is other.dtype is not FLOAT16
        and input.dtype is not _BOOL
    ):
        try:
            return input.dot(other)  # 0.3 µs for small ones, where np.matmul takes 0.9
        except ValueError:
            pass  # which check_product says in our own words
    check_product(input, other, "matmul")
    if input.dtype is FLOAT16:  # NumPy multiplies float16 number by number, 6 times slower
        return np.matmul(in_float32(input), in_float32(other)).astype(FLOAT16)
    if input.ndim > 2 and other.ndim == 2:  # one large product instead of one per batch entry
        return as_rows(input).dot(other).reshape(*input.shape[:-1], other.shape[-1])
    return np.matmul(input, other, order="C")


def as_rows(x: Array) -> Array:
    """Return x with all dimensions but the last made one; of size 0 too, where -1 would fail."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def product(a: Array, b: Array) -> Array:
    """Return a @ b of two matrices, arrays or Tensors."""
    return a.dot(b) if is_array(a) and is_array(b) else a @ b


def check_product(a: Array, b: Array, name: str) -> None:
    """Raise `ShapeError` or `DTypeError` where a @ b is not defined."""
    if a.ndim == 0 or b.ndim == 0:
        raise ShapeError(f"{name}: operands need a dimension, got shapes {a.shape} and {b.shape}")
    inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ShapeError(
            f"{name}: shapes {a.shape} and {b.shape} cannot be multiplied: {a.shape[-1]} columns "
            f"against {inner} rows"
        )
    if a.dtype != b.dtype:
        raise DTypeError(
            f"{name}: operands must have one dtype, got {a.dtype} and {b.dtype}; convert one, "
            f"as with .to(tnn.{a.dtype})"
        )
    if is_bool(a) and a.size and b.size:
        raise DTypeError(f"{name}: not defined for bool; use x.float()")
    try:
        np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise ShapeError(
            f"{name}: the batch dimensions of shapes {a.shape} and {b.shape} do not broadcast"
        ) from None


def _left_rule(g: Array, other: Array, input_shape: tuple[int, ...]) -> Array:
    """g @ other.T: dA = G Bᵀ, for every pairing of vectors, matrices and batches."""
    if g.ndim == other.ndim == 2:
        return product(g, other.T)
    if other.ndim == 1:
        return g[..., None] * other
    if len(input_shape) == 1:
        return (other @ g[..., None])[..., 0]
    return g @ other.swapaxes(-1, -2)


def _right_rule(g: Array, input: Array, other_shape: tuple[int, ...]) -> Array:
    """input.T @ g: dB = Aᵀ G, for every pairing of vectors, matrices and batches."""
    if g.ndim == input.ndim == len(other_shape) == 2:
        return product(input.T, g)
    if len(other_shape) == 1:
        if input.ndim == 1:
            return g * input
        return (input.swapaxes(-1, -2) @ g[..., None])[..., 0]
    if input.ndim == 1:
        return input[:, None] * g[..., None, :]
    if input.ndim > 2 and len(other_shape) == 2:
        return as_rows(input).T @ as_rows(g)
    return input.swapaxes(-1, -2) @ g


matmul.vjp(input=_left_rule, other=_right_rule)


def _product(
    name: str, ndims: tuple[int, int], input: Any, other: Any, out: Any, multiply: Any = matmul
) -> Any:
    """Multiply two operands that have just these numbers of dimensions."""
    a, b = getattr(input, "array", input), getattr(other, "array", other)
    try:
        fits = a.ndim == ndims[0] and b.ndim == ndims[1] and (a.ndim < 3 or len(a) == len(b))
    except AttributeError:
        fits = False
    if not fits:
        raise _misfit(name, ndims, a, b)
    try:
        return multiply(input, other) if out is None else multiply(input, other, out=out)
    except RuntimeError as error:
        say_as(error, name, ("matmul", "mul"), else_before=False)
        raise


def _misfit(name: str, ndims: tuple[int, int], a: Any, b: Any) -> Exception:
    for each in (a, b):
        if not is_array(each):
            return DTypeError(f"{name}() takes Tensors, got {shown(each)}")
    if (a.ndim, b.ndim) != ndims:
        return ShapeError(
            f"{name}: operands of {ndims[0]} and {ndims[1]} dimensions expected, got shapes "
            f"{a.shape} and {b.shape}; matmul takes any"
        )
    return ShapeError(
        f"{name}: {len(a)} and {len(b)} matrices, in shapes {a.shape} and {b.shape}; matmul "
        "broadcasts"
    )


def mm(input: Any, mat2: Any, *, out: Any = None) -> Any:
    """Return the product of two matrices."""
    return _product("mm", (2, 2), input, mat2, out)


def bmm(input: Any, mat2: Any, *, out: Any = None) -> Any:
    """Return the products of two batches of as many matrices, (b, n, m) and (b, m, p)."""
    return _product("bmm", (3, 3), input, mat2, out)


def mv(input: Any, vec: Any, *, out: Any = None) -> Any:
    """Return the product of a matrix and a vector."""
    return _product("mv", (2, 1), input, vec, out)


def dot(input: Any, tensor: Any, *, out: Any = None) -> Any:
    """Return the sum of the products of two vectors' elements."""
    return _product("dot", (1, 1), input, tensor, out)


def outer(input: Any, vec2: Any, *, out: Any = None) -> Any:
    """Return the matrix of the products of each element of one vector with each of another."""
    return _product("outer", (1, 1), input, vec2, out, _as_column_and_row)


def _as_column_and_row(a: Any, b: Any, **out: Any) -> Any:
    return mul(a.reshape(-1, 1), b, **out)


class ProductMethods:
    """The operator `@` of a Tensor, and the methods."""

    __slots__ = ()

    __matmul__, matmul = as_operator(matmul), matmul
    mm, bmm, mv, dot, outer = mm, bmm, mv, dot, outer

    def __rmatmul__(self, other: Any) -> Any:
        return as_operator(matmul)(other, self)
