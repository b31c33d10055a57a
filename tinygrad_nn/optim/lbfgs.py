"""L-BFGS: Newton's steps, with a curvature that is remembered from the last steps.
Read `wolfe.py` next, the search along a direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from ..arrays.kinds import is_complex
from ..arrays.refusing import refuses, shown
from ..arrays.warnings import quiet
from ..autograd.grad_mode import enable_grad
from ..autograd.tensor_base import make_tensor
from ..errors import ArgumentError, DTypeError
from ..tensor import Tensor
from .checking import check_not_negative
from .optimizer import Optimizer
from .stepping import plain
from .wolfe import Point, strong_wolfe


class LBFGS(Optimizer):
    """p = p + t d, where d = -H g and H, the inverse of the curvature, follows from past steps.

    Nocedal and Wright 2006, algorithm 7.4. From each step s and the change y of the gradient,
    H becomes (1 - r s yᵀ) H (1 - r y sᵀ) + r s sᵀ, with r = 1 / yᵀs; the last `history_size` of
    them are applied to s.y / y.y. t is lr, or with line_search_fn="strong_wolfe" found along d.
    A step takes up to `max_iter` such steps and calls the closure up to `max_eval` times, by
    default 5/4 as often. It ends where no gradient is above `tolerance_grad`, or neither
    parameters nor loss change by more than `tolerance_change`.

    There is one group of parameters. Parameters without a gradient count as with one of zeros.

    Raises:
        ValueError: a negative lr; several groups. TypeError: a step without a closure.
        RuntimeError: an unknown line_search_fn.

    Example:
        >>> import tinygrad_nn as tnn
        >>> p = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = tnn.optim.LBFGS([p], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = ((p - tnn.tensor([3.0, -1.0])) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> _ = optimizer.step(closure)
        >>> p
        tensor([ 3.0000, -1.0000], requires_grad=True)
    """

    shaped = False

    @refuses
    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_not_negative(self, lr=lr)
        if line_search_fn not in (None, "strong_wolfe"):
            raise ArgumentError(
                f"LBFGS: line_search_fn must be 'strong_wolfe' or None, got {line_search_fn!r}"
            )
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ArgumentError(
                f"LBFGS: all parameters share their options; got {len(self.param_groups)} groups"
            )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take up to `max_iter` steps; return the loss that the closure gave at first."""
        if not callable(closure):
            raise DTypeError(
                "LBFGS.step() needs a function that computes loss and gradients anew, got "
                f"{shown(closure)}"
            )
        with quiet():
            return _Minimisation(self, closure).run()


class _Minimisation:
    """One call of `step`: loss and gradient as functions of one vector of all parameters."""

    def __init__(self, optimizer: LBFGS, closure: Callable[[], Any]) -> None:
        self.closure = closure
        self.group: dict[str, Any] = plain(optimizer.param_groups[0])
        self.params: list[Tensor] = optimizer.param_groups[0]["params"]
        self.state = optimizer.state[self.params[0]]  # where PyTorch keeps all of it
        self.state.setdefault("func_evals", 0)
        self.state.setdefault("n_iter", 0)
        self.calls = 0
        self.first_loss: Any = None

    def evaluate(self) -> tuple[float, Any]:
        """Return loss and gradient where the parameters are."""
        with enable_grad():
            loss = self.closure()
        self.calls += 1
        self.state["func_evals"] += 1
        if self.calls == 1:
            self.first_loss = loss
        grads = [np.zeros_like(p.array) if p.grad is None else p.grad.array for p in self.params]
        return float(loss), np.concatenate([_flat(g) for g in grads])

    def evaluate_along(self, x: Any, d: Any, t: Any) -> tuple[float, Any]:
        """Return loss and gradient at x + t d."""
        self.put(x + t * d)
        return self.evaluate()

    def put(self, x: Any) -> None:
        """Have the parameters be x."""
        end = 0
        for p in self.params:
            start, end = end, end + p.array.size * (2 if is_complex(p.array) else 1)
            values = x[start:end].astype(_flat(p.array).dtype, copy=False)
            p.array[...] = values.view(p.array.dtype).reshape(p.array.shape)
            p.version[0] += 1

    def run(self) -> Any:
        """Take the steps; return the first loss."""
        group, state = self.group, self.state
        lr, small, least = group["lr"], group["tolerance_grad"], group["tolerance_change"]
        loss, g = self.evaluate()
        if largest(g) <= small:
            return self.first_loss
        x = np.concatenate([_flat(p.array) for p in self.params])
        memory = _Memory(state, group["history_size"])
        d, t, before = (memory.last[key] for key in ("d", "t", "prev_flat_grad"))
        loss_before = loss
        for i in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            is_first = state["n_iter"] == 1
            if is_first:
                memory.clear()
                d = -g
            else:
                memory.take(d * t, g - before)
                d = memory.direction(g)
            before, loss_before = g, loss
            t = min(1.0, 1.0 / np.abs(g).sum()) * lr if is_first else lr
            slope = g @ d
            if slope > -least:
                break
            if group["line_search_fn"] is not None:
                calls = group["max_eval"] - self.calls
                start = Point(0, loss, g, slope)
                along = strong_wolfe(partial(self.evaluate_along, x, d), start, t, d, calls)
                t, loss, g = along.t, along.f, along.g
            x = x + t * d
            self.put(x)
            if i == group["max_iter"]:
                break
            if group["line_search_fn"] is None:
                loss, g = self.evaluate()
            if self.calls >= group["max_eval"] or largest(g) <= small:
                break
            if largest(d * t) <= least or abs(loss - loss_before) < least:
                break
        memory.save(d=d, t=t, prev_flat_grad=before, prev_loss=loss_before)
        return self.first_loss


class _Memory:
    """The last steps and changes of the gradient, and the direction that follows from them."""

    def __init__(self, state: dict[str, Any], size: int) -> None:
        self.state, self.size = state, size
        self.last = {key: opened(state.get(key)) for key in ("d", "t", "prev_flat_grad")}
        names = ("old_stps", "old_dirs", "ro")
        self.steps, self.changes, self.ratios = (opened(state.get(name, [])) for name in names)
        self.scale = opened(state.get("H_diag", 1))

    def clear(self) -> None:
        """Forget all."""
        self.steps, self.changes, self.ratios, self.scale = [], [], [], 1

    def take(self, step: Any, change: Any) -> None:
        """Remember a step, if the gradient has risen along it."""
        product = change @ step
        if not product > 1e-10:
            return
        if len(self.steps) == self.size:
            for each in (self.steps, self.changes, self.ratios):
                each.pop(0)
        self.steps.append(step)
        self.changes.append(change)
        self.ratios.append(1.0 / product)
        self.scale = product / (change @ change)

    def direction(self, g: Any) -> Any:
        """Return -H g, by algorithm 7.4."""
        d, shares = -g, []
        remembered = list(zip(self.steps, self.changes, self.ratios, strict=True))
        for step, change, ratio in remembered[::-1]:
            shares.append(step @ d * ratio)
            d = d - change * shares[-1]
        d = d * self.scale
        for (step, change, ratio), share in zip(remembered, shares[::-1], strict=True):
            d = d + step * (share - change @ d * ratio)
        return d

    def save(self, **last: Any) -> None:
        """Write all into the optimizer's state, with PyTorch's names."""
        last.update(old_dirs=self.changes, old_stps=self.steps, ro=self.ratios, H_diag=self.scale)
        self.state.update({key: closed(value) for key, value in last.items()})


def largest(x: Any) -> float:
    """Return the largest absolute value."""
    return float(np.abs(x).max()) if x.size else 0.0


def opened(value: Any) -> Any:
    """Return state as arrays and numbers."""
    if isinstance(value, list):
        return [opened(each) for each in value]
    return value.array[()] if isinstance(value, Tensor) else value


def closed(value: Any) -> Any:
    """Return arrays and NumPy's numbers as tensors."""
    if isinstance(value, list):
        return [closed(each) for each in value]
    return make_tensor(np.asarray(value)) if isinstance(value, (np.ndarray, np.generic)) else value


def _flat(x: Any) -> Any:
    """Return an array as a vector, complex numbers as pairs of real ones."""
    flat = np.ascontiguousarray(x).reshape(-1)
    return flat.view(flat.real.dtype) if is_complex(x) else flat
