"""Adafactor: the mean of squared gradients, kept as one number a row and one a column.
Read `adam.py` first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.dtypes import from_numpy
from ..arrays.kinds import is_complex
from ..arrays.limits import finfo
from ..arrays.refusing import refuses
from ..errors import ArgumentError
from ..tensor import Tensor
from .checking import check_not_negative
from .optimizer import Optimizer


class Adafactor(Optimizer):
    """p = p - a u / max(1, RMS(u) / d), where u = g / sqrt(v), v a product of rows and columns.

    Shazeer and Stern 2018, algorithm 5: with b = t^beta2_decay, r and c are the means of g² along
    the rows and the columns, r = r + b (mean - r); v = r c / mean(r), or for a vector the mean
    itself. a = max(eps2, RMS(p)) min(lr, 1 / sqrt(t)), where the paper has 0.01 in the place of lr.
    `eps` is (eps1, eps2): v is at least eps1², which by default is the dtype's epsilon squared.
    Weight decay is taken from p.

    Raises:
        ValueError: a negative lr, eps or weight_decay; d below 1; beta2_decay above 0.
        RuntimeError: complex parameters.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> (p * p).sum().backward()
        >>> tnn.optim.Adafactor([p], lr=0.1).step(); p
        tensor([0.8419, 1.8419], requires_grad=True)
    """

    shaped = False
    decays = True
    scalars = ("step",)

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_not_negative(self, lr=lr, weight_decay=weight_decay)
        named = {f"eps[{i}]": each for i, each in enumerate(eps) if i or each is not None}
        check_not_negative(self, **named)
        if not beta2_decay <= 0.0 or not d >= 1.0:
            raise ArgumentError(
                f"Adafactor: beta2_decay must be 0 or less, and d 1 or more, got {beta2_decay}, {d}"
            )
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient seen."""
        if is_complex(p):
            raise ArgumentError(f"Adafactor: parameters must be real, got {p.dtype}")
        if p.ndim < 2:
            return {"step": 0.0, "variance": np.zeros_like(p)}
        rows, columns = (*p.shape[:-1], 1), (*p.shape[:-2], 1, p.shape[-1])
        return {
            "step": 0.0,
            "row_var": np.zeros(rows, p.dtype),
            "col_var": np.zeros(columns, p.dtype),
        }

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        t, lr, (eps1, eps2) = state["step"], group["lr"], group["eps"]
        if eps1 is None:
            eps1 = finfo(from_numpy(p.dtype)).eps
        b = t ** group["beta2_decay"]
        a = max(eps2, rms(p)) * min(lr, 1.0 / math.sqrt(t))
        p *= 1.0 - lr * group["weight_decay"]
        squares = g * g
        if p.ndim < 2:
            v = state["variance"]
            v += (squares - v) * b
        else:
            r, c = state["row_var"], state["col_var"]
            r += (squares.mean(-1, keepdims=True) - r) * b
            c += (squares.mean(-2, keepdims=True) - c) * b
            v = r @ c / np.maximum(r.mean(-2, keepdims=True), eps1)
        u = g / np.sqrt(np.maximum(v, eps1 * eps1))
        p -= u * (a / max(1.0, rms(u) / group["d"]))


def rms(x: Any) -> float:
    """Return the root of the mean of the squares."""
    flat = x.reshape(-1)
    return math.sqrt(float(flat @ flat) / x.size) if x.size else math.nan
