"""`swap_tensors`: two tensors become each other, for whoever holds them.
Read `data/dataset.py` next.
"""

from __future__ import annotations

from ..arrays.refusing import shown
from ..autograd.node import renew_leaf
from ..autograd.views import base_of
from ..errors import DTypeError, GraphError
from ..tensor import Tensor


def swap_tensors(t1: Tensor, t2: Tensor) -> None:
    """Swap what two tensors are: values, gradients, graphs, attributes and classes.

    Raises:
        DTypeError: what is no tensor. GraphError: a tensor that has views, or is one.

    Example:
        >>> import tinygrad_nn as tnn
        >>> a, b = tnn.arange(2), tnn.arange(3)
        >>> tnn.utils.swap_tensors(a, b); a, b
        (tensor([0, 1, 2]), tensor([0, 1]))
    """
    for each in (t1, t2):
        if not isinstance(each, Tensor):
            raise DTypeError(f"swap_tensors(): a Tensor expected, got {shown(each)}")
        views = getattr(each, "views", ())
        if base_of(each) is not None or any(view() is not None for view in views):
            raise GraphError(
                f"swap_tensors(): a tensor of shape {tuple(each.shape)} shares its memory with "
                "views; swap before views are taken, or clone it"
            )
    t1.__class__, t2.__class__ = t2.__class__, t1.__class__
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__
    t1.array, t2.array = t2.array, t1.array
    t1.version, t2.version = t2.version, t1.version
    t1.node, t2.node = t2.node, t1.node
    for each in (t1, t2):
        if each.node is not None and each.node.op is None:
            each.node = renew_leaf(each.node, each)
