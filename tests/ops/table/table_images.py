"""Rows of what slides over signals, images and volumes, and of what gives them another size.
Read `table_losses.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import Row, at, each, probability, real

from tinygrad_nn.ops.layers.resampling import _cubic, _linear, _nearest

SIGNAL, IMAGE, VOLUME = (2, 3, 7), (2, 3, 6, 5), (1, 2, 4, 5, 4)
OF_DIMS = {1: (SIGNAL, (3, 7)), 2: (IMAGE, (3, 6, 5)), 3: (VOLUME, (2, 4, 5, 4))}
EIGHTHS = np.random.default_rng(3).integers(0, 8, (2, 3, 3)) / 8.0
LAID = {"kernel": (2, 3), "stride": (2, 1), "dilation": (1, 2), "padding": (1, 0)}


def _max_pools(dims: int) -> list[Row]:
    name = f"max_pool{dims}d"
    samples = [
        *each(OF_DIMS[dims], {"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}),
        at(OF_DIMS[dims][0], kernel_size=2, stride=1, dilation=2),
        at(OF_DIMS[dims][0], kernel_size=3, stride=2, ceil_mode=True),
        at(tuple(4 for _ in range(dims + 2)), kernel_size=(2,) * dims),
        at((0, *OF_DIMS[dims][0][1:]), kernel_size=2),
    ]
    both = f"{name}_with_indices"
    return [
        Row(name, real, torch=f"nn.functional.{name}", samples=samples),
        Row(both, real, torch=f"nn.functional.{both}", samples=samples),
    ]


def _averages(dims: int) -> list[Row]:
    some = {"kernel_size": 3, "stride": 2, "padding": 1}
    divided = [{**some, "divisor_override": 5}] if dims > 1 else []
    sizes = {"output_size": (2,) * dims}, {"output_size": 3}, {"output_size": (5, 4, 1)[:dims]}
    return [
        Row(f"avg_pool{dims}d", real, torch=f"nn.functional.avg_pool{dims}d", samples=[
            *each(OF_DIMS[dims], {"kernel_size": 2}, some),
            *each(OF_DIMS[dims][:1], {**some, "count_include_pad": False}, *divided,
                  {**some, "ceil_mode": True}, {"kernel_size": 2, "stride": 1}),
            at((0, *OF_DIMS[dims][0][1:]), kernel_size=2),
        ]),
        Row(f"adaptive_avg_pool{dims}d", real, torch=f"nn.functional.adaptive_avg_pool{dims}d",
            samples=[*each(OF_DIMS[dims], *sizes), at(OF_DIMS[dims][0], output_size=1)]),
        Row(f"adaptive_max_pool{dims}d", real,
            torch=f"nn.functional.adaptive_max_pool{dims}d_with_indices",
            samples=each(OF_DIMS[dims], *sizes)),
    ]  # fmt: skip


def _fractional(dims: int) -> Any:
    """PyTorch wants the samples in the input's dtype."""

    def call(x: Any, _random_samples: Any, **given: Any) -> Any:
        import torch

        pool = getattr(torch.nn.functional, f"fractional_max_pool{dims}d_with_indices")
        return pool(x, _random_samples=_random_samples.to(x.dtype), **given)

    return call


def _windows(x: Any, **laid: Any) -> Any:
    """By PyTorch's unfold, which makes one dimension of the kernel's, and one of the places."""
    import torch

    places = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, d, p in zip(x.shape[-2:], *laid.values(), strict=True)
    ]
    laid["kernel_size"] = laid.pop("kernel")
    columns = torch.nn.functional.unfold(x, **laid)
    return columns.reshape(*x.shape[:2], *laid["kernel_size"], *places)


def _fold(x: Any, sizes: Any, **laid: Any) -> Any:
    import torch

    kernel = tuple(x.shape[2:4])
    columns = x.reshape(x.shape[0], x.shape[1] * kernel[0] * kernel[1], -1)
    return torch.nn.functional.fold(columns, sizes, kernel, **laid)


def _resample(x: Any, matrices: Any) -> Any:
    """By dense matrices."""
    import torch

    for axis, matrix in enumerate(matrices, -len(matrices)):
        dense = np.zeros((matrix.outputs, matrix.inputs))
        for tap in matrix.taps:
            rows = np.arange(matrix.outputs)[tap.rows]
            np.add.at(dense, (rows, np.arange(matrix.inputs)[tap.columns]), tap.weights)
        x = torch.tensordot(x, torch.tensor(dense, dtype=x.dtype), ([axis], [1]))
        x = x.movedim(-1, axis)
    return x


