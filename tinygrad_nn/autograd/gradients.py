"""A gradient on its way: made to fit its tensor, seen by hooks, added to `.grad`.
Read `engine.py` next, where it comes by.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np

from ..arrays.dtypes import from_numpy
from ..arrays.kinds import REAL, is_complex
from ..arrays.sums import sum_to_shape
from ..errors import DTypeError, GraphError, ShapeError
from .anomaly import check_kept
from .grad_mode import no_grad
from .node import Node, extra_of
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
            g = answer if create_graph else answer.array
    if node.op is not None and extra.retains_grad:
        kept = g if extra.grad is None else g + (extra.grad if create_graph else extra.grad.array)
        extra.grad = as_tensor(kept, False)
    return g


def accumulate(node: Node, gradient: Any, owned: bool, create_graph: bool) -> None:
    """Add to a leaf's `.grad`: in place, as PyTorch does, unless the addition is to be recorded."""
    extra = node.extra or extra_of(node)
    if node.op is None and not extra.retains_grad:
        return  # a leaf that was frozen since
    if extra.grad is None and create_graph:
        extra.grad = gradient.clone()  # the same Tensor may be another leaf's gradient
    elif extra.grad is None:
        extra.grad = as_tensor(gradient, owned)
    elif extra.retains_grad and node.op is not None:
        return  # it was kept on the way
    elif create_graph:
        extra.grad = extra.grad + gradient
    else:
        extra.grad.array += gradient
        extra.grad.version[0] += 1


def as_tensor(gradient: Any, owned: bool) -> Any:
    """Wrap a gradient for the user; an array that others hold is copied."""
    if gradient is None or isinstance(gradient, TensorBase):
        return gradient
    return make_tensor(gradient if owned else np.array(gradient))
