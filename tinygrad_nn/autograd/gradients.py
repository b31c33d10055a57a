"""A gradient on its way: made to fit its tensor, seen by hooks, added to `.grad`.
Read `engine.py` next, where it comes by.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from ..arrays.dtypes import FLOAT32, float32, from_numpy
from ..arrays.kinds import HALVES, REAL, is_complex, is_half
from ..arrays.layout import empty_as, is_dense
from ..arrays.sums import sum_to_shape
from ..errors import DTypeError, GraphError, ShapeError
from .anomaly import check_kept
from .grad_mode import no_grad
from .node import Node, extra_of
from .outputs import Gradients, gradients_of
from .tensor_base import TensorBase, make_tensor

_NOTHING = nullcontext()


def fit(contribution: Any, edge: Node, node: Node, recorded: bool) -> Any:
    """Make of a contribution what its input's gradient is: of its shape, of its dtype, and real.

    Summing to the shape is the gradient of broadcasting.
    """
    if edge.shape is None:
        return contribution
    if recorded and not isinstance(contribution, TensorBase):
        contribution = make_tensor(contribution)
    if contribution.shape != edge.shape:
        try:
            contribution = sum_to_shape(contribution, edge.shape)
        except (ValueError, IndexError):
            raise ShapeError(
                f"the gradient rule of {node.op.name} gave shape {contribution.shape} for an "
                f"operand of shape {edge.shape}"
            ) from None
    if contribution.dtype is edge.dtype:
        return contribution
    if edge.dtype in REAL and is_complex(getattr(contribution, "array", contribution)):
        contribution = contribution.real
    if recorded:
        return contribution.to(from_numpy(edge.dtype))
    return contribution.astype(edge.dtype, copy=False)


def pull_in_float32(
    pull: Callable[..., Any], node: Node, g: Any, wanted: set[Node] | None, recorded: bool
) -> list[tuple[Node, Any]]:
    """Go back through a Node of 16 bits by rules that see float32: `fit` rounds what they give."""
    kept = node.saved
    if kept:
        node.saved = tuple(entry and (_wide(entry[0]), *entry[1:]) for entry in kept)
    try:
        return pull(node, _wide(g), wanted, recorded)
    finally:
        node.saved = kept


def _wide(value: Any) -> Any:
    """Return what a rule is given with 16 bits as float32: an array, a Tensor, several of them."""
    if isinstance(value, Gradients):
        by_output = {i: _wide(each) for i, each in value.by_output.items()}
        return Gradients(by_output, value.dtype)
    if isinstance(value, list):
        return [_wide(each) for each in value]
    if isinstance(value, TensorBase):
        return value.to(float32) if is_half(value.array) else value  # type: ignore[attr-defined]
    return value.astype(FLOAT32) if getattr(value, "dtype", None) in HALVES else value


def no_gradient(contribution: Any, node: Node) -> Exception:
    """Say that a rule returned something else than an array."""
    return GraphError(
        f"the gradient rule of {node.op.public} returned {type(contribution).__name__}, no array"
    )


def watch(node: Node, g: Any, create_graph: bool) -> Any:
    """Let the hooks of a Node see and replace its gradient; keep the gradient if asked to."""
    extra = extra_of(node)
    if node.op is not None:
        check_kept(node)
    if node.shape is None:
        return g
    if extra.hooks:
        for hook in list(extra.hooks.values()):
            given = as_tensor(g, False)
            g = given if create_graph else given.array  # what the hook writes into it counts
            with _NOTHING if create_graph else no_grad():
                answer = hook(given)
            if answer is None:
                continue
            if not isinstance(answer, TensorBase):
                raise DTypeError(f"a gradient hook returned {type(answer).__name__}, not a Tensor")
            if answer.array.shape != node.shape:
                raise ShapeError(
                    f"a gradient hook changed the shape from {node.shape} to {answer.array.shape}"
                )
            if answer.array.dtype != node.dtype:
                raise DTypeError(
                    f"a gradient hook changed the dtype from {node.dtype} to {answer.array.dtype}"
                )
            g = answer if create_graph else answer.array
    if extra.before:
        g = _before(node, g, create_graph)
    if node.op is not None and extra.retains_grad:
        kept = g if extra.grad is None else g + (extra.grad if create_graph else extra.grad.array)
        extra.grad = as_tensor(kept, False)
    return g


def _before(node: Node, g: Any, create_graph: bool) -> Any:
    """Let a Node's own hooks see its gradient, in a tuple, and replace it."""
    for hook in list(extra_of(node).before.values()):
        with _NOTHING if create_graph else no_grad():
            answer = hook((as_tensor(g, False),))
        if answer is not None:
            (g,) = _answered(answer, (g,), create_graph)
    return g


