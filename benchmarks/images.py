"""Lines of what slides over signals, images and volumes, for the table of calls that are timed.
Read `operations.py` next, the rest of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .operands import Line, filter_bias, filters, filters_1d, images, signals

# An operand of each number of dimensions: volumes are images of depth 1.
LIKE = {1: signals, 2: images, 3: images}
FILTERS = {1: filters_1d, 2: filters, 3: filters}


def _calling(name: str, dims: int, *given: Any, **named: Any) -> Callable[..., Any]:
    def call(library: Any, x: Any, *others: Any) -> Any:
        if dims == 3:
            x = x[:, :, None]
            others = tuple(each[:, :, None] if each.ndim > 1 else each for each in others)
        return getattr(library.nn.functional, name)(x, *others, *given, **named)

    return call


def _line(name: str, dims: int, *given: Any, records: str | None = None, **named: Any) -> Line:
    call = _calling(f"{name}{dims}d", dims, *given, **named)
    own = f"{name}{dims}d"
    return Line(own, LIKE[dims], call=call, needs=f"nn.functional.{own}", records=records)


def _fold(library: Any, x: Any) -> Any:
    blocks = x.reshape(len(x), -1, 1)
    return library.nn.functional.fold(blocks, x.shape[-2:], x.shape[-2:])


def _fractional(library: Any, x: Any) -> Any:
    volume = library.stack([x, x], 2)
    return library.nn.functional.fractional_max_pool3d(volume, (1, 2, 2), (1, 2, 2))


def _transposed(library: Any, x: Any, weight: Any) -> Any:
    return library.nn.functional.conv_transpose2d(x, weight.transpose(0, 1), stride=2)


def _transposed_otherwise(dims: int) -> Line:
    def call(library: Any, x: Any, w: Any) -> Any:
        given = (x, w) if dims == 1 else (x[:, :, None], w[:, :, None])
        function = getattr(library.nn.functional, f"conv_transpose{dims}d")
        return function(given[0], given[1].transpose(0, 1))

    name = f"conv_transpose{dims}d"
    return Line(name, LIKE[dims], FILTERS[dims], call=call, needs=f"nn.functional.{name}")


def _resized(mode: str) -> Line:
    return Line(
        f"interpolate {mode}",
        images,
        call=lambda t, x: t.nn.functional.interpolate(x, scale_factor=2, mode=mode),
        needs="nn.functional.interpolate",
        records="resample",
    )


OVER_IMAGES = [
    Line("conv3d", images, filters, filter_bias, call=_calling("conv3d", 3),
         needs="nn.functional.conv3d"),
    Line("conv_transpose2d", images, filters, call=_transposed,
         needs="nn.functional.conv_transpose2d"),
    *[_transposed_otherwise(dims) for dims in (1, 3)],
    *[_line(name, dims, 2 if dims < 3 else (1, 2, 2))
      for name in ("max_pool", "avg_pool") for dims in (1, 2, 3)
      if (name, dims) not in (("max_pool", 2), ("avg_pool", 2))],
    *[Line(f"max_pool{dims}d_with_indices", LIKE[dims], needs=f"nn.functional.max_pool{dims}d",
           call=_calling(f"max_pool{dims}d", dims, 2 if dims < 3 else (1, 2, 2),
                         return_indices=True))
      for dims in (1, 2, 3)],
    *[_line(name, dims, 2 if dims < 3 else (1, 2, 2))
      for name in ("adaptive_avg_pool", "adaptive_max_pool") for dims in (1, 2, 3)],
    Line("fractional_max_pool2d", images, random=True, needs="nn.functional.fractional_max_pool2d",
         call=_calling("fractional_max_pool2d", 2, 2, 2)),
    Line("fractional_max_pool3d", images, random=True, needs="nn.functional.fractional_max_pool3d",
         call=_fractional),
    Line("unfold 2 x 2", images, call=lambda t, x: t.nn.functional.unfold(x, 2), records="windows",
         needs="nn.functional.unfold"),
    Line("fold", images, call=_fold, records="fold_windows", needs="nn.functional.fold"),
    *[_resized(mode) for mode in ("nearest", "bilinear", "bicubic")],
]  # fmt: skip
