"""Rates that go up once and then down to nearly nothing, over a whole training.
Read `plateau.py` next.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from ...errors import ArgumentError
from ..optimizer import Optimizer
from .momentum import begin_momentum, set_momentum
from .scheduler import LRScheduler, check_optimizer, one_a_group


class OneCycleLR(LRScheduler):
    """Let the rates go up to max_lr in a share `pct_start` of the steps, then down to a minimum.

    Smith and Topin 2018. They begin at max_lr / div_factor, and end at that / final_div_factor;
    momentum goes the opposite way. `three_phase` goes back to the beginning in as many steps as
    up, and then down. It is stepped after each batch, `total_steps` or epochs * steps_per_epoch
    times.

    Raises:
        ValueError: no number of steps, or none above 0; pct_start that is no float from 0 to 1; an
            unknown anneal_strategy; cycle_momentum with an optimizer that has none; more steps.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        self.total_steps = _steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ArgumentError(f"OneCycleLR: pct_start must be a float 0 to 1, got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(
                f"OneCycleLR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}"
            )
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        largest = one_a_group(self, optimizer, "max_lr", max_lr)
        if last_epoch == -1:
            for rate, group in zip(largest, optimizer.param_groups, strict=True):
                group["initial_lr"] = rate / div_factor
                group["max_lr"] = rate
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1, _, _ = begin_momentum(
                self, optimizer, base_momentum, max_momentum, last_epoch == -1
            )
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """Return the rates of step `last_epoch`, and set the momentum."""
        self._warn_if_outside_step()
        step = self.last_epoch
        if step > self.total_steps:
            raise ArgumentError(f"OneCycleLR: step {step} of {self.total_steps}; total_steps ends")
        start = 0.0
        for phase in self._schedule_phases:  # the last one goes on
            if step <= phase["end_step"]:
                break
            if phase is not self._schedule_phases[-1]:
                start = phase["end_step"]
        place = (step - start) / (phase["end_step"] - start)
        anneal = _cosine if self._anneal_func_type == "cos" else _line
        rates = []
        for group in self.optimizer.param_groups:
            rates.append(anneal(group[phase["start_lr"]], group[phase["end_lr"]], place))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                set_momentum(group, anneal(*ends, place), self.use_beta1)
        return rates


def _steps(total: int | None, epochs: int | None, each: int | None) -> int:
    named: dict[str, int | None] = (
        {"total_steps": total} if total is not None else {"epochs": epochs}
    )
    if total is None:
        named["steps_per_epoch"] = each
    for name, value in named.items():
        if value is None:
            raise ArgumentError("OneCycleLR: give total_steps, or epochs and steps_per_epoch")
        if not isinstance(value, int) or value <= 0:
            raise ArgumentError(f"OneCycleLR: {name} must be an int above 0, got {value}")
    return total if total is not None else epochs * each  # type: ignore[operator]


def _phases(total: int, share: float, three: bool) -> list[dict[str, Any]]:
    """Return the ends of each phase: its last step, and the names of rate and momentum."""

    def phase(end: float, lr: str, momentum: str) -> dict[str, Any]:
        (start_lr, end_lr), (start_momentum, end_momentum) = lr.split(), momentum.split()
        return {
            "end_step": end,
            "start_lr": start_lr,
            "end_lr": end_lr,
            "start_momentum": start_momentum,
            "end_momentum": end_momentum,
        }

    up = phase(float(share * total) - 1, "initial_lr max_lr", "max_momentum base_momentum")
    if not three:
        return [up, phase(total - 1, "max_lr min_lr", "base_momentum max_momentum")]
    back = float(2 * share * total) - 2
    return [
        up,
        phase(back, "max_lr initial_lr", "base_momentum max_momentum"),
        phase(total - 1, "initial_lr min_lr", "max_momentum max_momentum"),
    ]


def _cosine(start: float, end: float, place: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * place) + 1)


def _line(start: float, end: float, place: float) -> float:
    return (end - start) * place + start
