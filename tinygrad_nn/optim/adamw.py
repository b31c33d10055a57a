"""AdamW: Adam with weight decay that is taken from the parameters, not added to the gradients.
Read `adam.py` for the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..arrays.refusing import refuses
from ..tensor import Tensor
from .adam import Adam


class AdamW(Adam):
    """p = p - lr lambda p, and then as `Adam` with no decay in the gradient.

    Loshchilov and Hutter 2019, algorithm 2. The other options, and what is raised, are Adam's.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> p.grad = tnn.zeros(2)
        >>> tnn.optim.AdamW([p], lr=0.5, weight_decay=0.5).step(); p
        tensor([0.7500, 1.5000], requires_grad=True)
    """

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def load_state_dict(self, state_dict: Any) -> None:
        """Take over what `state_dict` of an AdamW or an Adam returned; decay stays decoupled."""
        super().load_state_dict(state_dict)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
