"""Writing into a tensor in place, by PyTorch's rules: what may be written, what graphs become.
Read `../autograd/views.py` beside it; `../tensor.py` comes next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.dtypes import Array
from ..autograd.grad_mode import INFERENCE, mode
from ..autograd.node import Node
from ..autograd.record import op
from ..autograd.tensor_base import INFERENCE_VERSION, TensorBase, make_tensor
from ..autograd.views import View, renew_views, replay, view_of
from ..errors import DTypeError, GraphError, ShapeError
from .elementwise import cast
from .index import as_index, check_index, getitem, pick, put
from .shape import expand, squeeze


@op(r"x \text{ with } x_{v} = u")
def overlay(base: Array, part: Any, steps: Any) -> Array:
    """Return a copy of base in which the view that `steps` take of it is replaced by part."""
    y = np.array(base, order="C")  # an array also where g is a NumPy scalar
    positions = replay(np.arange(base.size).reshape(base.shape), steps)
    y.reshape(-1)[positions] = part
    return y


overlay.vjp(
    base=lambda g, steps: overlay(g, 0.0, steps),
    part=lambda g, steps: replay(g, steps),
)


def write(x: Any, value: Any, name: str, index: Any = None) -> Any:
    """Put `value` (a Tensor, computed out of place and so recorded) into `x`, or into x[index]."""
    view = view_of(x)
    check_writable(x, view, value, name)
    _check_dtype(value.array.dtype, x.array.dtype, name)
    if index is None:
        if value.array.shape != x.array.shape:
            raise ShapeError(
                f"{name}: a result of shape {value.array.shape} does not fit in place into a "
                f"tensor of shape {x.array.shape}"
            )
        np.copyto(x.array, value.array, casting="unsafe")
    else:
        put(x.array, index, value.array)
    x.version[0] += 1
    base, steps = (x, ()) if view is None else (view.base, view.steps)
    before = base.node
    if not mode() or (value.node is None and before is None):
        return x
    place = steps if index is None else (*steps, (getitem.op, (index,)))
    if place or value.node is None:
        base.node = overlay(make_tensor(base.array, before, base.version), value, place).node
    else:
        base.node = value.node
    if view is not None:
        x.node = replay(base, steps).node
    renew_views(base)
    return x


def _check_dtype(given: Any, held: Any, name: str) -> None:
    fits = given.kind == "b" if held.kind == "b" else given.kind != "f" or held.kind == "f"
    if not fits:
        raise DTypeError(f"{name}: a {given} result cannot be stored in place in a {held} tensor")


def check_writable(x: TensorBase, view: View | None, value: Any, name: str) -> None:
    """Raise `GraphError` where a write in place would make gradients wrong."""
    if mode():
        base = x if view is None else view.base
        if base.node is not None and base.node.op is None:
            what = "a leaf" if view is None else "a view of a leaf"
            raise GraphError(
                f"{name}: {what} that requires a gradient, of shape {x.array.shape}, cannot be "
                "written in place while operations are recorded; use `with tnn.no_grad():`, or "
                "compute a new tensor"
            )
        needs_graph = value.node is not None or base.node is not None
        if view is not None and not view.recorded and needs_graph:
            raise GraphError(
                f"{name}: this view was taken under no_grad, so its graph is not known; take it "
                "again where operations are recorded, or write under no_grad"
            )
    if x.version is INFERENCE_VERSION and mode() is not INFERENCE:
        raise GraphError(f"{name}: an inference tensor cannot be written outside inference_mode")
    if not x.array.flags.writeable:
        raise GraphError(
            f"{name}: several elements of this tensor of shape {x.array.shape} share one memory "
            "place (it was expanded), or NumPy marks it read-only; .clone() it before writing"
        )


def in_place(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return the in-place form of an operation, such as `add_` of `add`; it returns x."""
    name = f"{operation.__name__.removesuffix('_scaled')}_"

    def call(x: Any, *args: Any, **keywords: Any) -> Any:
        value = operation(x, *args, **keywords)
        if value.node is not None:
            _keep_before(value.node, x)
        return write(x, value, name)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Write the result of `{operation.__name__}` into this tensor and return it."
    return call


def _keep_before(node: Node, x: TensorBase) -> None:
    """Let backward have a copy of what x holds before the write, if it needs that."""
    if node.saved and any(entry is not None and entry[0] is x.array for entry in node.saved):
        kept = (x.array.copy(), [0], 0)
        node.saved = tuple(
            kept if entry is not None and entry[0] is x.array else entry for entry in node.saved
        )


def fill(x: Any, value: Any) -> Any:
    """Write `value`, a number or a 0-d tensor, into every element of x and return x."""
    if isinstance(value, TensorBase) and value.array.ndim:
        raise ShapeError(f"fill_: a number or 0-d tensor expected, got shape {value.array.shape}")
    return copy(x, value, "fill_")


def copy(x: Any, source: Any, name: str = "copy_") -> Any:
    """Write `source`, a number or a tensor that broadcasts, into x and return x."""
    everywhere = (...,)  # what x held before gets the gradient 0
    return write(x, _fitted(source, x.array.dtype, x.array.shape, name), name, everywhere)


def set_item(x: Any, index: Any, value: Any) -> None:
    """x[index] = value: value may broadcast, and is converted to x's dtype."""
    place = as_index(index)
    try:
        shape = pick(x.array, place).shape
    except (IndexError, ValueError) as error:
        raise check_index(x.array.shape, place, error) from None
    write(x, _fitted(value, x.array.dtype, shape, "setitem"), "setitem", place)


def _fitted(value: Any, dtype: Any, shape: tuple[int, ...], name: str) -> Any:
    """Return value as a Tensor of this dtype and shape."""
    if not isinstance(value, TensorBase):
        value = make_tensor(np.asarray(value))
    if value.array.dtype != dtype:
        value = cast(value, dtype)
    while value.array.ndim > len(shape) and value.array.shape[0] == 1:
        value = squeeze(value, 0)
    if value.array.shape == shape:
        return value
    try:
        return expand(value, shape)
    except ShapeError:
        raise ShapeError(
            f"{name}: a value of shape {value.array.shape} does not broadcast to {shape}"
        ) from None
