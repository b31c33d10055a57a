"""A sheet of images with what each is and what a model took it for.
Read `../../cli/train.py` next, which draws one of the images that it held out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .figures import as_png, new_figure

COLUMNS = 8
RIGHT, WRONG = "#1a1a1a", "#c00000"


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
