"""`GradScaler`: the loss is scaled up, so that small gradients survive float16, and steps are left
out where a gradient is infinite. Read `../optim/optimizer.py` next, whose steps it makes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ..arrays.dtypes import float16
from ..errors import ArgumentError, DTypeError, GraphError, LoadError
from ..tensor import Tensor
from ..tensor.creation import tensor
from ..warn import warn_user

__all__ = ["GradScaler"]


class _Found(NamedTuple):
    """What is known of an optimizer since the last update()."""

    infinite: bool
    stepped: bool = False


class GradScaler:
    """Scales a loss, and unscales the gradients before an optimizer's step.

    `device="cpu"` scales; "cuda", the default, is disabled with a warning, as there is no GPU:
    everything is then passed through. The scale s starts at `init_scale`, becomes
    s · backoff_factor after a step with an infinite or undefined gradient, which is left out, and
    s · growth_factor after `growth_interval` steps without one.

    Raises:
        ArgumentError: a factor that does not grow, or does not back off.

    Example:
        >>> import tinygrad_nn as torch
        >>> w = torch.nn.Parameter(torch.ones(1))
        >>> optimizer, scaler = torch.optim.SGD([w], lr=0.5), torch.amp.GradScaler("cpu")
        >>> scaler.scale((w * w).sum()).backward(); w.grad
        tensor([131072.])
        >>> scaler.step(optimizer); scaler.update(); w.data
        tensor([0.])
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._device = device
        self._enabled = enabled
        if enabled and device == "cuda":
            warn_user("GradScaler is disabled, as there is no GPU; to scale on the CPU: 'cpu'")
            self._enabled = False
        if self._enabled and not (growth_factor > 1.0 > backoff_factor):
            raise ArgumentError(
                f"GradScaler: growth_factor must be over 1, got {growth_factor}, and "
                f"backoff_factor under 1, got {backoff_factor}"
            )
        self._scale = float(init_scale)
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval, self._growth_tracker = growth_interval, 0
        self._found: dict[int, _Found] = {}

    def scale(self, outputs: Any) -> Any:
        """Return a tensor, or each of an iterable of them, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs * tensor(np.float32(self._scale))
        if isinstance(outputs, Iterable):
            scaled = map(self.scale, outputs)
            return type(outputs)(scaled) if isinstance(outputs, (list, tuple)) else scaled
        raise DTypeError(f"GradScaler.scale() takes tensors, got {outputs!r}")

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients by the scale, before they are clipped, say; step() does so if not.

        Raises:
            GraphError: they were divided, or the step was made, since the last update().
        """
        if not self._enabled:
            return
        found = self._found.get(id(optimizer))
        if found is not None:
            done = "step()" if found.stepped else "unscale_()"
            raise GraphError(f"GradScaler.unscale_(): {done} was called since the last update()")
        self._found[id(optimizer)] = _Found(self._unscale(optimizer))

    def _unscale(self, optimizer: Any) -> bool:
        """Divide the gradients; return whether any of them is infinite or undefined."""
        inverse = float(np.float32(1.0 / self._scale))
        gradients = [
            p.grad
            for group in optimizer.param_groups
            for p in group["params"]
            if p.grad is not None
        ]
        if not gradients:
            raise GraphError("GradScaler: no parameter of the optimizer has a gradient: backward()")
        if any(g.dtype is float16 for g in gradients):
            raise ArgumentError("GradScaler: gradients are float16; keep the weights in float32")
        for g in gradients:
            g.data.mul_(inverse)
        return not all(g.data.isfinite().all().item() for g in gradients)

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """Make the optimizer's step and return what it returns; none if a gradient is infinite.

        Raises:
            GraphError: the step was made since the last update(). ArgumentError: a closure.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise ArgumentError("GradScaler.step() takes no closure, as in PyTorch")
        found = self._found.get(id(optimizer))
        if found is not None and found.stepped:
            raise GraphError("GradScaler.step(): it was called since the last update()")
        if found is None:
            self.unscale_(optimizer)
            found = self._found[id(optimizer)]
        made = None if found.infinite else optimizer.step(*args, **kwargs)
        self._found[id(optimizer)] = found._replace(stepped=True)
        return made

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Change the scale for the next pass, by what the steps met, or to `new_scale`.

        Raises:
            GraphError: no step was made.
        """
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        elif not self._found:
            raise GraphError("GradScaler.update(): no step was made since the last one")
        elif any(found.infinite for found in self._found.values()):
            self._scale *= self._backoff_factor
            self._growth_tracker = 0
        else:
            self._growth_tracker += 1
            if self._growth_tracker == self._growth_interval:
                grown = float(np.float32(self._scale * self._growth_factor))
                self._scale = grown if math.isfinite(grown) else self._scale
                self._growth_tracker = 0
        self._found = {}

    def is_enabled(self) -> bool:
        """Whether it scales."""
        return self._enabled

    def get_scale(self) -> float:
        """Return the scale, 1.0 where it is disabled."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """Return what the scale is multiplied with when it grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set what the scale is multiplied with when it grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """Return what the scale is multiplied with after an infinite gradient."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set what the scale is multiplied with after an infinite gradient."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """Return after how many steps without an infinite gradient the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set after how many steps without an infinite gradient the scale grows."""
        self._growth_interval = new_interval

    def state_dict(self) -> dict[str, Any]:
        """Return the scale and its rules, nothing where it is disabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale,
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take what `state_dict` returned.

        Raises:
            LoadError: it is empty, from one that was disabled.
        """
        if not self._enabled:
            return
        if not state_dict:
            raise LoadError("GradScaler.load_state_dict(): the state is of a disabled one, empty")
        self._scale = float(state_dict["scale"])
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]
