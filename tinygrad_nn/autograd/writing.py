"""Writing into a tensor in place, by PyTorch's rules: what may be written, what graphs become.
Read `../ops/indexing/` next, where `x[i] = v` begins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np

from ..arrays.indexing import put
from ..arrays.kinds import fits_in, is_array, is_bool, is_complex
from ..arrays.refusing import shown
from ..arrays.warnings import SILENT, restore, silence
from ..errors import DTypeError, GraphError, ShapeError
from .declaring import op
from .grad_mode import INFERENCE, mode
from .node import hand_on
from .op import Array
from .packing import pack_before_write
from .recording import make_node
from .tensor_base import InferenceVersion, TensorBase
from .views import base_of, renew_views, replay


@op(r"x \text{ with } x_{v} = u")
def overlay(input: Array, part: Any, steps: Any) -> Array:
    """Return a copy of input in which the view that `steps` take of it is replaced by part."""
    y = np.array(input, order="C")  # an array also where g is a NumPy scalar
    if not steps:
        y[...] = part
        return y
    *views, (last, arguments) = steps
    seen = replay(y, views if last.name == "getitem" else steps)
    if (seen is y or seen.base is y) and seen.flags.writeable:
        put(seen, arguments[0] if last.name == "getitem" else (...,), part)
        return y
    positions = replay(np.arange(y.size).reshape(y.shape), steps)
    y.reshape(-1)[positions] = part
    return y


def _outside(g: Array, steps: Any) -> Array:
    """overlay(g, 0.0, steps): what was overwritten gets no gradient."""
    if steps:
        return overlay(g, 0.0, steps)
    return np.zeros(g.shape, g.dtype) if is_array(g) else np.zeros_like(g)  # 0.2 µs for 1.0


def _inside(g: Array, steps: Any) -> Array:
    """replay(g, steps): of an imaginary part conj(g), as the engine conjugates around complex."""
    has_imaginary = any(step.name in ("imag", "view_as_real") for step, _ in steps)
    return replay(g.conj() if has_imaginary else g, steps)


overlay.vjp(input=_outside, part=_inside)


def write(x: Any, value: Any, name: str, put: Any = None, step: Any = None) -> Any:
    """Put `value`, a Tensor computed out of place and so recorded, or an array, into x; return x.

    If only a part of x is written, put(x.array, its array) writes it; `step`, (Op, arguments), is
    the view of x that it writes into. Values broadcast there, and take x's dtype.
    """
    base = base_of(x)
    array, given, node = x.array, value, None
    if isinstance(value, TensorBase):
        given, node = value.array, value.node
    check_writable(x, base, node is not None, name)
    if put is None:
        if given.shape != array.shape:
            raise ShapeError(
                f"{name}: a result of shape {given.shape} does not fit in place into a tensor of "
                f"shape {array.shape}"
            )
        if given.dtype is not array.dtype and not fits_in(given, array):
            raise DTypeError(
                f"{name}: a {given.dtype} result cannot be stored in place in a {array.dtype} "
                "tensor"
            )
    before = None
    if given.dtype is not array.dtype:
        before = silence(SILENT)  # too large becomes inf
        if is_complex(given) and not (is_complex(array) or is_bool(array)):
            given = given.real
    try:
        if put is None:
            array[...] = given
        else:
            put(array, given)
    finally:
        if before is not None:
            restore(before)
    x.version[0] += 1
    steps = () if base is None else x.view_steps
    base = x if base is None else base
    recording = mode()
    if recording and (node is not None or base.node is not None):
        place = steps if step is None else (*steps, step)
        if place or put is not None or node is None:
            edges = (base.node, node, None)
            old = base.node
            held = (None, None if node is not None else ref(value), place)
            base.node = make_node(overlay.op, edges, (), held, base.array, recording)
        else:
            old, base.node = base.node, node
        if old is not None and old.extra is not None:
            hand_on(old, base.node)
        renew_views(base)
    return x


def check_writable(x: TensorBase, base: Any, brings_graph: bool, name: str) -> None:
    """Raise `GraphError` where a write in place would make gradients wrong.

    `brings_graph`: what is written has a graph of its own.
    """
    if mode():
        node = x.node if base is None else base.node
        if node is not None and node.op is None:
            what = "a leaf" if base is None else "a view of a leaf"
            raise GraphError(
                f"{name}: {what} that requires a gradient, of shape {x.array.shape}, cannot be "
                "written in place while operations are recorded; use `with tnn.no_grad():`, or "
                "compute a new tensor"
            )
        needs_graph = base is not None and (brings_graph or node is not None or x.node is not None)
        if needs_graph and x.view_steps is None:
            raise GraphError(
                f"{name}: this is one of several views made by one operation, such as unbind or "
                "split, or one made by an autograd.Function, and cannot be written in place; index "
                "instead (x[i] = ...), or .clone() it"
            )
        if needs_graph and not x.view_recorded:
            raise GraphError(
                f"{name}: this view was taken under no_grad, so its graph is not known; take it "
                "again where operations are recorded, or write under no_grad"
            )
    if type(x.version) is InferenceVersion and mode() is not INFERENCE:
        raise GraphError(f"{name}: an inference tensor cannot be written outside inference_mode")
    array = x.array
    if 0 in array.strides and _overlaps(array):
        raise GraphError(
            f"{name}: several elements of this tensor of shape {x.array.shape} share one memory "
            "place (it was expanded); .clone() it before writing"
        )
    if not array.flags.writeable:
        raise GraphError(
            f"{name}: NumPy marks this tensor of shape {x.array.shape} read-only; .clone() it "
            "before writing"
        )


def _overlaps(array: Array) -> bool:
    """Whether several elements share one place in memory."""
    sizes = zip(array.shape, array.strides, strict=True)
    return array.size > 0 and any(stride == 0 and size > 1 for size, stride in sizes)


def in_place(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return the in-place form of an operation, such as `add_` of `add`; it returns x."""
    name = f"{operation.__name__}_"

    def call(input: Any, *args: Any, **keywords: Any) -> Any:
        value = operation(input, *args, **keywords)
        if not isinstance(input, TensorBase):
            raise DTypeError(f"{name}() writes into a Tensor, got {shown(input)}")
        if value is NotImplemented:
            return NotImplemented  # of `x += y`
        if value.node is not None:
            _keep_before(value.node, input)
        return write(input, value, name)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Write the result of `{operation.__name__}` into this tensor and return it."
    return call


def _keep_before(node: Any, x: TensorBase) -> None:
    """Let backward have a copy of what x, the first operand, holds before the write."""
    kept = node.op.kept
    if not node.saved or kept[0] != node.op.operands[0]:
        return
    first = node.saved[0]
    if node.extra is not None and node.extra.packed:
        pack_before_write(node, x.array)
    elif first is not None:
        own = (x.array.copy() if first[0] is x.array else first[0], [0], 0)
        node.saved = tuple(own if e is not None and e[0] is first[0] else e for e in node.saved)
