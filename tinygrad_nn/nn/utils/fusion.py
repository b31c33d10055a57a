"""A convolution or a linear layer, and the batch norm behind it, as one layer for evaluation.
Read `../layers/batch_normalization.py` next.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ...errors import ArgumentError
from ...places.missing import explained
from ...tensor.creation_like import zeros_like
from ..module import Module
from ..parameter import Parameter

__all__ = [
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
]


def _scaled(weight: Any, bias: Any, bn: Any, dim: int) -> tuple[Parameter, Parameter]:
    """Return weight w γ/σ along a dimension, and bias (b - μ) γ/σ + β."""
    mean, variance, eps, gamma, beta = bn
    scale = (variance + eps).rsqrt()
    scale = scale if gamma is None else scale * gamma
    bias = zeros_like(mean) if bias is None else bias
    shape = [1] * weight.ndim
    shape[dim] = -1
    shifted = (bias - mean) * scale
    return (
        Parameter((weight * scale.reshape(shape)).to(weight.dtype), weight.requires_grad),
        Parameter(shifted if beta is None else shifted + beta, bias.requires_grad),
    )


def fuse_conv_bn_weights(
    conv_w: Any,
    conv_b: Any,
    bn_rm: Any,
    bn_rv: Any,
    bn_eps: float,
    bn_w: Any,
    bn_b: Any,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Return the weight and the bias of a convolution that does what a batch norm did after it."""
    return _scaled(conv_w, conv_b, (bn_rm, bn_rv, bn_eps, bn_w, bn_b), 1 if transpose else 0)


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """Return the weight and the bias of a linear layer that does what a batch norm did after it."""
    return _scaled(linear_w, linear_b, (bn_rm, bn_rv, bn_eps, bn_w, bn_b), 0)


def _fused(layer: Any, bn: Any, dim: int, name: str) -> Any:
    if layer.training or bn.training:
        raise ArgumentError(
            f"{name}() takes modules in evaluation mode: call .eval() of both first"
        )
    if bn.running_mean is None:
        raise ArgumentError(f"{name}() takes a batch norm with running statistics, got {bn}")
    made = deepcopy(layer)
    statistics = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    made.weight, made.bias = _scaled(made.weight.detach(), made.bias, statistics, dim)
    return made


def fuse_conv_bn_eval(conv: Module, bn: Module, transpose: bool = False) -> Any:
    """Return a copy of a convolution that does what it and the batch norm behind it do.

    Raises:
        RuntimeError: one of them is in training mode, or the batch norm has no running statistics.

    Example:
        >>> import tinygrad_nn as torch
        >>> from tinygrad_nn.nn.utils.fusion import fuse_conv_bn_eval
        >>> conv, bn = torch.nn.Conv2d(1, 2, 3).eval(), torch.nn.BatchNorm2d(2).eval()
        >>> x = torch.ones(1, 1, 4, 4)
        >>> torch.allclose(fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)), atol=1e-6)
        True
    """
    return _fused(conv, bn, 1 if transpose else 0, "fuse_conv_bn_eval")


def fuse_linear_bn_eval(linear: Module, bn: Module) -> Any:
    """Return a copy of a linear layer that does what it and the batch norm behind it do."""
    return _fused(linear, bn, 0, "fuse_linear_bn_eval")


__getattr__ = explained(__name__)
