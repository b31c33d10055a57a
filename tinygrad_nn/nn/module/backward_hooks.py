"""Hooks that see a module's gradients: those of its outputs, and those of its inputs.
Read `calling.py` next, where a module with hooks is called.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...arrays.refusing import shown
from ...autograd.function import Function
from ...autograd.grad_mode import is_grad_enabled
from ...errors import GraphError, ShapeError
from ...tensor import Tensor

Gradients = tuple[Any, ...]


class _Through(Function):
    """The tensors as they are; backward lets `see` look at their gradients, and change them."""

    @staticmethod
    def forward(
        ctx: Any, see: Callable[[Gradients], Gradients], zeros: bool, *given: Tensor
    ) -> Any:
        ctx.see = see
        ctx.set_materialize_grads(zeros)
        same = tuple(each.view_as(each) for each in given)
        pairs = zip(same, given, strict=True)
        ctx.mark_non_differentiable(*(x for x, each in pairs if not each.requires_grad))
        return same

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return (None, None, *ctx.see(gradients))


class BackwardWatch:
    """One call of a module whose backward pass hooks look at.

    The outputs' gradients come first, and go to the pre-hooks; those of the inputs come when the
    whole module is behind, and go to the hooks together with the outputs'.
    """

    def __init__(self, module: Any, hooks: list[Any], pre_hooks: list[Any]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.of_outputs: Gradients = ()
        self.inputs = 0
        self.sees_inputs = False

    def watch_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the arguments of forward, with those that are tensors watched."""
        self.inputs = len(args)
        watched, self.sees_inputs = _through(args, self._see_inputs, True)
        return watched

    def watch_outputs(self, output: Any) -> Any:
        """Return what forward returned, with its tensors watched."""
        outputs = output if isinstance(output, tuple) else (output,)
        watched, _ = _through(outputs, self._see_outputs, False)
        return watched if isinstance(output, tuple) else watched[0]

    def _see_outputs(self, gradients: Gradients) -> Gradients:
        for hook in self.pre_hooks:
            gradients = _answered(hook(self.module, gradients), gradients, "pre-hook")
        self.of_outputs = gradients
        if not self.sees_inputs:
            for hook in self.hooks:
                answer = hook(self.module, (None,) * self.inputs, gradients)
                if answer is not None and any(each is not None for each in _as_tuple(answer)):
                    raise GraphError(
                        f"a backward hook of {type(self.module).__name__} returned gradients of "
                        f"inputs that require none: {shown(answer)}"
                    )
        return gradients

    def _see_inputs(self, gradients: Gradients) -> Gradients:
        for hook in self.hooks:
            answer = hook(self.module, gradients, self.of_outputs)
            gradients = _answered(answer, gradients, "hook")
        self.of_outputs = ()
        return gradients


def hook_the_last(module: Any, hooks: list[Any], output: Any) -> None:
    """Have hooks see the gradients around what made an output, or the first of several."""
    while isinstance(output, (tuple, list, dict)) and output:
        output = next(iter(output.values() if isinstance(output, dict) else output))
    node = getattr(output, "grad_fn", None)
    if node is None:
        return
    for hook in hooks:
        node.register_hook(partial(hook, module))


def _through(
    values: tuple[Any, ...], see: Callable[[Gradients], Gradients], zeros: bool
) -> tuple[Any, bool]:
    """Return the values with the tensors watched, and whether any of them requires a gradient.

    A gradient that nothing gives is zeros if `zeros`, else None: PyTorch has the two ways.
    """
    places = [i for i, each in enumerate(values) if isinstance(each, Tensor)]
    if not (is_grad_enabled() and any(values[i].requires_grad for i in places)):
        return values, False

    def see_all(gradients: Gradients) -> Gradients:
        given: list[Any] = [None] * len(values)
        for i, gradient in zip(places, gradients, strict=True):
            given[i] = gradient
        answers = see(tuple(given))
        return tuple(answers[i] for i in places)

    watched = list(values)
    found = _Through.apply(see_all, zeros, *(values[i] for i in places))
    for i, each in zip(places, found, strict=True):
        watched[i] = each
    return tuple(watched), True


def _as_tuple(answer: Any) -> tuple[Any, ...]:
    return tuple(answer) if isinstance(answer, (tuple, list)) else (answer,)


def _answered(answer: Any, gradients: Gradients, what: str) -> Gradients:
    """Return what a hook answered in place of the gradients, or them where it answered None."""
    if answer is None:
        return gradients
    answers = _as_tuple(answer)
    if len(answers) != len(gradients):
        raise ShapeError(
            f"a backward {what} was given {len(gradients)} gradients and returned {len(answers)}"
        )
    return answers
