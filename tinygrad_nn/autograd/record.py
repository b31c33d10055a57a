"""What happens when an operation is called: compute, wrap, leave a Node behind; the commonest cases
are written out, because every program spends its time here. Read `engine.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, cast
from weakref import ref

import numpy as np

from ..arrays.dtypes import FLOAT64, Array, default_float
from . import tensor_base
from .anomaly import remember_call
from .grad_mode import INFERENCE, RECORD, mode
from .node import Node, clock
from .op import Op, Operation, registry
from .operands import NUMBERS, convert_and_call, on_arrays, promote, refused, settle
from .record_any import record_any
from .tensor_base import INFERENCE_VERSION, TensorBase, new

P = ParamSpec("P")
ndarray = np.ndarray
NO_NUMBERS = (None, None)
NOTHING_KEPT = (None, None, None)


def op(
    latex: str,
    *,
    name: str | None = None,
    view: bool = False,
    elementwise: bool = False,
    ufunc: Any = None,
) -> Callable[[Callable[P, Array]], Operation[P]]:
    """Make the decorated NumPy function a differentiable operation and register it.

    `latex` is the formula that graphs and the formula sheet show. An `elementwise` operation of
    two operands takes numbers too, and mixed dtypes by PyTorch's rules; the output of a `view`
    shares its input's memory. Called with ndarrays only, it is just its NumPy function. A `ufunc`
    that is the whole function of two operands is called straight: 70 ns less.

    Example:
        >>> import numpy as np, tinygrad_nn as tnn
        >>> from tinygrad_nn.autograd import op, registry
        >>> @op(r"x^3", elementwise=True)
        ... def cube(x):
        ...     return x * x * x
        >>> _ = cube.vjp(x=lambda g, x: g * 3 * x * x)
        >>> x = tnn.tensor(2.0, requires_grad=True)
        >>> cube(x).backward(); x.grad
        tensor(12.)
        >>> del registry["cube"]
    """

    def decorate(forward: Callable[P, Array]) -> Operation[P]:
        operation = Op(forward, latex, name)
        operation.elementwise = elementwise
        if operation.name in registry:
            raise ValueError(f"an operation named {operation.name!r} is registered already")
        registry[operation.name] = operation
        count = len(operation.parameters)
        if elementwise and count < 3:
            call = (
                _record_unary(operation)
                if count == 1
                else _record_binary(operation, ufunc or forward)
            )
        else:
            call = record_any(operation, view)
            if count == 3 and not view:
                call = _record_ternary(operation, call)
        return _dress(call, operation)

    return decorate


def _dress(call: Callable[..., Any], operation: Op) -> Operation[Any]:
    """Give the recording function its name, its docstring and `.vjp`."""

    def vjp(**rules: Callable[..., Any]) -> Any:
        operation.add_rules(rules)
        return call

    def composite(function: Callable[..., Any]) -> Any:
        operation.composite = function
        return call

    dressed = cast(Any, call)
    dressed.__name__ = dressed.__qualname__ = operation.name
    dressed.__doc__ = operation.forward.__doc__
    dressed.__module__ = operation.forward.__module__
    dressed.__wrapped__ = operation.forward
    dressed.op = operation
    operation.call = call
    dressed.vjp = vjp
    dressed.composite = composite
    return cast(Operation[Any], dressed)


def _record_unary(operation: Op) -> Callable[..., Any]:
    forward, kept = operation.forward, operation.kept_for

    def call(x: Any) -> Any:
        if not isinstance(x, TensorBase):
            return on_arrays(operation, (x,))
        given = x.array
        try:
            array = forward(given)
        except TypeError as error:
            raise refused(operation, (given,), error) from None
        dtype = array.dtype
        if dtype is not given.dtype and dtype.kind == "f":  # of an integer: NumPy's width varies
            array = forward(given.astype(default_float()))
            dtype = array.dtype
        shape = array.shape
        if not shape:
            array = np.asarray(array)  # NumPy hands back a scalar for 0-d
        y = new(tensor_base.tensor_class)
        y.array = array
        edge = x.node
        recording = mode()
        if edge is None or not recording or not operation.rules:
            y.node = None
            y.version = INFERENCE_VERSION if recording is INFERENCE else [0]
            return y
        y.version = version = [0]
        y.node = node = Node()
        node.op = operation
        node.serial = clock()
        node.inputs = (edge,)
        node.attributes = NO_NUMBERS
        keep_x, keep_y = kept[1]
        node.saved = (
            (given, x.version, x.version[0]) if keep_x else None,
            (array, version, 0) if keep_y else None,
        )
        node.shape = shape
        node.dtype = dtype
        node.extra = None if recording is RECORD else remember_call(node)
        return y

    return call


def _record_binary(operation: Op, forward: Callable[..., Any]) -> Callable[..., Any]:
    kept = operation.kept_for

    def call(a: Any, b: Any) -> Any:
        edge_a = edge_b = None
        numbers: tuple[Any, Any] = NO_NUMBERS
        if isinstance(a, TensorBase) and isinstance(b, TensorBase):
            x, z = a.array, b.array
            edge_a, edge_b = a.node, b.node
            given = x.dtype
            if given is not z.dtype:
                x, z = promote(x, z)
                given = x.dtype
        elif isinstance(a, TensorBase) and type(b) in NUMBERS:
            x, z = a.array, b
            edge_a, numbers = a.node, (None, b)
            given = x.dtype
        elif isinstance(b, TensorBase) and type(a) in NUMBERS:
            x, z = a, b.array
            edge_b, numbers = b.node, (a, None)
            given = z.dtype
        else:
            return convert_and_call(operation, call, a, b)
        try:
            array = forward(x, z)
        except (ValueError, TypeError, OverflowError) as error:
            raise refused(operation, (x, z), error) from None
        dtype = array.dtype
        if dtype is FLOAT64 and given is not FLOAT64:
            array, dtype = settle(array, given)
        shape = array.shape
        if not shape:
            array = np.asarray(array)  # NumPy hands back a scalar for 0-d
        y = new(tensor_base.tensor_class)
        y.array = array
        recording = mode()
        if (edge_a is None and edge_b is None) or not recording or not operation.rules:
            y.node = None
            y.version = INFERENCE_VERSION if recording is INFERENCE else [0]
            return y
        y.version = version = [0]
        y.node = node = Node()
        node.op = operation
        node.serial = clock()
        node.inputs = (edge_a, edge_b)
        if edge_a is not None and edge_b is not None:
            keep_a, keep_b, keep_y = kept[3]
        else:
            keep_a, keep_b, keep_y = kept[1 if edge_b is None else 2]
            if numbers is not NO_NUMBERS:
                keep_a, keep_b = keep_a and edge_a is not None, keep_b and edge_b is not None
            else:
                numbers = (None, ref(b)) if edge_b is None else (ref(a), None)
        node.attributes = numbers
        if keep_a or keep_b or keep_y:
            node.saved = (
                (x, a.version, a.version[0]) if keep_a else None,
                (z, b.version, b.version[0]) if keep_b else None,
                (array, version, 0) if keep_y else None,
            )
        else:
            node.saved = NOTHING_KEPT
        node.shape = shape
        node.dtype = dtype
        node.extra = None if recording is RECORD else remember_call(node)
        return y

    return call


def _record_ternary(operation: Op, general: Callable[..., Any]) -> Callable[..., Any]:
    """Two tensors and a third operand of any kind, such as linear(input, weight, bias)."""
    forward, kept = operation.forward, operation.kept_for

    def call(*given: Any, **keywords: Any) -> Any:
        if keywords or len(given) != 3:
            return general(*given, **keywords)
        a, b, c = given
        if not isinstance(a, TensorBase) or not isinstance(b, TensorBase):
            return general(a, b, c)
        x, z, w = a.array, b.array, c
        edge_a, edge_b, edge_c = a.node, b.node, None
        c_is_tensor = isinstance(c, TensorBase)
        if c_is_tensor:
            w, edge_c = c.array, c.node
        array = forward(x, z, w)
        if type(array) is not ndarray:
            array = np.asarray(array)  # NumPy hands back a scalar for 0-d
        y = new(tensor_base.tensor_class)
        y.array = array
        wanted = (edge_a is not None) + 2 * (edge_b is not None) + 4 * (edge_c is not None)
        recording = mode()
        if not wanted or not recording or not operation.rules:
            y.node = None
            y.version = INFERENCE_VERSION if recording is INFERENCE else [0]
            return y
        keep_a, keep_b, keep_c, keep_y = kept[wanted]
        y.version = version = [0]
        y.node = node = Node()
        node.op = operation
        node.serial = clock()
        node.inputs = (edge_a, edge_b, edge_c)
        node.attributes = (
            ref(a) if edge_a is None else None,
            ref(b) if edge_b is None else None,
            c if not c_is_tensor else ref(c) if edge_c is None else None,
        )
        node.saved = (
            (x, a.version, a.version[0]) if keep_a else None,
            (z, b.version, b.version[0]) if keep_b else None,
            (w, c.version, c.version[0]) if keep_c and c_is_tensor else None,
            (array, version, 0) if keep_y else None,
        )
        node.shape = array.shape
        node.dtype = array.dtype
        node.extra = None if recording is RECORD else remember_call(node)
        return y

    return call
