"""Muon: momentum made orthogonal, so that a step changes all directions of a matrix alike.
Read `sgd.py` first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.kinds import is_complex
from ..arrays.refusing import refuses
from ..errors import ArgumentError
from ..tensor import Tensor
from .checking import check_not_negative
from .optimizer import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # the quintic of Keller Jordan's Muon


class Muon(Optimizer):
    """p = p - a O(v), where v is the mean of the gradients and O(v) near U Vᵀ of its U S Vᵀ.

    Jordan et al. 2024: v = v + (1 - momentum) (g - v), and with `nesterov` O is of g + momentum (v
    - g). O are `ns_steps` of Newton and Schulz: with X = v / |v|, X = a X + (b A + c A²) X where A
    = X Xᵀ and (a, b, c) are `ns_coefficients`; they are made in bfloat16. a is lr sqrt(max(1, rows
    / columns)), or with adjust_lr_fn="match_rms_adamw" 0.2 lr sqrt(max(rows, columns)) (Liu et al.
    2025). Weight decay is taken from p. It is for matrices; train biases and embeddings with AdamW.

    Raises:
        ValueError: parameters that are no real matrices; a negative lr, momentum or weight_decay;
            an unknown adjust_lr_fn; not three coefficients; 100 or more ns_steps.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.zeros(2, 2, requires_grad=True)
        >>> p.grad = tnn.tensor([[3.0, 0.0], [0.0, 0.1]])
        >>> tnn.optim.Muon([p], lr=1.0).step()
        >>> bool((p.diag() < -0.6).all())
        True
    """

    decays = True

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = COEFFICIENTS,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_not_negative(self, lr=lr, momentum=momentum, weight_decay=weight_decay)
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ArgumentError(
                "Muon: adjust_lr_fn must be 'original', 'match_rms_adamw' or None, got "
                f"{adjust_lr_fn!r}"
            )
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ArgumentError(
                        f"Muon: parameters must be matrices, got shape {tuple(p.shape)}; train the "
                        "others with AdamW"
                    )

    def start(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        """Return the state before the first update: no gradient seen."""
        if is_complex(p):
            raise ArgumentError(f"Muon: parameters must be real, got {p.dtype}")
        return {"momentum_buffer": np.zeros_like(p)}

    def update(self, p: Any, g: Any, group: dict[str, Any], state: dict[str, Any]) -> None:
        """Change the array `p` in place by its gradient's array `g`."""
        lr, momentum, v = group["lr"], group["momentum"], state["momentum_buffer"]
        v += (g - v) * (1.0 - momentum)
        o = orthogonal(
            g + (v - g) * momentum if group["nesterov"] else v,
            group["ns_coefficients"],
            group["ns_steps"],
            group["eps"],
        )
        rows, columns = p.shape
        adjusted = lr * math.sqrt(max(1, rows / columns))
        if group["adjust_lr_fn"] == "match_rms_adamw":
            adjusted = lr * 0.2 * math.sqrt(max(rows, columns))
        p *= 1.0 - lr * group["weight_decay"]
        p -= o * adjusted


def orthogonal(
    matrix: Any, coefficients: tuple[float, float, float], steps: int, eps: float
) -> Any:
    """Return a matrix with its singular values brought near 1, by Newton and Schulz in bfloat16."""
    if len(coefficients) != 3:
        raise ArgumentError(f"Muon: ns_coefficients must be three numbers, got {coefficients}")
    if steps >= 100:
        raise ArgumentError(f"Muon: ns_steps must be below 100, got {steps}")
    a, b, c = coefficients
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = rounded(matrix.T if is_tall else matrix)
    norm = rounded(np.sqrt(np.float32((x * x).sum(dtype=np.float64))))
    x = rounded(x / np.maximum(norm, rounded(np.float32(eps))))
    for _ in range(steps):
        gram = rounded(x @ x.T)
        x = rounded(a * x + rounded(b * gram + c * (gram @ gram)) @ x)
    return (x.T if is_tall else x).astype(matrix.dtype)


def rounded(x: Any) -> Any:
    """Return numbers as float32 with the precision of bfloat16: half to even, as all floats are."""
    x = np.asarray(x, np.float32)
    bits = x.view(np.uint32)
    bits = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(
        0xFFFF0000
    )
    return np.where(np.isfinite(x), bits.view(np.float32), x)
