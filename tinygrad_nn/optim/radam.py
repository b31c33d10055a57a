"""RAdam: Adam that goes by the mean alone until the spread of the gradients is known.
Read `adam.py` first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.refusing import refuses
from ..tensor import Tensor
from .adam import moved_means
from .checking import check_betas, check_not_negative
from .optimizer import Optimizer


class RAdam(Optimizer):
    """p = p - lr r m^ / (sqrt(v^) + eps), and while few gradients were seen p = p - lr m^.

    Liu et al. 2020: rho = rho0 - 2 t beta2^t / (1 - beta2^t), with rho0 = 2 / (1 - beta2) - 1, is
    how many gradients v is made of. Above 5, r² = (rho - 4) (rho - 2) rho0 / ((rho0 - 4) (rho0 - 2)
    rho). m, v and their bias corrections are Adam's. Weight decay is added to the gradient, or with
    `decoupled_weight_decay` taken from p.

    Raises:
        ValueError: a negative lr, eps or weight_decay; a beta outside 0 <= beta < 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.RAdam([p], lr=0.1).step(); p
        tensor([0.8000, 1.6000], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr, eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": check_betas(self, betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient seen."""
        return {"step": 0.0, "exp_avg": np.zeros_like(p), "exp_avg_sq": np.zeros_like(p)}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = moved_means(g, group, state)
        rate = group["lr"] / (1.0 - beta1**t)
        longest = 2.0 / (1.0 - beta2) - 1.0
        rho = longest - 2.0 * t * beta2**t / (1.0 - beta2**t)
        if rho <= 5.0:
            p -= m * rate
            return
        r = math.sqrt(
            (rho - 4.0) * (rho - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * rho)
        )
        p -= m / (np.sqrt(v) + group["eps"]) * (rate * r * math.sqrt(1.0 - beta2**t))