def behind(
    node: Node, g: Any, contributions: list[tuple[Node, Any]], create_graph: bool
) -> list[tuple[Node, Any]]:
    """Let a Node's own hooks see its inputs' gradients and its own, and replace the former."""
    left, taken = list(contributions), []
    for edge, _ in node.next_functions:
        place = next((i for i, (to, _) in enumerate(left) if to is edge), None)
        given = None if place is None or edge is None else left.pop(place)[1]
        if edge is not None and given is not None:
            given = fit(given, edge, node, create_graph)
        taken.append((edge, given))
    grad_inputs = tuple(as_tensor(each, False) for _, each in taken)
    several = gradients_of(node, g, create_graph) if node.shape is None else [g]
    grad_outputs = tuple(as_tensor(each, False) for each in several)
    for hook in list(extra_of(node).behind.values()):
        with _NOTHING if create_graph else no_grad():
            answer = hook(grad_inputs, grad_outputs)
        if answer is not None:
            found = _answered(answer, grad_inputs, create_graph)
            grad_inputs = tuple(as_tensor(each, True) for each in found)
            taken = [(edge, each) for (edge, _), each in zip(taken, found, strict=True)]
    return left + [(edge, each) for edge, each in taken if edge is not None and each is not None]


def _answered(answer: Any, given: tuple[Any, ...], create_graph: bool) -> list[Any]:
    """Return the gradients that a Node's hook returned, as arrays unless the pass is recorded."""
    answers = answer if isinstance(answer, tuple) else (answer,)
    if len(answers) != len(given):
        raise ShapeError(
            f"a hook of a Node was given {len(given)} gradients and returned {len(answers)}"
        )
    for each in answers:
        if each is not None and not isinstance(each, TensorBase):
            raise DTypeError(f"a hook of a Node returned {type(each).__name__}, not a Tensor")
    return [each if create_graph or each is None else each.array for each in answers]


def accumulate(node: Node, gradient: Any, owned: bool, create_graph: bool) -> None:
    """Add to a leaf's `.grad`: in place, as PyTorch does, unless the addition is to be recorded."""
    extra = node.extra or extra_of(node)
    if node.op is None and not extra.retains_grad:
        return  # a leaf that was frozen since
    if extra.grad is None and create_graph:
        extra.grad = gradient.clone()  # the same Tensor may be another leaf's gradient
    elif extra.grad is None:
        leaf = extra.tensor  # a weak reference; None: a computed tensor that retains its gradient
        extra.grad = as_tensor(gradient, owned, leaf and leaf())
    elif extra.retains_grad and node.op is not None:
        return  # it was kept on the way
    elif create_graph:
        extra.grad = extra.grad + gradient
    else:
        extra.grad.array += gradient
        extra.grad.version[0] += 1
    if extra.after:
        _call_after(node, create_graph)
    if extra.behind and node.op is None:
        behind(node, gradient, [], create_graph)


def _call_after(node: Node, create_graph: bool) -> None:
    """Let the hooks see a leaf whose `.grad` has just grown, if somebody still holds it."""
    tensor = node.tensor
    for hook in () if tensor is None else list(extra_of(node).after.values()):
        with _NOTHING if create_graph else no_grad():
            answer = hook(tensor)
        if answer is not None:
            raise DTypeError(
                f"a post-accumulate-grad hook returned {type(answer).__name__}; it returns None, "
                "and changes .grad in place or by assigning another"
            )


def as_tensor(gradient: Any, owned: bool, tensor: Any = None) -> Any:
    """Wrap a gradient for the user; an array that others hold is copied."""
    if gradient is None or isinstance(gradient, TensorBase):
        return gradient
    array = gradient
    if tensor is not None and not (array.flags.c_contiguous and tensor.array.flags.c_contiguous):
        array = _laid_out(array, tensor.array)
    return make_tensor(array if owned or array is not gradient else np.array(array))


def _laid_out(gradient: Any, array: Any) -> Any:
    """Lay a gradient out as its tensor if that is dense, else row by row, as PyTorch does."""
    dense = is_dense(array)
    result = empty_as(array, gradient.dtype) if dense else np.empty(array.shape, gradient.dtype)
    if result.strides == gradient.strides:
        return gradient
    result[...] = gradient
    return result
