"""Normalisation with PyTorch's order of arguments: of batches, of each sample, of neighbours.
Read `../layers/` next, the Modules that call them.
"""

from __future__ import annotations

from typing import Any

from ...arrays.arguments import as_integer, as_number
from ...arrays.refusing import check_are_tensors, instead_of, refuses
from ...errors import ArgumentError, ShapeError
from ...ops.layers import batch_normalization
from ...ops.layers import normalization as within_samples
from ...ops.shape.joining import cat
from ...tensor import Tensor
from ...tensor.creation import zeros

__all__ = ["batch_norm", "group_norm", "instance_norm", "local_response_norm"]


def _check_several(name: str, count: int, shape: Any, what: str) -> None:
    if count == 1:
        raise ShapeError(
            f"{name}: more than one value per {what} is needed, got an input of shape {shape}"
        )


def _per_channel(shape: tuple[int, ...], start: int) -> int:
    count = 1
    for i, size in enumerate(shape):
        count *= size if i >= start or i == start - 2 else 1
    return count


@refuses
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Return each channel of (N, C, ...) with mean 0 and variance 1, scaled and moved.

    In training the mean and variance are the batch's, and the running ones move towards them by
    `momentum`, the variance unbiased; else they are the running ones (Ioffe and Szegedy 2015).

    Raises:
        ShapeError: what does not fit, or one value per channel in training. ArgumentError: no
        running statistics outside training, or an eps that is negative, or 0 in training.

    Example:
        >>> import tinygrad_nn as tnn
        >>> mean, var = tnn.zeros(1), tnn.ones(1)
        >>> F = tnn.nn.functional
        >>> F.batch_norm(tnn.tensor([[1.0], [3.0]]), mean, var, training=True)
        tensor([[-1.0000],
                [ 1.0000]])
        >>> mean, var
        (tensor([0.2000]), tensor([1.1000]))
    """
    check_are_tensors("batch_norm", input=input)
    if training:
        _check_several(
            "batch_norm", _per_channel(input.array.shape, 2), input.array.shape, "channel"
        )
        if not as_number(eps, "eps", "batch_norm") > 0:
            raise ArgumentError(f"batch_norm: eps must be above 0 in training, got {eps}")
    return batch_normalization.batch_norm(
        *(input, weight, bias, running_mean, running_var, training, momentum, eps)
    )


@refuses
def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Return each channel of each sample with mean 0 and variance 1, scaled and moved.

    With `use_input_stats` False the running statistics are used. Shapes: input (N, C, ...).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.instance_norm(tnn.tensor([[[1.0, 3.0], [2.0, 2.5]]]))
        tensor([[[-1.0000,  1.0000],
                 [-0.9999,  0.9999]]])
    """
    check_are_tensors("instance_norm", input=input)
    shape = input.array.shape
    if use_input_stats:
        _check_several("instance_norm", _per_channel((1, *shape[1:]), 2), shape, "channel")
    return batch_normalization.instance_norm(
        *(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps)
    )


@refuses
def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Return each group of the channels of (N, C, ...) with mean 0 and variance 1, then scaled.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.group_norm(tnn.tensor([[1.0, 3.0, 5.0, 9.0]]), 2)
        tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    return within_samples.group_norm(input, num_groups, weight, bias, eps)


@refuses
@instead_of("mul", "div", "add", "cat")
def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Return x / (k + alpha s)^beta, s the mean of x^2 over `size` neighbouring channels.

    Channels beyond the ends count as 0. Shapes: (N, C, L, ...). Krizhevsky et al. 2012.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.local_response_norm(tnn.ones(1, 2, 1), 2, alpha=2.0, beta=1.0)
        tensor([[[0.5000],
                 [0.3333]]])
    """
    name = "local_response_norm"
    check_are_tensors(name, input=input)
    if input.ndim < 3:
        raise ShapeError(f"{name}: input must be (N, C, L, ...), got {input.array.shape}")
    size = as_integer(size, "size", name)
    if size < 1:
        raise ArgumentError(f"{name}: size must be above 0, got {size}")
    if not input.array.size:
        return input
    squares, channels = input * input, input.array.shape[1]
    before, after = size // 2, (size - 1) // 2
    sizes = [(input.array.shape[0], n, *input.array.shape[2:]) for n in (before, after)]
    ends = [zeros(each, dtype=input.dtype) for each in sizes]
    padded = cat([ends[0], squares, ends[1]], 1)
    total = padded[:, :channels]
    for start in range(1, size):
        total = total + padded[:, start : start + channels]
    return input / (total * (alpha / size) + k) ** beta
