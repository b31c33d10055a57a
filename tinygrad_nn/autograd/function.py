"""`Function`: an operation of the user's own, with forward and backward written by hand.
Read `checks/gradcheck.py` next, which says whether that backward is right.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from ..arrays.kinds import is_differentiable
from ..errors import GraphError
from ..warn import warn_user
from .context import FunctionCtx
from .function_call import FunctionOp, record
from .grad_mode import mode, no_grad
from .tensor_base import TensorBase, make_tensor
from .views import base_of, link_view
from .writing import check_writable

_pushing: ContextVar[Any] = ContextVar("pushing", default=None)
pushing, set_pushing = _pushing.get, _pushing.set  # what gives outputs the tangents of `jvp`


class Function:
    """An operation with your own forward and backward; call it by `.apply`.

    `forward(ctx, *args)` computes on tensors (nothing is recorded there) and keeps with
    `ctx.save_for_backward` what `backward(ctx, *gradients)` needs, which returns one gradient per
    argument of forward; or `setup_context(ctx, inputs, output)` keeps it, and forward has no ctx.
    What is returned and is no tensor is handed on, and has None for a gradient. `backward`, which
    may be called `vjp`, is itself recorded under `create_graph=True`.

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

    vjp = backward  # another name for it: a Function defines one of the two
    generate_vmap_rule = False  # there is no vmap to use it

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Return the tangents of the outputs; for `forward_ad`, and only without a backward."""
        raise NotImplementedError("a Function's jvp(ctx, *tangents) is its own")

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """Say that there is no vmap, which a Function's own would be for."""
        raise NotImplementedError("tinygrad_nn has no vmap: a Function's own is never called")

    @classmethod
    def rule(cls) -> Callable[..., Any]:
        """Return the user's backward, which may be called vjp."""
        if cls.vjp is Function.vjp:
            return cls.backward
        if cls.backward is Function.backward:
            return cls.vjp
        raise GraphError(f"{cls.__name__} has both backward and vjp, two names for one thing")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = type(self).__name__
        raise GraphError(f"a Function is not called itself: write {name}.apply(...)")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward and record it."""
        if kwargs or cls.has_setup():
            args = cls._positional(args, kwargs)
        inputs = tuple(arg.node if isinstance(arg, TensorBase) else None for arg in args)
        ctx = FunctionCtx(tuple(edge is not None for edge in inputs))
        with no_grad():
            if cls.has_setup():
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
            else:
                result = cls.forward(ctx, *args)
        is_recorded = bool(mode()) and any(ctx.needs_input_grad)
        outputs = list(result) if isinstance(result, tuple) else [result]
        push = pushing() if cls.jvp is not Function.jvp else None
        if push is not None and cls.backward is Function.backward and cls.vjp is Function.vjp:
            duals = push(cls, ctx, args, outputs)
            if duals is not None:
                return tuple(duals) if isinstance(result, tuple) else duals[0]
        _write_dirty(cls.__name__, ctx, outputs, is_recorded)
        given = {id(arg) for arg in args if isinstance(arg, TensorBase)}
        apart = {id(each) for each in ctx.non_differentiable}
        places = []  # of the outputs that get a gradient
        for i, each in enumerate(outputs):
            if isinstance(each, TensorBase):
                joins = is_recorded and id(each) not in apart and is_differentiable(each.array)
                outputs[i] = _own_output(each, given, ctx, joins)
                places += [i] if joins else []
        if places:
            record(FunctionOp(cls, ctx, args, outputs), inputs, args, outputs, places)
        elif is_recorded and isinstance(result, list) and _holds_tensors(result):
            warn_user(
                f"{cls.__name__}.forward returned a list, whose tensors get no gradient; those of "
                "a tuple do"
            )
        return tuple(outputs) if isinstance(result, tuple) else outputs[0]

    @classmethod
    def _positional(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """Bring keywords to their places, so that they get gradients; setup_context sees defaults.

        Raises:
            TypeError: what forward has no place for.
        """
        before_them = () if cls.has_setup() else (None,)  # ctx
        bound = inspect.signature(cls.forward).bind(*before_them, *args, **kwargs)
        if cls.has_setup():
            bound.apply_defaults()
        if bound.kwargs:
            raise TypeError(
                f"{cls.__name__}.forward takes {', '.join(bound.kwargs)} by keyword only, or behind"
                " an argument that is left out; backward answers by position: give all before it"
            )
        return bound.args[len(before_them) :]


def _holds_tensors(values: Sequence[Any]) -> bool:
    return any(isinstance(each, TensorBase) for each in values)


def _write_dirty(name: str, ctx: FunctionCtx, outputs: list[Any], is_recorded: bool) -> None:
    """Count the writes into dirty inputs, and raise where one would make gradients wrong."""
    returned = {id(each) for each in outputs}
    for x in ctx.dirty_tensors:
        if id(x) not in returned:
            raise GraphError(
                f"{name}: a tensor of shape {x.array.shape} was marked dirty, and forward did not "
                "return it; return every input that it writes into"
            )
        x.version[0] += 1
        if not is_recorded or not is_differentiable(x.array):
            continue
        base = base_of(x)
        if base is not None and sum(isinstance(each, TensorBase) for each in outputs) > 1:
            raise GraphError(
                f"{name}: a Function that writes in place into a view can have no other output; "
                "pass a .clone(), or make two Functions of it"
            )
        check_writable(x, base, True, name)


def _own_output(output: Any, given: set[int], ctx: FunctionCtx, joins: bool) -> Any:
    """Return the tensor that stands for an output: where it may not be that, another beside it.

    An input handed back unchanged is one, and what has a graph of its own but is to get none.
    """
    is_input = id(output) in given
    is_dirty = any(output is each for each in ctx.dirty_tensors)
    if not joins:
        alone = output.node is None and (is_dirty or not is_input)
        return output if alone else make_tensor(output.array, None, output.version)
    if is_dirty:
        return output
    if is_input:
        made = make_tensor(output.array, None, output.version)
        link_view(made, output, None, None)
        return made
    if base_of(output) is not None:
        output.view_steps, output.view_recorded = None, True  # the way is the user's own
    return output


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
