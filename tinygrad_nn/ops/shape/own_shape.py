"""The forms in place of views: a tensor that takes another shape or order itself, `x.t_()`.
Read `../indexing/` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...autograd.grad_mode import INFERENCE, mode
from ...autograd.node import hand_on
from ...autograd.tensor_base import InferenceVersion, TensorBase
from ...autograd.views import base_of
from ...errors import GraphError
from .order import swapaxes, swapdims, t, transpose
from .sizes import squeeze, unsqueeze
from .strided import as_strided


def on_itself(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the form of a view in which the tensor itself becomes the view; it returns x."""
    name = f"{view.__name__}_"

    def call(x: Any, *args: Any, **keywords: Any) -> Any:
        _check(x, name)
        seen, old = view(x, *args, **keywords), x.node
        x.array, x.node = seen.array, seen.node
        x.version[0] += 1
        if base_of(x) is not None:  # the same view, and one step more
            x.view_steps, x.view_recorded = seen.view_steps, seen.view_recorded
        if old is not None and old.extra is not None:
            hand_on(old, x.node)
        return x

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Make this tensor what `{view.__name__}` sees of it, and return it."
    return call


def _check(x: TensorBase, name: str) -> None:
    """Raise `GraphError` where a graph would not know of the tensor's new shape."""
    if x.node is not None and (x.node.op is None or not mode()):
        what = "a leaf that requires a gradient" if x.node.op is None else "a part of a graph"
        raise GraphError(
            f"{name}: {what}, of shape {x.array.shape}, cannot change its shape in place"
            f"{'' if x.node.op is None else ' under no_grad'}; use {name[:-1]}(), which is a view"
        )
    if any(each() is not None for each in getattr(x, "views", ())):
        raise GraphError(
            f"{name}: there are views of this tensor of shape {x.array.shape}, which would be of "
            f"what it was; use {name[:-1]}(), which is a view"
        )
    if type(x.version) is InferenceVersion and mode() is not INFERENCE:
        raise GraphError(f"{name}: an inference tensor cannot be changed outside inference_mode")


class OwnShapeMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    t_, transpose_ = on_itself(t), on_itself(transpose)
    squeeze_, unsqueeze_ = on_itself(squeeze), on_itself(unsqueeze)
    swapaxes_, swapdims_ = on_itself(swapaxes), on_itself(swapdims)
    as_strided_ = on_itself(as_strided)
