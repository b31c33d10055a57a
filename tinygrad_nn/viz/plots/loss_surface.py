"""The loss around the present weights, over a plane through the space of all weights.
Read `weights.py` next, which looks at the weights themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.kinds import is_floating
from ...arrays.reading import array_from
from ...autograd.grad_mode import no_grad
from ...autograd.node import clock
from ...autograd.tensor_base import TensorBase
from ...errors import ShapeError
from .directions import (
    Vector,
    as_vector,
    coordinates,
    principal_directions,
    random_directions,
    shares_of_variance,
)
from .figures import Axes, add_legend, axes_for

LEVELS = 20
WIDE = 20  # from this ratio of the largest to the smallest loss on, levels are in equal ratios
PATH_MARGIN = 1.25


def plot_loss_surface(
    loss: Callable[[], Any],
    parameters: Iterable[TensorBase],
    *,
    path: Sequence[Sequence[Any]] | None = None,
    directions: Sequence[Sequence[Any]] | None = None,
    span: float = 1.0,
    resolution: int = 25,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the loss changes when the weights w move to w + a d1 + b d2, as a map of heights.

    `loss()` returns a Tensor of one element, computed from the `parameters`; it is called
    resolution² + 1 times, without recording. It should be the same function every time: of the
    same examples, with dropout off (`model.eval()`). A star marks the present weights, which are
    written to meanwhile and put back bit by bit, also after an error or Ctrl-C; a graph that was
    recorded before remains fit for backward.

    `path` is a list of `snapshot(parameters)`, which is drawn as its projection; the colour under
    one of its points is the loss of the plane, not of the snapshot. `directions` are (d1, d2), each
    with an array of every parameter's shape. Without them they are the two principal directions of
    the path, of length 1; without a path two random ones, filter by filter as long as the weights
    (Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", sections 4 and 7.2). With a
    path the axes say which share of its variance lies along them; of directions that are not at
    right angles the shares overlap.

    The picture reaches from -span to span, in lengths of the directions. With a path it is the
    rectangle that holds the path and the present weights, with a margin, `span` times as wide.

    Raises:
        ShapeError: a loss that is not one number, or arrays of other shapes than the parameters.
        ValueError: weights that are nan or fewer than two, directions that span no plane, a path
            that stays at one place, a loss that is finite nowhere. MissingExtraError: matplotlib
            is not installed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> w = tnn.tensor([2.0, 1.0], requires_grad=True)
        >>> ax = viz.plot_loss_surface(lambda: (w * w).sum(), [w], resolution=5)
        >>> print(ax.get_legend().get_texts()[0].get_text())
        present weights: loss 5
        >>> w
        tensor([2., 1.], requires_grad=True)
    """
    moved = _distinct(parameters)
    if resolution < 2 or not 0 < span < np.inf:
        raise ValueError(
            "plot_loss_surface: resolution must be 2 or more and span above 0, got "
            f"{resolution} and {span}"
        )
    shapes = [parameter.array.shape for parameter in moved]
    origin = as_vector([parameter.array for parameter in moved], shapes, "the weights")
    points = None
    if path is not None:
        if not len(path):
            raise ValueError("plot_loss_surface: the path is empty; leave it out")
        points = np.stack([as_vector(each, shapes, f"path[{i}]") for i, each in enumerate(path)])
    if directions is not None:
        if len(directions) != 2:
            raise ValueError(
                f"plot_loss_surface: directions must be two, (d1, d2), got {len(directions)}"
            )
        given = [as_vector(d, shapes, f"directions[{i}]") for i, d in enumerate(directions)]
        plane, kind = np.stack(given), "given direction"
    elif points is not None:
        plane, kind = principal_directions(points), "principal direction"
    else:
        plane = random_directions([parameter.array for parameter in moved])
        kind = "random direction (1: as long as the weights)"
    places = coordinates((origin[np.newaxis] if points is None else points) - origin, plane)

    axes = axes_for(ax, 7.5, 5.5)
    xs, ys = _ranges(places, span * (1 if points is None else PATH_MARGIN), resolution)
    here, heights = _measure(loss, moved, origin, plane, xs, ys)
    _draw_heights(axes, xs, ys, heights)
    handles = axes.plot(0, 0, "*", color="red", markeredgecolor="white", markersize=15, zorder=3)
    texts = [f"present weights: loss {here:.4g}"]
    names = [f"along the {ordinal} {kind}" for ordinal in ("1st", "2nd")]
    if points is not None:
        handles += axes.plot(*places.T, "o-", color="white", markeredgecolor="black", markersize=4)
        texts.append(f"path of {len(places)} snapshots, projected")
        for i, share in enumerate(shares_of_variance(points, plane)):
            names[i] += f"\n({share:.1%} of the path's variance)"
    axes.set(xlabel=names[0], ylabel=names[1])
    add_legend(axes, handles, texts, loc="best", fontsize=9, facecolor="#bbbbbb")
    return axes


