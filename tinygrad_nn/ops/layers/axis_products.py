"""Products with sparse matrices along axes: what averages and resamples images, axis by axis.
Read `averaging.py` next, and `resampling.py`, which make such matrices.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...arrays.kinds import is_complex
from ...arrays.layout import with_channels_as
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ..elementwise.activations import check_float


class Tap(NamedTuple):
    """Part of a sparse matrix, with one number at most in each row."""

    rows: Any  # a slice, or an array of positions
    columns: Any
    weights: Any  # a number for all, or an array


class AxisMatrix:
    """A sparse matrix (outputs, inputs), as taps that are added up, and its transpose likewise."""

    __slots__ = ("inputs", "outputs", "taps", "taps_back")

    def __init__(self, outputs: int, inputs: int, taps: list[Tap], taps_back: list[Tap]) -> None:
        self.outputs, self.inputs, self.taps, self.taps_back = outputs, inputs, taps, taps_back

    def __repr__(self) -> str:
        return f"<matrix of {self.outputs} x {self.inputs}>"

    @property
    def transposed(self) -> AxisMatrix:
        return AxisMatrix(self.inputs, self.outputs, self.taps_back, self.taps)


def axis_matrix(outputs: int, inputs: int, rows: Array, columns: Array, weights: Any) -> AxisMatrix:
    """Return the sparse matrix that has these weights in these rows and columns."""
    weights = np.broadcast_to(np.asarray(weights, np.float64), rows.shape)
    return AxisMatrix(outputs, inputs, _taps(rows, columns, weights), _taps(columns, rows, weights))


def _taps(rows: Array, columns: Array, weights: Array) -> list[Tap]:
    """Part a matrix's entries into taps: the first entry of each row, the second ..."""
    order = np.argsort(rows, kind="stable")
    rows, columns, weights = rows[order], columns[order], weights[order]
    nth = np.arange(len(rows)) - np.searchsorted(rows, rows)
    taps = []
    for n in range(int(nth.max(initial=-1)) + 1):
        now = nth == n
        own = weights[now]
        weight = float(own[0]) if (own == own[0]).all() else own
        taps.append(Tap(_as_slice(rows[now]), _as_slice(columns[now]), weight))
    return taps


def _as_slice(index: Array) -> Any:
    """Return positions that lie evenly apart as a slice, which is read without a copy."""
    step = int(index[1] - index[0]) if len(index) > 1 else 1
    if step < 1 or (np.diff(index) != step).any():
        return index
    return slice(int(index[0]), int(index[-1]) + 1, step)


def multiplied(x: Array, axis: int, matrix: AxisMatrix) -> Array:
    """Return the product of a matrix with each vector along an axis, counted from the end."""
    behind = (slice(None),) * (-axis - 1)
    whole = slice(0, matrix.outputs, 1)
    y: Any = None
    common = {tap.weights if type(tap.weights) is float else None for tap in matrix.taps}
    factor: Any = common.pop() if len(common) == 1 else None  # multiplied with in the end
    for tap in matrix.taps:
        if type(tap.columns) is slice:
            part = x[(..., tap.columns, *behind)]
        else:
            part = x.take(tap.columns, axis)
        if factor is None and type(tap.weights) is float:
            part = part * x.dtype.type(tap.weights)
        elif factor is None:
            part = part * tap.weights.astype(x.dtype).reshape(-1, *(1,) * len(behind))
        if y is None and type(tap.rows) is slice and tap.rows == whole:
            y = part if len(matrix.taps) == 1 or part.base is None else part.copy()
            continue
        if y is None:
            y = np.zeros((*x.shape[:axis], matrix.outputs, *x.shape[x.ndim + axis + 1 :]), x.dtype)
        y[(..., tap.rows, *behind)] += part
    if y is None:
        return np.zeros((*x.shape[:axis], matrix.outputs, *x.shape[x.ndim + axis + 1 :]), x.dtype)
    return y if factor in (None, 1.0) else y * x.dtype.type(factor)


def along_axes(input: Array, matrices: Any) -> Array:
    """Return the product with one matrix for each of the last axes."""
    y = in_float32(input)
    first = -len(matrices)
    for axis, matrix in enumerate(matrices, first):
        y = multiplied(y, axis, matrix)
    y = np.ascontiguousarray(y, input.dtype)
    return with_channels_as(y.copy() if np.may_share_memory(y, input) else y, input)


@op(r"A x B^T")
def resample(input: Array, matrices: Any) -> Array:
    """Return the product with one sparse matrix for each of the last axes."""
    if not is_complex(input):
        check_float(input, "resample")
    return along_axes(input, matrices)


def resampled_back(g: Array, matrices: Any) -> Array:
    """A.T @ g @ B: the product with the transposed matrices."""
    return resample(g, tuple(each.transposed for each in matrices))


resample.vjp(input=lambda g, matrices: resampled_back(g, matrices))
