"""`Function`: an operation of the user's own, with forward and backward written by hand.
Read `checks/gradcheck.py` next, which says whether that backward is right.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from ..errors import DTypeError, GraphError
from .grad_mode import mode, no_grad
from .node import Node, Origin
from .op import freed, pair_up, written_since
from .outputs import gradients_of, make_selector
from .recording import leave_several, remembered
from .tensor_base import TensorBase, make_tensor
from .views import base_of, renew_views


class Context:
    """What forward leaves for backward: the `ctx` of both."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self.to_save: tuple[Any, ...] = ()
        self.sources: list[Any] = []  # per saved tensor its Node, or which output of the call it is
        self.non_differentiable: set[int] = set()
        self.dirty: set[int] = set()
        self.materialize_grads = True
        self._node: Node | None = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep these tensors (inputs, outputs or None) for backward, guarded against writes."""
        for each in tensors:
            if each is not None and not isinstance(each, TensorBase):
                raise DTypeError(
                    f"save_for_backward() takes tensors, got {type(each).__name__}; set other "
                    "values as attributes of ctx"
                )
        self.to_save = tensors

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Say that these outputs need no gradient."""
        self.non_differentiable.update(id(each) for each in outputs)

    def mark_dirty(self, *inputs: Any) -> None:
        """Say that forward writes into these inputs in place; it has to return them."""
        for each in inputs:
            each.version[0] += 1
            self.dirty.add(id(each))

    def set_materialize_grads(self, value: bool) -> None:
        """Give backward None rather than zeros for outputs that got no gradient."""
        self.materialize_grads = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that `save_for_backward` kept.

        Raises:
            GraphError: freed by an earlier backward, or written to in place since.
        """
        node = self._node
        if node is None:
            return self.to_save
        if node.saved is None:
            raise freed(node)
        tensors = []
        for name, entry, source in zip(node.op.kept, node.saved, self.sources, strict=True):
            if entry is not None and entry[1][0] != entry[2]:
                raise written_since(node, name)
            owner = make_selector(node, source) if isinstance(source, int) else source
            tensors.append(None if entry is None else make_tensor(entry[0], owner, entry[1]))
        return tuple(tensors)


class _FunctionOp(Origin):
    """What one call of a Function leaves: runs the user's backward."""

    is_variadic = True

    def __init__(self, function: type[Function], ctx: Context, outputs: list[Any]) -> None:
        super().__init__(function.__name__, f"{function.__name__}Backward")
        self.function = function
        self.ctx = ctx
        self.are_tensors = [isinstance(each, TensorBase) for each in outputs]
        self.kept = tuple(f"saved tensor {i}" for i in range(len(ctx.to_save)))
        names = tuple(inspect.signature(function.forward).parameters)
        self.parameters = names if function.has_setup() else names[1:]

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
                answers = self.function.backward(self.ctx, *gradients)
        finally:
            self.ctx._node = None
        answers = list(answers) if isinstance(answers, tuple) else [answers]
        while len(answers) > len(node.inputs) and answers[-1] is None:
            answers.pop()
        for i, answer in enumerate(answers):
            if answer is not None and not isinstance(answer, TensorBase):
                raise DTypeError(
                    f"{self.name}.backward returned {type(answer).__name__} for input {i}, not a "
                    "Tensor"
                )
            if answer is not None and not recorded:
                answers[i] = answer.array.view()  # a view: who else holds the array is not known
        found = pair_up(self, node.inputs, [edge is not None for edge in node.inputs], answers)
        return [
            (edge, each)
            for edge, each in found
            if each is not None and (wanted is None or edge in wanted)
        ]


