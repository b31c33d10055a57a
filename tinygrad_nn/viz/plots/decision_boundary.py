"""Where in the plane a classifier of two inputs decides for which class, and how sure it is.
Read `loss_surface.py` next, which looks at the plane of the weights instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64, default_float
from ...arrays.kinds import is_floating
from ...arrays.reading import array_from
from ...autograd.tensor_base import make_tensor
from ...errors import ShapeError
from .figures import Axes, add_legend, axes_for
from .given import dtype_for, evaluation, whole_labels

MARKERS = "os^DvP<X>"  # nine, beside ten colours: 90 classes differ
POINT: dict[str, Any] = {"edgecolors": "black", "linewidths": 0.8, "s": 40, "zorder": 3}
DEEPEST_SHADE = 0.6  # paler than the points, which stay visible on it
MARGIN = 0.1  # of the range of the points


def plot_decision_boundary(
    model: Callable[[Any], Any],
    points: Any,
    labels: Any,
    *,
    ax: Axes | None = None,
    resolution: int = 200,
) -> Axes:
    """Shade the plane by what the model decides there, and draw the points on it by their labels.

    `points` are (N, 2) and `labels` N integers. The model is called once, with a Tensor of
    (resolution², 2) points, without recording and in evaluation mode. It returns either C scores
    for each (logits, log-probabilities or probabilities) and labels run from 0 to C - 1, or one
    number for each, the probability of the second of two classes (labels 0 and 1, or -1 and 1).
    If any of those numbers is outside 0 to 1 they are taken for logits; the legend says which. The
    shade is the deeper, the surer the model is; black lines part the classes.

    Raises:
        ShapeError: points or scores of another shape. ValueError: no points, points or scores that
            are nan, labels that the model has no class for. MissingExtraError: matplotlib is not
            installed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> model = tnn.nn.Linear(2, 1)
        >>> ax = viz.plot_decision_boundary(model, [[0.0, 1.0], [1.0, 0.0]], [0, 1], resolution=20)
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['class 0', 'class 1']
    """
    given, dtype = _points(points)
    classes = whole_labels(labels, "plot_decision_boundary", "labels")
    if len(classes) != len(given):
        raise ShapeError(
            f"plot_decision_boundary: one label for each of the {len(given)} points expected, "
            f"got shape {classes.shape}"
        )
    if resolution < 2:
        raise ValueError(f"plot_decision_boundary: resolution must be 2 or more, got {resolution}")

    low, high = given.min(axis=0), given.max(axis=0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    xs, ys = np.linspace(low - margin, high + margin, resolution, axis=1)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    with evaluation(model):
        output = model(make_tensor(grid.astype(dtype_for(model, dtype))))
    probabilities, reading = _probabilities(output, len(grid))
    names = _class_names(classes, probabilities.shape[1], single=reading.startswith("one"))

    axes = axes_for(ax, 7, 5.5)
    from matplotlib import colormaps

    planes = probabilities.reshape(resolution, resolution, -1)
    colors = colormaps["tab10"](np.arange(len(names)) % 10)[:, :3]
    extent = (xs[0], xs[-1], ys[0], ys[-1])
    axes.imshow(_shades(planes, colors), extent=extent, origin="lower", aspect="auto")
    for i in range(1 if len(names) == 2 else 0, len(names)):
        ahead = planes[..., i] - np.delete(planes, i, axis=-1).max(axis=-1)
        if ahead.min() < 0 < ahead.max():
            axes.contour(xs, ys, ahead, levels=[0], colors="black", linewidths=1.2)
    texts = [f"class {name}" for name in names]
    handles = []
    for i, (name, text) in enumerate(zip(names, texts, strict=True)):
        first, second = given[classes == name].T
        look = {**POINT, "marker": MARKERS[i % len(MARKERS)], "color": colors[i], "label": text}
        handles.append(axes.scatter(first, second, **look))
    axes.set_xlim(xs[0], xs[-1])
    axes.set_ylim(ys[0], ys[-1])
    axes.set_xlabel("input 0")
    axes.set_ylabel("input 1")
    title = f"the deeper the shade, the surer\n(the model gives {reading})"
    add_legend(axes, handles, texts, title=title, loc="best", fontsize=9, title_fontsize=8)
    return axes


def _points(points: Any) -> tuple[NDArray[Any], np.dtype[Any]]:
    """Return the points as float64, (N, 2), and the dtype of floats that they were given in."""
    array = array_from(points, None, "plot_decision_boundary, points")
    if array.ndim != 2 or array.shape[1] != 2:
        raise ShapeError(
            f"plot_decision_boundary: points of two inputs expected, of shape (N, 2), got shape "
            f"{array.shape}"
        )
    if not len(array):
        raise ValueError("plot_decision_boundary: there are no points: their range is not known")
    wrong = np.flatnonzero(~np.isfinite(array).all(1))
    if wrong.size:
        raise ValueError(
            f"plot_decision_boundary: point {wrong[0]} is not finite: {array[wrong[0]].tolist()}"
        )
    dtype = array.dtype if is_floating(array) else default_float()
    return array_from(array, FLOAT64, "plot_decision_boundary, points"), dtype


def _probabilities(output: Any, count: int) -> tuple[NDArray[Any], str]:
    """Return the probability of each class, (count, C), and what the scores were read as."""
    scores = array_from(output, FLOAT64, "plot_decision_boundary")
    if scores.ndim not in (1, 2) or len(scores) != count or not scores.size:
        raise ShapeError(
            f"plot_decision_boundary: for {count} points the model must return ({count},) or "
            f"({count}, number of classes), got shape {scores.shape}"
        )
    with np.errstate(all="ignore"):  # inf - inf: told below
        if scores.size == count:
            second, reading = scores.reshape(-1), "one probability"
            if not ((second >= 0) & (second <= 1)).all():
                second, reading = (np.tanh(second / 2) + 1) / 2, "one logit"
            probabilities = np.stack([1 - second, second], axis=1)
        elif (scores >= 0).all() and np.allclose(scores.sum(1), 1, atol=1e-3):
            probabilities, reading = scores, "probabilities"
        else:
            exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
            probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
            reading = "logits"
    unknown = int(np.isnan(probabilities).any(axis=1).sum())
    if unknown:
        raise ValueError(
            f"plot_decision_boundary: the model returns nan or inf for {unknown} of {count} points "
            "of the plane; has its training diverged?"
        )
    return probabilities, reading


def _class_names(labels: NDArray[Any], count: int, single: bool) -> list[int]:
    """Return the label of each class that the model knows."""
    choices = [[0, 1], [-1, 1]] if single else [list(range(count))]
    found = np.unique(labels).tolist()
    for names in choices:
        if set(found) <= set(names):
            return names
    known = " or ".join(map(str, choices)) if single else f"0 to {count - 1}"
    raise ValueError(
        f"plot_decision_boundary: the model decides between {len(choices[0])} classes, so labels "
        f"must be {known}, got {found}"
    )


def _shades(planes: NDArray[Any], colors: NDArray[Any]) -> NDArray[Any]:
    """Return an image (height, width, 3): white where the model is undecided."""
    even = 1 / planes.shape[-1]
    sureness = (planes.max(axis=-1, keepdims=True) - even) / (1 - even)
    return 1 - DEEPEST_SHADE * sureness.clip(0, 1) * (1 - colors[planes.argmax(axis=-1)])
