"""Adam: steps of a size that the gradients' running mean and spread decide; AMSGrad and AdamW.
Read `sgd.py` for the simplest rule, `optimizer.py` for what all share.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.refusing import refuses
from ..tensor import Tensor
from .checking import check_betas, check_not_negative, check_ways
from .optimizer import Optimizer


class Adam(Optimizer):
    """p = p - lr m^ / (sqrt(v^) + eps), where m is the mean of the gradients, v of their squares.

    Kingma and Ba 2015, algorithm 1: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g²;
    m^ = m / (1 - beta1^t) and v^ = v / (1 - beta2^t) make up for a start at 0. `amsgrad` takes the
    largest v so far (Reddi et al. 2018). `weight_decay` is added to the gradient, or with
    `decoupled_weight_decay` taken from p, as in `AdamW`.

    Raises:
        ValueError: a negative lr, eps or weight_decay; a beta outside 0 <= beta < 1.
        RuntimeError: fused together with foreach or differentiable.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.Adam([p], lr=0.1).step(); p
        tensor([0.9000, 1.9000], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr, eps=eps, weight_decay=weight_decay)
        check_ways(self, foreach=foreach, fused=fused, differentiable=differentiable)
        defaults = {
            "lr": lr,
            "betas": check_betas(self, betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: means of nothing."""
        names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")[: 3 if group["amsgrad"] else 2]
        return {"step": 0.0, **{name: np.zeros_like(p) for name in names}}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = moved_means(g, group, state)
        if group["amsgrad"]:
            largest = state["max_exp_avg_sq"]
            largest[...] = v = np.maximum(largest, v)
        root = math.sqrt(1.0 - beta2**t)  # sqrt(v^) = sqrt(v) / root, and the fraction times root
        p -= m * (group["lr"] * root / (1.0 - beta1**t)) / (np.sqrt(v) + group["eps"] * root)


def moved_means(g: Any, group: dict[str, Any], state: dict[str, Any]) -> tuple[Any, Any]:
    """Take a gradient into the running means of the gradients and of their squares; return both.

    m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g².
    """
    (beta1, beta2), m, v = group["betas"], state["exp_avg"], state["exp_avg_sq"]
    m += (g - m) * (1.0 - beta1)
    v *= beta2
    v += g * g * (1.0 - beta2)
    return m, v
