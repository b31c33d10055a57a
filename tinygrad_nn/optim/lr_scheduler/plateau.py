"""Rates that fall when a measure stops getting better.
Read `sequences.py` next.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from ...errors import ArgumentError
from ...warn import warn_user
from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer, one_a_group, set_value, values_of


class ReduceLROnPlateau(LRScheduler):
    """Multiply the rates by `factor` when `patience` epochs did not make the measure better.

    Better is below the best so far ("min"), or above it ("max"), by more than `threshold`, a share
    of it ("rel") or a number ("abs"). After a fall, `cooldown` epochs do not count. Rates fall no
    lower than `min_lr`, and not by less than `eps`.

    Raises:
        ValueError: a factor of 1 or more; an unknown mode or threshold_mode.

    Example:
        >>> import tinygrad_nn as tnn
        >>> optimizer = tnn.optim.SGD([tnn.ones(1)], lr=1.0)
        >>> scheduler = tnn.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
        >>> for loss in (3.0, 2.0, 2.0, 2.0):
        ...     scheduler.step(loss)
        >>> scheduler.get_last_lr()
        [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ArgumentError(f"ReduceLROnPlateau: factor must be below 1, got {factor}")
        check_optimizer(self, optimizer)
        for name, given, known in (
            ("mode", mode, ("min", "max")),
            ("threshold_mode", threshold_mode, ("rel", "abs")),
        ):
            if given not in known:
                raise ArgumentError(f"ReduceLROnPlateau: {name} must be in {known}, got {given!r}")
        self.factor, self.optimizer = factor, optimizer
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.min_lrs = one_a_group(self, optimizer, "min_lr", min_lr)
        self.patience, self.cooldown, self.eps = patience, cooldown, eps
        self.last_epoch = 0
        self._last_lr = values_of(optimizer, "lr")
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode, self.threshold, self.threshold_mode = mode, threshold, threshold_mode
        self.best, self.cooldown_counter, self.num_bad_epochs = self.mode_worse, 0, 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Count an epoch with this measure, and lower the rates if it is time."""
        measure = float(metrics)
        if epoch is not None:
            warn_user("ReduceLROnPlateau.step(metrics, epoch): the epoch is counted by itself")
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self.num_bad_epochs += 1
        if self._is_better(measure):
            self.best, self.num_bad_epochs = measure, 0
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = values_of(self.optimizer, "lr")

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs do not count yet, after a fall."""
        return self.cooldown_counter > 0

    def _is_better(self, measure: float) -> bool:
        by = self.threshold if self.mode == "max" else -self.threshold
        bound = self.best * (1.0 + by) if self.threshold_mode == "rel" else self.best + by
        return measure > bound if self.mode == "max" else measure < bound

    def _reduce_lr(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):  # a group was added
            if self.default_min_lr is None:
                raise ArgumentError(
                    f"ReduceLROnPlateau: min_lrs has {len(self.min_lrs)} values, the optimizer "
                    f"{len(groups)} parameter groups; set scheduler.min_lrs"
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, lowest in zip(groups, self.min_lrs, strict=True):
            before = float(group["lr"])
            after = max(before * self.factor, lowest)
            if before - after > self.eps:
                set_value(group, "lr", after)

    def get_lr(self) -> list[Any]:
        """Return the rates there are: they follow from measures, not from the epoch."""
        return values_of(self.optimizer, "lr")
