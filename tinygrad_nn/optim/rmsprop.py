"""RMSprop: gradients divided by the root of the mean of their squares.
Read `adam.py` next, which adds a mean of the gradients.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.refusing import refuses
from ..tensor import Tensor
from .checking import check_not_negative
from .optimizer import Optimizer


class RMSprop(Optimizer):
    """p = p - lr g / (sqrt(v) + eps), where v is the mean of the squares of g.

    Tieleman and Hinton 2012, lecture 6e: v = alpha v + (1 - alpha) g². `centered` takes from v the
    square of the mean of g (Graves 2013). With `momentum` the step is the running sum of what is
    divided.

    Raises:
        ValueError: a negative lr, alpha, eps, weight_decay or momentum.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.RMSprop([p], lr=0.05).step(); p
        tensor([0.5000, 1.5000], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay)
        check_not_negative(self, momentum=momentum)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient seen."""
        names = ["square_avg"]
        names += ["momentum_buffer"] if group["momentum"] > 0 else []
        names += ["grad_avg"] if group["centered"] else []
        return {"step": 0.0, **{name: np.zeros_like(p) for name in names}}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        lr, alpha, v = group["lr"], group["alpha"], state["square_avg"]
        v *= alpha
        v += g * g * (1.0 - alpha)
        if group["centered"]:
            mean = state["grad_avg"]
            mean += (g - mean) * (1.0 - alpha)
            v = v - mean * mean
        step = g / (np.sqrt(v) + group["eps"])
        if group["momentum"] > 0:
            running = state["momentum_buffer"]
            running *= group["momentum"]
            running += step
            step = running
        p -= step * lr
