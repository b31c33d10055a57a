"""Which tensor is a view of which, so that a write through one is seen by the others' graphs.
Read `writing.py` next, which does the writing.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from ..errors import GraphError
from .grad_mode import INFERENCE, NO_GRAD, mode
from .node import Node, Origin, clock, hand_on
from .tensor_base import TensorBase, make_tensor


def link_view(y: TensorBase, x: Any, op: Any, arguments: tuple[Any, ...] | None) -> None:
    """Make `y`, just computed from `x`, a view of it if they share memory (a reshape may copy).

    `view_base` is the tensor that is no view itself, and `view_steps` is how to take the view of it
    again, or of its gradient: (Op, arguments) each; None for one of several outputs.
    """
    if not _shares(y.array, x.array):
        return
    y.version = x.version
    base, recorded = base_of(x), mode() not in (NO_GRAD, INFERENCE)
    step = None if arguments is None else ((op, arguments),)
    if base is None:
        base, steps = x, step
    else:
        steps = None if step is None or x.view_steps is None else x.view_steps + step
        recorded = recorded and x.view_recorded
    y.view_base, y.view_steps, y.view_recorded = base, steps, recorded
    if base.node is not None and base.node.op is None:
        return  # a leaf's graph never changes: its views are not listed
    try:
        views = base.views
    except AttributeError:
        base.views = [ref(y)]
        return
    views.append(ref(y))
    if len(views) & 255 == 0:
        views[:] = [each for each in views if each() is not None]


def _shares(y: Any, x: Any) -> bool:
    """Whether a result stands in the memory of its operand, most often seen from its base."""
    base = y.base
    if base is None:
        return y is x
    return base is x or base is x.base or np.may_share_memory(y, x)


def base_of(x: TensorBase) -> Any:
    """Return the tensor that `x` is a view of, or None."""
    return getattr(x, "view_base", None)


def replay(x: Any, steps: Any) -> Any:
    """Take the same view of another array or Tensor."""
    for op, arguments in steps:
        x = op.call(x, *arguments)
    return x


def renew_views(base: TensorBase) -> None:
    """Give every living view of `base` the graph that `base` has now."""
    listed = getattr(base, "views", None)
    if not listed:
        return
    living = [y for each in listed if (y := each()) is not None]
    base.views = [ref(y) for y in living]
    again = make_tensor(base.array, base.node, base.version)  # whose own views nobody lists
    for y in living:
        if y.view_recorded:
            old = y.node
            y.node = _outdated(y) if y.view_steps is None else replay(again, y.view_steps).node
            hand_on(old, y.node)


class _Outdated(Origin):
    """What made a view of unknown steps whose base was written since: nothing that is known."""

    def pull(self, node: Node, g: Any, wanted: Any, recorded: bool) -> list[tuple[Node, Any]]:
        """Raise `GraphError`: the gradient would miss the write."""
        raise GraphError(
            f"backward through a view of shape {node.shape} whose base was written in place after "
            "it was taken: it is one of several views made by one operation, such as unbind or "
            "split, or one made by an autograd.Function, and its graph does not know of the write. "
            "Index instead (x[i]), or .clone() it before the write"
        )


_OUTDATED = _Outdated("view", "OutdatedViewBackward")


def _outdated(y: TensorBase) -> Node:
    """Make the Node of a view that backward cannot go through any more."""
    node = Node()
    node.op = _OUTDATED
    node.serial = clock()
    node.inputs = node.arguments = node.saved = ()
    node.shape, node.dtype, node.extra = y.array.shape, y.array.dtype, None
    return node
