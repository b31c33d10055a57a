"""`vmap`: a function of one sample becomes a function of a batch, sample by sample.
Read `functional_call.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from ..arrays.refusing import shown
from ..errors import ArgumentError, ShapeError
from ..ops.shape.joining import stack
from ..tensor import Tensor
from .trees import filled, leaves_of


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Return a function that calls `func` for every slice of its arguments and stacks the results.

    It is a loop: it takes as long as the calls one by one, and what `func` does may depend on the
    values (`if x > 0`), which PyTorch refuses. `in_dims` says along which dim each argument is
    sliced, None for one that every call gets whole; `out_dims` where the results are stacked. Both
    are a number for all, or a tuple with an entry per argument or result, which may be nests.
    Arguments by keyword are given whole. Every
    call draws its own random numbers, whatever `randomness` says; `chunk_size` changes nothing.

    Raises:
        ArgumentError: in_dims that do not match the arguments, no argument to slice, a result that
            is no Tensor. ShapeError: slices of unequal numbers.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> tnn.vmap(tnn.dot)(x, x)
        tensor([ 5., 25.])
        >>> tnn.vmap(tnn.func.grad(lambda w, x: (w * x).sum()), in_dims=(None, 0))(x[0], x)
        tensor([[1., 2.],
                [3., 4.]])
    """

    @wraps(func)
    def of_batch(*args: Any, **keywords: Any) -> Any:
        places, given = _spread(in_dims, args, "in_dims"), leaves_of(args)
        sizes = {_size(x, dim) for x, dim in zip(given, places, strict=True) if dim is not None}
        if not sizes:
            raise ArgumentError(f"vmap: in_dims={in_dims} names no dim to map over")
        if len(sizes) > 1:
            raise ShapeError(f"vmap: arguments of {sorted(sizes)} slices; each needs as many")
        (size,) = sizes
        parts = [
            [x] * size if dim is None else x.unbind(dim)
            for x, dim in zip(given, places, strict=True)
        ]
        results = [
            func(*filled(args, [part[i] for part in parts]), **keywords) for i in range(size)
        ]
        return _stacked(results, out_dims)

    return of_batch


def _size(x: Any, dim: Any) -> int:
    if not isinstance(x, Tensor):
        raise ArgumentError(f"vmap: slices Tensors, got {shown(x)}; in_dims=None gives it whole")
    if not -x.ndim <= dim < x.ndim:
        raise ArgumentError(f"vmap: in_dims={dim} of a tensor of {x.ndim} dimensions")
    return x.shape[dim]


def _spread(dims: Any, tree: Any, name: str) -> list[Any]:
    """Return a dim for each end of a nest: one for all, or those of a nest of the same form."""
    if dims is None or isinstance(dims, int):
        return [dims] * len(leaves_of(tree))
    entries = list(dims.values()) if isinstance(dims, Mapping) else list(dims)
    parts = list(tree.values()) if isinstance(tree, Mapping) else tree
    if not isinstance(parts, (list, tuple)) or len(parts) != len(entries):
        raise ArgumentError(
            f"vmap: {name}={dims} has {len(entries)} entries, which are not those of {shown(tree)}"
        )
    spread: list[Any] = []
    for entry, part in zip(entries, parts, strict=True):
        spread += _spread(entry, part, name)
    return spread


def _stacked(results: list[Any], out_dims: Any) -> Any:
    """Return one nest, with the results' tensors stacked at its ends."""
    if not results:
        raise ShapeError("vmap: of a batch of 0 nothing is known of the results' shape")
    places = _spread(out_dims, results[0], "out_dims")
    ends = [leaves_of(each) for each in results]
    for each in ends[0]:
        if not isinstance(each, Tensor):
            raise ArgumentError(f"vmap: the function has to return Tensors, got {shown(each)}")
    joined = [
        column[0] if dim is None else stack(list(column), dim)
        for dim, *column in zip(places, *ends, strict=True)
    ]
    return filled(results[0], joined)
