"""Rates that go up and down between two bounds.
Read `one_cycle.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from ...errors import ArgumentError
from ..optimizer import Optimizer
from .lambdas import saved_function
from .momentum import begin_momentum, set_momentum
from .scheduler import LRScheduler, check_optimizer, one_a_group, set_value


class CyclicLR(LRScheduler):
    """Let the rates go from base_lr to max_lr in `step_size_up` steps, and back; momentum opposite.

    Smith 2017. The height of a cycle stays ("triangular"), is halved with each ("triangular2"), or
    is multiplied by gamma at each step ("exp_range"); `scale_fn` gives it as a function of the
    cycle or, by `scale_mode`, of the iterations. It is stepped after each batch.

    Raises:
        ValueError: an unknown mode; cycle_momentum with an optimizer that has none.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ArgumentError(
                f"CyclicLR: mode must be triangular, triangular2 or exp_range, got {mode!r}"
            )
        base_lrs = one_a_group(self, optimizer, "base_lr", base_lr)
        self.max_lrs = one_a_group(self, optimizer, "max_lr", max_lr)
        if last_epoch == -1:
            for rate, group in zip(base_lrs, optimizer.param_groups, strict=True):
                set_value(group, "lr", rate)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        self.mode, self.gamma, self.scale_mode = mode, gamma, scale_mode
        self._scale_fn_custom = scale_fn
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1, self.base_momentums, self.max_momentums = begin_momentum(
                self, optimizer, base_momentum, max_momentum, last_epoch == -1
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """Return the height of a cycle, or at an iteration, as a share of the first."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "exp_range":
            return self.gamma**x
        return 1.0 if self.mode == "triangular" else 1 / (2.0 ** (x - 1))

    def get_lr(self) -> list[Any]:
        """Return the rates of step `last_epoch`, and set the momentum."""
        self._warn_if_outside_step()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        rises = x <= self.step_ratio
        place = x / self.step_ratio if rises else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            bounds = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, bounds, strict=True):
                set_momentum(group, high - (high - low) * place * scale, self.use_beta1)
        rates = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * place * scale for low, high in rates]

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer; of a scale_fn that is an object its state."""
        state, function = super().state_dict(), self._scale_fn_custom
        state["_scale_fn_custom"] = None if function is None else saved_function(function)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned; scale_fn is the one given at first."""
        saved = dict(state_dict)
        function = saved.pop("_scale_fn_custom")
        super().load_state_dict(saved)
        if function is not None:
            vars(self._scale_fn_custom).update(function)
