"""Rprop: each number has a step length of its own, and of a gradient only the sign counts.
Read `rmsprop.py` next, which made it fit for small batches.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.kinds import is_complex
from ..arrays.refusing import refuses
from ..errors import ArgumentError
from ..tensor import Tensor
from .checking import check_not_negative
from .optimizer import Optimizer


class Rprop(Optimizer):
    """p = p - s sign(g), where the step s grows while the sign stays, and shrinks when it turns.

    Riedmiller and Braun 1993: s is multiplied by the larger of `etas` where g has the sign of the
    gradient before, by the smaller where it has turned, and kept within `step_sizes`. Where it has
    turned, p stays, and the next gradient counts as one without a sign before. s begins at lr.

    Raises:
        ValueError: a negative lr; etas that are not 0 < etas[0] < 1 < etas[1].

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.Rprop([p], lr=0.1).step(); p
        tensor([0.9000, 1.9000], requires_grad=True)
    """

    elementwise = together = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ArgumentError(f"Rprop: etas must be 0 < etas[0] < 1 < etas[1], got {etas}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient, and steps of lr."""
        lr = float(group["lr"])
        first = np.full_like(p, complex(lr, lr) if is_complex(p) else lr)
        return {"step": 0.0, "prev": np.zeros_like(p), "step_size": first}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        (less, more), (shortest, longest) = group["etas"], group["step_sizes"]
        before, s = state["prev"], state["step_size"]
        product = g * (before * 1.0)  # of a copy: a recorded step keeps it, and it is written below
        turned = product < 0
        s[product > 0] *= more
        s[turned] *= less
        s[...] = np.minimum(np.maximum(s, shortest), longest)
        g = np.where(turned, 0.0, g)
        p -= np.sign(g) * s
        before[...] = g
