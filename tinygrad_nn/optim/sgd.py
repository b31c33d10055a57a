"""Stochastic gradient descent, with momentum and weight decay.
Read `../datasets/` next for something to train on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..arrays.layout import copied
from ..arrays.refusing import refuses
from ..autograd.tensor_base import make_tensor
from ..errors import ArgumentError
from .optimizer import Optimizer, as_array, check_not_negative


class SGD(Optimizer):
    """p = p - lr v, where v is the gradient, or with momentum its running sum.

    With momentum mu, dampening tau and weight decay lambda (Sutskever et al. 2013, as PyTorch has
    it): g = grad + lambda p (-grad, if `maximize`); v = mu v + (1 - tau) g, where the first v is g;
    g = g + mu v if nesterov, else v; p = p - lr g.

    Raises:
        ValueError: a negative lr, momentum or weight_decay; nesterov without momentum, or with
            dampening. NotImplementedError: differentiable.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.SGD([p], lr=0.1).step(); p
        tensor([0.8000], requires_grad=True)
    """

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
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
        check_not_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ArgumentError(
                f"nesterov needs momentum above 0 and dampening 0, got momentum={momentum}, "
                f"dampening={dampening}"
            )
        if differentiable:
            raise NotImplementedError("SGD: a step is not recorded; differentiable must be False")
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

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        if not (group["momentum"] or group["weight_decay"] or group["maximize"]):
            p -= g * as_array(float(group["lr"]), p.dtype)
            return
        lr, momentum = float(group["lr"]), float(group["momentum"])  # a NumPy float64 would widen p
        weight_decay = float(group["weight_decay"])
        if group["maximize"]:
            g = -g
        if weight_decay:
            g = g + weight_decay * p
        if momentum:
            if state.get("momentum_buffer") is None:
                state["momentum_buffer"] = make_tensor(copied(g))
            else:
                v = state["momentum_buffer"].array
                v *= momentum
                v += (1.0 - float(group["dampening"])) * g
            v = state["momentum_buffer"].array
            g = g + momentum * v if group["nesterov"] else v
        p -= g * as_array(lr, p.dtype)
