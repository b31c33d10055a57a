"""Pooling as functions, with PyTorch's `return_indices`.
Read `resampling.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.refusing import instead_of, refuses
from ...errors import ArgumentError, ShapeError
from ...ops.elementwise.activations import relu
from ...ops.layers import adaptive_pooling, averaging, pooling
from ...ops.layers.averaging import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
)
from ...ops.layers.windows import as_sizes, check_dims
from ...tensor import Tensor
from ...tensor.sampling import rand

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d",
    "adaptive_max_pool3d_with_indices",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices",
    "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool2d_with_indices",
    "max_pool3d",
    "max_pool3d_with_indices",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]


def _named(function: Any, name: str, *inner: str) -> Any:
    """Return a function by its public name, which its errors say instead of the inner ones."""
    function.__name__ = function.__qualname__ = name
    return refuses(instead_of(*inner)(function))


def _max_pool(dims: int) -> tuple[Any, Any]:
    name = f"max_pool{dims}d"
    values, both = getattr(pooling, name), getattr(pooling, f"{name}_with_indices")

    def max_pool(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        """Return the largest element of each window, and where the first of it is, if asked.

        Shapes: (N, C, ...) or (C, ...); windows lie a kernel apart where `stride` is None.
        """
        pool = both if return_indices else values
        return pool(input, kernel_size, stride, padding, dilation, ceil_mode)

    def with_indices(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        """Return the largest element of each window, and where the first of it is."""
        return both(input, kernel_size, stride, padding, dilation, ceil_mode)

    own = f"{name}_with_indices"
    return _named(max_pool, name, own), _named(with_indices, own, name)


def _max_unpool(dims: int) -> Any:
    name = f"max_unpool{dims}d"

    def max_unpool(
        input: Tensor,
        indices: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        output_size: Any = None,
    ) -> Any:
        """Return zeros with each element where max_pool took it from, as its indices say.

        `output_size` tells apart the sizes that max_pool makes one of.
        """
        check_dims(input.shape, dims, name)
        kernel = as_sizes(kernel_size, dims, "kernel_size", name, 1)
        steps = kernel if stride is None else as_sizes(stride, dims, "stride", name, 1)
        sides = as_sizes(padding, dims, "padding", name, 0)
        each = zip(input.shape[-dims:], kernel, steps, sides, strict=True)
        sizes = tuple((n - 1) * s + k - 2 * p for n, k, s, p in each)
        if output_size is not None:
            usual, sizes = sizes, tuple(map(int, output_size))[-dims:]
            is_long = len(tuple(output_size)) in (dims, dims + 1, dims + 2)
            if not is_long or any(
                abs(n - m) >= s for n, m, s in zip(sizes, usual, steps, strict=True)
            ):
                raise ShapeError(
                    f"{name}: output_size {tuple(output_size)} cannot have been pooled to "
                    f"{tuple(input.shape)}; it lies within {steps} of {usual}"
                )
        return pooling.max_unpool(input, indices, sizes, name)

    return _named(max_unpool, name, "place_along")


max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)
max_unpool1d, max_unpool2d, max_unpool3d = (_max_unpool(dims) for dims in (1, 2, 3))


def _lp_pool(dims: int) -> Any:
    name = f"lp_pool{dims}d"

    def lp_pool(
        input: Tensor,
        norm_type: float,
        kernel_size: Any,
        stride: Any = None,
        ceil_mode: bool = False,
    ) -> Tensor:
        """Return (sum x^p)^(1/p) of each window, p the `norm_type`; inf takes the largest |x|.

        Where the sum is 0 the gradient is 0 / 0 or inf, as in PyTorch.
        """
        if norm_type in (math.inf, -math.inf):
            away = getattr(pooling, f"max_pool{dims}d")
            size = input.abs() if norm_type > 0 else -input.abs()
            largest = away(size, kernel_size, stride, 0, 1, ceil_mode)
            return largest if norm_type > 0 else -largest
        mean = getattr(averaging, f"avg_pool{dims}d")
        y = mean(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
        number = math.prod(as_sizes(kernel_size, dims, "kernel_size", name, 1))
        return ((y.sign() * relu(y.abs())) * number).pow(1.0 / norm_type)

    return _named(lp_pool, name, f"avg_pool{dims}d", f"max_pool{dims}d")


lp_pool1d, lp_pool2d, lp_pool3d = (_lp_pool(dims) for dims in (1, 2, 3))


def _adaptive_max_pool(dims: int) -> tuple[Any, Any]:
    name = f"adaptive_max_pool{dims}d"
    both = getattr(adaptive_pooling, name)

    def adaptive_max_pool(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        """Return the largest of as many windows as `output_size` says, and where, if asked."""
        chosen = both(input, output_size)
        return chosen if return_indices else chosen[0]

    def with_indices(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        """Return the largest of as many windows as `output_size` says, and where they are."""
        return both(input, output_size)

    return _named(adaptive_max_pool, name), _named(with_indices, f"{name}_with_indices", name)


adaptive_max_pool1d, adaptive_max_pool1d_with_indices = _adaptive_max_pool(1)
adaptive_max_pool2d, adaptive_max_pool2d_with_indices = _adaptive_max_pool(2)
adaptive_max_pool3d, adaptive_max_pool3d_with_indices = _adaptive_max_pool(3)


def _fractional_max_pool(dims: int) -> tuple[Any, Any]:
    name = f"fractional_max_pool{dims}d"
    both = getattr(adaptive_pooling, name)

    def with_indices(
        input: Tensor,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> Any:
        """Return the largest of each of windows laid at random, and where they are.

        There are `output_size` of them, or `output_ratio` times as many as elements.
        """
        check_dims(input.shape, dims, name)
        if output_size is None and output_ratio is None:
            raise ArgumentError(f"{name}: give either an output_size or an output_ratio")
        kernel = as_sizes(kernel_size, dims, "kernel_size", name, 1)
        if output_size is None:
            is_one = isinstance(output_ratio, (int, float))
            ratios = (output_ratio,) * dims if is_one else tuple(output_ratio)
            inside = tuple(input.shape)[-dims:]
            output_size = tuple(int(n * r) for n, r in zip(inside, ratios, strict=True))
        sizes = as_sizes(output_size, dims, "output_size", name, 1)
        if _random_samples is None:
            images = 1 if len(input.shape) == dims + 1 else input.shape[0]
            _random_samples = rand(images, input.shape[-dims - 1], dims, dtype=input.dtype)
        return both(input, kernel, sizes, _random_samples)

    def fractional_max_pool(
        input: Tensor,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> Any:
        """Return the largest of each of windows laid at random, and where, if asked.

        There are `output_size` of them, or `output_ratio` times as many as elements:
        "Fractional Max-Pooling", B. Graham, 2014.
        """
        chosen = with_indices(input, kernel_size, output_size, output_ratio, True, _random_samples)
        return chosen if return_indices else chosen[0]

    own = f"{name}_with_indices"
    return _named(fractional_max_pool, name, own), _named(
        with_indices, f"{name}_with_indices", name
    )


fractional_max_pool2d, fractional_max_pool2d_with_indices = _fractional_max_pool(2)
fractional_max_pool3d, fractional_max_pool3d_with_indices = _fractional_max_pool(3)
