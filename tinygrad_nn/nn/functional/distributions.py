"""Losses of distributions: their divergence, and negative log-likelihoods.
Read `normalization.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.arguments import as_number
from ...arrays.refusing import instead_of, refuses
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, ShapeError
from ...ops.elementwise.functions import exp, log
from ...ops.elementwise.selection import where
from ...ops.losses.reducing import check_reduction, reduce_tensor
from ...tensor import Tensor
from ...tensor.creation_like import full_like
from ...warn import warn_user
from .loss_arguments import check_floats, check_tensors, legacy_reduction

__all__ = ["gaussian_nll_loss", "kl_div", "poisson_nll_loss"]


@refuses
@instead_of("sub", "mul", "exp", "log", "where")
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Return t (log t - x) for log-probabilities x and probabilities t, or their logarithms.

    "batchmean" divides the sum by the size of the first dimension, as the Kullback-Leibler
    divergence does; "mean" divides by the number of elements, and warns.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([[0.5, 0.5]]).log()
        >>> tnn.nn.functional.kl_div(x, tnn.tensor([[0.0, 1.0]]), reduction="batchmean")
        tensor(0.6931)
    """
    check_tensors("kl_div", input, target)
    check_floats("kl_div", input=input, target=target)
    kind = legacy_reduction(size_average, reduce, reduction)
    if kind == "mean" and size_average is None and reduce is None:
        warn_user(
            'kl_div: reduction="mean" divides by the number of elements; "batchmean" divides by '
            "the batch size, as the divergence does"
        )
    if kind != "batchmean":
        check_reduction(kind, "kl_div")
    if log_target:
        losses = exp(target) * (target - input)
    else:
        losses = target * log(where(target == 0, 1.0, target)) - target * input  # 0 log 0 is 0
    if kind != "batchmean":
        return reduce_tensor(losses, kind)
    return losses.sum() / input.array.shape[0] if input.ndim else losses.sum()


@refuses
@instead_of("sub", "mul", "add", "exp", "log", "where")
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return e^x - t x for counts t and logarithms x of rates, or x - t log(x + eps) for rates.

    `full` adds Stirling's log t! = t log t - t + log(2 pi t) / 2 where t is above 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.poisson_nll_loss(tnn.zeros(2), tnn.tensor([1.0, 3.0]))
        tensor(1.)
    """
    check_tensors("poisson_nll_loss", input, target)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, "poisson_nll_loss")
    if log_input:
        losses = exp(input) - target * input
    else:
        losses = input - target * log(input + as_number(eps, "eps", "poisson_nll_loss"))
    if full:
        many = target > 1
        t = where(many, target, 1.0)
        stirling = t * log(t) - t + 0.5 * log(2.0 * math.pi * t)
        losses = losses + where(many, stirling, 0.0)
    return reduce_tensor(losses, kind)


@refuses
@instead_of("sub", "mul", "add", "div", "log")
def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """Return (log v + (x - t)^2 / v) / 2 with the variance v, at least `eps` (Nix & Weigend 1994).

    `var` is a number, or of the input's shape, which may lack the last dimension or have size 1 in
    one. The gradient passes to it as if it were not held above `eps`. `full` adds log(2 pi) / 2.

    Raises:
        ArgumentError: a negative variance. ShapeError: a `var` that does not fit.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.gaussian_nll_loss(tnn.ones(2), tnn.zeros(2), tnn.ones(2))
        tensor(0.5000)
    """
    name = "gaussian_nll_loss"
    check_tensors(name, input, target)
    check_reduction(reduction, name)
    v = _variances(input, var).clone()
    with no_grad():
        v.clamp_(min=as_number(eps, "eps", name))
    losses = 0.5 * (log(v) + (input - target) ** 2 / v)
    if full:
        losses = losses + 0.5 * math.log(2.0 * math.pi)
    return reduce_tensor(losses, reduction)


def _variances(input: Tensor, var: Any) -> Tensor:
    """Return the variances as a tensor that broadcasts to the input's shape, checked."""
    name, shape = "gaussian_nll_loss", input.array.shape
    if not isinstance(var, Tensor):
        number = as_number(var, "var", name)
        if number < 0:
            raise ArgumentError(f"{name}: var must not be negative, got {number}")
        return full_like(input, number)
    if (var.array < 0).any():
        raise ArgumentError(f"{name}: var must not be negative, got {var.array.min()}")
    own = var.array.shape
    if own == shape:
        return var
    if shape[:-1] == own:
        return var.unsqueeze(-1)
    differing = [b for a, b in zip(shape, own, strict=False) if a != b]
    if len(own) != len(shape) or sum(differing) != 1:
        raise ShapeError(f"{name}: var {own} does not fit an input of shape {shape}")
    return var
