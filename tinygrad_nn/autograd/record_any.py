"""Recording an operation of any arguments: attributes, views, lists of tensors.
Read `record.py` next, where the commonest cases are written out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np

from ..errors import DTypeError, ShapeError
from . import tensor_base
from .anomaly import remember_call
from .grad_mode import INFERENCE, RECORD, mode
from .node import Node, clock
from .op import Op
from .operands import bind, on_arrays
from .tensor_base import INFERENCE_VERSION, TensorBase, make_tensor, new
from .views import mark_view

ndarray = np.ndarray


def record_any(operation: Op, view: bool) -> Callable[..., Any]:
    """Return the function that users call for an operation of any arguments."""
    forward, kept = operation.forward, operation.slots_for
    count = len(operation.parameters)
    sequence = operation.takes_sequence

    def call(*given: Any, **keywords: Any) -> Any:
        operands = given
        if keywords or len(given) < count:
            operands = bind(operation, given, keywords)
        if len(operands) > count:
            raise TypeError(f"{operation.name}() takes {count} arguments, got {len(given)}")
        if sequence:
            return _record_sequence(operation, operands)
        values, attributes = list(operands), list(operands)
        inputs: list[Node | None] = [None] * count
        wanted, bit, has_tensor = 0, 1, False
        for i, operand in enumerate(operands):
            if isinstance(operand, TensorBase):
                has_tensor = True
                values[i] = operand.array
                if operand.node is None:
                    attributes[i] = ref(operand)
                else:
                    attributes[i] = None
                    inputs[i] = operand.node
                    wanted |= bit
            bit <<= 1
        if not has_tensor:
            return on_arrays(operation, operands)
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
        raise ShapeError(f"{operation.name}() expects a non-empty list of tensors, got {tensors!r}")
    keywords = dict(zip(operation.parameters[1:], attributes, strict=True))
    if all(isinstance(tensor, ndarray) for tensor in tensors):
        return operation.forward(*tensors, **keywords)
    for i, tensor in enumerate(tensors):
        if not isinstance(tensor, TensorBase):
            raise DTypeError(
                f"{operation.name}() expects tensors; entry {i} is a {type(tensor).__name__}"
            )
    array = operation.forward(*(tensor.array for tensor in tensors), **keywords)
    y = make_tensor(array)
    edges = tuple(tensor.node for tensor in tensors)
    recording = mode()
    if recording and any(edge is not None for edge in edges):
        y.node = node = Node()
        node.op = operation
        node.serial = clock()
        node.inputs = edges
        shapes = tuple(tensor.array.shape for tensor in tensors)
        data = tuple(ref(tensor) if tensor.node is None else None for tensor in tensors)
        node.attributes = (shapes, *attributes, data)
        node.saved = (None,) * (len(attributes) + 2)
        node.shape = y.array.shape
        node.dtype = y.array.dtype
        node.extra = None if recording is RECORD else remember_call(node)
    return y
