"""Operations that rearrange elements and change none: views where NumPy can give one, else copies.
Read `index.py` next.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

import numpy as np

from ..arrays.dtypes import Array, promoted
from ..autograd.record import op
from ..errors import DTypeError, ShapeError
from .dims import many_dims, one_dim


def _sizes(shape: Any, name: str) -> tuple[int, ...]:
    try:
        return tuple(index(each) for each in shape)
    except TypeError:
        raise DTypeError(f"{name}: sizes are ints, got {shape!r:.40}") from None


def _filled_in(shape: Any, size: int, name: str) -> tuple[int, ...]:
    """Return the shape with -1 worked out; `ShapeError` if it does not hold `size` elements."""
    sizes = _sizes(shape, name)
    if sizes.count(-1) > 1:
        raise ShapeError(f"{name}: only one dimension can be -1, got {sizes}")
    known = math.prod(each for each in sizes if each != -1)
    if -1 in sizes and known > 0 and size % known == 0:
        return tuple(size // known if each == -1 else each for each in sizes)
    if -1 in sizes and known == 0:
        raise ShapeError(f"{name}: -1 in shape {sizes} could be any size, as another is 0")
    if known != size or -1 in sizes or any(each < 0 for each in sizes):
        raise ShapeError(f"{name}: shape {sizes} does not hold the {size} elements of the input")
    return sizes


@op(r"\operatorname{reshape}(x)", view=True)
def reshape(x: Array, shape: Any) -> Array:
    """Return the same elements, row by row, in another shape; one size may be -1."""
    return x.reshape(_filled_in(shape, x.size, "reshape"))


reshape.vjp(x=lambda g, x_shape: g.reshape(x_shape))


@op(r"\operatorname{view}(x)", view=True)
def view(x: Array, shape: Any) -> Array:
    """Return the same memory in another shape; `ShapeError` where only a copy could."""
    sizes = _filled_in(shape, x.size, "view")
    seen = x.view()
    try:
        seen = np.reshape(seen, sizes, copy=False) if _HAS_COPY else _reshape_in_place(seen, sizes)
    except (ValueError, AttributeError):
        raise ShapeError(
            f"view: shape {sizes} needs a copy of this tensor of shape {x.shape} and strides "
            f"{tuple(s // x.itemsize for s in x.strides)}; use .reshape({sizes})"
        ) from None
    return seen


def _reshape_in_place(x: Array, sizes: tuple[int, ...]) -> Array:
    made = x.reshape(sizes)
    if x.size and not np.may_share_memory(made, x):
        raise ValueError("a copy was needed")
    return made


_HAS_COPY = np.lib.NumpyVersion(np.__version__) >= "2.1.0"  # np.reshape(copy=False) came with 2.1

view.vjp(x=lambda g, x_shape: g.reshape(x_shape))


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Return the input with the dimensions from start_dim to end_dim made into one."""
    sizes = input.shape
    first, last = (one_dim(dim, len(sizes), "flatten") for dim in (start_dim, end_dim))
    if first > last:
        raise ShapeError(f"flatten: start_dim {start_dim} lies behind end_dim {end_dim}")
    return reshape(input, (*sizes[:first], math.prod(sizes[first : last + 1]), *sizes[last + 1 :]))


@op(r"x^{T}", view=True)
def transpose(x: Array, dim0: int, dim1: int) -> Array:
    """Return a view with two dimensions exchanged."""
    first, second = (one_dim(dim, x.ndim, "transpose") for dim in (dim0, dim1))
    return x.swapaxes(first, second) if x.ndim else x.view()


transpose.vjp(x=lambda g, dim0, dim1: transpose(g, dim0, dim1))


@op(r"\operatorname{permute}(x)", view=True)
def permute(x: Array, dims: Any) -> Array:
    """Return a view whose dimension i is dimension dims[i] of x."""
    order = tuple(one_dim(dim, x.ndim, "permute") for dim in dims)
    if sorted(order) != list(range(x.ndim)):
        raise ShapeError(
            f"permute: dims {tuple(dims)} must name each of the {x.ndim} dimensions of shape "
            f"{x.shape} once"
        )
    return x.transpose(order)


def _inverse(dims: Any) -> tuple[int, ...]:
    order = [dim % len(dims) for dim in dims]
    return tuple(order.index(i) for i in range(len(order)))