class Function:
    """An operation with your own forward and backward; call it by `.apply`.

    `forward(ctx, *args)` computes on tensors (nothing is recorded there) and keeps with
    `ctx.save_for_backward` what `backward(ctx, *gradients)` needs, which returns one gradient per
    argument of forward; or `setup_context(ctx, inputs, output)` keeps it, and forward has no ctx.
    An output that is no tensor is handed on, and has None for a gradient. `backward` is itself
    recorded under `create_graph=True`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> class Square(tnn.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         (x,) = ctx.saved_tensors
        ...         return 2 * x * g
        >>> x = tnn.tensor(3.0, requires_grad=True)
        >>> Square.apply(x).backward(); x.grad
        tensor(6.)
    """

    @staticmethod
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        """Compute the output, or a tuple of outputs."""
        raise NotImplementedError("a Function needs a static method forward(ctx, *args)")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what backward needs; a Function that has it has a forward without ctx."""
        raise NotImplementedError("a Function with forward(ctx, ...) needs no setup_context")

    @classmethod
    def has_setup(cls) -> bool:
        """Whether forward goes without ctx, and setup_context comes after it."""
        return cls.setup_context is not Function.setup_context

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Return the gradient of each argument of forward, given those of the outputs."""
        raise NotImplementedError("a Function needs a static method backward(ctx, *gradients)")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward and record it."""
        inputs = tuple(arg.node if isinstance(arg, TensorBase) else None for arg in args)
        ctx = Context(tuple(edge is not None for edge in inputs))
        with no_grad():
            if cls.has_setup():
                result = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, result)
            else:
                result = cls.forward(ctx, *args, **kwargs)
        outputs = list(result) if isinstance(result, tuple) else [result]
        if not any(isinstance(each, TensorBase) for each in outputs):
            raise DTypeError(
                f"{cls.__name__}.forward returned {type(result).__name__} {result!r:.40}, no Tensor"
            )
        if not any(ctx.needs_input_grad) or not mode():
            return result
        for arg in args:
            if id(arg) in ctx.dirty:
                _check_dirty(arg, cls.__name__)
        given = {id(arg) for arg in args if isinstance(arg, TensorBase)}
        outputs = [_own_output(each, given, ctx) for each in outputs]
        tensors = [each for each in outputs if isinstance(each, TensorBase)]
        _record(_FunctionOp(cls, ctx, outputs), inputs, args, tensors)
        return tuple(outputs) if isinstance(result, tuple) else outputs[0]


def _own_output(output: Any, given: set[int], ctx: Context) -> Any:
    """An input handed back unchanged becomes a tensor of its own, so that it can have this Node."""
    if id(output) in given and id(output) not in ctx.dirty:
        made = make_tensor(output.array, None, output.version)
        if id(output) in ctx.non_differentiable:
            ctx.non_differentiable.add(id(made))
        return made
    return output


def _check_dirty(x: Any, name: str) -> None:
    """Raise `GraphError` where a write in place would make gradients wrong."""
    if base_of(x) is not None:
        raise GraphError(f"{name}: a Function cannot write in place into a view; pass a .clone()")
    if x.node is not None and x.node.op is None:
        raise GraphError(
            f"{name}: a leaf that requires a gradient, of shape {x.array.shape}, was written in "
            "place while operations are recorded; use `with tnn.no_grad():`, or pass a .clone()"
        )


def _record(
    op: _FunctionOp, inputs: tuple[Node | None, ...], args: tuple[Any, ...], outputs: list[Any]
) -> None:
    """Make the Node of the call, and a Node per output that selects its gradient."""
    ctx = op.ctx
    places = {id(each): i for i, each in enumerate(outputs) if each.node is None}
    ctx.sources = [places.get(id(each), getattr(each, "node", None)) for each in ctx.to_save]
    saved = tuple(
        None if each is None else (each.array, each.version, each.version[0])
        for each in ctx.to_save
    )
    ctx.to_save = ()
    arguments = tuple(None if edge else remembered(x) for x, edge in zip(args, inputs, strict=True))
    before = [each.node for each in outputs]
    leave_several(op, outputs, inputs, saved, arguments, mode())
    for each, node in zip(outputs, before, strict=True):
        if id(each) in ctx.non_differentiable:
            each.node = node
        elif each.node is not None:
            each.node.inputs[0].dtype = None  # nobody conjugates around the user's own rule
        if id(each) in ctx.dirty:
            renew_views(each)


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a Function's backward as one that cannot itself be differentiated.

    Under `create_graph=True` its results then raise `GraphError` when differentiated, instead of
    giving wrong second derivatives.
    """

    @functools.wraps(backward)
    def wrapped(ctx: Any, *gradients: Any) -> Any:
        recording = mode()
        with no_grad():
            answers = backward(ctx, *gradients)
        if not recording or not any(g is not None and g.node is not None for g in gradients):
            return answers
        several = answers if isinstance(answers, tuple) else (answers,)
        marked = tuple(
            _Once.apply(each, *gradients) if each is not None else None for each in several
        )
        return marked if isinstance(answers, tuple) else marked[0]

    return wrapped


class _Once(Function):
    """Hands a gradient on, and refuses to be differentiated."""

    @staticmethod
    def forward(ctx: Any, answer: Any, *gradients: Any) -> Any:
        return answer

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise GraphError(
            "differentiating twice through a backward that is marked @once_differentiable"
        )
