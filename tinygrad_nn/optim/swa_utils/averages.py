"""What an average of models takes in of a new one: all equally, or the latest more.
Read `averaged_model.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...arrays.kinds import is_differentiable
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError
from ...tensor import Tensor

Tensors = Sequence[Tensor]


def get_ema_avg_fn(decay: float = 0.999) -> Callable[..., Tensor]:
    """Return f(average, new, count) = decay average + (1 - decay) new.

    Raises:
        ValueError: a decay outside 0 to 1.
    """
    _check_decay("get_ema_avg_fn", decay)

    @no_grad()
    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Any:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn() -> Callable[..., Tensor]:
    """Return f(average, new, count) = average + (new - average) / (count + 1), the equal mean."""

    @no_grad()
    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Any) -> Any:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[..., None]:
    """Return what changes a list of averages in place as `get_ema_avg_fn` says.

    Raises:
        ValueError: a decay outside 0 to 1.
    """
    _check_decay("get_ema_multi_avg_fn", decay)

    @no_grad()
    def ema_update(ema_param_list: Tensors, current_param_list: Tensors, _: Any) -> None:
        for average, new in zip(ema_param_list, current_param_list, strict=True):
            _move(average, new, 1 - decay)

    return ema_update


def get_swa_multi_avg_fn() -> Callable[..., None]:
    """Return what changes a list of averages in place as `get_swa_avg_fn` says."""

    @no_grad()
    def swa_update(
        averaged_param_list: Tensors, current_param_list: Tensors, num_averaged: Any
    ) -> None:
        share = 1 / (num_averaged + 1)  # of a count in a tensor a float32, as in PyTorch
        for average, new in zip(averaged_param_list, current_param_list, strict=True):
            _move(average, new, float(share))

    return swa_update


def _move(average: Any, new: Any, share: float) -> None:
    """Move an average by a share of the way to what is new."""
    if is_differentiable(average.array):
        average.lerp_(new, share)
    else:
        average.copy_(average * (1 - share) + new * share)


def _check_decay(name: str, decay: float) -> None:
    if not 0.0 <= decay <= 1.0:
        raise ArgumentError(f"{name}: decay must be 0 to 1, got {decay}")
