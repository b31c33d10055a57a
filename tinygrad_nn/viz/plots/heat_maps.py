"""Tables of shares as heat maps: which classes are taken for which, and where attention looks.
Read `weights.py` next, which has pictures of the weights themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.reading import array_from
from ...errors import ShapeError
from .figures import AS_IT_IS, PER_LETTER, Axes, axes_for, visible
from .given import whole_labels

NUMBERED = 30  # with more classes no number is large enough to read
DARK = 71  # from this % on, white numbers are easier to read than black ones
NAMED = 40  # rows, or columns, that have room for a name each
TOLERANCE = 2e-3  # of a row's sum: float16 rounds each of its weights by up to 5e-4 of it


def plot_confusion_matrix(
    actual: Any,
    predicted: Any,
    *,
    classes: Sequence[object] | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Draw how many of each actual class (row) were predicted to be of each class (column).

    `actual` and `predicted` are N whole numbers each. `classes` names the classes 0, 1, ...;
    without it there is a row and a column for each number that occurs. A cell holds its count and
    below it the % of its row, which is also its shade. The title is the accuracy.

    Raises:
        ShapeError: labels that are no sequences of one length. DTypeError: labels that are not
            whole. ValueError: no labels, or one that `classes` has no name for. MissingExtraError:
            matplotlib is not installed.

    Example:
        >>> from tinygrad_nn import viz
        >>> ax = viz.plot_confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], classes=["cat", "dog"])
        >>> [text.get_text() for text in ax.texts]
        ['1\n50.0%', '1\n50.0%', '0', '2\n100.0%']
        >>> ax.get_title()
        '75.0% of 4 are right'
    """
    rows = whole_labels(actual, "plot_confusion_matrix", "actual labels")
    columns = whole_labels(predicted, "plot_confusion_matrix", "predicted labels")
    if len(rows) != len(columns):
        raise ShapeError(
            "plot_confusion_matrix: as many predicted labels as actual ones expected, got "
            f"{len(columns)} and {len(rows)}"
        )
    if not rows.size:
        raise ValueError("plot_confusion_matrix: there are no labels to count")
    found, places = np.unique(np.concatenate([rows, columns]), return_inverse=True)
    if classes is None:
        rows, columns = np.split(places.reshape(-1), 2)
    elif found[0] < 0 or found[-1] >= len(classes):
        raise ValueError(
            f"plot_confusion_matrix: {len(classes)} classes are named, so labels must be 0 to "
            f"{len(classes) - 1}, got {found[0]} to {found[-1]}"
        )
    names = [visible(name) for name in (found.tolist() if classes is None else classes)]
    size = len(names)
    counts = np.bincount(rows * size + columns, minlength=size * size).reshape(size, size)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    side = min(14.0, 3 + 0.55 * size)
    axes = _heat_map(
        *(ax, shares, (side, side), names, names),
        upright=3,
        label="% of the row",
        cmap="Blues",
        vmax=100,
    )
    if size <= NUMBERED:
        for (row, column), count in np.ndenumerate(counts):
            share = shares[row, column]
            text = f"{count}\n{share:.1f}%" if count else "0"
            color = "white" if share > DARK else "black" if count else "#707070"
            axes.text(column, row, text, color=color, fontsize=8, ha="center", va="center")
    axes.set_xlabel("predicted class")
    axes.set_ylabel("actual class (a row adds up to 100%)")
    axes.set_title(f"{counts.trace() / counts.sum():.1%} of {counts.sum():,} are right")
    return axes


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
        >>> from tinygrad_nn import viz
        >>> ax = viz.plot_attention(tnn.eye(2), queries=["le", "chat"], keys=["the", "cat"])
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
    known = values[np.isfinite(values)]
    axes = _heat_map(
        ax,
        np.ma.masked_invalid(values),
        (min(12.0, 4.5 + 0.3 * columns), min(10.0, 2.5 + 0.3 * rows)),
        _tokens(queries, rows, "queries"),
        _tokens(keys, columns, "keys"),
        upright=2,
        label="attention weight",
        vmin=min(0.0, known.min(initial=0)),
        vmax=known.max(initial=0) or 1.0,
        aspect="auto",
    )
    axes.set_xlabel("key: what is looked at")
    axes.set_ylabel("query: what looks")
    axes.set_title(_sums_that_are_wrong(values), fontsize=10, color="#c00000")
    return axes


def _tokens(given: Sequence[object] | None, count: int, what: str) -> list[str]:
    """Return a name for each row or column."""
    names = range(count) if given is None else given
    if len(names) != count:
        raise ShapeError(
            f"plot_attention: a name for each of {count} {what} expected, got {len(names)}"
        )
    return [visible(name) for name in names]


def _sums_that_are_wrong(values: NDArray[Any]) -> str:
    """Say how far the sums of the rows are from 1, or ""."""
    with np.errstate(all="ignore"):  # inf - inf
        sums = values.sum(axis=1)
    unknown = ~np.isfinite(sums)
    if unknown.any():
        return f"{unknown.sum()} of {len(sums)} rows hold nan or inf"
    wrong = sums[np.abs(sums - 1) > TOLERANCE]
    if not wrong.size:
        return ""
    return (
        f"{len(wrong)} of {len(sums)} rows do not add up to 1: "
        f"their sums are {wrong.min():.3g} to {wrong.max():.3g}"
    )


def _heat_map(
    ax: Axes | None,
    values: NDArray[Any],
    size: tuple[float, float],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    upright: int,
    label: str,
    **look: Any,
) -> Axes:
    """Draw values (rows, columns) with their names; those of columns slant if they are longer."""
    widest, tallest = (PER_LETTER * max(map(len, names)) for names in (rows, columns))
    axes = axes_for(ax, size[0] + widest, size[1] + tallest)
    image = axes.imshow(values, **{"vmin": 0, **look})
    for axis, names in ((axes.yaxis, rows), (axes.xaxis, columns)):
        every = math.ceil(len(names) / NAMED)
        axis.set_ticks(range(0, len(names), every), names[::every], **AS_IT_IS)
    if max(map(len, columns)) > upright:
        for text in axes.get_xticklabels():
            text.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.figure.colorbar(image, ax=axes, label=label, fraction=0.046, pad=0.04)
    return axes
