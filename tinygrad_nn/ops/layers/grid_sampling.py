"""Images sampled at the places that a grid names, and grids from affine maps.
Read `shuffling.py` next.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from ...arrays.arguments import as_shape
from ...arrays.dtypes import FLOAT32
from ...arrays.kinds import is_half
from ...arrays.refusing import instead_of, refuses
from ...autograd.op import Array
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.activations import check_float
from ..elementwise.copying import cast
from ..elementwise.selection import where
from ..matrices.products import matmul
from .resampling import cubic_weights

__all__ = ["affine_grid_generator", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d"]

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")


def grid_sample(input: Any, grid: Any, mode: str, padding_mode: str, align_corners: bool) -> Any:
    """Return (N, C, ...) sampled at a grid (N, ..., 2 or 3) of places x, y(, z) from -1 to 1.

    "Spatial Transformer Networks", M. Jaderberg et al., 2015, section 3.3.
    """
    _check(input, grid, mode, padding_mode)
    if is_half(getattr(input, "array", input)):  # rounded once, not at each of the taps
        x, at = cast(input, FLOAT32), cast(grid, FLOAT32)
        return cast(grid_sample(x, at, mode, padding_mode, align_corners), input.dtype)
    dims = grid.shape[-1]
    sizes = tuple(input.shape)[2:]
    places = [
        _from_unit(grid[..., dims - 1 - axis], n, align_corners) for axis, n in enumerate(sizes)
    ]
    if mode != "bicubic":
        places = [
            _returned(place, n, padding_mode, align_corners)
            for place, n in zip(places, sizes, strict=True)
        ]
    taps = [_taps(place, mode) for place in places]
    images, number = grid.shape[0], math.prod(tuple(grid.shape)[1:-1])
    y: Any = None
    for each in product(*taps):
        weight = math.prod((w for _, w in each[1:]), start=each[0][1])
        columns = [column for column, _ in each]
        if mode == "bicubic":
            columns = [
                _returned(column, n, padding_mode, align_corners)
                for column, n in zip(columns, sizes, strict=True)
            ]
        term = _picked(input, columns, sizes) * weight.reshape(images, number, 1)
        y = term if y is None else y + term
    return y.transpose(1, 2).reshape(*input.shape[:2], *grid.shape[1:-1])


def _taps(place: Any, mode: str) -> list[tuple[Array, Any]]:
    """Return the positions that are read along an axis, and the weight of each."""
    seen = np.nan_to_num(np.asarray(getattr(place, "array", place)), nan=-1.0)
    if mode == "nearest":  # of which the gradient is 0, not nothing
        return [(np.rint(seen), where(np.ones(seen.shape, bool), np.ones_like(seen), place))]
    left = np.floor(seen)
    if mode == "bilinear":
        return [(left, (left + 1.0) - place), (left + 1.0, place - left)]
    offsets = (-1.0, 0.0, 1.0, 2.0)
    return [(left + i, w) for i, w in zip(offsets, cubic_weights(place - left), strict=True)]


def _picked(input: Any, columns: list[Array], sizes: tuple[int, ...]) -> Any:
    """Return what stands at the positions, 0 outside, as (N, places, C)."""
    inside: Any = True
    flat: Any = 0
    for column, n in zip(columns, sizes, strict=True):
        inside = inside & (column >= 0) & (column <= n - 1)
        flat = flat * n + np.clip(column, 0, n - 1).astype(np.int64)
    images, number = len(flat), math.prod(flat.shape[1:])
    flat, inside = flat.reshape(images, number), inside.reshape(images, number)
    rows = input.reshape(*input.shape[:2], math.prod(sizes))
    picked = rows[np.arange(images)[:, None], :, flat]
    if inside.all():
        return picked
    return where(inside[..., None], picked, np.zeros((), picked.dtype))


def _from_unit(x: Any, n: int, align_corners: bool) -> Any:
    """Return the position among n elements of a place from -1 to 1."""
    return (x + 1.0) * ((n - 1) / 2) if align_corners else ((x + 1.0) * n - 1.0) * 0.5


def _returned(x: Any, n: int, padding_mode: str, align_corners: bool) -> Any:
    """Return positions brought back among n elements; "zeros" leaves them."""
    if padding_mode == "zeros":
        return x
    if padding_mode == "reflection":
        low, span = (0.0, n - 1.0) if align_corners else (-0.5, float(n))
        if span == 0.0:
            x = x * 0.0
        else:
            away = abs(x - low)
            turns = np.floor(np.asarray(getattr(away, "array", away)) / span)
            beyond = away - turns * span
            x = where(turns % 2 == 0, beyond + low, (span + low) - beyond)
    seen = np.asarray(getattr(x, "array", x))
    inside = (seen > 0) & (seen < n - 1)
    held = np.clip(np.nan_to_num(seen, nan=0.0), 0, n - 1).astype(seen.dtype)
    return where(inside, x, held)


def _check(input: Any, grid: Any, mode: str, padding_mode: str) -> None:
    if mode not in MODES:
        raise ArgumentError(f"grid_sample: mode is one of {', '.join(MODES)}; got {mode!r}")
    if padding_mode not in PADDINGS:
        raise ArgumentError(
            f"grid_sample: padding_mode is one of {', '.join(PADDINGS)}; got {padding_mode!r}"
        )
    shape, places = tuple(input.shape), tuple(grid.shape)
    dims = len(shape) - 2
    if dims not in (2, 3) or len(places) != dims + 2 or places[-1] != dims or places[0] != shape[0]:
        raise ShapeError(
            "grid_sample: an input of (N, C, H, W) with a grid of (N, h, w, 2), or of (N, C, D, H, "
            f"W) with (N, d, h, w, 3), is expected, got shapes {shape} and {places}"
        )
    if mode == "bicubic" and dims != 2:
        raise ShapeError(f"grid_sample: mode 'bicubic' takes a 4-D input, got shape {shape}")
    if 0 in shape[2:]:
        raise ShapeError(f"grid_sample: nothing to sample in an input of shape {shape}")
    check_float(getattr(input, "array", input), "grid_sample")
    if grid.dtype != input.dtype:
        raise DTypeError(
            f"grid_sample: input and grid must have one dtype, got {input.dtype} and {grid.dtype}"
        )


def affine_grid(theta: Any, size: Any, align_corners: bool) -> Any:
    """Return the grid that grid_sample takes for affine maps (N, 2, 3) or (N, 3, 4)."""
    size, shape = as_shape(size, "affine_grid"), tuple(theta.shape)
    dims = len(size) - 2
    check_float(getattr(theta, "array", theta), "affine_grid")
    if dims not in (2, 3) or len(shape) != 3 or shape[1:] != (dims, dims + 1):
        raise ShapeError(
            "affine_grid: theta of (N, 2, 3) for a size (N, C, H, W), or of (N, 3, 4) for (N, C, "
            f"D, H, W), is expected, got shape {shape} and size {size}"
        )
    if min(size) < 1 or shape[0] != size[0]:
        raise ShapeError(f"affine_grid: theta of shape {shape} does not fit the size {size}")
    dtype = getattr(theta, "array", theta).dtype
    axes = []
    for n in size[2:]:
        ends = 1.0 if align_corners and n > 1 else (n - 1) / n
        axes.append(np.linspace(-ends, ends, n) if n > 1 else np.zeros(1))
    lattice = np.meshgrid(*axes, indexing="ij")
    base = np.stack([*reversed(lattice), np.ones(size[2:])], -1).astype(dtype)
    y = matmul(base.reshape(1, -1, dims + 1), theta.transpose(1, 2))
    return y.reshape(size[0], *size[2:], dims)


@refuses
@instead_of("affine_grid")
def affine_grid_generator(theta: Any, size: Any, align_corners: bool) -> Any:
    """Return the grid that grid_sample takes for affine maps (N, 2, 3) or (N, 3, 4)."""
    return affine_grid(theta, size, align_corners)


def _grid_sampler(name: str) -> Any:
    @instead_of("grid_sample", name=name)
    def grid_sampler(
        input: Any, grid: Any, interpolation_mode: int, padding_mode: int, align_corners: bool
    ) -> Any:
        """Return grid_sample(...) with the modes by number, in the order of grid_sample's."""
        given = {"interpolation_mode": interpolation_mode, "padding_mode": padding_mode}
        for argument, value in given.items():
            if value not in (0, 1, 2):
                raise ArgumentError(f"{name}: {argument} is 0, 1 or 2; got {value!r:.60}")
        modes = MODES[interpolation_mode], PADDINGS[padding_mode]
        return grid_sample(input, grid, *modes, align_corners)

    return refuses(grid_sampler)


grid_sampler, grid_sampler_2d, grid_sampler_3d = map(
    _grid_sampler, ("grid_sampler", "grid_sampler_2d", "grid_sampler_3d")
)
