"""What happens when an operation is called: compute, wrap, and leave a Node behind. One and two operands
are written out, because this is the path every program spends its time in; `engine.py` reads next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, cast

import numpy as np

from .. import dtypes
from ..dtypes import FLOAT64, Array, result_dtype
from ..errors import DTypeError, ShapeError
from . import tensor_base
from .anomaly import remember_call
from .grad_mode import INFERENCE, RECORD, mode
from .node import Node, clock
from .op import REQUIRED, Op, Operation, registry
from .tensor_base import INFERENCE_VERSION, TensorBase, make_tensor, new
from .views import mark_view

P = ParamSpec("P")
ndarray = np.ndarray
NUMBERS = frozenset((float, int, bool))
NO_NUMBERS = (None, None)
ALIASES = {"axis": "dim", "keepdims": "keepdim"}


def op(
    latex: str, *, name: str | None = None, view: bool = False, elementwise: bool = False
) -> Callable[[Callable[P, Array]], Operation[P]]:
    """Make the decorated NumPy function a differentiable operation and register it.

    `latex` is the formula that graphs and the formula sheet show. An `elementwise` operation of two
    operands takes numbers too, and mixed dtypes by PyTorch's rules; the output of a `view` shares its
    input's memory. Called with ndarrays only, an operation is just its NumPy function.

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
        if operation.name in registry:
            raise ValueError(f"an operation named {operation.name!r} is registered already")
        registry[operation.name] = operation
        count = len(operation.parameters)
        if elementwise and count < 3:
            call = _record_unary(operation) if count == 1 else _record_binary(operation)
        else:
            call = _record_any(operation, view)
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
            return _on_arrays(operation, (x,))
        given = x.array
        try:
            array = forward(given)
        except TypeError as error:
            raise _refused(operation, (given,), error) from None
        dtype = array.dtype
        if dtype is not given.dtype and dtype.kind == "f":  # of an integer: NumPy's width varies
            array = forward(given.astype(dtypes.default_float()))
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


def _record_binary(operation: Op) -> Callable[..., Any]:
    forward, kept = operation.forward, operation.kept_for

    def call(a: Any, b: Any) -> Any:
        edge_a = edge_b = None
        numbers = NO_NUMBERS
        if isinstance(a, TensorBase) and isinstance(b, TensorBase):
            x, z = a.array, b.array
            edge_a, edge_b = a.node, b.node
            given = x.dtype
            if given is not z.dtype:
                x, z = _promote(x, z)
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
            return _convert_and_call(operation, call, a, b)
        try:
            array = forward(x, z)
        except (ValueError, TypeError, OverflowError) as error:
            raise _refused(operation, (x, z), error) from None
        dtype = array.dtype
        if dtype is FLOAT64 and given is not FLOAT64:
            array, dtype = _settle(array, given)
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
        node.attributes = numbers
        keep_a, keep_b, keep_y = kept[1 if edge_b is None else 2 if edge_a is None else 3]
        if numbers is not NO_NUMBERS:
            keep_a, keep_b = keep_a and edge_a is not None, keep_b and edge_b is not None
        node.saved = (
            (x, a.version, a.version[0]) if keep_a else None,
            (z, b.version, b.version[0]) if keep_b else None,
            (array, version, 0) if keep_y else None,
        )
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
        constant = c
        if isinstance(c, TensorBase):
            w, edge_c, constant = c.array, c.node, None
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
        node.attributes = (None, None, constant)
        node.saved = (
            (x, a.version, a.version[0]) if keep_a else None,
            (z, b.version, b.version[0]) if keep_b else None,
            (w, c.version, c.version[0]) if keep_c and constant is None and c is not None else None,
            (array, version, 0) if keep_y else None,
        )
        node.shape = array.shape
        node.dtype = array.dtype
        node.extra = None if recording is RECORD else remember_call(node)
        return y

    return call


def _record_any(operation: Op, view: bool) -> Callable[..., Any]:
    forward, kept = operation.forward, operation.slots_for
    parameters, defaults = operation.parameters, operation.defaults
    count = len(parameters)
    sequence = operation.takes_sequence

    def call(*given: Any, **keywords: Any) -> Any:
        operands = _bind(operation, given, keywords) if keywords or len(given) < count else given
        if len(operands) > count:
            raise TypeError(f"{operation.name}() takes {count} arguments, got {len(given)}")
        if sequence:
            return _record_sequence(operation, operands)
        values, inputs, attributes = list(operands), [None] * count, list(operands)
        wanted, bit, has_tensor = 0, 1, False
        for i, operand in enumerate(operands):
            if isinstance(operand, TensorBase):
                has_tensor = True
                values[i] = operand.array
                attributes[i] = None
                if operand.node is not None:
                    inputs[i] = operand.node
                    wanted |= bit
            bit <<= 1
        if not has_tensor:
            return _on_arrays(operation, operands)
        array = forward(*values)
        if type(array) is not ndarray:
            array = np.asarray(array)
        y = new(tensor_base.tensor_class)
        y.array = array
        recording = mode()
        if not (wanted and recording and operation.rules and array.dtype.kind == "f"):
            y.node = None
            y.version = INFERENCE_VERSION if recording is INFERENCE else [0]
        else:
            y.version = version = [0]
            y.node = node = Node()
            node.op = operation
            node.serial = clock()
            node.inputs = tuple(inputs)
            node.attributes = tuple(attributes)
            saved: list[Any] = [None] * (count + 1)
            for slot in kept[wanted]:
                if slot == count:
                    saved[slot] = (array, version, 0)
                elif isinstance(operands[slot], TensorBase):
                    cell = operands[slot].version
                    saved[slot] = (values[slot], cell, cell[0])
            node.saved = tuple(saved)
            node.shape = array.shape
            node.dtype = array.dtype
            node.extra = None if recording is RECORD else remember_call(node)
        if view:
            mark_view(y, operands[0], operation, operands[1:])
        return y

    return call


