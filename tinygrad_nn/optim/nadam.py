"""NAdam: Adam with Nesterov's momentum, which looks one step ahead.
Read `adam.py` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.refusing import refuses
from ..tensor import Tensor
from .adam import moved_means
from .checking import check_betas, check_not_negative
from .optimizer import Optimizer


class NAdam(Optimizer):
    """p = p - lr (c g + d m) / (sqrt(v^) + eps): Adam's step with the mean of the next step.

    Dozat 2016: mu = beta1 (1 - 0.96^(t momentum_decay) / 2) is the momentum of step t and mu' that
    of the next; M is the product of all so far; c = (1 - mu) / (1 - M), d = mu' / (1 - M mu'); m
    and v are Adam's. Weight decay is added to the gradient, or with `decoupled_weight_decay` taken
    from p.

    Raises:
        ValueError: a negative lr, eps, weight_decay or momentum_decay; a beta that is not 0 <= beta
            < 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.NAdam([p], lr=0.1).step(); p
        tensor([0.8944, 1.8944], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step", "mu_product")

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_not_negative(
            self, lr=lr, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay
        )
        defaults = {
            "lr": lr,
            "betas": check_betas(self, betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient seen."""
        means = {"exp_avg": np.zeros_like(p), "exp_avg_sq": np.zeros_like(p)}
        return {"step": 0.0, "mu_product": 1.0, **means}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        (beta1, beta2), t, lr = group["betas"], state["step"], group["lr"]
        mu, after = (
            beta1 * (1.0 - 0.5 * 0.96 ** (step * group["momentum_decay"])) for step in (t, t + 1)
        )
        product = state["mu_product"]
        state["mu_product"] = product = product * type(product)(mu)  # of its dtype, as PyTorch's
        product = float(product)
        m, v = moved_means(g, group, state)
        denominator = np.sqrt(v / (1.0 - beta2**t)) + group["eps"]
        p -= g / denominator * (lr * (1.0 - mu) / (1.0 - product))
        p -= m / denominator * (lr * after / (1.0 - product * after))
