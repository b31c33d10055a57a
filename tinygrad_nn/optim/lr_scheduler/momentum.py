"""The momentum that goes down while the rates go up: of SGD `momentum`, of Adam the first beta.
Read `cyclic.py` and `one_cycle.py` next, which move it.
"""

from __future__ import annotations

from typing import Any

from ...errors import ArgumentError
from ..optimizer import Optimizer
from .scheduler import one_a_group


def set_momentum(group: dict[str, Any], value: float, use_beta1: bool) -> None:
    """Set the momentum of a group."""
    if use_beta1:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value


def begin_momentum(
    scheduler: Any, optimizer: Optimizer, base: Any, largest: Any, is_new: bool
) -> tuple[bool, list[Any], list[Any]]:
    """Return whether momentum is the first beta, and its bounds; begin with the upper one.

    Raises:
        ValueError: an optimizer without momentum.
    """
    if not {"momentum", "betas"} & set(optimizer.defaults):
        raise ArgumentError(
            f"{type(scheduler).__name__}: with cycle_momentum the optimizer needs momentum or "
            f"betas, and {type(optimizer).__name__} has none; pass cycle_momentum=False"
        )
    use_beta1 = "betas" in optimizer.defaults
    lower = one_a_group(scheduler, optimizer, "base_momentum", base)
    upper = one_a_group(scheduler, optimizer, "max_momentum", largest)
    if is_new:
        for low, high, group in zip(lower, upper, optimizer.param_groups, strict=True):
            set_momentum(group, high, use_beta1)
            group["max_momentum"], group["base_momentum"] = high, low
    return use_beta1, lower, upper
