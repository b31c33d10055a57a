"""NumPy's functions by our operations: each takes those of NumPy's arguments that it has, no more.
Read `numpy_protocol.py` next, which works on arrays, or refuses, where one of these cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ..arrays.arguments import as_dim
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import ShapeError
from ..ops.elementwise import complex_parts, selection
from ..ops.indexing.along import gather
from ..ops.indexing.slices import index_select
from ..ops.matrices import determinants, inverses, products, singular
from ..ops.matrices.einsum import einsum as contract
from ..ops.reduction import extremes, spread, sums
from ..ops.shape import expanding, joining, order, sizes


def _lacks(argument: str, value: Any) -> TypeError:
    """Say of a value that NumPy gives a meaning which our operation has not."""
    return TypeError(f"{argument}={value!r:.40}")


# --- over dimensions ------------------------------------------------------------------------------


def _axes(axis: Any) -> Any:
    if isinstance(axis, tuple) and not axis:
        raise _lacks("axis", axis)  # which is no dimension to NumPy, and all of them to us
    return axis


def sum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    if out is not None:
        raise _lacks("out", out)
    return sums.sum(a, _axes(axis), keepdims, dtype=dtype)


def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
) -> Any:
    if out is not None:
        raise _lacks("out", out)
    return sums.mean(a, _axes(axis), keepdims, dtype=dtype)


def var(
    a: Any,
    axis: Any = None,
    dtype: None = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
) -> Any:
    if out is not None:
        raise _lacks("out", out)
    if dtype is not None:
        raise _lacks("dtype", dtype)
    return spread.var(a, _axes(axis), keepdim=keepdims, correction=ddof)


def max(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    if out is not None:
        raise _lacks("out", out)
    return extremes.amax(a, _axes(axis), keepdims)


def min(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    if out is not None:
        raise _lacks("out", out)
    return extremes.amin(a, _axes(axis), keepdims)


def argmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    if out is not None:
        raise _lacks("out", out)
    return extremes.argmax(a, axis, keepdims)


def argmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    if out is not None:
        raise _lacks("out", out)
    return extremes.argmin(a, axis, keepdims)


def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    if out is not None:
        raise _lacks("out", out)
    row = a.reshape(-1) if axis is None or not a.ndim else a
    return sums.cumsum(row, 0 if axis is None else axis, dtype=dtype)


def sort(
    a: Any, axis: Any = -1, kind: Any = None, order: None = None, *, stable: Any = None
) -> Any:
    return _sorted(a, axis, kind, order)[0]


def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: None = None, *, stable: Any = None
) -> Any:
    return _sorted(a, axis, kind, order)[1]


def _sorted(a: Any, axis: Any, kind: Any, order: None) -> Any:
    if order is not None:
        raise _lacks("order", order)
    if kind not in (None, "quicksort", "stable", "mergesort", "heapsort"):  # all give the same
        raise _lacks("kind", kind)
    return extremes.sort(a.reshape(-1), 0) if axis is None else extremes.sort(a, axis)


# --- other shapes ---------------------------------------------------------------------------------


def _sizes(shape: Any) -> Any:
    return shape if isinstance(shape, (tuple, list)) else (shape,)


def reshape(a: Any, /, shape: Any, order: Any = "C") -> Any:
    if order not in ("C", None):
        raise _lacks("order", order)
    return sizes.reshape(a, _sizes(shape))


def ravel(a: Any, order: Any = "C") -> Any:
    if order not in ("C", None):
        raise _lacks("order", order)
    return sizes.reshape(a, (-1,))


def broadcast_to(array: Any, shape: Any) -> Any:
    if any(size < 0 for size in _sizes(shape)):
        raise ShapeError(f"sizes below 0 in {shape}")  # ours would keep the size there
    return expanding.expand(array, _sizes(shape))


def transpose(a: Any, axes: Any = None) -> Any:
    return order.permute(a, tuple(range(a.ndim))[::-1] if axes is None else axes)


def swapaxes(a: Any, axis1: Any, axis2: Any) -> Any:
    return order.transpose(a, axis1, axis2)


def matrix_transpose(x: Any, /) -> Any:
    return order.transpose(x, -2, -1)


def flip(m: Any, axis: Any = None) -> Any:
    return order.flip(m, tuple(range(m.ndim)) if axis is None else axis)


def expand_dims(a: Any, axis: Any) -> Any:
    return sizes.unsqueeze(a, axis)


def squeeze(a: Any, axis: Any = None) -> Any:
    made = sizes.squeeze(a, axis)
    if axis is not None and made.ndim + len(_sizes(axis)) != a.ndim:
        raise ShapeError(f"axis {axis} of shape {tuple(a.shape)} is not of size 1")  # ours keeps it
    return made


# --- several into one, one into several -----------------------------------------------------------


def _tensors(arrays: Any) -> list[Any]:
    return [x if isinstance(x, TensorBase) else make_tensor(np.asarray(x)) for x in arrays]


def concatenate(arrays: Any, /, axis: Any = 0) -> Any:
    tensors = _tensors(arrays)
    if len({x.ndim for x in tensors}) > 1:
        raise ShapeError(f"shapes {[tuple(x.shape) for x in tensors]}")  # ours skips empty vectors
    return joining.cat(tensors, axis)


def stack(arrays: Any, axis: Any = 0) -> Any:
    return joining.stack(_tensors(arrays), axis)


def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    dim, sections = as_dim(axis, ary.ndim, "split"), indices_or_sections
    length = ary.shape[dim]
    if isinstance(sections, int):
        if sections < 1 or length % sections:
            raise ShapeError(f"{length} elements cannot be parted into {sections} equal stretches")
        sections = [i * (length // sections) for i in range(1, sections)]
    before = (slice(None),) * dim
    return [ary[(*before, slice(a, b))] for a, b in pairwise([0, *sections, length])]


# --- picking --------------------------------------------------------------------------------------


def clip(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: Any = None,
    *,
    min: Any = None,
    max: Any = None,
) -> Any:
    if out is not None:
        raise _lacks("out", out)
    lower, upper = a_min if min is None else min, a_max if max is None else max
    if (a_min is None and a_max is None) is (min is None and max is None):
        raise TypeError("bounds must be a_min and a_max, or min and max")
    return selection.clamp(a, lower, upper)


def take(a: Any, indices: Any, axis: Any = None) -> Any:
    positions = _positions(indices)
    if positions.ndim != 1:
        raise TypeError(f"indices of shape {positions.shape}")
    row, dim = (a.reshape(-1), 0) if axis is None else (a, axis)
    return index_select(row, dim, np.where(positions < 0, positions + row.shape[dim], positions))


def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    row, dim = (arr.reshape(-1), 0) if axis is None else (arr, axis)
    positions = _positions(indices)
    wanted = list(row.shape)
    wanted[dim] = positions.shape[dim] if positions.ndim == row.ndim else -1
    if list(positions.shape) != wanted:
        raise TypeError(
            f"indices of shape {positions.shape}, which broadcast to {tuple(row.shape)}"
        )
    return gather(row, dim, np.where(positions < 0, positions + row.shape[dim], positions))


def _positions(indices: Any) -> Any:
    return np.asarray(indices.array if isinstance(indices, TensorBase) else indices)


# --- products and matrices ------------------------------------------------------------------------


def dot(a: Any, b: Any) -> Any:
    for each in (a, b):
        if np.ndim(each) not in (1, 2):
            raise TypeError(f"a factor of shape {np.shape(each)}")
    return products.matmul(a, b)


def outer(a: Any, b: Any) -> Any:
    return products.outer(np.ravel(a), np.ravel(b))


def linalg_matmul(x1: Any, x2: Any, /) -> Any:
    return products.matmul(x1, x2)


def einsum(*operands: Any, optimize: Any = False) -> Any:
    return contract(*operands)


def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    if compute_uv is not True or hermitian is not False:
        raise TypeError(f"compute_uv={compute_uv!r}, hermitian={hermitian!r}")
    if full_matrices and a.shape[-1] != a.shape[-2] and a.requires_grad:
        raise _lacks("full_matrices", full_matrices)  # what it adds would pass no gradient
    return singular.singular_vectors(a, full_matrices)


# --- facts, and what needs no gradient ------------------------------------------------------------


def angle(z: Any) -> Any:
    return complex_parts.angle(z)


def real(val: Any) -> Any:
    return complex_parts.real(val)


def imag(val: Any) -> Any:
    return complex_parts.imag(val)


def shape(a: Any) -> Any:
    return tuple(a.shape)


def ndim(a: Any) -> Any:
    return a.ndim


def size(a: Any, axis: Any = None) -> Any:
    return np.size(a.array, axis)


def zeros_like(a: Any, *args: Any, **keywords: Any) -> Any:
    return make_tensor(np.zeros_like(a.array, *args, **keywords))


def ones_like(a: Any, *args: Any, **keywords: Any) -> Any:
    return make_tensor(np.ones_like(a.array, *args, **keywords))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{np.sum: sum, np.mean: mean, np.var: var, np.cumsum: cumsum, np.sort: sort},
    **{np.max: max, np.amax: max, np.min: min, np.amin: min},
    **{np.argmax: argmax, np.argmin: argmin, np.argsort: argsort},
    **{np.reshape: reshape, np.ravel: ravel, np.broadcast_to: broadcast_to, np.flip: flip},
    **{np.transpose: transpose, np.swapaxes: swapaxes, np.matrix_transpose: matrix_transpose},
    **{np.expand_dims: expand_dims, np.squeeze: squeeze},
    **{np.concatenate: concatenate, np.stack: stack, np.split: split},
    **{np.where: selection.where, np.clip: clip},
    **{np.take: take, np.take_along_axis: take_along_axis},
    **{np.dot: dot, np.outer: outer, np.einsum: einsum, np.linalg.matmul: linalg_matmul},
    **{np.linalg.matrix_transpose: matrix_transpose, np.linalg.inv: inverses.inv},
    **{np.linalg.det: determinants.determinant, np.linalg.svd: svd},
    **{np.linalg.slogdet: determinants.log_determinant, np.linalg.outer: products.outer},
    **{np.linalg.svdvals: singular.svdvals},
    **{np.angle: angle, np.real: real, np.imag: imag},
    **{np.shape: shape, np.ndim: ndim, np.size: size},
    **{np.zeros_like: zeros_like, np.ones_like: ones_like},
}
