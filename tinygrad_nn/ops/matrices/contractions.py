"""Products of vectors and tensors: tensordot, inner, vecdot, vdot, trace; kron and cross.
Read `chains.py` next.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, as_dim, as_dims, as_integers
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DimensionError, DTypeError, ShapeError
from ..elementwise.arithmetic import mul
from ..reduction.sums import sum
from .checks import check_tensors, into
from .einsum import einsum
from .products import dot, matmul, outer

__all__ = ["cross", "ger", "inner", "kron", "tensordot", "trace", "vdot"]


@refuses
@instead_of("matmul")
def tensordot(a: Any, b: Any, dims: Any = 2, out: Any = None) -> Any:
    """Return the products of a and b summed over dims of each: the last of a, the first of b.

    `dims` is how many, or two lists of as many: those of a, and those of b.

    Raises:
        ShapeError: the sizes of two dims that meet differ, and none is 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> a = tnn.arange(6.0).reshape(1, 2, 3)
        >>> tnn.tensordot(a, a, dims=([1, 2], [1, 2]))
        tensor([[55.]])
    """
    check_tensors("tensordot", a, b)
    of_a, of_b = _dims_of_both(a, b, dims)
    for i, k in zip(of_a, of_b, strict=True):
        if a.shape[i] != b.shape[k]:
            if 1 not in (a.shape[i], b.shape[k]):
                raise ShapeError(
                    f"tensordot: dimension {i} of shape {tuple(a.shape)} and {k} of "
                    f"{tuple(b.shape)} differ in size"
                )
            a, b = (
                (a, b.sum(k, True, dtype=b.dtype))
                if a.shape[i] == 1
                else (a.sum(i, True, dtype=a.dtype), b)
            )
    free_a = [i for i in range(a.ndim) if i not in of_a]
    free_b = [k for k in range(b.ndim) if k not in of_b]
    summed = prod(a.shape[i] for i in of_a)
    shape_a, shape_b = [a.shape[i] for i in free_a], [b.shape[k] for k in free_b]
    left = a.permute((*free_a, *of_a)).reshape((prod(shape_a), summed))
    right = b.permute((*of_b, *free_b)).reshape((summed, prod(shape_b)))
    return into(out, matmul(left, right).reshape((*shape_a, *shape_b)))


def _dims_of_both(a: Any, b: Any, dims: Any) -> tuple[Any, Any]:
    if hasattr(dims, "array"):
        dims = dims.tolist()
    if isinstance(dims, (tuple, list)):
        if len(dims) != 2:
            raise DimensionError(f"tensordot: dims are a number, or two lists; got {dims!r}")
        both = [as_integers(each, "dims", "tensordot") for each in dims]
        if len(both[0]) != len(both[1]):
            raise DimensionError(f"tensordot: dims are two lists of one length, got {dims!r}")
        found = [
            tuple(as_dim(d, x.ndim, "tensordot") for d in each)
            for x, each in zip((a, b), both, strict=True)
        ]
        for x, each in zip((a, b), found, strict=True):
            as_dims(each, x.ndim, "tensordot")  # none twice
        return found[0], found[1]
    (n,) = as_integers(dims, "dims", "tensordot")
    if not 0 <= n <= min(a.ndim, b.ndim):
        raise DimensionError(
            f"tensordot: dims={n} of shapes {tuple(a.shape)} and {tuple(b.shape)}; it is from 0 "
            "to the dimensions that both have"
        )
    return tuple(range(a.ndim - n, a.ndim)), tuple(range(n))


@refuses
def inner(input: Any, other: Any, *, out: Any = None) -> Any:
    """Return the products summed over the last dimension of both; of a 0-d tensor the product."""
    check_tensors("inner", input, other)
    if input.ndim == 0 or other.ndim == 0:
        return into(out, mul(input, other))
    if input.shape[-1] != other.shape[-1]:
        raise ShapeError(
            f"inner: the last sizes of shapes {tuple(input.shape)} and {tuple(other.shape)} differ"
        )
    return tensordot(input, other, ([-1], [-1]), out)


@refuses
@instead_of("dot")
def vdot(input: Any, other: Any, *, out: Any = None) -> Any:
    """Return the sum of the products of one vector's conjugates with the other's elements."""
    check_tensors("vdot", input, other)
    return dot(input.conj(), other, out=out)


@refuses
@instead_of("mul", "sum")
def vecdot(x: Any, y: Any, *, dim: int = -1, out: Any = None) -> Any:
    """Return the sums of conj(x) * y along `dim`, over shapes that broadcast."""
    check_tensors("vecdot", x, y)
    if x.array.dtype != y.array.dtype:
        raise DTypeError(f"vecdot: both in one dtype, got {x.array.dtype} and {y.array.dtype}")
    return into(out, sum(mul(x.conj(), y), dim, dtype=x.dtype))


@refuses
@instead_of("einsum")
def trace(input: Any) -> Any:
    """Return the sum of a matrix's diagonal."""
    check_tensors("trace", input)
    if input.ndim != 2:
        raise ShapeError(f"trace: a matrix expected, got shape {tuple(input.shape)}")
    n = min(input.shape)
    return einsum("ii->", input[:n, :n])


