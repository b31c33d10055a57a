"""Directions in the space of all weights: two of them span the plane that a loss is drawn over.
Read `loss_surface.py` next, which draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.reading import array_from
from ...autograd.tensor_base import TensorBase
from ...errors import ShapeError

Vector = NDArray[Any]  # float64: all weights behind each other, (P,); two directions are (2, P)
SEED = 0  # of the random directions: the same picture every time


def snapshot(parameters: Iterable[TensorBase]) -> list[NDArray[Any]]:
    """Return a copy of each parameter's values: one point of the path that training takes.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> model = tnn.nn.Linear(2, 1)
        >>> path = [viz.snapshot(model.parameters())]  # and one more after every few steps
        >>> [values.shape for values in path[0]]
        [(1, 2), (1,)]
    """
    return [parameter.array.copy() for parameter in parameters]


def as_vector(values: Any, shapes: Sequence[tuple[int, ...]], what: str) -> Vector:
    """Return one array per parameter as one vector.

    Raises ShapeError unless they have the parameters' shapes, ValueError where one is not finite.
    """
    arrays = [array_from(each, FLOAT64, f"plot_loss_surface, {what}") for each in values]
    found = [array.shape for array in arrays]
    if found != list(shapes):
        raise ShapeError(
            f"plot_loss_surface: {what} must have the parameters' shapes {list(shapes)}, "
            f"got {found}"
        )
    vector = np.concatenate([array.reshape(-1) for array in arrays])
    if not np.isfinite(vector).all():
        raise ValueError(
            f"plot_loss_surface: {(~np.isfinite(vector)).sum()} of {vector.size} numbers of {what} "
            "are nan or inf"
        )
    return vector


def principal_directions(path: Vector) -> Vector:
    """Return the two directions of length 1, (2, P), in which a path (T, P) varies most.

    They are the first two principal components, the right singular vectors of the path less its
    mean; each is turned so that the path runs towards its positive end. As in Li et al. 2018,
    "Visualizing the Loss Landscape of Neural Nets", section 7.2. Raises ValueError if the path
    stays where it is.
    """
    centred = path - path.mean(axis=0)
    if not centred.any():
        raise ValueError(
            f"plot_loss_surface: the path of {len(path)} snapshots stays at one place and has no "
            "direction; take snapshots between the steps of training"
        )
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    backwards = directions @ (path[-1] - path[0]) < 0
    return np.where(backwards[:, np.newaxis], -directions, directions)


def random_directions(weights: Sequence[NDArray[Any]]) -> Vector:
    """Return two random directions, (2, P), in which each filter is as long as that of the weights.

        d_ij <- d_ij / ||d_ij|| * ||w_ij||        for filter j of parameter i

    A filter is what leads to one output: weight[j]; a vector, such as a bias, is one filter. So the
    picture does not depend on how the weights are scaled. From Li et al. 2018, "Visualizing the
    Loss Landscape of Neural Nets", section 4. Raises ValueError if all weights are 0.
    """
    weights = [weight for weight in weights if weight.size]
    size = sum(weight.size for weight in weights)
    drawn = np.random.default_rng(SEED).standard_normal((size, 2))
    straight = np.linalg.qr(drawn)[0].T  # at right angles, before they are scaled
    end = 0
    for weight in weights:
        begin, end = end, end + weight.size
        filters = weight.astype(np.float64).reshape(len(weight) if weight.ndim > 1 else 1, -1)
        part = straight[:, begin:end].reshape(2, *filters.shape)
        scale = np.linalg.norm(filters, axis=-1) / np.linalg.norm(part, axis=-1)
        straight[:, begin:end] = (part * scale[..., np.newaxis]).reshape(2, -1)
    if not straight.any():
        raise ValueError(
            "plot_loss_surface: all weights are 0, and so is the length of a direction that is "
            "scaled like them; give directions=(first, second)"
        )
    return straight


def coordinates(offsets: Vector, directions: Vector) -> Vector:
    """Return where the points `offsets` (T, P) lie in the plane, (T, 2), in lengths of its axes.

    Raises ValueError if the two directions are parallel, so that they span no plane.
    """
    places: Vector
    places, _, rank, _ = np.linalg.lstsq(directions.T, offsets.T, rcond=None)
    if rank < 2:
        raise ValueError("plot_loss_surface: the two directions are parallel: they span no plane")
    return places.T


def shares_of_variance(path: Vector, directions: Vector) -> Vector:
    """Return which part of a path's variance lies along each direction, (2,), from 0 to 1."""
    centred = path - path.mean(axis=0)
    along = centred @ (directions.T / np.linalg.norm(directions, axis=1))
    shares: Vector = (along**2).sum(axis=0) / ((centred**2).sum() or 1.0)
    return shares
