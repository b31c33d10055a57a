"""The pictures that commands write: a learning curve, and images with what they were taken for.
Read `train.py` next, which draws one of the images that it held out, and then `predict.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..viz.plots.figures import AS_IT_IS, as_png, new_figure, visible
from ..viz.plots.training import plot_training

COLUMNS = 8
MOST_READ = 20  # of one's own pictures that a sheet shows
RIGHT, WRONG = "#1a1a1a", "#c00000"


def learning_curve(history: Mapping[str, Any], title: str) -> bytes:
    """Return a PNG of `plot_training` with a title.

    Raises MissingExtraError where matplotlib is not installed.
    """
    figure = new_figure(8, 4.5)
    plot_training(history, ax=figure.add_subplot()).set_title(title)
    return as_png(figure)


def prediction_sheet(
    images: NDArray[Any], actual: NDArray[np.int64], predicted: NDArray[np.int64], title: str
) -> bytes:
    """Return a PNG of images (N, height, width), each with its actual and its predicted label.

    High values are drawn dark, as ink. A wrong one has a red frame and the word WRONG. Raises
    MissingExtraError where matplotlib is not installed.
    """
    rows = -(-len(images) // COLUMNS)
    figure = new_figure(1.35 * COLUMNS, 1.75 * rows + 0.8)
    figure.suptitle(title)
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for axes in grid.flat[len(images) :]:
        axes.set_axis_off()
    for axes, image, label, guess in zip(grid.flat, images, actual, predicted, strict=False):
        right = label == guess
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=max(image.max(), 1))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(
            f"is {label}, read as {guess}\n{'right' if right else '✗ WRONG ✗'}",
            fontsize=9,
            color=RIGHT if right else WRONG,
            fontweight="normal" if right else "bold",
        )
        for spine in axes.spines.values():
            spine.set_color("#bbbbbb" if right else WRONG)
            spine.set_linewidth(1 if right else 3)
    return as_png(figure)


class Reading(NamedTuple):
    """A picture, the image that a network was given of it, and the probability of each class."""

    name: str
    picture: NDArray[Any]
    seen: NDArray[Any]
    probabilities: NDArray[Any]


def reading_sheet(readings: Sequence[Reading]) -> bytes:
    """Return a PNG with a row for each reading: the picture, what was seen, the probabilities.

    The first 20 are drawn. Raises MissingExtraError where matplotlib is not installed.
    """
    shown = readings[:MOST_READ]
    figure = new_figure(8, 2.3 * len(shown) + 0.3)
    grid = figure.subplots(len(shown), 3, squeeze=False, width_ratios=(1, 1, 2))
    for (given, seen, bars), reading in zip(grid, shown, strict=True):
        given.imshow(reading.picture, cmap="gray", vmin=0, vmax=255)
        given.set_title(visible(reading.name), fontsize=9, **AS_IT_IS)
        seen.imshow(reading.seen, cmap="gray_r", vmin=0, vmax=1)
        seen.set_title("what the network saw", fontsize=9)
        for axes in (given, seen):
            axes.set_xticks([])
            axes.set_yticks([])
        best, count = int(reading.probabilities.argmax()), len(reading.probabilities)
        colors = ["tab:blue" if i == best else "#bbbbbb" for i in range(count)]
        drawn = bars.bar(range(count), 100 * reading.probabilities, color=colors)
        bars.bar_label(
            drawn, [f"{p:.0%}" if p > 0.005 else "" for p in reading.probabilities], fontsize=7
        )
        bars.set_xticks(range(count))
        bars.set_ylim(0, 115)
        bars.set_yticks([0, 50, 100])
        bars.set_ylabel("probability (%)", fontsize=8)
        bars.set_title(f"read as {best}", fontsize=10, fontweight="bold")
    return as_png(figure)
