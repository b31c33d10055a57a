"""Adadelta: steps as long as those taken of late, in the parameters' own units.
Read `rmsprop.py` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.refusing import refuses
from ..tensor import Tensor
from .checking import check_from_0_to_1, check_not_negative
from .optimizer import Optimizer


class Adadelta(Optimizer):
    """p = p - lr sqrt(d + eps) / sqrt(v + eps) g, where d is the mean of the squared steps so far.

    Zeiler 2012, algorithm 1: v = rho v + (1 - rho) g², and d likewise of the steps.

    Raises:
        ValueError: a negative lr, eps or weight_decay; rho outside 0 <= rho <= 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.Adadelta([p], lr=10.0).step(); p
        tensor([0.9684, 1.9684], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr, eps=eps, weight_decay=weight_decay)
        check_from_0_to_1(self, rho=rho)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient and no step seen."""
        return {"step": 0.0, "square_avg": np.zeros_like(p), "acc_delta": np.zeros_like(p)}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        rho, eps, v, d = group["rho"], group["eps"], state["square_avg"], state["acc_delta"]
        v *= rho
        v += g * g * (1.0 - rho)
        step = np.sqrt(d + eps) / np.sqrt(v + eps) * g
        d *= rho
        d += step * step * (1.0 - rho)
        p -= step * group["lr"]
