"""`torch._foreach_add` and its kin: one operation on every tensor of a list, as optimizers call it.
Read `tensor.py` next, whose methods they call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError, ShapeError
from ..linalg import vector_norm
from ..places.missing import explained
from .tensor import Tensor

ALONE = (
    *("abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "erfc", "exp", "expm1"),
    *("floor", "frac", "lgamma", "log", "log10", "log1p", "log2", "neg", "reciprocal", "round"),
    *("rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "tan", "tanh", "trunc"),
)
METHODS = {  # and the further operands of each: lists, or one for all tensors
    **dict.fromkeys(ALONE, ()),
    **dict.fromkeys(("add", "sub", "mul", "div"), ("other",)),
    **dict.fromkeys(("clamp_max", "clamp_min", "maximum", "minimum"), ("other",)),
    "pow": ("exponent",),
    "lerp": ("tensors1", "weight"),
    **dict.fromkeys(("addcdiv", "addcmul"), ("tensor1", "tensor2", "value")),
}
CALLED = {"maximum": "clamp_min", "minimum": "clamp_max"}  # which take a number, too
OTHER_NAMES = {
    "other": ("scalar", "scalars"),
    "exponent": ("scalar", "scalars"),
    "weight": ("weights", "scalars"),
    "value": ("scalars",),
}


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _rows(name: str, tensors: Any, *operands: Any) -> Any:
    """Return for each tensor it and its operands, of which one that is no list is for all."""
    if not _is_list(tensors) or not all(isinstance(each, Tensor) for each in tensors):
        raise DTypeError(f"{name}() takes a list of tensors, got {shown(tensors)}")
    if not tensors:
        raise ArgumentError(f"{name}() takes a list of at least one tensor, got an empty one")
    for each in operands:
        if _is_list(each) and len(each) != len(tensors):
            raise ShapeError(f"{name}() got lists of {len(tensors)} and of {len(each)}")
    columns = [each if _is_list(each) else [each] * len(tensors) for each in operands]
    return zip(tensors, *columns, strict=True)


def _of_method(name: str, operands: Sequence[str], in_place: bool) -> Callable[..., Any]:
    """Make the function that calls a method of each tensor."""
    method = CALLED.get(name, name) + "_" * in_place
    called = f"_foreach_{name}" + "_" * in_place

    def foreach(self: Any, *given: Any, **options: Any) -> Any:
        found = list(given)
        for operand in operands[len(found) :]:
            names = (operand, *OTHER_NAMES.get(operand, ()))
            named = [options.pop(each) for each in names if each in options]
            found += named or ([1] if operand == "value" else [])
        if len(found) != len(operands):
            wanted = ", ".join(("self", *operands))
            raise DTypeError(f"{called}({wanted}) got {1 + len(found)} of these arguments")
        if name == "pow" and not _is_list(self):  # one number to the power of each tensor
            return [self**each for (each,) in _rows(called, found[0])]
        if operands[-1:] == ("value",):
            if isinstance(found[2], Tensor):
                found[2] = found[2].tolist()
            *found, options["value"] = found
        rows = _rows(called, self, *found, *options.values())
        count, results = len(found), []
        for x, *row in rows:
            by_name = dict(zip(options, row[count:], strict=True))
            results.append(getattr(x, method)(*row[:count], **by_name))
        return results

    return foreach


def _norm(self: Any, ord: Any = 2, dtype: Any = None) -> list[Tensor]:
    return [vector_norm(x, ord, dtype=dtype) for (x,) in _rows("_foreach_norm", self)]


def _powsum(self: Any, ord: Any = 2, dtype: Any = None) -> list[Tensor]:
    return [x.abs().pow(ord).sum(dtype=dtype) for (x,) in _rows("_foreach_powsum", self)]


def _max(self: Any) -> list[Any]:
    return [x.max() for (x,) in _rows("_foreach_max", self)]


def _mm(self: Any, mat2: Any) -> list[Any]:
    return [x.mm(y) for x, y in _rows("_foreach_mm", self, mat2)]


def _clone(self: Any, *, memory_format: Any = None) -> list[Any]:
    return [x.clone(memory_format=memory_format) for (x,) in _rows("_foreach_clone", self)]


def _zero_(self: Any) -> list[Any]:
    return [x.zero_() for (x,) in _rows("_foreach_zero_", self)]


def _copy_(self: Any, src: Any, non_blocking: bool = False) -> list[Any]:
    return [x.copy_(y) for x, y in _rows("_foreach_copy_", self, src)]


FOREACH: dict[str, Callable[..., Any]] = {
    **{
        f"_foreach_{name}" + "_" * in_place: _of_method(name, operands, in_place)
        for name, operands in METHODS.items()
        for in_place in (False, True)
    },
    "_foreach_norm": _norm,
    "_foreach_powsum": _powsum,
    "_foreach_max": _max,
    "_foreach_mm": _mm,
    "_foreach_clone": _clone,
    "_foreach_zero_": _zero_,
    "_foreach_copy_": _copy_,
}
"""By name: `torch._foreach_abs` and all its kin. Those that end in _ write into the tensors."""

for _name, _function in FOREACH.items():
    _function.__name__ = _function.__qualname__ = _name
globals().update(FOREACH)

__getattr__ = explained(__name__)
