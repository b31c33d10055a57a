"""Adagrad: each number's steps get smaller with the gradients that it has had.
Read `rmsprop.py` next, which forgets old ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.kinds import is_complex
from ..arrays.refusing import refuses
from ..tensor import Tensor
from .checking import check_not_negative, check_ways
from .optimizer import Optimizer
from .stepping import begin


class Adagrad(Optimizer):
    """p = p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps), where s sums the squares of g.

    Duchi, Hazan and Singer 2011. s begins at `initial_accumulator_value`, when the optimizer is
    made.

    Raises:
        ValueError: a negative lr, lr_decay, weight_decay, initial_accumulator_value or eps.
        RuntimeError: fused together with foreach or differentiable.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.Adagrad([p], lr=0.1).step(); p
        tensor([0.9000, 1.9000], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_not_negative(self, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, eps=eps)
        check_not_negative(self, initial_accumulator_value=initial_accumulator_value)
        check_ways(self, foreach=foreach, fused=fused, differentiable=differentiable)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                begin(self, p, group)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: the sum as it begins."""
        first = self.defaults["initial_accumulator_value"]
        return {
            "step": 0.0,
            "sum": np.full_like(p, complex(first, first) if is_complex(p) else first),
        }

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        s = state["sum"]
        s += g * g
        rate = group["lr"] / (1.0 + (state["step"] - 1.0) * group["lr_decay"])
        p -= g / (np.sqrt(s) + group["eps"]) * rate
