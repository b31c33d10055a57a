"""The course of a training run: how the loss falls and the accuracies rise.
Read `confusion_matrix.py` next, which shows what the trained model gets wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.reading import array_from
from ...errors import ShapeError
from .figures import AS_IT_IS, add_legend, axes_for, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ITERATION = "iteration"
LINES = ("-", "--", "-.", ":")  # so that curves differ without colour
LOSS_COLORS = ("black", "tab:red", "tab:purple", "tab:brown")
ACCURACY_COLORS = ("tab:blue", "tab:orange", "tab:green", "tab:cyan")

Curves = dict[str, NDArray[Any]]


def plot_training(history: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw the curves of a training run; return the Axes of the loss.

    `history` maps names to equally long sequences of numbers, one number per measurement. Those
    called "... accuracy", from 0 to 1, are drawn in % on an axis of their own at the right
    (`ax.figure.axes[-1]`), all others on the left axis; "iteration" tells at which step of
    gradient descent each measurement was made. Where a curve is first nan or inf, which leaves a
    gap, stands a dotted line in its colour, and the legend says where and how often.

    Raises:
        ValueError: nothing to draw, or an accuracy that is not between 0 and 1. ShapeError:
            sequences of unequal length. MissingExtraError: matplotlib is not installed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.plots.training import plot_training
        >>> ax = plot_training({"loss": [2.3, 0.9, 0.4], "held-out accuracy": [0.1, 0.7, 0.9]})
        >>> ax.get_ylabel(), ax.figure.axes[-1].get_ylabel()
        ('loss', 'accuracy (%)')
    """
    curves = _read(history)
    iterations = curves.pop(ITERATION, None)
    accuracies = {name: curve for name, curve in curves.items() if "accuracy" in name.lower()}
    losses = {name: curve for name, curve in curves.items() if name not in accuracies}
    for name, curve in accuracies.items():
        _check_accuracy(name, curve)

    axes = axes_for(ax, 8, 4.5)
    axes.set_xlabel("measurement" if iterations is None else "iterations (steps of descent)")
    axes.locator_params(axis="x", integer=True)
    axes.grid(alpha=0.3)
    places = iterations
    if places is None:
        places = np.arange(1, len(next(iter(curves.values()))) + 1)
    lines, texts = [], []
    if losses:
        lines += _draw(axes, places, losses, LOSS_COLORS)
        texts += [_told(name, f"{x[-1]:.4g}", x, places) for name, x in losses.items()]
        axes.set_ylabel(", ".join(map(visible, losses)), **AS_IT_IS)
        if all((curve[np.isfinite(curve)] >= 0).all() for curve in losses.values()):
            axes.set_ylim(bottom=0)
    right = axes.twinx() if losses and accuracies else axes
    if accuracies:
        in_percent = {name: 100 * curve for name, curve in accuracies.items()}
        lines += _draw(right, places, in_percent, ACCURACY_COLORS)
        texts += [_told(name, f"{x[-1]:.1%}", x, places) for name, x in accuracies.items()]
        right.set_ylabel("accuracy (%)")
        right.set_ylim(0, 100)
    # The loss ends at the bottom and the accuracy at the top; the last Axes is above all curves.
    add_legend(right, lines, texts, loc="best" if right is axes else "center right")
    return axes


def _read(history: Mapping[str, Any]) -> Curves:
    """Return the history as arrays of one length, (N,), of at least one measurement."""
    if not isinstance(history, Mapping):
        raise TypeError(
            "plot_training: a mapping of names to sequences expected, such as "
            f'{{"loss": [2.3, 0.9]}}, got {type(history).__name__}'
        )
    curves = {str(name): _curve(str(name), values) for name, values in history.items()}
    lengths = {name: len(curve) for name, curve in curves.items()}
    if len(set(lengths.values())) > 1:
        raise ShapeError(f"plot_training: sequences of one length expected, got {lengths}")
    if not curves.keys() - {ITERATION} or 0 in lengths.values():
        raise ValueError(f"plot_training: nothing to draw in a history of {lengths or 'no names'}")
    return curves


def _curve(name: str, values: Sequence[Any]) -> NDArray[Any]:
    curve = array_from(values, FLOAT64, f"plot_training, {name!r}")
    if curve.ndim != 1:
        raise ShapeError(
            f"plot_training: {name!r} must be a sequence of numbers, got shape {curve.shape}"
        )
    return curve


def _check_accuracy(name: str, curve: NDArray[Any]) -> None:
    outside = curve[(curve < 0) | (curve > 1)]
    if outside.size:
        raise ValueError(
            f"plot_training: {name!r} must be from 0 to 1, got {outside[0]:g}; divide % by 100"
        )


def _told(name: str, last: str, curve: NDArray[Any], places: NDArray[Any]) -> str:
    """Return what the legend says of a curve: where it ended, or where it is no longer a number."""
    lost = np.flatnonzero(~np.isfinite(curve))
    if not lost.size:
        return f"{visible(name)}: {last} at the end"
    what, place = curve[lost[0]], places[lost[0]]
    return f"{visible(name)}: {what} at {place:g}; {len(lost)} of {len(curve)} are nan or inf"


def _draw(axes: Axes, places: NDArray[Any], curves: Curves, colors: Sequence[str]) -> list[Any]:
    """Draw the curves; a single measurement as a dot, for a line through it has no length."""
    lines = []
    for i, (name, curve) in enumerate(curves.items()):
        finite = np.isfinite(curve)
        look: dict[str, Any] = {"color": colors[i % len(colors)], "label": visible(name)}
        marker = "o" if finite.sum() == 1 else ""
        lines += axes.plot(places, curve, LINES[i % len(LINES)], marker=marker, **look)
        if not finite.all():
            axes.axvline(places[np.argmin(finite)], color=look["color"], linestyle=":")
    return lines
