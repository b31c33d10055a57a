"""One tensor taken apart into several, each a view of it.
Read `../indexing/` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.arguments import Dim, as_dim, as_integer, as_integers
from ...arrays.refusing import shown
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DimensionError, DTypeError, ShapeError
from .joining import cat, stack

__all__ = ["chunk", "split", "unbind"]


@op(r"\operatorname{unbind}(x)", returns="*parts", view=True)
def unbind(input: Array, dim: Dim = 0) -> Any:
    """Return the slices along `dim`, which they have no more."""
    if input.ndim == 0:
        raise DimensionError("unbind: a 0-d tensor has no dimension to go along")
    before = (slice(None),) * dim
    return [input[(*before, i, ...)] for i in range(input.shape[dim])]  # views, 0-d ones too


unbind.vjp(input=lambda g, dim: stack(g, dim))


@op(r"\operatorname{split}(x)", returns="*parts", view=True)
def split(tensor: Array, split_size_or_sections: Any, dim: Dim = 0) -> Any:
    """Return stretches along `dim`: of one size, the last one shorter, or as listed."""
    if tensor.ndim == 0:
        raise DimensionError("split: a 0-d tensor has no dimension to part")
    length, sizes = tensor.shape[dim], split_size_or_sections
    before = (slice(None),) * dim
    if not isinstance(sizes, (tuple, list)):
        sizes = as_integer(sizes, "the size", "split")
        if sizes < 0 or (sizes == 0 and length):
            raise ShapeError(f"split: a size of {sizes} cannot part {length} elements")
        starts = range(0, length or 1, sizes or 1)
        return [tensor[(*before, slice(start, start + sizes))] for start in starts]
    sizes = as_integers(sizes, "each size", "split")
    if sum(sizes) != length or min(sizes, default=0) < 0:
        raise ShapeError(
            f"split: sizes {tuple(sizes)} do not add up to {length}, the size of dimension {dim} "
            f"of shape {tensor.shape}"
        )
    parts, start = [], 0
    for size in sizes:
        parts.append(tensor[(*before, slice(start, start + size))])
        start += size
    return parts


split.vjp(tensor=lambda g, dim: cat(g, dim))


def chunk(input: Any, chunks: int, dim: int = 0) -> Any:
    """Return at most `chunks` stretches along `dim`, all of one size but the last."""
    shape = getattr(getattr(input, "array", input), "shape", None)
    if shape is None:
        raise DTypeError(f"chunk() takes a Tensor, got {shown(input)}")
    chunks = as_integer(chunks, "the number of chunks", "chunk")
    dim = as_dim(dim, len(shape), "chunk")
    if chunks <= 0:
        raise ShapeError(f"chunk: the number of chunks must be above 0, got {chunks}")
    if not shape:
        raise DimensionError("chunk: a 0-d tensor has no dimension to part")
    length = shape[dim]
    return split(input, max(-(-length // chunks), 1) if length else [0] * chunks, dim)


class PartingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    unbind, chunk = unbind, chunk

    def split(self, split_size: Any, dim: int = 0) -> Any:
        """Return stretches along `dim`: of one size, the last one shorter, or as listed."""
        return split(self, split_size, dim)
