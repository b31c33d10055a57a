"""Where attention looks: how much each query takes from each key.
Read `../../cli/train.py` next, which draws the pictures of a whole training run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.reading import array_from
from ...errors import ShapeError
from .figures import AS_IT_IS, PER_LETTER, axes_for, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED = 40  # rows, or columns, that have room for a name each
TOLERANCE = 2e-3  # of a row's sum: float16 rounds each of its weights by up to 5e-4 of it


def plot_attention(
    weights: Any,
    *,
    queries: Sequence[object] | None = None,
    keys: Sequence[object] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw attention weights (queries, keys): a row for each query, a column for each key.

    `queries` and `keys` are the tokens that name rows and columns; without them they are numbered.
    Each row of weights should add up to 1, as a softmax over the keys makes it: the title says so
    if one does not. Weights that are nan are left blank.

    Raises:
        ShapeError: no matrix, or other numbers of tokens than rows and columns. ValueError: no
            weights. MissingExtraError: matplotlib is not installed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.plots.attention import plot_attention
        >>> ax = plot_attention(tnn.eye(2), queries=["le", "chat"], keys=["the", "cat"])
        >>> [label.get_text() for label in ax.get_xticklabels()]
        ['the', 'cat']
    """
    values = array_from(weights, FLOAT64, "plot_attention")
    if values.ndim != 2:
        raise ShapeError(
            f"plot_attention: weights (queries, keys) expected, got shape {values.shape}; "
            "take one example and one head, such as weights[0, 0]"
        )
    if not values.size:
        raise ValueError(f"plot_attention: there are no weights in shape {values.shape}")
    rows, columns = values.shape
    query_names, key_names = _names(queries, rows, "queries"), _names(keys, columns, "keys")

    widest, tallest = (max(map(len, names)) for names in (query_names, key_names))
    axes = axes_for(
        ax,
        min(12.0, 4.5 + 0.3 * columns) + widest * PER_LETTER,
        min(10.0, 2.5 + 0.3 * rows) + tallest * PER_LETTER,
    )
    known = values[np.isfinite(values)]
    image = axes.imshow(
        np.ma.masked_invalid(values),
        cmap="viridis",
        vmin=min(0.0, known.min(initial=0)),
        vmax=known.max(initial=0) or 1.0,
        aspect="auto",
    )
    for axis, names in ((axes.yaxis, query_names), (axes.xaxis, key_names)):
        every = math.ceil(len(names) / NAMED)
        axis.set_ticks(range(0, len(names), every), names[::every], **AS_IT_IS)
    axes.tick_params(axis="x", rotation=90 if tallest > 2 else 0)
    axes.set_xlabel("key: what is looked at")
    axes.set_ylabel("query: what looks")
    wrong = _sums_that_are_wrong(values)
    if wrong:
        axes.set_title(wrong, fontsize=10, color="#c00000")
    axes.figure.colorbar(image, ax=axes, label="attention weight")
    return axes


def _names(given: Sequence[object] | None, count: int, what: str) -> list[str]:
    """Return a name for each row or column."""
    if given is None:
        return [str(number) for number in range(count)]
    if len(given) != count:
        raise ShapeError(
            f"plot_attention: a name for each of {count} {what} expected, got {len(given)}"
        )
    return [visible(name) for name in given]


def _sums_that_are_wrong(values: NDArray[Any]) -> str:
    """Say how far the sums of the rows are from 1, or ""."""
    with np.errstate(all="ignore"):  # inf - inf
        sums = values.sum(axis=1)
    wrong = ~(np.abs(sums - 1) <= TOLERANCE)
    if not wrong.any():
        return ""
    unknown = ~np.isfinite(sums)
    if unknown.any():
        return f"{unknown.sum()} of {len(sums)} rows hold nan or inf"
    return (
        f"{wrong.sum()} of {len(sums)} rows do not add up to 1: "
        f"their sums are {sums[wrong].min():.3g} to {sums[wrong].max():.3g}"
    )
