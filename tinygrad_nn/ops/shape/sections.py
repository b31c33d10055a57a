"""One tensor taken apart into sections, at positions or into equal numbers of them.
Read `copies.py` next.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ...arrays.arguments import as_dim, as_integer, as_integers
from ...arrays.kinds import is_integral
from ...arrays.refusing import instead_of, shown
from ...autograd.tensor_base import TensorBase
from ...errors import DimensionError, DTypeError, ShapeError
from ..indexing.picking import getitem
from .parting import split
from .sizes import shape_of

__all__ = [
    "dsplit",
    "hsplit",
    "split_with_sizes",
    "tensor_split",
    "unsafe_chunk",
    "unsafe_split",
    "unsafe_split_with_sizes",
    "vsplit",
]


def _between(input: Any, ends: list[int], dim: int) -> tuple[Any, ...]:
    """Return the views from each position to the next, each a view of its own."""
    before = (slice(None),) * dim
    stretches = zip([0, *ends], [*ends, None], strict=True)
    return tuple([getitem(input, (*before, slice(start, end))) for start, end in stretches])


def tensor_split(
    input: Any,
    indices_or_sections: Any = None,
    dim: int = 0,
    *,
    indices: Any = None,
    sections: Any = None,
) -> tuple[Any, ...]:
    """Return views: `sections` of them, as equal as can be, or those between all `indices`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.tensor_split(tnn.arange(5), 2), tnn.tensor_split(tnn.arange(5), (1, 4))[1]
        ((tensor([0, 1, 2]), tensor([3, 4])), tensor([1, 2, 3]))
    """
    return _split(input, _named(indices_or_sections, indices, sections), dim, "tensor_split")


def _named(where: Any, indices: Any, sections: Any) -> Any:
    """Return where to part, under whichever of PyTorch's names it was given."""
    return next((each for each in (where, indices, sections) if each is not None), None)


def _split(input: Any, where: Any, dim: Any, name: str) -> tuple[Any, ...]:
    shape = shape_of(input, name)
    if not shape:
        raise DimensionError(f"{name}: a 0-d tensor has no dimension to part")
    dim = as_dim(dim, len(shape), name)
    if isinstance(where, TensorBase):
        if not is_integral(where.array) or where.array.ndim > 1:
            raise DTypeError(f"{name}: indices must be integers in a vector, got {shown(where)}")
        where = where.array.tolist()
    if isinstance(where, (tuple, list)):
        return _between(input, list(as_integers(where, "each index", name)), dim)
    count = as_integer(where, "the number of sections", name)
    if not 0 < count < 2**31:
        raise ShapeError(f"{name}: the number of sections must be above 0, got {count}")
    size, longer = divmod(shape[dim], count)
    return _between(input, [i * size + min(i, longer) for i in range(1, count)], dim)


def _split_evenly(input: Any, where: Any, dim: int, least: int, name: str) -> tuple[Any, ...]:
    """Return the sections along a dimension that a tensor of `least` dimensions has."""
    shape = shape_of(input, name)
    if len(shape) < least:
        raise ShapeError(f"{name}: at least {least} dimensions expected, got shape {shape}")
    if isinstance(where, int) and (where <= 0 or shape[dim] % where):
        raise ShapeError(
            f"{name}: dimension {dim} of shape {shape} cannot be parted into {where} equal sections"
        )
    return _split(input, where, dim, name)


def hsplit(
    input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
) -> tuple[Any, ...]:
    """Return views of the columns, or of the elements of a vector, in equal sections."""
    ndim = len(shape_of(input, "hsplit"))
    where = _named(indices_or_sections, indices, sections)
    return _split_evenly(input, where, 0 if ndim == 1 else 1, 1, "hsplit")


def vsplit(
    input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
) -> tuple[Any, ...]:
    """Return views of the rows in equal sections, or between all indices."""
    return _split_evenly(input, _named(indices_or_sections, indices, sections), 0, 2, "vsplit")


def dsplit(
    input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
) -> tuple[Any, ...]:
    """Return views along dimension 2 in equal sections, or between all indices."""
    return _split_evenly(input, _named(indices_or_sections, indices, sections), 2, 3, "dsplit")


@instead_of("split")
def split_with_sizes(input: Any, split_sizes: Any, dim: int = 0) -> tuple[Any, ...]:
    """Return views along `dim` of the sizes listed, which must add up to its size."""
    return split(input, list(as_integers(split_sizes, "each size", "split_with_sizes")), dim)


@instead_of("split")
def unsafe_split(tensor: Any, split_size: Any, dim: int = 0) -> tuple[Any, ...]:
    """Return what `split` does, as views that can be written each: here that is safe."""
    shape_of(tensor, "unsafe_split")
    return _views_of(tensor, split(tensor.detach(), split_size, dim), dim, "unsafe_split")


@instead_of("split_with_sizes")
def unsafe_split_with_sizes(input: Any, split_sizes: Any, dim: int = 0) -> tuple[Any, ...]:
    """Return what `split_with_sizes` does, as views that can be written each."""
    shape_of(input, "unsafe_split_with_sizes")
    parts = split_with_sizes(input.detach(), split_sizes, dim)
    return _views_of(input, parts, dim, "unsafe_split_with_sizes")


@instead_of("chunk")
def unsafe_chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """Return what `chunk` does, as views that can be written each."""
    shape_of(input, "unsafe_chunk")
    return _views_of(input, input.detach().chunk(chunks, dim), dim, "unsafe_chunk")


def _views_of(x: Any, parts: Any, dim: int, name: str) -> tuple[Any, ...]:
    place = as_dim(dim, len(shape_of(x, name)), name)
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + part.array.shape[place])
    before = (slice(None),) * place
    return tuple([getitem(x, (*before, slice(start, end))) for start, end in pairwise(ends)])


class SectionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    tensor_split, hsplit, vsplit, dsplit = tensor_split, hsplit, vsplit, dsplit
    split_with_sizes, unsafe_split, unsafe_chunk = split_with_sizes, unsafe_split, unsafe_chunk
    unsafe_split_with_sizes = unsafe_split_with_sizes