def _record_sequence(operation: Op, operands: Any) -> Any:
    """Record an operation of a list of tensors, such as `cat(tensors, dim)`."""
    tensors, *attributes = operands
    if not isinstance(tensors, (list, tuple)) or not tensors:
        raise ShapeError(
            f"{operation.name}() expects a non-empty list of tensors, got {tensors!r}"
        )
    if all(isinstance(tensor, ndarray) for tensor in tensors):
        return operation.forward(*tensors, *attributes)
    for i, tensor in enumerate(tensors):
        if not isinstance(tensor, TensorBase):
            raise DTypeError(
                f"{operation.name}() expects tensors; entry {i} is a {type(tensor).__name__}"
            )
    keywords = dict(zip(operation.parameters[1:], attributes, strict=True))
    array = operation.forward(*(tensor.array for tensor in tensors), **keywords)
    y = make_tensor(array)
    edges = tuple(tensor.node for tensor in tensors)
    recording = mode()
    if recording and any(edge is not None for edge in edges):
        y.node = node = Node()
        node.op = operation
        node.serial = clock()
        node.inputs = edges
        node.attributes = (tuple(tensor.array.shape for tensor in tensors), *attributes)
        node.saved = (None,) * (len(attributes) + 2)
        node.shape = y.array.shape
        node.dtype = y.array.dtype
        node.extra = None if recording is RECORD else remember_call(node)
    return y


def _bind(operation: Op, given: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any]:
    """Return one value per parameter; `inspect.Signature.bind` does the same in 5 µs."""
    name, parameters = operation.name, operation.parameters
    values = [*given, *operation.defaults[len(given) :]]
    for key, value in keywords.items():
        key = ALIASES.get(key, key) if key not in parameters else key
        if key not in parameters:
            raise TypeError(
                f"{name}() got an unexpected argument {key!r}; it takes {', '.join(parameters)}"
            )
        position = parameters.index(key)
        if position < len(given):
            raise TypeError(f"{name}() got two values for {key!r}")
        values[position] = value
    for key, value in zip(parameters, values, strict=False):
        if value is REQUIRED:
            raise TypeError(f"{name}() is missing its argument {key!r}")
    return values


def _on_arrays(operation: Op, operands: tuple[Any, ...]) -> Any:
    """An operation of ndarrays only (a rule of the first order calls it so) is its NumPy function."""
    if any(isinstance(operand, (ndarray, np.generic)) for operand in operands):
        return operation.forward(*operands)
    kinds = ", ".join(type(operand).__name__ for operand in operands)
    raise DTypeError(f"{operation.name}() takes Tensors, got {kinds}; make one with tnn.tensor(...)")


def _convert_and_call(operation: Op, call: Callable[..., Any], a: Any, b: Any) -> Any:
    """Take NumPy scalars as numbers and ndarrays as tensors."""
    if not isinstance(a, TensorBase) and not isinstance(b, TensorBase):
        return _on_arrays(operation, (a, b))
    converted = []
    for operand in (a, b):
        if isinstance(operand, np.generic):
            operand = operand.item()
        elif isinstance(operand, ndarray):
            dtypes.from_numpy(operand.dtype)
            operand = make_tensor(operand)
        elif not isinstance(operand, TensorBase) and type(operand) not in NUMBERS:
            raise DTypeError(
                f"{operation.name}() takes Tensors and numbers, got {type(operand).__name__}: "
                f"{operand!r:.60}"
            )
        converted.append(operand)
    return call(*converted)


def _promote(x: Array, z: Array) -> tuple[Array, Array]:
    """Bring two arrays to the dtype that PyTorch has them meet in."""
    dtype = result_dtype(x, z)
    return x.astype(dtype, copy=False), z.astype(dtype, copy=False)


def _settle(array: Array, given: Any) -> tuple[Array, Any]:
    """NumPy makes float64 of integers and of float16 with integers; PyTorch keeps its own floats."""
    dtype = given if given.kind == "f" else dtypes.default_float()
    return array.astype(dtype), dtype


def _refused(operation: Op, operands: tuple[Any, ...], error: Exception) -> Exception:
    """Say in our own words what NumPy refused."""
    if isinstance(error, (ShapeError, DTypeError)):
        return error
    shapes = [operand.shape for operand in operands if isinstance(operand, ndarray)]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        first, second = shapes
        reverse = zip(reversed(first), reversed(second), strict=False)
        offset, (m, n) = next((i, (m, n)) for i, (m, n) in enumerate(reverse) if m != n and 1 not in (m, n))
        dim = max(len(first), len(second)) - 1 - offset
        return ShapeError(
            f"{operation.name}: shapes {first} and {second} do not broadcast: sizes {m} and {n} "
            f"differ at dimension {dim}, and neither is 1"
        )
    kinds = " and ".join(
        f"{o.dtype} of shape {o.shape}" if isinstance(o, ndarray) else f"{o!r}" for o in operands
    )
    return DTypeError(f"{operation.name}: not defined for {kinds}")
