"""The same elements, row by row, in other sizes.
Read `expanding.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Integer, NamedDims, Shape, as_dim, as_shape
from ...arrays.refusing import instead_of, shown
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase
from ...errors import ArgumentError, DTypeError, ShapeError

__all__ = ["flatten", "ravel", "reshape", "squeeze", "unflatten", "unsqueeze"]


def filled_in(shape: tuple[int, ...], size: int, name: str) -> tuple[int, ...]:
    """Return the shape with -1 worked out; `ShapeError` if it does not hold `size` elements."""
    known = math.prod(shape)
    if known == size and -1 not in shape and min(shape, default=0) >= 0:
        return shape
    if shape.count(-1) > 1:
        raise ShapeError(f"{name}: only one dimension can be -1, got {shape}")
    if -1 in shape and known == 0:
        raise ShapeError(f"{name}: -1 in shape {shape} could be any size, as another is 0")
    if -1 in shape and known < 0 and size % -known == 0 and min(shape) == -1:
        return tuple(size // -known if each == -1 else each for each in shape)
    raise ShapeError(f"{name}: shape {shape} does not hold the {size} elements of the input")


@op(r"\operatorname{reshape}(x)", view=True)
def reshape(input: Array, shape: Shape) -> Array:
    """Return the same elements, row by row, in another shape; one size may be -1."""
    return input.reshape(filled_in(shape, input.size, "reshape"))


reshape.vjp(input=lambda g, input_shape: g.reshape(input_shape))


@op(r"\operatorname{view}(x)", view=True)
def view(input: Array, shape: Shape) -> Array:
    """Return the same memory in another shape; `ShapeError` where only a copy could."""
    sizes = filled_in(shape, input.size, "view")
    if input.flags.c_contiguous:
        return input.reshape(sizes)
    try:
        return _reshape_without_copy(input.view(), sizes)
    except (ValueError, AttributeError):
        raise ShapeError(
            f"view: shape {sizes} needs a copy of this tensor of shape {input.shape} and strides "
            f"{tuple(s // input.itemsize for s in input.strides)}; use .reshape({sizes})"
        ) from None


view.vjp(input=lambda g, input_shape: g.reshape(input_shape))


def _reshape_without_copy(x: Array, sizes: tuple[int, ...]) -> Array:
    if _HAS_COPY:
        return np.reshape(x, sizes, copy=False)
    made = x.reshape(sizes)
    if x.size and not np.may_share_memory(made, x):
        raise ArgumentError("a copy was needed")
    return made


_HAS_COPY = np.lib.NumpyVersion(np.__version__) >= "2.1.0"  # np.reshape(copy=False) came with 2.1


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Return the input with the dimensions from start_dim to end_dim made into one."""
    if not hasattr(input, "shape"):
        raise DTypeError(f"flatten() takes a Tensor, got {type(input).__name__} {input!r:.40}")
    sizes = getattr(input, "array", input).shape
    plain = type(start_dim) is int and type(end_dim) is int
    if plain and len(sizes) == 1 and -1 <= start_dim <= 0 and -1 <= end_dim <= 0:
        return input
    first, last = (as_dim(dim, len(sizes), "flatten") for dim in (start_dim, end_dim))
    if first > last:
        raise ShapeError(f"flatten: start_dim {start_dim} lies behind end_dim {end_dim}")
    return reshape(input, (*sizes[:first], math.prod(sizes[first : last + 1]), *sizes[last + 1 :]))


@op(r"\operatorname{unsqueeze}(x)", view=True)
def unsqueeze(input: Array, dim: Integer) -> Array:
    """Return a view with a dimension of size 1 put in at `dim`."""
    place = as_dim(dim, input.ndim + 1, "unsqueeze")
    return input.reshape((*input.shape[:place], 1, *input.shape[place:]))  # never a copy


unsqueeze.vjp(input=lambda g, input_shape: g.reshape(input_shape))


@op(r"\operatorname{squeeze}(x)", view=True)
def squeeze(input: Array, dim: NamedDims = None) -> Array:
    """Return a view without the dimensions of size 1; with `dim`, only those named."""
    kept = [n for i, n in enumerate(input.shape) if n != 1 or not (dim is None or i in dim)]
    return input.reshape(kept)


squeeze.vjp(input=lambda g, input_shape: g.reshape(input_shape))


def sizes_given(given: tuple[Any, ...], named: Any = None) -> Any:
    """x.view(2, 3), x.view((2, 3)) and x.view(size=(2, 3)) mean the same."""
    if named is not None:
        if given:
            raise TypeError(f"sizes or dims are given twice: as {given} and by name as {named!r}")
        return named
    return given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given


def shape_of(other: Any, name: str) -> tuple[int, ...]:
    """Return the shape of a Tensor, and refuse anything else."""
    if not isinstance(other, TensorBase):
        raise DTypeError(f"{name}() takes a Tensor, got {shown(other)}")
    return other.array.shape


@instead_of("reshape")
def ravel(input: Any) -> Any:
    """Return the elements, row by row, as a vector: a view where they lie so."""
    shape_of(input, "ravel")
    return reshape(input.contiguous(), (-1,))


@instead_of("view")
def unflatten(input: Any, dim: int, sizes: Any) -> Any:
    """Return a view in which one dimension is several, of `sizes`; one of them may be -1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.unflatten(tnn.ones(2, 6), 1, (3, -1)).shape
        torch.Size([2, 3, 2])
    """
    shape = shape_of(input, "unflatten")
    if not shape:
        raise ShapeError("unflatten: a 0-d tensor has no dimension to part")
    dim = as_dim(dim, len(shape), "unflatten")
    parts = as_shape(sizes, "unflatten")
    if not parts:
        raise ShapeError("unflatten: at least one size expected, got ()")
    parts = filled_in(parts, shape[dim], "unflatten")
    return view(input, (*shape[:dim], *parts, *shape[dim + 1 :]))


class SizeMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    flatten, unsqueeze, squeeze = flatten, unsqueeze, squeeze
    ravel = ravel

    def unflatten(self, dim: int, sizes: Any) -> Any:
        """Return a view in which one dimension is several, of `sizes`; one of them may be -1."""
        return unflatten(self, dim, sizes)

    def reshape(self, *sizes: Any, shape: Any = None) -> Any:
        """Return the same elements in another shape; one size may be -1."""
        return reshape(self, sizes_given(sizes, shape))

    @instead_of("view")
    def view_as(self, other: Any) -> Any:
        """Return a view in the other tensor's shape."""
        return view(self, shape_of(other, "view_as"))

    @instead_of("reshape")
    def reshape_as(self, other: Any) -> Any:
        """Return the same elements in the other tensor's shape."""
        return reshape(self, shape_of(other, "reshape_as"))
