"""Several schedules for one optimizer: one after another, or all at once.
Read `../swa_utils/averaged_model.py` next.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ...errors import ArgumentError, DTypeError
from ..optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, set_value, values_of


class _SeveralLR(LRScheduler):
    """Schedules of one optimizer; their states are saved within."""

    _schedulers: Sequence[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer, with the state of each schedule."""
        state = {k: v for k, v in super().state_dict().items() if k != "_schedulers"}
        state["_schedulers"] = [each.state_dict() for each in self._schedulers]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for each, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            each.load_state_dict(state)

    def _check(self, schedulers: Sequence[Any], optimizer: Optimizer | None) -> Optimizer:
        """Return the optimizer that the schedules are of."""
        name = type(self).__name__
        if not schedulers:
            raise ArgumentError(f"{name}: give at least one scheduler")
        for i, each in enumerate(schedulers):
            if not hasattr(each, "optimizer"):
                raise DTypeError(
                    f"{name}: scheduler {i}, a {type(each).__name__}, has no optimizer"
                )
            if isinstance(each, ReduceLROnPlateau):
                raise ArgumentError(
                    f"{name}: scheduler {i} is a ReduceLROnPlateau, whose step needs a measure; "
                    "step it by itself"
                )
            optimizer = optimizer or each.optimizer
            if each.optimizer is not optimizer:
                raise ArgumentError(
                    f"{name}: scheduler {i}, a {type(each).__name__}, is of another optimizer"
                )
        return optimizer  # type: ignore[return-value]


class SequentialLR(_SeveralLR):
    """Go by the first schedule until the first milestone, then by the next, and so on.

    Raises:
        ValueError: no schedules, of other optimizers, or not one more than milestones.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.optim.lr_scheduler import ExponentialLR, LinearLR, SequentialLR
        >>> optimizer = tnn.optim.SGD([tnn.ones(1)], lr=1.0)
        >>> warmup = LinearLR(optimizer, start_factor=0.25, total_iters=2)
        >>> decay = ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[2])
        >>> for _ in range(3):
        ...     _ = optimizer.step(), scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        self._check(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ArgumentError(
                f"SequentialLR: {len(schedulers)} schedulers have {len(schedulers) - 1} milestones "
                f"between them, got {len(milestones)}"
            )
        self._schedulers, self._milestones = schedulers, milestones
        self.last_epoch, self.optimizer = last_epoch + 1, optimizer
        for group in optimizer.param_groups:
            set_value(group, "lr", group["initial_lr"])
        self.recursive_undo()
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def recursive_undo(self, sched: Any = None) -> None:
        """Take back the first step, which each schedule makes when it is made."""
        sched = self if sched is None else sched
        if hasattr(sched, "_schedulers"):
            for each in sched._schedulers:
                self.recursive_undo(each)
        elif hasattr(sched, "last_epoch"):
            sched.last_epoch -= 1

    def step(self) -> None:  # type: ignore[override]
        """Step the schedule whose turn it is; at its milestone it begins anew."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[i]
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_SeveralLR):
    """Step several schedules at once; each changes what the one before has left.

    Raises:
        ValueError: no schedules, or of other optimizers.
    """

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        self.optimizer = self._check(schedulers, optimizer)
        self._schedulers = schedulers
        self._last_lr = values_of(self.optimizer, "lr")

    def step(self) -> None:  # type: ignore[override]
        """Step each schedule."""
        for each in self._schedulers:
            each.step()
        self._last_lr = values_of(self.optimizer, "lr")
