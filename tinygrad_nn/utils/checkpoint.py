"""`checkpoint`: a part of a network whose values are not kept but computed again for backward.
Read `../autograd/function.py` next, which it is written with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial
from typing import Any

from ..arrays.refusing import shown
from ..autograd import Function, backward, enable_grad
from ..errors import DTypeError
from ..random import default_generator, fork_rng
from ..tensor import Tensor
from ..warn import warn_user

__all__ = ["checkpoint", "checkpoint_sequential"]


class _Again(Function):
    """Run a function without recording it; run it again, recorded, in the backward pass."""

    @staticmethod
    def forward(ctx: Any, run: Callable[..., Any], keeps_stream: bool, *args: Any) -> Any:
        ctx.run, ctx.state = run, default_generator.get_state() if keeps_stream else None
        ctx.others = [None if isinstance(each, Tensor) else each for each in args]
        ctx.places = [i for i, each in enumerate(args) if isinstance(each, Tensor)]
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        return run(*args)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        args = list(ctx.others)
        for i, each in zip(ctx.places, ctx.saved_tensors, strict=True):
            args[i] = each.detach().requires_grad_(each.requires_grad)
        with fork_rng(enabled=ctx.state is not None), enable_grad():
            if ctx.state is not None:
                default_generator.set_state(ctx.state)
            outputs = ctx.run(*args)
        pairs = [
            (output, gradient)
            for output, gradient in zip(_as_tuple(outputs), gradients, strict=True)
            if isinstance(output, Tensor) and output.requires_grad
        ]
        backward([output for output, _ in pairs], [gradient for _, gradient in pairs])
        return None, None, *(each.grad if isinstance(each, Tensor) else None for each in args)


def _as_tuple(outputs: Any) -> tuple[Any, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Return `function(*args, **kwargs)`, and compute it again for the backward pass.

    With `use_reentrant=True` nothing is recorded inside the first time: the values in between are
    not kept, and are computed a second time in backward, with the same random numbers unless
    `preserve_rng_state` is False. Otherwise, and where no argument requires a gradient, the
    function is called as it is: the same gradients, without saving memory.

    Example:
        >>> import tinygrad_nn as torch
        >>> x = torch.zeros(2, requires_grad=True)
        >>> y = torch.utils.checkpoint.checkpoint(lambda x: x.exp().sin(), x, use_reentrant=True)
        >>> y.sum().backward(); x.grad
        tensor([0.5403, 0.5403])
    """
    for only in ("context_fn", "determinism_check", "debug", "early_stop"):  # of PyTorch's own way
        kwargs.pop(only, None)
    run = partial(function, **kwargs) if kwargs else function
    if use_reentrant and any(isinstance(each, Tensor) and each.requires_grad for each in args):
        return _Again.apply(run, preserve_rng_state, *args)
    return run(*args)


def checkpoint_sequential(
    functions: Any,
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    **kwargs: Any,
) -> Any:
    """Run a Sequential, or a list of functions, in segments; `checkpoint` each but the last."""
    steps = list(functions.children() if hasattr(functions, "children") else functions)
    size = max(len(steps) // segments, 1)
    last = size * (segments - 1)
    x = input
    for start in range(0, last, size):
        part = partial(_one_after_another, steps[start : start + size])
        x = checkpoint(part, x, use_reentrant=use_reentrant, **kwargs)
    return _one_after_another(steps[last:], x)


def _one_after_another(steps: Sequence[Callable[[Any], Any]], x: Any) -> Any:
    for step in steps:
        x = step(x)
    return x


class CheckpointPolicy(IntEnum):
    """What PyTorch may be told of one operation; here a function is computed again as a whole."""

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4


def get_device_states(*args: Any) -> tuple[list[int], list[Any]]:
    """Return two empty lists: no argument is on a GPU, whose random state would have to be kept."""
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: Any = None) -> None:
    """Do nothing: there are no states of GPUs."""


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the tensors cut off from their graph, each requiring a gradient as it did.

    Raises:
        RuntimeError: no tuple.
    """
    if not isinstance(inputs, tuple):
        raise DTypeError(f"detach_variable() takes a tuple of tensors, got {shown(inputs)}")
    return tuple(
        each.detach().requires_grad_(each.requires_grad) if isinstance(each, Tensor) else each
        for each in inputs
    )


def check_backward_validity(inputs: Any) -> None:
    """Warn if no tensor requires a gradient: there will be none."""
    if not any(isinstance(each, Tensor) and each.requires_grad for each in inputs):
        warn_user("checkpoint: no input requires a gradient, so that there will be none")
