"""Distances between vectors: of pairs, of all with all, and the cosine of the angle between two.
Read `../losses/reducing.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Number, as_number
from ...arrays.refusing import check_are_tensors, instead_of, refuses
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.grad_mode import no_grad
from ...autograd.op import Array
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.activations import check_float
from ..indexing.slices import index_select
from ..matrices.einsum import einsum
from ..reduction.norms import vector_norm

__all__ = ["bilinear", "cdist", "cosine_similarity", "pairwise_distance", "pdist"]

_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)
_FEW = 25  # vectors of which all differences are made, as in PyTorch; of more, one product
_CHUNK = 2**20  # differences that are held at a time


def _length(d: Array, p: float) -> Array:
    """Return the p-norm over the last dimension."""
    if p == 2.0:
        return np.sqrt(np.vecdot(d, d))
    if p == 0.0:
        return accurate_sum((d != 0).astype(d.dtype), -1, False)
    size = np.absolute(d)
    if p == 1.0:
        return accurate_sum(size, -1, False)
    if p == math.inf:
        return np.max(size, axis=-1, initial=0.0)
    return accurate_sum(size**p, -1, False) ** (1.0 / p)


def _by_product(x1: Any, x2: Any, p: float, compute_mode: str) -> bool:
    if p != 2.0 or compute_mode == _MODES[2]:
        return False
    return compute_mode == _MODES[1] or max(x1.shape[-2], x2.shape[-2]) > _FEW


def _chunks(x1: Array, x2: Array) -> Any:
    """Yield stretches of the rows of x1, so that differences with all of x2 fit in the cache."""
    batch = math.prod(np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2]))
    rows = max(_CHUNK // (batch * x2.shape[-2] * x2.shape[-1] or 1), 1)
    for start in range(0, x1.shape[-2], rows):
        yield slice(start, start + rows)


@op(r"{\lVert x_i - z_j \rVert}_p")
def cdist(x1: Array, x2: Array, p: Number = 2.0, compute_mode: str = _MODES[0]) -> Array:
    """Return the distances of all vectors of x1 (..., P, M) to all of x2 (..., R, M): (..., P, R).

    From 26 vectors on, Euclidean ones come from one product, |a|^2 + |b|^2 - 2 ab, which has fewer
    digits where two are close; `compute_mode` "donot_use_mm_for_euclid_dist" keeps them.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.cdist(tnn.zeros(1, 2), tnn.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """
    if compute_mode is None:
        compute_mode = _MODES[0]
    if compute_mode not in _MODES:
        raise ArgumentError(f"cdist: compute_mode is one of {', '.join(_MODES)}; {compute_mode!r}")
    _check_all_pairs(x1, x2, p)
    a, b = in_float32(x1), in_float32(x2)
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    if _by_product(a, b, p, compute_mode):
        y = np.matmul(a, b.swapaxes(-1, -2))
        y *= -2.0
        y += np.vecdot(a, a)[..., :, None]
        y += np.vecdot(b, b)[..., None, :]
        np.sqrt(np.maximum(y, 0.0, out=y), out=y)
    else:
        y = np.empty((*lead, a.shape[-2], b.shape[-2]), a.dtype)
        for rows in _chunks(a, b):
            y[..., rows, :] = _length(a[..., rows, None, :] - b[..., None, :, :], p)
    return y.astype(x1.dtype, copy=False)


def _check_all_pairs(x1: Array, x2: Array, p: float) -> None:
    check_float(x1, "cdist")
    if min(x1.ndim, x2.ndim) < 2 or x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(
            f"cdist: x1 {x1.shape} and x2 {x2.shape} must be (..., P, M) and (..., R, M)"
        )
    if x1.dtype != x2.dtype:
        raise DTypeError(f"cdist: x1 is {x1.dtype} and x2 {x2.dtype}; give them one dtype")
    if not p >= 0:
        raise ArgumentError(f"cdist: p must be 0 or more, got {p}")
    try:
        np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    except ValueError:
        raise ShapeError(f"cdist: x1 {x1.shape} and x2 {x2.shape} do not broadcast") from None


@cdist.backward
def _cdist_rule(
    g: Array, x1: Array, x2: Array, y: Array, p: float, compute_mode: Any, wants: Any
) -> Any:
    """(g * slope(x - z)).sum(), (g * slope(z - x)).sum(): of each difference.

    slope(d) = sgn(d) * (abs(d) / y)**(p - 1).
    """
    a, b, g, y = (in_float32(each) for each in (x1, x2, g, y))
    if p == 0.0:
        return np.zeros_like(a), np.zeros_like(b)
    if _by_product(a, b, p, compute_mode or _MODES[0]):
        w = np.divide(g, y, out=np.zeros_like(y), where=y != 0)
        da = a * accurate_sum(w, -1, True) - np.matmul(w, b) if wants[0] else None
        w = w.swapaxes(-1, -2)
        db = b * accurate_sum(w, -1, True) - np.matmul(w, a) if wants[1] else None
        return da, db
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    da = np.empty((*lead, *a.shape[-2:]), a.dtype)
    db = np.zeros((*lead, *b.shape[-2:]), a.dtype)
    for rows in _chunks(a, b):
        d = a[..., rows, None, :] - b[..., None, :, :]
        slope = _slope(d, y[..., rows, :, None], p)
        slope *= g[..., rows, :, None]
        da[..., rows, :] = slope.sum(-2)
        db -= slope.sum(-3)
    return da, db


def _slope(d: Array, y: Array, p: float) -> Array:
    """Return the derivative of the norms y of d, 0 where the norm is."""
    if p == 1.0:
        return np.sign(d)
    if p == math.inf:
        size = np.absolute(d)
        longest = np.maximum.reduce(size, axis=-1, keepdims=True, initial=0.0)  # y, not rounded
        return np.where(size == longest, np.sign(d), d.dtype.type(0))
    if p == 2.0:
        return np.divide(d, y, out=np.zeros_like(d), where=y != 0)
    size = np.absolute(d)
    usable = (y != 0) & ((size != 0) | (p >= 1.0))
    ratio = np.divide(size, y, out=np.ones_like(d), where=usable)
    return np.where(usable, np.sign(d) * ratio ** (p - 1.0), d.dtype.type(0))


@cdist.composite
def _cdist_by_parts(x1: Any, x2: Any, p: float = 2.0, compute_mode: Any = None) -> Any:
    return vector_norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)


@refuses
@instead_of("vector_norm", "sub", "add")
def pairwise_distance(
    x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Any:
    """Return the p-norm of x1 - x2 + eps over the last dimension; the two broadcast.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.pairwise_distance(tnn.zeros(2), tnn.tensor([3.0, 4.0]))
        tensor(5.0000)
    """
    check_are_tensors("pairwise_distance", x1=x1, x2=x2)
    difference = x1 - x2 + as_number(eps, "eps", "pairwise_distance")
    return vector_norm(difference, p, -1, keepdim)


@refuses
@instead_of("cdist")
def pdist(input: Any, p: float = 2.0) -> Any:
    """Return the distances of all pairs of rows i < j, in the order (0, 1), (0, 2), ...

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.pdist(tnn.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]))
        tensor([5.0000, 1.0000, 4.2426])
    """
    check_are_tensors("pdist", input=input)
    if input.ndim != 2:
        raise ShapeError(f"pdist: input must be (N, M), got {tuple(input.shape)}")
    n = input.array.shape[0]
    first, second = np.triu_indices(n, 1)
    every = cdist(input, input, p, _MODES[2])
    return index_select(every.reshape(n * n), 0, first * n + second)


@refuses
@instead_of("vector_norm", "mul", "div", "sum", "clamp_", "clamp")
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """Return x1 x2 / (|x1| |x2|) along `dim`, each norm at least `eps`; the two broadcast.

    Example:
        >>> import tinygrad_nn as tnn
        >>> F = tnn.nn.functional
        >>> F.cosine_similarity(tnn.tensor([[1.0, 1.0]]), tnn.tensor([[0.0, 2.0]]))
        tensor([0.7071])
    """
    check_are_tensors("cosine_similarity", x1=x1, x2=x2)
    least = as_number(eps, "eps", "cosine_similarity")
    try:
        shape = np.broadcast_shapes(tuple(x1.shape), tuple(x2.shape))
    except ValueError:
        raise ShapeError(
            f"cosine_similarity: {tuple(x1.shape)} and {tuple(x2.shape)} do not broadcast"
        ) from None
    x1, x2 = x1.expand(shape), x2.expand(shape)
    norms = [vector_norm(x, 2.0, dim, True).clone() for x in (x1, x2)]
    with no_grad():
        for norm in norms:
            norm.clamp_(min=least)
    return ((x1 / norms[0]) * (x2 / norms[1])).sum(dim)


@refuses
@instead_of("einsum", "add")
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """Return x1 W_k x2 + b_k for each k: (..., I), (..., J), (K, I, J), (K) give (..., K).

    Example:
        >>> import tinygrad_nn as tnn
        >>> F = tnn.nn.functional
        >>> F.bilinear(tnn.tensor([1.0, 2.0]), tnn.tensor([3.0]), tnn.ones(1, 2, 1))
        tensor([9.])
    """
    check_are_tensors("bilinear", input1=input1, input2=input2, weight=weight)
    shapes = [tuple(each.shape) for each in (input1, input2, weight)]
    if (
        shapes[0][:-1] != shapes[1][:-1]
        or len(shapes[2]) != 3
        or not shapes[0]
        or shapes[2][1:] != (shapes[0][-1], shapes[1][-1])
    ):
        raise ShapeError(
            f"bilinear: {shapes[0]}, {shapes[1]} and a weight of {shapes[2]} do not fit; expected "
            "(..., I), (..., J) and (K, I, J)"
        )
    if bias is not None and tuple(bias.shape) != shapes[2][:1]:
        raise ShapeError(f"bilinear: bias {tuple(bias.shape)} must be {shapes[2][:1]}")
    y = einsum("...i,kij,...j->...k", input1, weight, input2)
    return y if bias is None else y + bias
