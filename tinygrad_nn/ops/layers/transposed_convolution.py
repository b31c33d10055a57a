"""Transposed convolution: the map that takes a convolution's gradient back to its input.
Read `unfolding.py` next.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Integer
from ...arrays.layout import with_channels_as
from ...arrays.refusing import instead_of, shown
from ...arrays.sums import accurate_sum
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, ShapeError
from ..matrices.products import matmul
from ..shape.sizes import shape_of
from .convolution import check_operands, conv1d, conv2d, conv3d
from .convolution_products import Geometry, convolve, convolve_back, geometry_over
from .windows import Sizes, as_sizes, fold_windows

__all__ = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "convolution"]


def _transposed(dims: int, doc: str) -> Any:
    """Return the operation of 1, 2 or 3 dimensions."""
    name = f"conv_transpose{dims}d"

    def forward(
        input: Array,
        weight: Array,
        bias: Array | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: Integer = 1,
        dilation: Any = 1,
    ) -> Array:
        geometry = _geometry_of(
            name, dims, input, weight, bias, stride, padding, output_padding, groups, dilation
        )
        y, _, _ = convolve_back(input, None, weight, geometry, (True, False, False))
        if bias is not None:
            y = y + bias.reshape(-1, *(1,) * dims)
        y = np.ascontiguousarray(y, input.dtype)
        return with_channels_as(y, input, weight) if input.ndim == dims + 2 else y[0]

    forward.__doc__ = doc
    transposed = op(r"x *^T W + b", name=name)(forward)

    def rule(
        g: Array,
        input: Array,
        weight: Array,
        stride: Any,
        padding: Any,
        output_padding: Any,
        groups: int,
        dilation: Any,
        wants: Any,
    ) -> Any:
        """weight @ unfold(g), input @ unfold(g).T, g.sum(): unfold makes windows columns."""
        geometry = _geometry_of(
            name, dims, input, weight, None, stride, padding, output_padding, groups, dilation
        )
        return _gradients(g, input, weight, geometry, wants)

    def by_parts(
        input: Any,
        weight: Any,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Any:
        geometry = _geometry_of(
            name, dims, input, weight, bias, stride, padding, output_padding, groups, dilation
        )
        y = _folded_products(input, weight, groups, geometry)
        return y if bias is None else y + bias.reshape(-1, *(1,) * dims)

    transposed.backward(rule)
    return transposed.composite(by_parts)


def _gradients(
    g: Array, input: Array, weight: Array, geometry: Geometry, wants: Any
) -> tuple[Any, Any, Any]:
    """Return the gradients of input, weight and bias, None of what is not wanted."""
    dx = dw = db = None
    if wants[0]:
        dx = convolve(g, weight, None, geometry).reshape(input.shape)
    if wants[1]:
        _, dw, _ = convolve_back(input, g, None, geometry, (False, True, False))
        dw = dw.reshape(weight.shape)
    if wants[2]:
        dims = len(geometry.kernel)
        inside = tuple(range(-dims, 0))
        db = accurate_sum(g, inside if g.ndim == dims + 1 else (0, *inside))
    return dx, dw, db


def _folded_products(input: Any, weight: Any, groups: int, geometry: Geometry) -> Any:
    """Return the sum of the kernels laid over the output, each times an element of the input."""
    images, out = geometry.padded[:2]
    channels, places = weight.shape[0], math.prod(geometry.sizes)
    each = out // groups * math.prod(geometry.kernel)
    filters = weight.reshape(groups, channels // groups, each).transpose(1, 2)
    met = matmul(filters, input.reshape(images, groups, channels // groups, places))
    met = met.reshape(images, out, *geometry.kernel, *geometry.sizes)
    sizes = tuple(each.stop - each.start for each in geometry.inner[1:])
    sides = tuple(each.start for each in geometry.inner[1:])
    y = fold_windows(met, sizes, geometry.stride, geometry.dilation, sides)
    return y.reshape(*input.shape[: -len(sizes) - 1], out, *sizes)


conv_transpose1d = _transposed(
    1,
    """Return the transposed convolution of (N, C, L) or (C, L) with (C, out/groups, l).

    Its size is (L - 1) stride - 2 padding + dilation (l - 1) + output_padding + 1.
    """,
)
conv_transpose2d = _transposed(
    2,
    """Return the transposed convolution of (N, C, H, W) or (C, H, W) with (C, out/groups, h, w).

    Its height is (H - 1) stride - 2 padding + dilation (h - 1) + output_padding + 1.
    """,
)
conv_transpose3d = _transposed(
    3,
    """Return the transposed convolution of (N, C, D, H, W) with (C, out/groups, d, h, w).

    Its height is (H - 1) stride - 2 padding + dilation (h - 1) + output_padding + 1.
    """,
)

_BY_DIMENSIONS = {
    3: (conv1d, conv_transpose1d),
    4: (conv2d, conv_transpose2d),
    5: (conv3d, conv_transpose3d),
}


@instead_of(*(each.__name__ for both in _BY_DIMENSIONS.values() for each in both))
def convolution(
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
) -> Any:
    """Return the convolution or the transposed one, over as many dimensions as the weight has.

    Raises:
        ShapeError: a weight of other dimensions than (out, C/groups, l), (.., h, w), (.., d, h, w).

    Example:
        >>> import tinygrad_nn as tnn
        >>> x, w = tnn.ones(1, 1, 4), tnn.ones(1, 1, 3)
        >>> tnn.convolution(x, w, None, [1], [0], [1], False, [0], 1)
        tensor([[[3., 3.]]])
    """
    dims = len(shape_of(weight, "convolution"))
    if dims not in _BY_DIMENSIONS:
        raise ShapeError(
            f"convolution: a weight of 3, 4 or 5 dimensions expected, got {shown(weight)}"
        )
    straight, back = _BY_DIMENSIONS[dims]
    if transposed:
        return back(input, weight, bias, stride, padding, output_padding, groups, dilation)
    return straight(input, weight, bias, stride, padding, dilation, groups)


def _geometry_of(
    name: str,
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Geometry:
    """Check what is given, and return where the kernel lies over the output."""
    check_operands(name, dims, input, weight, bias, "C, out/groups")
    out = weight.shape[1] * groups
    if bias is not None and tuple(bias.shape) != (out,):
        raise ShapeError(
            f"{name}: a bias of shape {tuple(bias.shape)} does not fit a weight of shape "
            f"{tuple(weight.shape)} with groups={groups}; it has {out} elements"
        )
    return _geometry(
        *(name, tuple(input.shape), tuple(weight.shape)),
        as_sizes(stride, dims, "stride", name, 1),
        as_sizes(padding, dims, "padding", name, 0),
        as_sizes(output_padding, dims, "output_padding", name, 0),
        groups,
        as_sizes(dilation, dims, "dilation", name, 1),
    )


@lru_cache(maxsize=256)
def _geometry(
    name: str,
    shape: Sizes,
    weight_shape: Sizes,
    stride: Sizes,
    padding: Sizes,
    output_padding: Sizes,
    groups: int,
    dilation: Sizes,
) -> Geometry:
    given, per_group, *kernel = weight_shape
    dims = len(kernel)
    images, channels, *places = shape if len(shape) == dims + 2 else (1, *shape)
    if groups < 1 or channels != given or channels % groups:
        raise ShapeError(
            f"{name}: an input of shape {shape} does not fit a weight of shape {weight_shape} with "
            f"groups={groups}: {channels} channels against {given}, to divide among the groups"
        )
    for more, step, apart in zip(output_padding, stride, dilation, strict=True):
        if more >= step and more >= apart:
            raise ArgumentError(
                f"{name}: output_padding must be smaller than stride or dilation, got "
                f"output_padding={output_padding}, stride={stride}, dilation={dilation}"
            )
    sizes = tuple(
        (n - 1) * s - 2 * p + d * (k - 1) + more + 1
        for n, s, p, d, k, more in zip(
            places, stride, padding, dilation, kernel, output_padding, strict=True
        )
    )
    if min(sizes) < 1 or 0 in kernel or 0 in places:
        raise ShapeError(
            f"{name}: an input of shape {shape} with a kernel of {tuple(kernel)} and padding "
            f"{padding} would give an output of {sizes}"
        )
    whole = (images, per_group * groups, *sizes)
    return geometry_over(
        *(whole, weight_shape, tuple(places), stride, padding, padding, dilation, groups)
    )