IMAGES = [
    Row("conv1d", real, real, real, torch="nn.functional.conv1d", samples=[
        *[at(SIGNAL, (4, 3, 3), (4,)), at(SIGNAL, (4, 3, 2), stride=2, padding=1)],
        at((3, 7), (6, 1, 3), (6,), dilation=2, groups=3, padding="same"),
        at((1, 1, 9000), (1, 1, 2), (1,), stride=3),
    ]),
    Row("conv3d", real, real, real, torch="nn.functional.conv3d", samples=[
        at(VOLUME, (4, 2, 2, 3, 2), (4,), stride=(1, 2, 1), padding=1),
        at((2, 4, 5, 4), (4, 1, 2, 3, 1), groups=2, padding="same"),
    ]),
    Row("conv_transpose1d", real, real, real, torch="nn.functional.conv_transpose1d", samples=[
        at(SIGNAL, (3, 4, 3), (4,)),
        at((4, 7), (4, 2, 2), (4,), stride=3, output_padding=2, groups=2, dilation=2),
    ]),
    Row("conv_transpose2d", real, real, real, torch="nn.functional.conv_transpose2d", samples=[
        *[at(IMAGE, (3, 4, 3, 2), (4,)), at(IMAGE, (3, 4, 3, 2), padding=1)],
        at(IMAGE, (3, 2, 3, 2), (6,), stride=(2, 3), padding=(1, 0), output_padding=1, groups=3),
        at((3, 6, 5), (3, 2, 2, 2), (2,), dilation=(2, 3), output_padding=(1, 2)),
        at((0, 3, 6, 5), (3, 4, 3, 2), (4,)),
    ]),
    Row("conv_transpose3d", real, real, real, torch="nn.functional.conv_transpose3d", samples=[
        at(VOLUME, (2, 3, 2, 2, 3), (3,), stride=(2, 1, 1), padding=(0, 1, 1)),
        at((4, 3, 2, 3), (4, 1, 1, 2, 2), groups=2),
    ]),
    Row("windows", real, torch=_windows, samples=[at(IMAGE, **LAID)]),
    Row("fold_windows", real, torch=_fold, samples=[
        at((2, 3, 2, 2, 4, 1), sizes=(6, 5), stride=(2, 2), dilation=(1, 3), padding=(1, 0)),
    ]),
    *[row for dims in (1, 2, 3) for row in (*_max_pools(dims), *_averages(dims))],
    Row("fractional_max_pool2d", real, torch=_fractional(2), samples=[
        at(IMAGE, kernel_size=(2, 2), output_size=(4, 3), _random_samples=EIGHTHS[..., :2])]),
    Row("fractional_max_pool3d", real, torch=_fractional(3), samples=[
        at(VOLUME, kernel_size=(2, 2, 1), output_size=(2, 3, 3), _random_samples=EIGHTHS[:1, :2])]),
    Row("resample", real, torch=_resample, samples=[
        at(IMAGE, matrices=(_linear(6, 9, None, False), _cubic(5, 3, None, False))),
        at(SIGNAL, matrices=(_nearest(7, 12, None, False),)),
    ]),
]  # fmt: skip


def _functional(name: str, *operands: Any, samples: Any) -> Row:
    """A function of nn.functional that is composed of others."""

    def call(f: Any, *given: Any, **names: Any) -> Any:
        return getattr(f.nn.functional, name)(*given, **names)

    return Row(f"{name}()", *operands, spelling=call, samples=samples)


COMPOSED_IMAGES = [
    _functional("unfold", real, samples=[at(IMAGE, kernel_size=(2, 3), padding=1, stride=2)]),
    _functional("fold", real, samples=[at((2, 12, 20), output_size=(6, 5), kernel_size=2)]),
    _functional("lp_pool2d", probability, samples=[at(IMAGE, norm_type=3, kernel_size=2)]),
    _functional("interpolate", real, samples=[
        *each([SIGNAL], {"size": 3, "mode": "area"}, {"size": 4},
              {"scale_factor": 1.7, "mode": "linear"}),
        *each([IMAGE], {"scale_factor": 2, "mode": "bilinear", "align_corners": True},
              {"size": (4, 9), "mode": "bicubic"}, {"size": 3, "mode": "nearest-exact"},
              {"size": (3, 2), "mode": "bilinear", "antialias": True}),
    ]),
    _functional("affine_grid", real,
                samples=[at((2, 2, 3), size=(2, 1, 3, 4), align_corners=False)]),
    _functional("pixel_shuffle", real, samples=[at((2, 8, 2, 3), upscale_factor=2)]),
    _functional("pixel_unshuffle", real, samples=[at((2, 2, 4, 6), downscale_factor=2)]),
    _functional("channel_shuffle", real, samples=[at((2, 6, 3), groups=3)]),
]  # fmt: skip
