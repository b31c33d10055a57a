"""The course of a training run: how the loss falls and the accuracies rise.
Read `predictions.py` next, which shows what the trained model makes of single images.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def learning_curve(
    iterations: Sequence[int],
    losses: Sequence[float],
    training: Sequence[float],
    held_out: Sequence[float],
    title: str,
) -> bytes:
    """Return a PNG of the loss, and below it of both accuracies (0 to 1), over the iterations.

    Raises MissingExtraError where matplotlib is not installed.
    """
    figure = new_figure(8, 7)
    figure.suptitle(title)
    above, below = figure.subplots(2, 1, sharex=True)
    above.plot(iterations, losses, color="black")
    above.set_ylabel("loss on the training images\n(mean cross-entropy, in nats)")
    above.set_ylim(bottom=0)
    for values, name, color, line in (
        (training, "training images", "tab:blue", "-"),
        (held_out, "held-out images, never trained on", "tab:orange", "--"),
    ):
        in_percent = [100 * value for value in values]
        below.plot(
            iterations, in_percent, line, color=color, label=f"{name}: {values[-1]:.1%} at the end"
        )
    below.set_ylabel("accuracy\n(% of images read right)")
    below.set_ylim(0, 100)
    below.set_xlabel("iterations (steps of gradient descent)")
    below.legend(loc="lower right")
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.margins(x=0.01)
    return as_png(figure)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, in inches, that no window and no global state belongs to."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            'curves and images need matplotlib: pip install "tinygrad_nn[cli]"'
        ) from error
    return Figure(figsize=(width, height), layout="constrained")


def as_png(figure: Figure) -> bytes:
    """Return the figure as the bytes of a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120)
    return file.getvalue()
