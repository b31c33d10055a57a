"""`SWALR`: from the rates there are to the constant one at which models are averaged.
Read `batch_statistics.py` next.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from ...errors import ArgumentError
from ..lr_scheduler.scheduler import LRScheduler, one_a_group
from ..optimizer import Optimizer


class SWALR(LRScheduler):
    """Move the rates to `swa_lr` in `anneal_epochs` epochs, and keep them there.

    Raises:
        ValueError: an unknown anneal_strategy; anneal_epochs that is no int of 0 or more.

    Example:
        >>> import tinygrad_nn as tnn
        >>> optimizer = tnn.optim.SGD([tnn.ones(1)], lr=1.0)
        >>> scheduler = tnn.optim.swa_utils.SWALR(optimizer, 0.5, 2, "linear")
        >>> optimizer.step(); scheduler.step(); scheduler.get_last_lr()
        [0.75]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float,
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
    ) -> None:
        rates = one_a_group(self, optimizer, "swa_lr", swa_lr)
        for rate, group in zip(rates, optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(
                f"SWALR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ArgumentError(
                f"SWALR: anneal_epochs must be an int of 0 or more, got {anneal_epochs}"
            )
        self._anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, step: int) -> float:
        """Return how much of a rate is `swa_lr` at a step."""
        place = max(0, min(1, step / max(1, self.anneal_epochs)))
        return place if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * place)) / 2

    def get_lr(self) -> list[Any]:
        """Return the rates of this step, from those of the one before."""
        self._warn_if_outside_step()
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        rates = []
        for group in self.optimizer.param_groups:
            last = group["swa_lr"]
            first = last if before == 1 else (group["lr"] - before * last) / (1 - before)
            rates.append(last * now + first * (1 - now))
        return rates
