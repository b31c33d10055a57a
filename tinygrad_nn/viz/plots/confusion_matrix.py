"""Which classes a model takes for which: how often each actual class was read as each.
Read `attention.py` next, which shows where a model looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.kinds import is_floating
from ...arrays.reading import array_from
from ...errors import DTypeError, ShapeError
from .figures import AS_IT_IS, PER_LETTER, axes_for, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NUMBERED = 30  # with more classes no number is large enough to read
DARK = 71  # from this % on, white numbers are easier to read than black ones


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
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.plots.confusion_matrix import plot_confusion_matrix
        >>> ax = plot_confusion_matrix([0, 0, 1, 1], [0, 1, 1, 1], classes=["cat", "dog"])
        >>> [text.get_text() for text in ax.texts]
        ['1\n50.0%', '1\n50.0%', '0', '2\n100.0%']
        >>> ax.get_title()
        '75.0% of 4 are right'
    """
    given = [_labels(actual, "actual"), _labels(predicted, "predicted")]
    if given[0].shape != given[1].shape:
        raise ShapeError(
            "plot_confusion_matrix: as many predicted labels as actual ones expected, got "
            f"{len(given[1])} and {len(given[0])}"
        )
    if not given[0].size:
        raise ValueError("plot_confusion_matrix: there are no labels to count")
    found, places = np.unique(np.concatenate(given), return_inverse=True)
    if classes is not None:
        if found[0] < 0 or found[-1] >= len(classes):
            raise ValueError(
                f"plot_confusion_matrix: {len(classes)} classes are named, so labels must be 0 to "
                f"{len(classes) - 1}, got {found[0]} to {found[-1]}"
            )
        places = np.concatenate(given)
    names = [visible(name) for name in (found.tolist() if classes is None else classes)]
    size = len(names)
    rows, columns = np.split(places.reshape(-1), 2)
    counts = np.bincount(rows * size + columns, minlength=size * size).reshape(size, size)

    longest = max(map(len, names))
    side = min(14.0, 3 + 0.55 * size) + longest * PER_LETTER
    axes = axes_for(ax, side, side)
    totals = counts.sum(axis=1, keepdims=True)
    shares = 100 * counts / np.maximum(totals, 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    axes.figure.colorbar(image, ax=axes, label="% of the row", fraction=0.046, pad=0.04)
    if size <= NUMBERED:
        for (row, column), count in np.ndenumerate(counts):
            share = shares[row, column]
            axes.text(
                column,
                row,
                f"{count}\n{share:.1f}%" if count else "0",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if share > DARK else "black" if count else "#707070",
            )
    slant: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(size), names, **AS_IT_IS, **(slant if longest > 3 else {}))
    axes.set_yticks(range(size), names, **AS_IT_IS)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("actual class (a row adds up to 100%)")
    axes.set_title(f"{counts.trace() / counts.sum():.1%} of {counts.sum():,} are right")
    return axes


def _labels(labels: Any, name: str) -> NDArray[Any]:
    array = array_from(labels, None, f"plot_confusion_matrix, {name}")
    if array.ndim != 1:
        raise ShapeError(
            f"plot_confusion_matrix: {name} must be a sequence of labels, got shape {array.shape}; "
            "of scores (N, classes) take .argmax(1)"
        )
    if is_floating(array) and array.size:
        raise DTypeError(
            f"plot_confusion_matrix: {name} labels must be whole numbers, got {array.dtype}; "
            "convert with .long()"
        )
    return array.astype(np.int64)
