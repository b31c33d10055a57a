"""Rates by a function of one's own.
Read `steps.py` next.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from ...arrays.refusing import shown
from ...errors import DTypeError
from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer, one_a_group, values_of

Function = Callable[[int], float]


class _FunctionLR(LRScheduler):
    """A schedule with a function a group; of functions only objects with a state are saved."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Function | list[Function],
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(self, optimizer)
        self.lr_lambdas = one_a_group(self, optimizer, "lr_lambda", lr_lambda)
        for each in self.lr_lambdas:
            if not callable(each):
                raise DTypeError(
                    f"{type(self).__name__}: lr_lambda must be a function, got {shown(each)}"
                )
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer and the functions; of an object that is called its state."""
        state = {key: value for key, value in super().state_dict().items() if key != "lr_lambdas"}
        state["lr_lambdas"] = [saved_function(each) for each in self.lr_lambdas]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned; the functions are those given at first."""
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "lr_lambdas"})
        for function, saved in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if saved is not None:
                vars(function).update(saved)


def saved_function(function: Any) -> dict[str, Any] | None:
    """Return the state of an object that is called; a plain function has none."""
    return None if isinstance(function, types.FunctionType) else dict(vars(function))


class LambdaLR(_FunctionLR):
    """Set the rates to the initial ones times lr_lambda(epoch); a list has a function a group.

    Example:
        >>> import tinygrad_nn as tnn
        >>> optimizer = tnn.optim.SGD([tnn.ones(1)], lr=1.0)
        >>> scheduler = tnn.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.5**epoch)
        >>> optimizer.step(); scheduler.step(); scheduler.get_last_lr()
        [0.5]
    """

    def get_lr(self) -> list[Any]:
        """Return the initial rates times the functions of the epoch."""
        self._warn_if_outside_step()
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [rate * function(self.last_epoch) for rate, function in pairs]


class MultiplicativeLR(_FunctionLR):
    """Multiply the rates by lr_lambda(epoch) at every epoch; a list has a function a group."""

    def get_lr(self) -> list[Any]:
        """Return the rates there are times the functions of the epoch."""
        self._warn_if_outside_step()
        rates = values_of(self.optimizer, "lr")
        if self._is_initial:
            return rates
        pairs = zip(rates, self.lr_lambdas, strict=True)
        return [rate * function(self.last_epoch) for rate, function in pairs]
