"""Stochastic gradient descent, with momentum and weight decay.
Read `../datasets/` next for something to train on.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from ..arrays.kinds import is_array
from ..arrays.layout import copied
from ..arrays.refusing import refuses
from ..errors import ArgumentError
from ..tensor import Tensor
from .checking import check_not_negative, check_ways
from .optimizer import Optimizer


class SGD(Optimizer):
    """p = p - lr v, where v is the gradient, or with momentum its running sum.

    With momentum mu, dampening tau and weight decay lambda (Sutskever et al. 2013, as PyTorch has
    it): g = grad + lambda p; v = mu v + (1 - tau) g, where the first v is g;
    g = g + mu v if nesterov, else v; p = p - lr g.

    Raises:
        ValueError: a negative lr, momentum or weight_decay; nesterov without momentum, or with
            dampening. RuntimeError: fused together with foreach or differentiable.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.SGD([p], lr=0.1).step(); p
        tensor([0.8000], requires_grad=True)
    """

    elementwise = True

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_not_negative(self, lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ArgumentError(
                f"nesterov needs momentum above 0 and dampening 0, got momentum={momentum}, "
                f"dampening={dampening}"
            )
        check_ways(self, foreach=foreach, fused=fused, differentiable=differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def keeps_nothing(self, group: dict[str, Any]) -> bool:
        """Return whether there is no momentum."""
        return not group["momentum"]

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        momentum = group["momentum"]
        if momentum:
            v = state.get("momentum_buffer")
            if v is None:
                v = copied(g) if is_array(g) else g.detach().clone()
                state["momentum_buffer"] = v
            else:
                v *= momentum
                v += g * (1.0 - group["dampening"])
            g = g + v * momentum if group["nesterov"] else v
        p -= g * (as_array(group["lr"], p.dtype) if is_array(p) else group["lr"])


@lru_cache(maxsize=64)
def as_array(number: float, dtype: np.dtype[Any]) -> Any:
    """Return a number as an array, which NumPy would make of it again at every call, in 0.3 µs."""
    return np.array(number, dtype)
