"""The largest, the smallest, and where they are; the order from the smallest to the largest.
Read `../shape/` next.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Dims, kept_shape
from ...arrays.extremes import extreme_along
from ...arrays.kinds import is_array
from ...arrays.layout import copied_as
from ...arrays.refusing import Function, say_as
from ...arrays.sums import surely_finite
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase
from ...errors import DimensionError
from ..elementwise.complex_parts import check_ordered
from ..elementwise.refusals import check_not_bool
from ..elementwise.selection import maximum, minimum
from ..indexing.along import pick_along, place_along

__all__ = ["amax", "amin", "aminmax", "argmax", "argmin", "argsort", "max", "min", "sort"]


def _check_any(input: Array, dim: Any, name: str) -> None:
    check_ordered(input, name)
    if input.size:
        return
    for each in range(input.ndim) if dim is None else dim if isinstance(dim, tuple) else (dim,):
        if input.shape[each] == 0:
            raise DimensionError(
                f"{name}: nothing to choose from in dimension {each} of a tensor of shape "
                f"{input.shape}"
            )


def _in_rows(extreme: np.ufunc, input: Array, dim: Any, keepdim: bool) -> Array:
    """Reduce, and lay the result out by rows, as PyTorch does; NumPy follows the input."""
    y = extreme_along(extreme, input, dim, keepdim)
    return y if input.ndim < 3 else np.asarray(y, order="C")


@op(r"\max_i x_i")
def amax(input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Return the largest element over `dim`; ties share the gradient equally."""
    _check_any(input, dim, "amax")
    return _in_rows(np.maximum, input, dim, keepdim)


