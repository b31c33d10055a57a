"""Rates that go from one share of the initial rate to another in a number of epochs.
Read `cosine.py` next.
"""

from __future__ import annotations

from ...errors import ArgumentError
from ..optimizer import Optimizer
from .by_factor import FactorLR


class ConstantLR(FactorLR):
    """Multiply the rates by `factor`, until epoch `total_iters`.

    Raises:
        ValueError: a factor outside 0 to 1.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise ArgumentError(f"ConstantLR: factor must be 0 to 1, got {factor}")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return the factor at the first epoch, and its inverse at the last."""
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else 1.0

    def total_change(self) -> float:
        """Return the factor, and then 1."""
        return self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(FactorLR):
    """Multiply the rates by what goes from `start_factor` to `end_factor` in `total_iters` epochs.

    Raises:
        ValueError: factors outside 0 to 1, or a start_factor of 0.

    Example:
        >>> import tinygrad_nn as tnn
        >>> optimizer = tnn.optim.SGD([tnn.ones(1)], lr=1.0)
        >>> scheduler = tnn.optim.lr_scheduler.LinearLR(optimizer, 0.5, total_iters=4)
        >>> optimizer.step(); scheduler.step(); scheduler.get_last_lr()
        [0.625]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ArgumentError(
                f"LinearLR: start_factor must be above 0 and at most 1, got {start_factor}"
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ArgumentError(f"LinearLR: end_factor must be 0 to 1, got {end_factor}")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return the ratio of two neighbours on the line."""
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1.0
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return 1.0 + rise / before

    def total_change(self) -> float:
        """Return the point on the line."""
        rise, epoch = self.end_factor - self.start_factor, min(self.total_iters, self.last_epoch)
        return self.start_factor + rise * epoch / self.total_iters


class PolynomialLR(FactorLR):
    """Let the rates fall to 0 in `total_iters` epochs, as (1 - epoch / total_iters)^power."""

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return the ratio of two neighbours on the curve."""
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1.0
        now = 1.0 - self.last_epoch / self.total_iters
        before = 1.0 - (self.last_epoch - 1) / self.total_iters
        ratio: float = (now / before) ** self.power
        return ratio

    def total_change(self) -> float:
        """Return the point on the curve."""
        epoch = min(self.total_iters, self.last_epoch)
        share: float = (1.0 - epoch / self.total_iters) ** self.power
        return share
