"""`Function`: an operation of the user's own, with forward and backward written by hand.
Read `checks/gradcheck.py` next, which says whether that backward is right.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

from ..arrays.kinds import is_differentiable
from ..errors import DTypeError, GraphError
from .grad_mode import mode, no_grad
from .node import Node, Operand, clock
from .op import freed, written_since
from .outputs import gradients_of, make_selector
from .tensor_base import TensorBase, make_tensor
from .views import base_of, renew_views


class Context:
    """What forward leaves for backward: the `ctx` of both."""

    def __init__(self) -> None:
        self.to_save: tuple[Any, ...] = ()
        self.needs_input_grad: tuple[bool, ...] = ()
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
        for name, entry, source in zip(node.op.kept, node.saved, node.arguments, strict=True):
            if entry is not None and entry[1][0] != entry[2]:
                raise written_since(node, name)
            owner = make_selector(node, source) if isinstance(source, int) else source
            tensors.append(None if entry is None else make_tensor(entry[0], owner, entry[1]))
        return tuple(tensors)


class _FunctionOp:
    """The Op of one call of a Function: runs the user's backward."""

    latex = ""
    joint = None
    is_variadic = True
    returns: tuple[str, ...] = ()

    def __init__(self, function: type[Function], ctx: Context) -> None:
        self.function = function
        self.ctx = ctx
        self.name = self.public = function.__name__
        self.backward_name = f"{function.__name__}Backward"
        self.kept = tuple(f"saved tensor {i}" for i in range(len(ctx.to_save)))
        self.parameters = self.kept

    def pull(self, node: Node, g: Any, wanted: Any, recorded: bool) -> list[Any]:
        """Return the contributions to the arguments of forward, from the user's backward."""
        gradients: list[Any] = [
            each if isinstance(each, TensorBase) else make_tensor(each)
            for each in gradients_of(node, g, recorded)
        ]
        if not self.ctx.materialize_grads:
            gradients = [x if i in g.by_output else None for i, x in enumerate(gradients)]
        self.ctx._node = node  # for this call only: the Node holds the ctx, not the other way round
        try:
            with nullcontext() if recorded else no_grad():
                answers = self.function.backward(self.ctx, *gradients)
        finally:
            self.ctx._node = None
        if not isinstance(answers, tuple):
            answers = (answers,)
        while len(answers) > len(node.inputs) and answers[-1] is None:
            answers = answers[:-1]
        if len(answers) != len(node.inputs):
            raise GraphError(
                f"{self.name}.backward returned {len(answers)} gradients for {len(node.inputs)} "
                "inputs; return one per argument of forward, None for those that need none"
            )
        found = []
        for i, (edge, answer) in enumerate(zip(node.inputs, answers, strict=True)):
            if edge is None or answer is None or (wanted is not None and edge not in wanted):
                continue
            if not isinstance(answer, TensorBase):
                raise DTypeError(
                    f"{self.name}.backward returned {type(answer).__name__} for input {i}, not a "
                    "Tensor"
                )
            found.append((edge, answer if recorded else answer.array.view()))  # a view: not ours
        return found

    def operands_of(self, node: Node) -> Iterator[Operand]:
        """Yield the tensors that forward took, those that need a gradient."""
        names = list(inspect.signature(self.function.forward).parameters)[1:]
        for i, edge in enumerate(node.inputs):
            if edge is not None:
                name = names[i] if i < len(names) else f"argument {i}"
                yield Operand(name, edge, None, False)

    def constants_of(self, node: Node) -> dict[str, Any]:
        """Return nothing: what else a Function is called with is its own affair."""
        return {}


class Function:
    """An operation with your own forward and backward; call it by `.apply`.

    `forward(ctx, *args)` computes on tensors (nothing is recorded there) and keeps with
    `ctx.save_for_backward` what `backward(ctx, *gradients)` needs, which returns one gradient per
    argument of forward. `backward` is itself recorded under `create_graph=True`.

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
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Return the gradient of each argument of forward, given those of the outputs."""
        raise NotImplementedError("a Function needs a static method backward(ctx, *gradients)")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward and record it."""
        ctx = Context()
        inputs = tuple(arg.node if isinstance(arg, TensorBase) else None for arg in args)
        ctx.needs_input_grad = tuple(edge is not None for edge in inputs)
        with no_grad():
            result = cls.forward(ctx, *args, **kwargs)
        outputs = list(result) if isinstance(result, tuple) else [result]
        for i, each in enumerate(outputs):
            if not isinstance(each, TensorBase):
                raise DTypeError(
                    f"{cls.__name__}.forward returned {type(each).__name__} as output {i}, not a "
                    "Tensor"
                )
        if not any(ctx.needs_input_grad) or not mode():
            return result
        given = {id(arg) for arg in args if isinstance(arg, TensorBase)}
        for arg in args:
            if id(arg) in ctx.dirty:
                _check_dirty(arg, cls.__name__)
        outputs = [_own_output(each, given, ctx) for each in outputs]
        _record(cls, ctx, inputs, args, outputs)
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
    function: type[Function],
    ctx: Context,
    inputs: tuple[Node | None, ...],
    args: tuple[Any, ...],
    outputs: list[Any],
) -> None:
    """Make the Node of the call, and a Node per output that selects its gradient."""
    node = Node()
    node.op = _FunctionOp(function, ctx)
    node.serial = clock()
    node.inputs = inputs
    node.shape = None  # type: ignore[assignment]  # its gradient is several arrays
    node.dtype = None  # nor does anybody conjugate around the user's own rule
    node.outputs = tuple((each.array.shape, each.array.dtype) for each in outputs)
    node.extra = None
    by_output = {id(each): i for i, each in enumerate(outputs)}
    sources: list[Any] = []
    saved: list[Any] = []
    for each in ctx.to_save:
        saved.append(None if each is None else (each.array, each.version, each.version[0]))
        is_output = id(each) in by_output and each.node is None
        sources.append(by_output[id(each)] if is_output else getattr(each, "node", None))
    node.saved = tuple(saved)
    node.arguments = tuple(sources)
    for i, output in enumerate(outputs):
        if id(output) in ctx.non_differentiable or not is_differentiable(output.array):
            continue
        output.node = make_selector(node, i)
        if id(output) in ctx.dirty:
            renew_views(output)
    ctx.to_save = ()


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
