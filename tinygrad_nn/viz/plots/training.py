"""The course of a training run: how the loss falls and the accuracies rise.
Read `heat_maps.py` next, which shows what the trained model gets wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ShapeError
from .figures import AS_IT_IS, Axes, add_legend, axes_for, visible
from .given import named_numbers

ITERATION = "iteration"
LINES = ("-", "--", "-.", ":")  # so that curves differ without colour
LOSS_COLORS = ("black", "tab:red", "tab:purple", "tab:brown")
ACCURACY_COLORS = ("tab:blue", "tab:orange", "tab:green", "tab:cyan")

Numbers = NDArray[Any]


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
        >>> from tinygrad_nn import viz
        >>> ax = viz.plot_training({"loss": [2.3, 0.9, 0.4], "held-out accuracy": [0.1, 0.7, 0.9]})
        >>> ax.get_ylabel(), ax.figure.axes[-1].get_ylabel()
        ('loss', 'accuracy (%)')
    """
    curves = _read(history)
    iterations = curves.pop(ITERATION, None)
    accuracies = {name: curve for name, curve in curves.items() if "accuracy" in name.lower()}
    losses = {name: curve for name, curve in curves.items() if name not in accuracies}
    for name, curve in accuracies.items():
        outside = curve[(curve < 0) | (curve > 1)]
        if outside.size:
            raise ValueError(
                f"plot_training: {name!r} must be from 0 to 1, got {outside[0]:g}; divide % by 100"
            )

    axes = axes_for(ax, 8, 4.5)
    axes.set_xlabel("measurement" if iterations is None else "iterations (steps of descent)")
    axes.locator_params(axis="x", integer=True)
    axes.grid(alpha=0.3)
    places = iterations
    if places is None:
        places = np.arange(1, len(next(iter(curves.values()))) + 1)
    drawn = []
    if losses:
        drawn += _draw(axes, places, losses, LOSS_COLORS, "{:.4g}")
        axes.set_ylabel(", ".join(map(visible, losses)), **AS_IT_IS)
        if all((curve[np.isfinite(curve)] >= 0).all() for curve in losses.values()):
            axes.set_ylim(bottom=0)
    right = axes.twinx() if losses and accuracies else axes
    if accuracies:
        in_percent = {name: 100 * curve for name, curve in accuracies.items()}
        drawn += _draw(right, places, in_percent, ACCURACY_COLORS, "{:.1f}%")
        right.set_ylabel("accuracy (%)")
        right.set_ylim(0, 100)
    # The loss ends at the bottom and the accuracy at the top; the last Axes is above all curves.
    add_legend(right, *zip(*drawn, strict=True), loc="best" if right is axes else "center right")
    return axes


def _read(history: Mapping[str, Any]) -> dict[str, Numbers]:
    """Return the history as arrays of one length, (N,), of at least one measurement."""
    curves = named_numbers(history, "plot_training", '"loss": [2.3, 0.9]')
    for name, curve in curves.items():
        if curve.ndim != 1:
            raise ShapeError(
                f"plot_training: {name!r} must be a sequence of numbers, got shape {curve.shape}"
            )
    lengths = {name: len(curve) for name, curve in curves.items()}
    if len(set(lengths.values())) > 1:
        raise ShapeError(f"plot_training: sequences of one length expected, got {lengths}")
    if not curves.keys() - {ITERATION} or 0 in lengths.values():
        raise ValueError(f"plot_training: nothing to draw in a history of {lengths or 'no names'}")
    return curves


def _draw(
    axes: Axes, places: Numbers, curves: dict[str, Numbers], colors: Sequence[str], form: str
) -> list[tuple[Any, str]]:
    """Draw the curves; return the line of each, and where it ended or ceased to be a number."""
    drawn = []
    for i, (name, curve) in enumerate(curves.items()):
        color, lost = colors[i % len(colors)], np.flatnonzero(~np.isfinite(curve))
        # A single measurement is a dot, for a line through it has no length.
        marker = "o" if len(curve) - len(lost) == 1 else ""
        look: dict[str, Any] = {"color": color, "marker": marker, "label": visible(name)}
        (line,) = axes.plot(places, curve, LINES[i % len(LINES)], **look)
        told = f"{form.format(curve[-1])} at the end"
        if lost.size:
            first = lost[0]
            axes.axvline(places[first], color=color, linestyle=":")
            told = (
                f"{curve[first]} at {places[first]:g}; {len(lost)} of {len(curve)} are nan or inf"
            )
        drawn.append((line, f"{visible(name)}: {told}"))
    return drawn