@refuses
@instead_of("outer")
def ger(input: Any, vec2: Any, *, out: Any = None) -> Any:
    """Return the outer product, under its old name."""
    return outer(input, vec2, out=out)


@refuses
@instead_of("mul")
def kron(input: Any, other: Any, *, out: Any = None) -> Any:
    """Return the Kronecker product: other, times each element of input, in that one's place.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.kron(tnn.tensor([1.0, 10.0]), tnn.tensor([1.0, 2.0]))
        tensor([ 1.,  2., 10., 20.])
    """
    check_tensors("kron", input, other)
    n = max(input.ndim, other.ndim)
    a = (1,) * (n - input.ndim) + tuple(input.shape)
    b = (1,) * (n - other.ndim) + tuple(other.shape)
    left = input.reshape([size for each in a for size in (each, 1)])
    right = other.reshape([size for each in b for size in (1, each)])
    shape = tuple(i * k for i, k in zip(a, b, strict=True))
    return into(out, mul(left, right).reshape(shape))


@op(r"a \times b", name="cross")
def cross_product(input: Array, other: Array, *, dim: Dim = -1) -> Array:
    """Return the cross products of vectors of 3 elements along `dim`.

    Raises:
        ShapeError: other than 3 elements, numbers of dimensions that differ.
    """
    if input.ndim != other.ndim or input.shape[dim] != 3 or other.shape[dim] != 3:
        raise ShapeError(
            f"cross: 3 elements along dimension {dim} of both expected, got shapes {input.shape} "
            f"and {other.shape}"
        )
    if input.dtype != other.dtype:
        raise DTypeError(f"cross: both in one dtype, got {input.dtype} and {other.dtype}")
    a, b = np.moveaxis(input, dim, 0), np.moveaxis(other, dim, 0)
    following, last = [1, 2, 0], [2, 0, 1]
    y = a[following] * b[last] - a[last] * b[following]
    return np.ascontiguousarray(np.moveaxis(y, 0, dim))


cross_product.vjp(
    input=lambda g, other, dim: cross_product(other, g, dim=dim),
    other=lambda g, input, dim: cross_product(g, input, dim=dim),
)


@refuses
def cross(input: Any, other: Any, dim: int | None = None, *, out: Any = None) -> Any:
    """Return the cross products along `dim`, by default the first of 3 elements."""
    check_tensors("cross", input, other)
    if dim is None:
        shapes = np.broadcast_shapes(tuple(input.shape), tuple(other.shape))
        dim = next((i for i, size in enumerate(shapes) if size == 3), None)
        if dim is None:
            raise ShapeError(f"cross: no dimension of 3 elements in shape {shapes}")
        dim -= len(shapes)
    return into(out, cross_product(input, other, dim=dim))


class ContractionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    cross, ger, inner, kron, trace, vdot = cross, ger, inner, kron, trace, vdot