@op(r"\min_i x_i")
def amin(input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Return the smallest element over `dim`; ties share the gradient equally."""
    _check_any(input, dim, "amin")
    return _in_rows(np.minimum, input, dim, keepdim)


def share_among_ties(g: Array, input: Array, y: Array, input_shape: Any, dim: Any) -> Array:
    """g * (x == y) / (x == y).sum(axis=dim, keepdims=True): ties share the gradient."""
    kept = () if dim is None else kept_shape(input_shape, dim)
    if is_array(g):
        ties = input == y.reshape(kept)
        if dim is None:
            number: Any = np.count_nonzero(ties)
        else:  # int64 beside float32 would be float64, in all that follows
            number = np.add.reduce(ties, dim, keepdims=True).astype(g.dtype)
        share = np.asarray(g.reshape(kept) / number)
        if surely_finite(share):  # else a product with 0 would be nan; no tie: the extreme is nan
            return ties.astype(g.dtype) * share
    x: Any = getattr(input, "array", input)
    extreme: Any = getattr(y.reshape(kept), "array", y.reshape(kept))
    ties = (x == extreme) | (np.isnan(x) & np.isnan(extreme))  # nan is the largest of all
    return np.where(ties, g.reshape(kept) / np.add.reduce(ties, axis=dim, keepdims=True), 0.0)


amax.vjp(input=share_among_ties)
amin.vjp(input=share_among_ties)


@op(r"\min_i x_i, \max_i x_i", returns="min, max")
def aminmax(input: Array, *, dim: Dim | None = None, keepdim: bool = False) -> Any:
    """Return the smallest and the largest element over `dim`; ties share the gradient equally."""
    dims = None if dim is None or not input.ndim else (dim,)
    _check_any(input, dims, "aminmax")
    return tuple(_in_rows(each, input, dims, keepdim) for each in (np.minimum, np.maximum))


def _aminmax_rule(
    g_min: Array, g_max: Array, input: Array, min: Array, max: Array, input_shape: Any, dim: Any
) -> Array:
    """g_min + g_max: each at its extreme, and shared where several tie."""
    dims = None if dim is None or not input_shape else (dim,)
    smallest = share_among_ties(g_min, input, min, input_shape, dims)
    return smallest + share_among_ties(g_max, input, max, input_shape, dims)


aminmax.vjp(input=_aminmax_rule)


@op(r"\max_i x_i", returns="values, indices", public="max")
def max_dim(input: Array, dim: Dim, keepdim: bool = False) -> Any:
    """Return the largest elements over `dim` and where the first of each is."""
    _check_any(input, dim, "max")
    if input.ndim == 0:
        return input.copy(), np.zeros((), np.int64)
    indices = input.argmax(axis=dim, keepdims=keepdim)
    return _in_rows(np.maximum, input, dim, keepdim), indices


@op(r"\min_i x_i", returns="values, indices", public="min")
def min_dim(input: Array, dim: Dim, keepdim: bool = False) -> Any:
    """Return the smallest elements over `dim` and where the first of each is."""
    _check_any(input, dim, "min")
    if input.ndim == 0:
        return input.copy(), np.zeros((), np.int64)
    indices = input.argmin(axis=dim, keepdims=keepdim)
    return _in_rows(np.minimum, input, dim, keepdim), indices


def to_the_index(g: Array, indices: Array, input_shape: Any, dim: int) -> Array:
    """place_along(g, dim, indices): all of it goes to the element that was chosen."""
    kept = kept_shape(input_shape, (dim,))
    return place_along(g.reshape(kept), dim, indices.reshape(kept), input_shape)


max_dim.vjp(input=to_the_index)
min_dim.vjp(input=to_the_index)


def _of_two_or_along(*ops: Callable[..., Any]) -> Callable[[Function], Function]:
    """Tell PyTorch's three signatures apart: (input, other), (input), (input, dim, keepdim)."""
    of_two, of_all, along = ops
    names_of_ops = tuple([each.__name__ for each in ops])

    def decorate(described: Function) -> Function:
        @wraps(described)
        def call(input: Any, *given: Any, **names: Any) -> Any:
            try:
                if "other" in names or (given and isinstance(given[0], TensorBase)):
                    return of_two(input, *given, **names)
                has_dim = given or "dim" in names or "axis" in names
                return (along if has_dim else of_all)(input, *given, **names)
            except (RuntimeError, TypeError) as error:
                say_as(error, described.__name__, names_of_ops, else_before=False)
                raise

        return call  # type: ignore[return-value]

    return decorate


@_of_two_or_along(maximum, amax, max_dim)
def max(input: Any, *given: Any, **names: Any) -> Any:
    """Return the largest element; with `dim` also the index of the first one; or the larger of two.

    Without `dim` ties share the gradient; with it, all of it goes to the index returned.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.max(tnn.tensor([[1.0, 3.0], [2.0, 0.0]]), dim=1).indices
        tensor([1, 0])
    """


@_of_two_or_along(minimum, amin, min_dim)
def min(input: Any, *given: Any, **names: Any) -> Any:
    """Return the smallest element; with `dim` also the first one's index; or the smaller of two."""


def _position(input: Array, dim: Any, keepdim: bool, name: str, find: Any) -> Array:
    check_not_bool(name, input)
    _check_any(input, dim, name)
    if dim is None:
        position = find(input)
        return np.asarray(position).reshape((1,) * input.ndim) if keepdim else position
    if input.ndim == 0:
        return np.zeros_like(input, dtype=np.int64)
    return find(input, axis=dim, keepdims=keepdim)


@op(r"\arg\max_i x_i")
def argmax(input: Array, dim: Dim | None = None, keepdim: bool = False) -> Array:
    """Return the index (int64) of the first largest element over `dim`; flat if dim is None."""
    return _position(input, dim, keepdim, "argmax", np.argmax)


@op(r"\arg\min_i x_i")
def argmin(input: Array, dim: Dim | None = None, keepdim: bool = False) -> Array:
    """Return the index (int64) of the first smallest element over `dim`; flat if dim is None."""
    return _position(input, dim, keepdim, "argmin", np.argmin)


@op(r"\operatorname{sort}(x)", returns="values, indices")
def sort(input: Array, dim: Dim = -1, descending: bool = False, *, stable: bool = False) -> Any:
    """Return the elements in order along `dim`, and where they were; nan counts as the largest."""
    check_ordered(input, "sort")
    if input.ndim == 0:
        return input.copy(), np.zeros((), np.int64)
    if descending:  # ties keep their order: sort what is reversed, then reverse the order
        backwards = np.flip(input, dim)
        order = np.flip(backwards.argsort(axis=dim, kind="stable"), dim)
        indices = input.shape[dim] - 1 - order
    else:
        indices = input.argsort(axis=dim, kind="stable")
    values = pick_along(input, dim, indices)
    if input.flags.c_contiguous:
        return values, indices
    return tuple(copied_as(input, each) for each in (values, indices))


def _to_where_it_was(g: Array, indices: Array, input_shape: Any, dim: int) -> Array:
    """place_along(g, dim, indices): each element's goes to where the element came from."""
    return place_along(g, dim, indices, input_shape, once=True)


sort.vjp(input=_to_where_it_was)


def argsort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Any:
    """Return the indices that put the elements in order along `dim`."""
    try:
        return sort(input, dim, descending, stable=stable)[1]
    except (RuntimeError, TypeError) as error:
        say_as(error, "argsort", ("sort",), else_before=False)
        raise


class ExtremeMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    max, min, amax, amin, aminmax = max, min, amax, amin, aminmax
    argmax, argmin, sort, argsort = argmax, argmin, sort, argsort
