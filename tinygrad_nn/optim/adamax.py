"""Adamax: Adam with the largest gradient of late in the place of the root of squares.
Read `adam.py` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.refusing import refuses
from ..tensor import Tensor
from .checking import check_betas, check_not_negative
from .optimizer import Optimizer


class Adamax(Optimizer):
    """p = p - lr / (1 - beta1^t) m / u, where u is the largest gradient, old ones fading by beta2.

    Kingma and Ba 2015, algorithm 2: m = beta1 m + (1 - beta1) g, u = max(beta2 u, |g| + eps).

    Raises:
        ValueError: a negative lr, eps or weight_decay; a beta outside 0 <= beta < 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.Adamax([p], lr=0.1).step(); p
        tensor([0.9000, 1.9000], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr, eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": check_betas(self, betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient seen."""
        return {"step": 0.0, "exp_avg": np.zeros_like(p), "exp_inf": np.zeros_like(p)}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        (beta1, beta2), m, u = group["betas"], state["exp_avg"], state["exp_inf"]
        m += (g - m) * (1.0 - beta1)
        u[...] = np.maximum(u * beta2, np.abs(g) + group["eps"])
        p -= m / u * (group["lr"] / (1.0 - beta1 ** state["step"]))
