"""ASGD: gradient descent with steps that get smaller, and the mean of where it has been.
Read `sgd.py` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.dtypes import default_float
from ..arrays.refusing import refuses
from ..tensor import Tensor
from .checking import check_not_negative
from .optimizer import Optimizer


class ASGD(Optimizer):
    """p = (1 - lambd eta) p - eta g, and ax is the mean of p from step t0 on.

    Polyak and Juditsky 1992: eta = lr / (1 + lambd lr t)^alpha, and ax = ax + (p - ax) / (t - t0),
    which is in `state[p]["ax"]`.

    Raises:
        ValueError: a negative lr or weight_decay.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.ASGD([p], lr=0.1).step(); p
        tensor([0.8000, 1.6000], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step", "eta", "mu")

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: the first step, and no mean."""
        return {"step": 0.0, "eta": float(group["lr"]), "mu": 1.0, "ax": np.zeros_like(p)}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        lr, lambd, t, mean = group["lr"], group["lambd"], state["step"], state["ax"]
        eta, mu = float(state["eta"]), float(state["mu"])
        p *= 1.0 - lambd * eta
        p -= g * eta
        mean += (p - mean) * mu
        if mu == 1.0:
            mean[...] = p
        rounded = default_float().type  # as PyTorch has them, in loaded float64 state too
        state["eta"] = rounded(lr / (1.0 + lambd * lr * t) ** group["alpha"])
        state["mu"] = rounded(1.0 / max(1.0, t - group["t0"]))
