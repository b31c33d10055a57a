"""Reading what an operation is called with: numbers, lists of tensors, other keywords, `out=`.
Read `recorder.py` next, whose functions come here with whatever is not the usual case.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.kinds import fits_in, is_array, is_number
from ..arrays.refusing import shown, tensor_instead
from ..errors import DTypeError, GraphError, ShapeError
from .grad_mode import mode, no_grad
from .node import Node
from .op import Op
from .tensor_base import TensorBase

NUMBERS = frozenset((float, int, bool))
ALIASES = {
    **{"axis": "dim", "keepdims": "keepdim", "x": "input"},
    **{"axis0": "dim0", "axis1": "dim1"},  # of swapaxes
}


class Versions:
    """The version cells of a list of tensors, read like one cell."""

    __slots__ = ("cells",)

    def __init__(self, cells: list[list[int]]) -> None:
        self.cells = cells

    def __getitem__(self, _: int) -> tuple[int, ...]:
        return tuple(cell[0] for cell in self.cells)


def as_operand(op: Op, position: int, value: Any) -> Any:
    """Return an operand that is neither a tensor nor an ndarray, or say that it cannot be one."""
    parameter = op.signature[position]
    if value is None and parameter.default is None:
        return None
    if op.elementwise and len(op.operands) > 1:
        if is_number(value):
            return value
    elif isinstance(value, np.generic):
        return np.asarray(value)  # what NumPy makes of a 0-d array in a rule
    elif not parameter.is_strict and position:
        return value
    raise DTypeError(
        f"{op.public}() takes Tensors{' and numbers' if op.elementwise and position else ''}, got "
        f"{type(value).__name__} {value!r:.60} for {parameter.name}; "
        f"{tensor_instead(value)}"
    )


def as_operands(op: Op, tensors: Any) -> tuple[list[Any], tuple[Node | None, ...], bool]:
    """Return the arrays and Nodes of a list, and whether it is of tensors; else it is of arrays."""
    if not isinstance(tensors, (list, tuple)):
        raise DTypeError(f"{op.public}() expects a list or tuple of tensors, got {shown(tensors)}")
    if not tensors:
        raise ShapeError(f"{op.public}() expects a non-empty list of tensors, got {tensors!r}")
    arrays, nodes = [], []
    for i, tensor in enumerate(tensors):
        if not isinstance(tensor, TensorBase):
            if all(isinstance(each, (np.ndarray, np.generic)) for each in tensors):
                return list(map(np.asarray, tensors)), (None,) * len(tensors), False
            raise DTypeError(
                f"{op.public}() expects tensors; entry {i} is a {type(tensor).__name__}"
            )
        arrays.append(tensor.array)
        nodes.append(tensor.node)
    return arrays, tuple(nodes), True


def versioned(arrays: list[Any], tensors: Any) -> tuple[Any, Versions, tuple[int, ...]]:
    """Return what a Node keeps of a list of tensors."""
    versions = Versions([tensor.version for tensor in tensors])
    return arrays, versions, versions[0]


def call_otherwise(op: Op, arguments: tuple[Any, ...], others: dict[str, Any]) -> Any:
    """Call with PyTorch's other spellings, `axis` and `keepdims`, and write into `out=`."""
    given = dict(zip(op.parameters, arguments, strict=True))
    for key in others.keys() & op.variants.keys():
        if others[key] is not None:
            return op.variants[key](*arguments, **others)
        del others[key]
    out = others.pop("out", None)
    for key, value in others.items():
        name = ALIASES.get(key, key)
        if name not in given:
            raise TypeError(
                f"{op.public}() got an unexpected argument {key!r}; it takes "
                f"{', '.join(op.parameters)}"
            )
        given[name] = value
    if out is None:
        return op.call(**given)
    outs = out if isinstance(out, (tuple, list)) else (out,)
    tensors = [*outs]
    for each in arguments:
        tensors += each if isinstance(each, (tuple, list)) else (each,)
    needs = [x for x in tensors if isinstance(x, TensorBase) and x.node is not None]
    if needs and mode():
        raise GraphError(
            f"{op.public}(out=...) is not differentiable, and a tensor of shape "
            f"{needs[0].array.shape} requires a gradient; call it without out=, or under "
            "tnn.no_grad()"
        )
    with no_grad():
        made = op.call(**given)
        results = made if op.has_several else (made,)
        if len(outs) != len(results) or not all(isinstance(each, TensorBase) for each in outs):
            number = "a Tensor" if len(results) == 1 else f"a tuple of {len(results)} Tensors"
            raise DTypeError(f"{op.public}: out must be {number}, got {shown(out)}")
        for held, result in zip(outs, results, strict=True):
            write_out(op.public, held, result)
    return op.result_type(outs) if op.has_several else out


def write_out(name: str, out: Any, result: Any) -> None:
    """Write a result into a tensor given as out=; an empty one is resized."""
    if out.array.size == 0 and out.array.shape != result.array.shape:
        out.array = np.empty_like(out.array, shape=result.array.shape)
    if out.array.shape != result.array.shape:
        raise ShapeError(
            f"{name}: out has shape {out.array.shape}, the result {result.array.shape}"
        )
    if not fits_in(result.array, out.array):
        raise DTypeError(
            f"{name}: out is {out.array.dtype} and cannot hold a {result.array.dtype} result"
        )
    out.copy_(result)


def as_output(op: Op, made: Any) -> Any:
    """Return what forward made as an array; NumPy hands back a scalar for 0-d."""
    if isinstance(made, np.generic):
        return np.asarray(made)
    raise DTypeError(f"{op.public}: forward returned {type(made).__name__}, not an array")


def as_outputs(op: Op, made: Any) -> Any:
    """Return the several things that forward made, if they are as many as it says."""
    count = len(op.returns) + len(op.keeps)
    if not isinstance(made, (tuple, list)) or not (op.is_variadic or len(made) == count):
        what = f"{len(made)} values" if isinstance(made, (tuple, list)) else type(made).__name__
        names = ", ".join((*op.returns, *op.keeps))
        raise DTypeError(f"{op.public}: forward returned {what}, not {names}")
    shown = made if op.is_variadic or not op.keeps else made[: len(op.returns)]
    for each in shown:
        if type(each) is not np.ndarray:
            shown = [each if is_array(each) else as_output(op, each) for each in shown]
            break
    if op.is_variadic:
        return shown
    return (*shown, *made[len(op.returns) :]) if op.keeps else tuple(shown)
