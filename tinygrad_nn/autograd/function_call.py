"""What a call of a Function leaves on the graph: a Node that runs the user's backward.
Read `function.py` next, which makes the call.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any

from ..arrays.kinds import COMPLEX, REAL, is_complex, is_floating
from ..arrays.sums import broadcasts
from ..errors import DTypeError, GraphError, ShapeError
from .context import FunctionCtx
from .grad_mode import mode, no_grad
from .node import Node, Origin, hand_on
from .op import pair_up
from .outputs import gradients_of
from .recording import leave_several, make_node, remembered
from .tensor_base import TensorBase, make_tensor
from .views import base_of, renew_views
from .writing import overlay


class FunctionOp(Origin):
    """What one call of a Function leaves: runs the user's backward."""

    is_variadic = True

    def __init__(
        self,
        function: Any,
        ctx: FunctionCtx,
        args: Sequence[Any],
        outputs: Sequence[Any],
    ) -> None:
        super().__init__(function.__name__, f"{function.__name__}Backward")
        self.function = function
        self.ctx = ctx
        self.takes_tensors = [isinstance(each, TensorBase) for each in args]
        self.are_tensors = [isinstance(each, TensorBase) for each in outputs]
        self.kept = tuple(f"saved tensor {i}" for i in range(len(ctx.to_save)))

    @cached_property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names of forward's arguments, for those who look: reading them takes 8 µs."""
        names = tuple(inspect.signature(self.function.forward).parameters)
        return names if self.function.has_setup() else names[1:]

    def ways(self, node: Node) -> Iterable[int]:
        """Return which of forward's arguments are tensors."""
        return [i for i, is_tensor in enumerate(self.takes_tensors) if is_tensor]

    def source_of(self, node: Node, i: int) -> Any:
        """Return the Node that made saved tensor i, if it is no output of this call."""
        source = self.ctx._sources[i]
        return None if isinstance(source, int) else source

    def pull(self, node: Node, g: Any, wanted: Any, recorded: bool) -> list[Any]:
        """Return the contributions to the arguments of forward, from the user's backward."""
        gradients: list[Any] = [
            each if isinstance(each, TensorBase) else make_tensor(each)
            for each in gradients_of(node, g, recorded)
        ]
        if not self.ctx.materialize_grads:
            gradients = [x if i in g.by_output else None for i, x in enumerate(gradients)]
        each = iter(gradients)
        gradients = [next(each) if is_tensor else None for is_tensor in self.are_tensors]
        self.ctx._node = node  # for this call only: the Node holds the ctx, not the other way round
        try:
            with nullcontext() if recorded else no_grad():
                answers = self.function.rule()(self.ctx, *gradients)
        finally:
            self.ctx._node = None
        answers = list(answers) if isinstance(answers, tuple) else [answers]
        while len(answers) > len(node.inputs) and answers[-1] is None:
            answers.pop()
        for i, (answer, edge) in enumerate(zip(answers, node.inputs, strict=False)):
            if answer is None:
                continue
            self._check(i, answer, edge)
            if not recorded:
                answers[i] = answer.array.view()  # a view: who else holds the array is not known
        found = pair_up(self, node.inputs, [edge is not None for edge in node.inputs], answers)
        return [
            (edge, each)
            for edge, each in found
            if each is not None and (wanted is None or edge in wanted)
        ]

    def _check(self, i: int, answer: Any, edge: Node | None) -> None:
        """Raise where the answer for argument i cannot be a gradient of it."""
        what = f"{self.name}.backward returned"
        if not self.takes_tensors[i]:
            raise GraphError(
                f"{what} {type(answer).__name__} for input {i}, which is no Tensor; return None for"
                " it"
            )
        if not isinstance(answer, TensorBase):
            raise DTypeError(f"{what} {type(answer).__name__} for input {i}, not a Tensor")
        if edge is None:
            return
        shape, given = edge.shape, answer.array.shape
        if shape != given and not broadcasts(shape, given):
            raise ShapeError(
                f"{what} a gradient of shape {given} for input {i}, of shape {shape}; it has that "
                "shape, or one that the input broadcasts to"
            )
        if is_complex(answer.array) != (edge.dtype in COMPLEX) and not is_floating(answer.array):
            way_out = "its .real part" if edge.dtype in REAL else "a floating-point one"
            raise DTypeError(
                f"{what} a {answer.array.dtype} gradient for input {i}, of {edge.dtype}; return "
                f"{way_out}"
            )


def record(
    op: FunctionOp,
    inputs: tuple[Node | None, ...],
    args: tuple[Any, ...],
    outputs: list[Any],
    places: list[int],
) -> None:
    """Make the Node of the call, and a Node per output that selects its gradient."""
    ctx = op.ctx
    joined = {id(outputs[i]) for i in places}
    tensors = [each for each in outputs if isinstance(each, TensorBase)]
    numbers = {id(each): i for i, each in enumerate(tensors) if id(each) in joined}
    ctx._sources = [numbers.get(id(each), getattr(each, "node", None)) for each in ctx.to_save]
    saved = tuple(
        None if each is None else (each.array, each.version, each.version[0])
        for each in ctx.to_save
    )
    dirty = {id(each) for each in ctx.dirty_tensors}
    ctx.to_save = ctx.dirty_tensors = ctx.non_differentiable = ()  # a Node holds no tensors
    arguments = tuple(None if edge else remembered(x) for x, edge in zip(args, inputs, strict=True))
    before = [each.node for each in tensors]
    leave_several(op, tensors, inputs, saved, arguments, mode())
    for each, old in zip(tensors, before, strict=True):
        selector = each.node
        if id(each) not in joined or selector is None:
            each.node = old
            continue
        selector.inputs[0].dtype = None  # type: ignore[union-attr]  # the rule itself conjugates
        if id(each) in dirty:
            hand_on(old, selector)
            _renew_base(each)


def _renew_base(x: TensorBase) -> None:
    """Let all that share the memory of a dirty input have the graph of what it holds now."""
    base = base_of(x)
    if base is None:
        renew_views(x)
        return
    old, edges = base.node, (base.node, x.node, None)
    base.node = make_node(overlay.op, edges, (), (None, None, x.view_steps), base.array, mode())
    hand_on(old, base.node)
    renew_views(base)
