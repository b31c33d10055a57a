"""Convolution in one, two and three dimensions: the kernel's sum of products with each window.
Read `convolution_products.py` next, where it is computed.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Integer
from ...arrays.kinds import is_complex
from ...arrays.layout import with_channels_as
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.activations import check_float
from ..indexing.picking import add_at
from ..matrices.products import matmul
from .convolution_products import Geometry, convolve, convolve_back, geometry_over
from .windows import Sizes, as_sizes, places_of, windows

__all__ = ["conv1d", "conv2d", "conv3d"]


def _convolution(dims: int, doc: str) -> Any:
    """Return the operation of 1, 2 or 3 dimensions."""
    name = f"conv{dims}d"

    def forward(
        input: Array,
        weight: Array,
        bias: Array | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Integer = 1,
    ) -> Array:
        geometry = geometry_of(name, dims, input, weight, bias, stride, padding, dilation, groups)
        y = convolve(input, weight, bias, geometry)
        return with_channels_as(y, input, weight) if input.ndim == dims + 2 else y[0]

    forward.__doc__ = doc
    convolution = op(r"x * W + b", name=name)(forward)

    def rule(
        g: Array,
        input: Array,
        weight: Array,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
        wants: Any,
    ) -> Any:
        """fold(weight.T @ g), g @ unfold(input).T, g.sum(): unfold makes windows columns."""
        geometry = geometry_of(name, dims, input, weight, None, stride, padding, dilation, groups)
        dx, dw, db = convolve_back(g, input, weight, geometry, wants)
        return (
            None if dx is None else dx.reshape(input.shape),
            None if dw is None else dw.reshape(weight.shape),
            db,
        )

    def by_parts(
        input: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Any:
        geometry = geometry_of(name, dims, input, weight, bias, stride, padding, dilation, groups)
        images, channels = geometry.padded[:2]
        out, each = weight.shape[0], channels // groups * math.prod(geometry.kernel)
        x = add_at(input.reshape(images, channels, *input.shape[-dims:]), *_padding_of(geometry))
        met = windows(x, geometry.kernel, geometry.stride, geometry.dilation, (0,) * dims)
        filters = weight.reshape(groups, out // groups, each)
        y = matmul(filters, met.reshape(images, groups, each, math.prod(geometry.sizes)))
        y = y.reshape(*input.shape[: -dims - 1], out, *geometry.sizes)
        return y if bias is None else y + bias.reshape(out, *(1,) * dims)

    convolution.backward(rule)
    return convolution.composite(by_parts)


def _padding_of(geometry: Geometry) -> tuple[Any, Sizes]:
    return geometry.inner, geometry.padded


conv1d = _convolution(
    1,
    """Return the cross-correlation of (N, C, L) or (C, L) with (out, C/groups, l).

    `padding` is zeros on each side, "valid" for none, or "same" to keep the size at stride 1.
    """,
)
conv2d = _convolution(
    2,
    """Return the cross-correlation of (N, C, H, W) or (C, H, W) with (out, C/groups, h, w).

    `padding` is zeros on each side, "valid" for none, or "same" to keep the size at stride 1.
    """,
)
conv3d = _convolution(
    3,
    """Return the cross-correlation of (N, C, D, H, W) with (out, C/groups, d, h, w).

    `padding` is zeros on each side, "valid" for none, or "same" to keep the size at stride 1.
    """,
)


# --- shapes ---------------------------------------------------------------------------------------


def geometry_of(
    name: str,
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Geometry:
    """Check what a convolution is given, and return where the kernel lies."""
    shapes = tuple(input.shape), tuple(weight.shape)
    check_operands(name, dims, input, weight, bias, "out, C/groups")
    if bias is not None and tuple(bias.shape) != shapes[1][:1]:
        raise ShapeError(
            f"{name}: a bias of shape {tuple(bias.shape)} does not fit a weight of shape "
            f"{shapes[1]}; it has one number per output channel"
        )
    is_word = isinstance(padding, str)
    sides = padding if is_word else as_sizes(padding, dims, "padding", name, 0)
    steps = as_sizes(stride, dims, "stride", name, 1)
    return _geometry(
        name, *shapes, steps, sides, as_sizes(dilation, dims, "dilation", name, 1), groups
    )


def check_operands(name: str, dims: int, input: Any, weight: Any, bias: Any, channels: str) -> None:
    """Check the numbers of dimensions and the dtypes of what a convolution is given."""
    if len(input.shape) not in (dims + 1, dims + 2) or len(weight.shape) != dims + 2:
        letters = ", ".join("DHW"[-dims:] if dims > 1 else "L")
        raise ShapeError(
            f"{name}: an input of (N, C, {letters}) or (C, {letters}) and a weight of ({channels}, "
            f"{letters.lower()}) are expected, got shapes {tuple(input.shape)} and "
            f"{tuple(weight.shape)}"
        )
    if isinstance(input, np.ndarray) and not is_complex(input):
        check_float(input, name)
    for each in (weight, bias):
        if each is not None and each.dtype is not input.dtype and each.dtype != input.dtype:
            raise DTypeError(
                f"{name}: input, weight and bias must have one dtype, got {input.dtype} and "
                f"{each.dtype}; convert one, as with .to()"
            )


@lru_cache(maxsize=256)
def _geometry(
    name: str,
    shape: Sizes,
    weight_shape: Sizes,
    stride: Sizes,
    padding: Any,
    dilation: Sizes,
    groups: int,
) -> Geometry:
    out, per_group, *kernel = weight_shape
    dims = len(kernel)
    images, channels, *sizes = shape if len(shape) == dims + 2 else (1, *shape)
    if groups < 1 or channels != per_group * groups or out % groups:
        raise ShapeError(
            f"{name}: an input of shape {shape} does not fit a weight of shape {weight_shape} with "
            f"groups={groups}: {channels} channels against {per_group} x {groups}, and {out} "
            "output channels to divide among the groups"
        )
    reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if padding == "same":
        if set(stride) != {1}:
            raise ArgumentError(f'{name}: padding="same" keeps the size at stride 1, not {stride}')
        before = tuple(far // 2 for far in reach)
        after = tuple(far - far // 2 for far in reach)
    elif isinstance(padding, str) and padding != "valid":
        raise ArgumentError(
            f'{name}: padding is "same", "valid", an int or {dims} of them; got {padding!r}'
        )
    else:
        before = after = (0,) * dims if padding == "valid" else padding
    wide = tuple(b + n + a for b, n, a in zip(before, sizes, after, strict=True))
    places = places_of(wide, tuple(kernel), stride, dilation)
    if min(places) < 1 or 0 in kernel:
        raise ShapeError(
            f"{name}: a kernel of {tuple(kernel)}, dilation {dilation}, does not fit into an input "
            f"of shape {shape} with padding, {wide}"
        )
    whole = (images, channels, *sizes)
    return geometry_over(whole, weight_shape, places, stride, before, after, dilation, groups)
