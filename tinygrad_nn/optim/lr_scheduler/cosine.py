"""Rates that fall along half a period of a cosine, once or again and again.
Read `cyclic.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.refusing import shown
from ...errors import ArgumentError
from ..optimizer import Optimizer
from .scheduler import LRScheduler, values_of


class CosineAnnealingLR(LRScheduler):
    """Let the rates fall to `eta_min` in `T_max` epochs, along a cosine that then rises again.

    Loshchilov and Hutter 2017, equation 5: eta = eta_min + (eta0 - eta_min) (1 + cos(pi t / T_max))
    / 2. Each rate is made from the one before, so that others may change it as well.
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """Return the rates of epoch `last_epoch`, from those of the one before."""
        self._warn_if_outside_step()
        rates, low, epoch = values_of(self.optimizer, "lr"), self.eta_min, self.last_epoch
        if self._is_initial:
            return rates
        if self._step_count == 1 and epoch > 0:
            return self._closed_form(epoch * math.pi / self.T_max)
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # from the bottom, a ratio to 0
            rise = 1 - math.cos(math.pi / self.T_max)
            pairs = zip(rates, self.base_lrs, strict=True)
            return [rate + (base - low) * rise / 2 for rate, base in pairs]
        now = 1 + math.cos(math.pi * epoch / self.T_max)
        before = 1 + math.cos(math.pi * (epoch - 1) / self.T_max)
        return [now / before * (rate - low) + low for rate in rates]

    def _closed_form(self, angle: float | None = None) -> list[Any]:
        if angle is None:
            angle = math.pi * self.last_epoch / self.T_max
        return along_cosine(self.base_lrs, self.eta_min, angle)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Let the rates fall to `eta_min` in `T_0` epochs, start again, and so on.

    Loshchilov and Hutter 2017 (SGDR), equation 5. Each period is `T_mult` times as long as the one
    before. `step(epoch)` takes fractions: it may be called for each batch.

    Raises:
        ValueError: T_0 or T_mult that are no ints above 0; eta_min that is no number.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        for name, count in (("T_0", T_0), ("T_mult", T_mult)):
            if not isinstance(count, int) or count < 1:
                raise ArgumentError(
                    f"CosineAnnealingWarmRestarts: {name} must be an int above 0, got {count}"
                )
        if not isinstance(eta_min, (int, float)):
            raise ArgumentError(
                f"CosineAnnealingWarmRestarts: eta_min must be a number, got {shown(eta_min)}"
            )
        self.T_0, self.T_i, self.T_mult = T_0, T_0, T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """Return the rates of `T_cur` in a period of `T_i` epochs."""
        self._warn_if_outside_step()
        return along_cosine(self.base_lrs, self.eta_min, math.pi * self.T_cur / self.T_i)

    def step(self, epoch: float | None = None) -> None:
        """Set the rates of the next epoch, or of this one, which may be a fraction.

        Raises:
            ValueError: an epoch below 0.
        """
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = epoch or 0
            if epoch < 0:
                raise ArgumentError(f"CosineAnnealingWarmRestarts: epoch is below 0: {epoch}")
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        self._set_rates(self._rates())

    def _go_to(self, epoch: float) -> None:
        """Find the period that an epoch is in, and where in it."""
        self.T_cur, self.T_i = epoch, self.T_0
        if epoch < self.T_0:
            return
        if self.T_mult == 1:
            self.T_cur = epoch % self.T_0
            return
        n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
        self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
        self.T_i = self.T_0 * self.T_mult**n


def along_cosine(high: list[Any], low: float, angle: float) -> list[Any]:
    """Return the rates at an angle: at 0 the high ones, at pi the low one."""
    return [low + (each - low) * (1 + math.cos(angle)) / 2 for each in high]
