"""Views in memory of their own: `permute_copy` and the like, all made one way.
Read `own_shape.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from ...arrays.arguments import as_dim
from ...arrays.layout import contiguous_format
from ...arrays.refusing import instead_of
from ...errors import ShapeError
from ..elementwise.copying import clone
from ..indexing.picking import getitem
from ..with_out import with_out
from .diagonals import diagonal
from .expanding import expand
from .order import permute, t, transpose
from .parting import split, unbind
from .sections import split_with_sizes
from .sizes import shape_of, squeeze, unsqueeze
from .strided import as_strided
from .windows import select, unfold

__all__ = [
    "alias_copy",
    "as_strided_copy",
    "detach_copy",
    "diagonal_copy",
    "expand_copy",
    "permute_copy",
    "select_copy",
    "slice_copy",
    "split_copy",
    "split_with_sizes_copy",
    "squeeze_copy",
    "t_copy",
    "transpose_copy",
    "unbind_copy",
    "unfold_copy",
    "unsqueeze_copy",
    "view_copy",
]


def _copy_of(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that copies what a view sees, row by row; each of several."""
    own = view.__name__.strip("_")
    name = f"{own}_copy"

    def call(*args: Any, **keywords: Any) -> Any:
        seen = view(*args, **keywords)
        if isinstance(seen, (tuple, list)):
            return tuple([clone(each, memory_format=contiguous_format) for each in seen])
        return clone(seen, memory_format=contiguous_format)

    call.__name__ = call.__qualname__ = name
    call.__signature__ = signature(view)  # type: ignore[attr-defined]
    made = with_out(instead_of(own, "clone", "getitem", "index", name=name)(call))
    made.__doc__ = f"Return a copy of what `{own}` sees, in memory of its own."
    return made


def _alias(input: Any) -> Any:
    shape_of(input, "alias")
    return input


def _detach(input: Any) -> Any:
    shape_of(input, "detach")
    return input.detach()


def _expand(input: Any, size: Any, *, implicit: bool = False) -> Any:
    return expand(input, size)


def _slice(
    input: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    shape = shape_of(input, "slice")
    if not shape:
        raise ShapeError("slice: a 0-d tensor has no dimension to part")
    before = (slice(None),) * as_dim(dim, len(shape), "slice")
    return getitem(input, (*before, slice(start, end, step)))


def _view(input: Any, size: Any = None, *, dtype: Any = None) -> Any:
    shape_of(input, "view")
    return input.contiguous().view(dtype if size is None else size)


alias_copy = _copy_of(_alias)
as_strided_copy = _copy_of(as_strided)
detach_copy = _copy_of(_detach)
diagonal_copy = _copy_of(diagonal)
expand_copy = _copy_of(_expand)
permute_copy = _copy_of(permute)
select_copy = _copy_of(select)
slice_copy = _copy_of(_slice)
split_copy = _copy_of(split)
split_with_sizes_copy = _copy_of(split_with_sizes)
squeeze_copy = _copy_of(squeeze)
t_copy = _copy_of(t)
transpose_copy = _copy_of(transpose)
unbind_copy = _copy_of(unbind)
unfold_copy = _copy_of(unfold)
unsqueeze_copy = _copy_of(unsqueeze)
view_copy = _copy_of(_view)