def _distinct(parameters: Iterable[TensorBase]) -> list[TensorBase]:
    """Return the parameters, one that is given twice once; refuse what cannot be moved."""
    found = list({id(parameter): parameter for parameter in parameters}.values())
    for parameter in found:
        if not isinstance(parameter, TensorBase) or not is_floating(parameter.array):
            kind = getattr(parameter, "dtype", type(parameter).__name__)
            raise TypeError(
                f"plot_loss_surface: parameters must be floating-point Tensors, got {kind}"
            )
        if not parameter.array.flags.writeable:
            raise ValueError(
                f"plot_loss_surface: a parameter of shape {parameter.array.shape} is read-only; "
                "give a loss of its .clone()"
            )
    size = sum(parameter.array.size for parameter in found)
    if size < 2:
        raise ValueError(f"plot_loss_surface: a plane needs at least 2 weights, got {size}")
    return found


def _ranges(places: Vector, span: float, resolution: int) -> tuple[Vector, Vector]:
    """Return the coordinates of the picture's columns and rows."""
    low, high = np.minimum(places.min(axis=0), 0), np.maximum(places.max(axis=0), 0)
    half = (high - low) / 2
    half = np.maximum(half, half.max() / 4 or 1.0) * span  # a straight path has area
    middle = (low + high) / 2
    xs, ys = np.linspace(middle - half, middle + half, resolution, axis=1)
    return xs, ys


def _measure(
    loss: Callable[[], Any],
    moved: list[TensorBase],
    origin: Vector,
    plane: Vector,
    xs: Vector,
    ys: Vector,
) -> tuple[float, NDArray[Any]]:
    """Return the loss of the present weights, and of each place (row, column) of the plane.

    A graph that was recorded before remembers the versions of the weights. They are put back with
    the values, so that its backward is allowed. A graph that was recorded here must never pass for
    a current one: the versions meanwhile are negative and no two are equal.
    """
    ends = np.cumsum([parameter.array.size for parameter in moved])[:-1]
    heights = np.empty((len(ys), len(xs)))
    with no_grad(), np.errstate(all="ignore"):
        here = _one_number(loss())
        kept = [(each.array, each.array.copy(), each.version, each.version[0]) for each in moved]
        try:
            for row, column in np.ndindex(heights.shape):
                place = origin + xs[column] * plane[0] + ys[row] * plane[1]
                for parameter, part in zip(moved, np.split(place, ends), strict=True):
                    parameter.array[...] = part.reshape(parameter.array.shape)
                    parameter.version[0] = -clock()
                heights[row, column] = _one_number(loss())
        finally:
            for array, values, version, count in kept:
                array[...] = values
                version[0] = count
    return here, heights


def _one_number(value: Any) -> float:
    array = array_from(value, FLOAT64, "plot_loss_surface, loss")
    if array.size != 1:
        raise ShapeError(
            f"plot_loss_surface: the loss must be one number, got shape {array.shape}; "
            "reduce it with .mean() or .sum()"
        )
    return float(array.reshape(())[()])


def _draw_heights(axes: Axes, xs: Vector, ys: Vector, heights: NDArray[Any]) -> None:
    """Draw the losses as a map, with the heights on its lines; where they are nan it is blank."""
    from matplotlib.colors import LogNorm

    finite = heights[np.isfinite(heights)]
    if not finite.size:
        raise ValueError("plot_loss_surface: the loss is nan or inf everywhere in the plane")
    low, high = finite.min(), finite.max()
    flat = low == high
    if flat:  # matplotlib needs levels that differ
        low, high = low - 0.5, high + 0.5
    in_ratios = low > 0 and high / low > WIDE
    levels = (np.geomspace if in_ratios else np.linspace)(low, high, LEVELS)
    shown = np.ma.masked_invalid(heights)
    map_of_heights = axes.contourf(
        xs, ys, shown, levels, norm=LogNorm() if in_ratios else None, cmap="viridis"
    )
    if not flat:
        lines = axes.contour(xs, ys, shown, levels[::2], colors="black", linewidths=0.5, alpha=0.6)
        axes.clabel(lines, fontsize=7, fmt="%.3g")
    axes.figure.colorbar(map_of_heights, ax=axes, label="loss", format="%.3g")
