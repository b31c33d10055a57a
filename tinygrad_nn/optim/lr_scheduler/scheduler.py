"""`LRScheduler`: what changes an optimizer's learning rates after each epoch, or each step.
Read `by_factor.py` next, the form that most schedules have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...arrays.refusing import shown
from ...errors import ArgumentError, DTypeError
from ...tensor import Tensor
from ...warn import warn_user
from ..optimizer import Optimizer


class LRScheduler:
    """The base of the schedules; a subclass gives `get_lr`, the rates of epoch `last_epoch`.

    A rate that is a tensor is changed in place. `step` is called after the optimizer's.

    Raises:
        TypeError: not an optimizer. KeyError: `last_epoch` is given, and no initial rate saved.
    """

    last_epoch: int
    _get_lr_called_within_step = False
    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(self, optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"{type(self).__name__}: with last_epoch={last_epoch} group {i} needs its "
                    "'initial_lr'; load the optimizer's state first"
                )
        self.base_lrs = values_of(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        if not hasattr(optimizer, "_scheduled_step"):
            optimizer._opt_called = False
            optimizer._scheduled_step = vars(optimizer).get("step")  # type: ignore[attr-defined]
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """Return all that the schedule knows but the optimizer."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        vars(self).update(state_dict)

    def get_last_lr(self) -> list[Any]:
        """Return the rates that the last step set, a list of one a group."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """Return the rates of epoch `last_epoch`, as far as they follow from those there are."""
        raise NotImplementedError(f"{type(self).__name__} needs a method get_lr()")

    def _closed_form(self) -> list[Any] | None:
        """Return the rates of epoch `last_epoch` from the initial ones, if there is a formula."""
        own = getattr(self, "_get_closed_form_lr", None)  # of a subclass written for PyTorch
        return None if own is None else own()

    def step(self, epoch: int | None = None) -> None:
        """Set the rates of the next epoch; `epoch`, which PyTorch advises against, of that one."""
        if self._step_count == 1:
            self._check_order()
        self._step_count += 1
        if epoch is not None:
            warn_user(
                f"{type(self).__name__}.step(epoch): the epoch is counted by itself; call step()"
            )
        self._update_lr(epoch)

    def _check_order(self) -> None:
        optimizer: Any = self.optimizer
        if vars(optimizer).get("step") is not getattr(optimizer, "_scheduled_step", None):
            warn_user(
                "optimizer.step was replaced after the scheduler was made; call optimizer.step() "
                "before scheduler.step()"
            )
        elif not optimizer._opt_called:
            warn_user(
                "scheduler.step() was called before optimizer.step(): the first learning rate is "
                "skipped; call them the other way round"
            )

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed = None if epoch is None else self._closed_form()
        self._set_rates(self._rates() if closed is None else closed)

    def _rates(self) -> list[Any]:
        self._get_lr_called_within_step = True
        try:
            return self.get_lr()
        finally:
            self._get_lr_called_within_step = False

    def _set_rates(self, rates: Sequence[Any]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            set_value(group, "lr", rate)
        self._last_lr = values_of(self.optimizer, "lr")

    def _warn_if_outside_step(self) -> None:
        if not self._get_lr_called_within_step:
            warn_user("get_lr() is what step() calls; the rates of the last step: get_last_lr()")


class _LRScheduler(LRScheduler):
    """The older name of `LRScheduler`, which programs subclass."""


def check_optimizer(scheduler: Any, optimizer: Any) -> None:
    """Raise `DTypeError` for what is no optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise DTypeError(f"{type(scheduler).__name__}() takes an Optimizer, got {shown(optimizer)}")


def copied(value: Any) -> Any:
    """Return a value, a tensor as a copy."""
    return value.clone() if isinstance(value, Tensor) else value


def values_of(optimizer: Optimizer, key: str) -> list[Any]:
    """Return an option of each group."""
    return [copied(group[key]) for group in optimizer.param_groups]


def set_value(group: dict[str, Any], key: str, value: Any) -> None:
    """Set an option of a group: a tensor in place."""
    if isinstance(group[key], Tensor):
        group[key].fill_(value.item() if isinstance(value, Tensor) else value)
    else:
        group[key] = value


def one_a_group(scheduler: Any, optimizer: Optimizer, name: str, given: Any) -> list[Any]:
    """Return a list of one value a group, from such a list or from one value."""
    count = len(optimizer.param_groups)
    if not isinstance(given, (list, tuple)):
        given = [given] * count
    if len(given) != count:
        raise ArgumentError(
            f"{type(scheduler).__name__}: {name} has {len(given)} values, the optimizer {count} "
            "parameter groups"
        )
    return [copied(each) for each in given]