permute.vjp(x=lambda g, dims: permute(g, _inverse(dims)))


@op(r"\operatorname{unsqueeze}(x)", view=True)
def unsqueeze(x: Array, dim: int) -> Array:
    """Return a view with a dimension of size 1 put in at `dim`."""
    return np.expand_dims(x, one_dim(dim, x.ndim + 1, "unsqueeze"))


unsqueeze.vjp(x=lambda g, x_shape: g.reshape(x_shape))


@op(r"\operatorname{squeeze}(x)", view=True)
def squeeze(x: Array, dim: Any = None) -> Array:
    """Return a view without the dimensions of size 1; with `dim`, only those named."""
    dims = many_dims(dim, x.ndim, "squeeze")
    kept = [size for i, size in enumerate(x.shape) if not (i in dims and size == 1)]
    return x.reshape(kept)


squeeze.vjp(x=lambda g, x_shape: g.reshape(x_shape))


@op(r"\operatorname{expand}(x)", view=True)
def expand(x: Array, shape: Any) -> Array:
    """Return a view repeated along dimensions of size 1 and new ones in front; -1 keeps a size."""
    sizes = _sizes(shape, "expand")
    added = len(sizes) - x.ndim
    wanted = tuple(
        x.shape[i - added] if size == -1 and i >= added else size for i, size in enumerate(sizes)
    )
    fits = added >= 0 and all(
        wanted[added + i] == size or size == 1 for i, size in enumerate(x.shape)
    )
    if not fits or any(size < 0 for size in wanted):
        raise ShapeError(
            f"expand: shape {x.shape} cannot expand to {sizes}; only sizes of 1 and new dimensions "
            "in front can grow"
        )
    return np.broadcast_to(x, wanted)


expand.vjp(x=lambda g: g)


@op(r"[x_1; x_2; \dots]")
def cat(*tensors: Array, dim: int = 0) -> Array:
    """Return the tensors joined along `dim`; their other sizes must agree."""
    filled = [x for x in tensors if x.shape != (0,)] or [tensors[0]]  # empty vectors are skipped
    first = filled[0]
    axis = one_dim(dim, first.ndim, "cat")
    for i, x in enumerate(tensors):
        if x.ndim == 0:
            raise ShapeError(f"cat: tensor {i} is 0-d and cannot be joined; use stack")
        if x.shape != (0,) and _without(x.shape, axis) != _without(first.shape, axis):
            raise ShapeError(
                f"cat: tensor {i} has shape {x.shape}, which differs from {first.shape} elsewhere "
                f"than in dimension {axis}"
            )
    dtype = first.dtype
    for x in tensors:
        dtype = promoted(dtype, x.dtype)
    return np.concatenate([x.astype(dtype, copy=False) for x in filled], axis=axis)


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return (*shape[:axis], *shape[axis + 1 :])


def _cat_rule(g: Array, tensors_shape: Any, dim: int) -> list[Array]:
    """split(g, dim): each tensor's gradient is its own stretch of g."""
    axis = dim % g.ndim
    pieces, start = [], 0
    for shape in tensors_shape:
        size = shape[axis] if shape != (0,) else 0
        piece = g[(slice(None),) * axis + (slice(start, start + size),)]
        pieces.append(piece if shape != (0,) else piece.reshape(-1)[:0])
        start += size
    return pieces


cat.vjp(tensors=_cat_rule)


@op(r"[x_1, x_2, \dots]")
def stack(*tensors: Array, dim: int = 0) -> Array:
    """Return the tensors, all of one shape, joined along a new dimension."""
    first = tensors[0]
    for i, x in enumerate(tensors):
        if x.shape != first.shape:
            raise ShapeError(
                f"stack: tensor {i} has shape {x.shape}, tensor 0 has {first.shape}; all must be "
                "equal"
            )
    dtype = first.dtype
    for x in tensors:
        dtype = promoted(dtype, x.dtype)
    axis = one_dim(dim, first.ndim + 1, "stack")
    return np.stack([x.astype(dtype, copy=False) for x in tensors], axis=axis)


def _stack_rule(g: Array, tensors_shape: Any, dim: int) -> list[Array]:
    """unbind(g, dim): each tensor's gradient is its own slice of g."""
    axis = dim % g.ndim
    return [g[(slice(None),) * axis + (i,)] for i in range(len(tensors_shape))]


stack.vjp(tensors=_stack_rule)
