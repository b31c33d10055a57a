"""Schedules that multiply the rates there are: several of them may be stepped, one after another.
Read `steps.py` next.
"""

from __future__ import annotations

from typing import Any

from .scheduler import LRScheduler


class FactorLR(LRScheduler):
    """A schedule given by `change`, of this epoch's rate to the last one's.

    `total_change` is that of this epoch's rate to the initial one.
    """

    def change(self) -> float:
        """Return what the rates are multiplied by at epoch `last_epoch`."""
        raise NotImplementedError

    def total_change(self) -> float | None:
        """Return what the initial rates are multiplied by at epoch `last_epoch`, if known."""
        return None

    def get_lr(self) -> list[Any]:
        """Return the rates of epoch `last_epoch`, from those of the one before."""
        self._warn_if_outside_step()
        change = self.change()
        return [group["lr"] * change for group in self.optimizer.param_groups]

    def _closed_form(self) -> list[Any] | None:
        change = self.total_change()
        return None if change is None else [rate * change for rate in self.base_lrs]
