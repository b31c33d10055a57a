"""What optimizers refuse of their options.
Read `optimizer.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.kinds import is_complex, is_number
from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError


def is_one_number(value: Any) -> bool:
    """Whether this is a real number, or a tensor of one."""
    array = getattr(value, "array", value)
    if isinstance(array, np.ndarray):
        return array.size == 1 and not is_complex(array)
    return is_number(array) and not isinstance(array, complex)


def check_number(optimizer: Any, name: str, value: Any) -> None:
    """Raise `DTypeError` for an option that is no number."""
    if not is_one_number(value):
        raise DTypeError(f"{type(optimizer).__name__}: {name} must be a number, got {shown(value)}")


def check_not_negative(optimizer: Any, **options: Any) -> None:
    """Raise `ArgumentError` for the first option below 0."""
    for name, value in options.items():
        check_number(optimizer, name, value)
        if not value >= 0.0:
            raise ArgumentError(
                f"{type(optimizer).__name__}: {name} must be 0 or more, got {value}"
            )


def check_from_0_to_1(optimizer: Any, **options: Any) -> None:
    """Raise `ArgumentError` for the first option outside 0 to 1."""
    for name, value in options.items():
        check_number(optimizer, name, value)
        if not 0.0 <= value <= 1.0:
            raise ArgumentError(f"{type(optimizer).__name__}: {name} must be 0 to 1, got {value}")


def check_betas(optimizer: Any, betas: Any) -> tuple[float, ...]:
    """Return the decay rates of running means as numbers; each is at least 0 and below 1."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ArgumentError(
            f"{type(optimizer).__name__}: betas must be two numbers, got {shown(betas)}"
        )
    for i, beta in enumerate(betas):
        check_number(optimizer, f"betas[{i}]", beta)
        if not 0.0 <= beta < 1.0:
            raise ArgumentError(
                f"{type(optimizer).__name__}: betas[{i}] must be at least 0 and below 1, got {beta}"
            )
    return tuple(beta.item() if hasattr(beta, "item") else beta for beta in betas)


def check_ways(optimizer: Any, *, foreach: Any, fused: Any, differentiable: Any) -> None:
    """Raise `ArgumentError` for ways of stepping that exclude each other in PyTorch."""
    for name, other in (("foreach", foreach), ("differentiable", differentiable)):
        if fused and other:
            raise ArgumentError(f"{type(optimizer).__name__}: fused and {name} are both True")
