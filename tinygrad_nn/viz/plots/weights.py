"""Weights as pictures: what each unit looks for, in the colours that tables of numbers have.
Read `layers.py` next, which gathers what a model's layers do.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.reading import array_from
from ...errors import ShapeError
from ..drawing.tables import NEGATIVE, NOT_A_NUMBER, POSITIVE
from .figures import Axes, axes_for

WIDER = 1.5  # how many times as wide as high the grid of images should be
TICKS = 20
NUMBERED = 144  # as many images have room for a number each
PLATE = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 1}  # behind a number


def plot_weights(
    weight: Any, *, image_shape: tuple[int, int] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a weight on a scale of colours that is white at 0 and equally far to both sides.

    - (units, inputs) with `image_shape` (height, width), height * width = inputs: one image for
      each unit, with its number, such as ten of 28 x 28 for (10, 784).
    - (outputs, inputs, height, width), the filters of a convolution: a row of images for each
      output channel, a column for each input channel.
    - (units, inputs) alone: one row of colours for each unit.

    A layer stands for its `.weight`. All is one image, blank between the parts; weights that are
    nan or inf are left blank as well, or violet in a map without parts, and the title counts them.

    Raises:
        ShapeError: another number of dimensions, or images that the rows do not fill. TypeError: a
            Module without a weight. ValueError: no weights. MissingExtraError: matplotlib is not
            installed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> ax = viz.plot_weights(tnn.nn.Linear(64, 10).weight, image_shape=(8, 8))
        >>> len(ax.texts)
        10
    """
    if hasattr(weight, "named_modules"):
        weight = _weight_of(weight)
    values = array_from(weight, FLOAT64, "plot_weights")
    if values.ndim not in (2, 4) or (values.ndim == 4 and image_shape is not None):
        raise ShapeError(
            "plot_weights: (units, inputs) expected, with or without image_shape, or filters "
            f"(outputs, inputs, height, width) without, got shape {values.shape} and "
            f"image_shape={image_shape}"
        )
    if not values.size:
        raise ValueError(f"plot_weights: there are no weights in shape {values.shape}")
    finite = np.isfinite(values)
    largest = float(np.abs(values[finite]).max(initial=0)) or 1.0

    axes = axes_for(ax, 7.5 if values.ndim == 2 else _width_of_filters(values.shape), 5)
    if image_shape is not None:
        picture = _images_of_units(axes, values, image_shape)
    elif values.ndim == 4:
        outputs, inputs, height, width = values.shape
        _number(axes.yaxis, range(outputs), height, "output channel")
        _number(axes.xaxis, range(inputs), width, "input channel")
        picture = _grid(values)
    else:
        picture = values
        axes.set_xlabel("input")
        axes.set_ylabel("unit")
        axes.locator_params(integer=True)
        axes.set_facecolor(tuple((NOT_A_NUMBER / 255).tolist()))
    from matplotlib.colors import LinearSegmentedColormap

    parts = np.array([NEGATIVE, [255, 255, 255], POSITIVE]) / 255
    image = axes.imshow(
        np.ma.masked_invalid(picture),
        cmap=LinearSegmentedColormap.from_list("tables", parts),
        vmin=-largest,
        vmax=largest,
        aspect="auto" if picture is values else "equal",
    )
    if not finite.all():
        how = "violet" if picture is values else "left blank"
        axes.set_title(f"{(~finite).sum()} of {values.size} weights are nan or inf: {how}")
    axes.figure.colorbar(image, ax=axes, label="weight (orange below 0, blue above)")
    return axes


def _weight_of(module: Any) -> Any:
    """Return the weight of a Module."""
    modules = module.named_modules()
    paths = [path for path, each in modules if getattr(each, "weight", None) is not None]
    if "" not in paths:
        raise TypeError(
            f"plot_weights: {type(module).__name__} has no weight of its own; give a layer that "
            f"has, by model.get_submodule(path), of the paths {paths}"
        )
    return module.weight


def _images_of_units(axes: Axes, values: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """Return the grid of the units' images, and number them in the Axes."""
    count, inputs = values.shape
    if len(shape) != 2 or min(shape) < 1 or math.prod(shape) != inputs:
        raise ShapeError(
            f"plot_weights: image_shape {tuple(shape)} must be (height, width) of {inputs} inputs"
        )
    height, width = shape
    columns = min(count, math.ceil(math.sqrt(WIDER * count * height / width)))
    rows = math.ceil(count / columns)
    images = np.full((rows * columns, height, width), np.nan)
    images[:count] = values.reshape(count, height, width)
    axes.set_xticks([])
    if count <= NUMBERED:
        axes.set_yticks([])
        axes.set_xlabel("units, by number")
        for unit in range(count):
            row, column = divmod(unit, columns)
            left, top = column * (width + 1) - 0.4, row * (height + 1) - 0.4
            axes.text(left, top, str(unit), fontsize=8, va="top", bbox=PLATE)
    else:
        firsts = range(0, count, columns)
        _number(axes.yaxis, firsts, height, "number of the first unit of each row")
    return _grid(images.reshape(rows, columns, height, width))


def _number(axis: Any, numbers: range, size: int, name: str) -> None:
    """Number the images at a side of the Axes, or some of them if they are many."""
    every = math.ceil(len(numbers) / TICKS)
    places = np.arange(0, len(numbers), every) * (size + 1) + (size - 1) / 2
    axis.set_ticks(places, [str(number) for number in numbers[::every]])
    axis.set_label_text(name)


def _width_of_filters(shape: tuple[int, ...]) -> float:
    """Return a width in inches, for a height of 5, that leaves little room at the sides."""
    outputs, inputs, height, width = shape
    return min(12.0, max(3.0, 2 + 4.5 * inputs * (width + 1) / (outputs * (height + 1))))


def _grid(images: NDArray[Any]) -> NDArray[Any]:
    """Return one image of images (rows, columns, height, width), nan in the gaps between them."""
    framed = np.pad(images, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    return np.concatenate(np.concatenate(framed, axis=1), axis=1)[:-1, :-1]
