"""Rates that fall by a factor: every few epochs, at milestones, or at each epoch.
Read `ramps.py` next.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from ..optimizer import Optimizer
from .by_factor import FactorLR


class StepLR(FactorLR):
    """Multiply the rates by gamma every `step_size` epochs.

    Example:
        >>> import tinygrad_nn as tnn
        >>> optimizer = tnn.optim.SGD([tnn.ones(1)], lr=1.0)
        >>> scheduler = tnn.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        >>> for _ in range(4):
        ...     _ = optimizer.step(), scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return gamma at every `step_size`-th epoch."""
        falls = self.last_epoch != 0 and self.last_epoch % self.step_size == 0
        return self.gamma if falls else 1.0

    def total_change(self) -> float:
        """Return gamma^(epoch // step_size)."""
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(FactorLR):
    """Multiply the rates by gamma at each of the milestones; one given twice counts twice."""

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return gamma at a milestone."""
        times = self.milestones.get(self.last_epoch, 0)
        return self.gamma**times if times else 1.0

    def total_change(self) -> float:
        """Return gamma to the power of how many milestones are passed."""
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ExponentialLR(FactorLR):
    """Multiply the rates by gamma at every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return gamma."""
        return 1.0 if self._is_initial else self.gamma

    def total_change(self) -> float:
        """Return gamma^epoch."""
        return self.gamma**self.last_epoch
