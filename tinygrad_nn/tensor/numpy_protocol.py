"""Which of our operations answers for which NumPy function, so that `np.tanh(t)` records.
Read `facts.py` next, whose `__array_ufunc__` and `__array_function__` look here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.grad_mode import is_grad_enabled
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError, GraphError
from ..ops.elementwise import (
    arithmetic,
    comparison,
    complex_parts,
    functions,
    selection,
)
from ..ops.indexing.along import gather
from ..ops.matrices.products import matmul
from ..ops.reduction import extremes, sums
from ..ops.shape import expanding, joining, order, sizes


def _tensors(arrays: Any) -> list[Any]:
    return [x if isinstance(x, TensorBase) else make_tensor(x) for x in arrays]


def _concatenate(arrays: Any, axis: int = 0) -> Any:
    return joining.cat(_tensors(arrays), axis)


def _stack(arrays: Any, axis: int = 0) -> Any:
    return joining.stack(_tensors(arrays), axis)


def _sizes(shape: Any) -> Any:
    return shape if isinstance(shape, (tuple, list)) else (shape,)


def _reshape(x: Any, shape: Any) -> Any:
    return sizes.reshape(x, _sizes(shape))


def _broadcast_to(x: Any, shape: Any) -> Any:
    return expanding.expand(x, _sizes(shape))


def _transpose(x: Any, axes: Any = None) -> Any:
    return order.permute(x, tuple(range(x.ndim))[::-1] if axes is None else axes)


def _clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return selection.clamp(x, a_min if min is None else min, a_max if max is None else max)


UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: arithmetic.add,
    np.subtract: arithmetic.sub,
    np.multiply: arithmetic.mul,
    np.true_divide: arithmetic.div,
    np.negative: arithmetic.neg,
    np.power: arithmetic.pow,
    np.exp: functions.exp,
    np.log: functions.log,
    np.sqrt: functions.sqrt,
    np.absolute: arithmetic.abs,
    np.sign: arithmetic.sign,
    np.tanh: functions.tanh,
    np.sin: functions.sin,
    np.cos: functions.cos,
    np.square: arithmetic.square,
    np.conjugate: complex_parts.conj,
    np.logical_not: comparison.logical_not,
    np.maximum: selection.maximum,
    np.minimum: selection.minimum,
    np.equal: comparison.eq,
    np.not_equal: comparison.ne,
    np.less: comparison.lt,
    np.less_equal: comparison.le,
    np.greater: comparison.gt,
    np.greater_equal: comparison.ge,
    np.bitwise_and: comparison.bitwise_and,
    np.bitwise_or: comparison.bitwise_or,
    np.bitwise_xor: comparison.bitwise_xor,
    np.invert: comparison.bitwise_not,
    np.isnan: comparison.isnan,
    np.matmul: matmul,
    np.reciprocal: arithmetic.reciprocal,
    np.hypot: functions.hypot,
    np.fabs: arithmetic.abs,
    np.positive: lambda x: x * 1,
    np.tan: lambda x: functions.sin(x) / functions.cos(x),
    np.log2: lambda x: functions.log(x) / math.log(2.0),
    np.log10: lambda x: functions.log(x) / math.log(10.0),
    np.exp2: lambda x: arithmetic.pow(2.0, x),
    np.deg2rad: lambda x: x * (math.pi / 180.0),
    np.radians: lambda x: x * (math.pi / 180.0),
    np.rad2deg: lambda x: x * (180.0 / math.pi),
    np.degrees: lambda x: x * (180.0 / math.pi),
}

# Their derivative is 0 wherever there is one, so that NumPy may work on what the tensors hold.
FLAT = (
    *(np.floor, np.ceil, np.rint, np.trunc, np.isfinite, np.isinf, np.signbit, np.heaviside),
    *(np.logical_and, np.logical_or, np.logical_xor),
)


def _zeros_like(x: Any, *args: Any, **keywords: Any) -> Any:
    """Zeros that need no gradient: what a rule makes where nothing flows."""
    return make_tensor(np.zeros_like(x.array, *args, **keywords))


def _ones_like(x: Any, *args: Any, **keywords: Any) -> Any:
    return make_tensor(np.ones_like(x.array, *args, **keywords))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.zeros_like: _zeros_like,
    np.ones_like: _ones_like,
    np.angle: complex_parts.angle,
    np.where: selection.where,
    np.clip: _clip,
    np.sum: sums.sum,
    np.mean: sums.mean,
    np.max: extremes.amax,
    np.amax: extremes.amax,
    np.min: extremes.amin,
    np.amin: extremes.amin,
    np.argmax: extremes.argmax,
    np.argmin: extremes.argmin,
    np.reshape: _reshape,
    np.broadcast_to: _broadcast_to,
    np.transpose: _transpose,
    np.swapaxes: order.transpose,
    np.expand_dims: lambda x, axis: sizes.unsqueeze(x, axis),
    np.squeeze: sizes.squeeze,
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.take_along_axis: lambda x, indices, axis: gather(x, axis, indices),
    np.shape: lambda x: tuple(x.shape),
    np.ndim: lambda x: x.ndim,
    np.size: lambda x, axis=None: np.size(x.array, axis),
}


def call_ufunc(ufunc: Any, method: str, inputs: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy ufunc called on a Tensor: by our operation, or by NumPy on plain arrays.

    Raises:
        DTypeError: a Tensor as `out`. GraphError: no operation of ours, and a gradient is required.
    """
    _check_out(ufunc, keywords.get("out", ()))
    operation = UFUNCS.get(ufunc)
    if method == "__call__" and operation is not None and not keywords:
        return operation(*inputs)
    if ufunc in FLAT and method == "__call__" and not keywords:
        return ufunc(*(x.array if isinstance(x, TensorBase) else x for x in inputs))
    _check_recorded(ufunc, method, inputs, keywords)
    return getattr(ufunc, method)(*_plain(inputs), **_plain(keywords))


def call_function(function: Any, args: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy function called on a Tensor, likewise."""
    _check_out(function, keywords.get("out", ()))
    operation = FUNCTIONS.get(function)
    if operation is None or keywords.get("out") is not None:
        return function(*_plain(args), **_plain(keywords))
    try:
        return operation(*args, **keywords)
    except TypeError as error:  # an argument of NumPy's that our operation lacks
        if not _needs_gradient((args, keywords)):
            return function(*_plain(args), **_plain(keywords))
        raise DTypeError(
            f"np.{function.__name__} with these arguments has no gradient here ({error}); "
            "call it on x.detach(), or use the Tensor's own methods"
        ) from error


def _needs_gradient(value: Any) -> bool:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        return any(_needs_gradient(each) for each in value)
    return isinstance(value, TensorBase) and value.node is not None and is_grad_enabled()


def _check_recorded(ufunc: Any, method: str, inputs: Any, keywords: Any) -> None:
    if _needs_gradient(inputs):
        called = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
        with_keywords = f" with {', '.join(keywords)}" if keywords else ""
        usable = ", ".join(sorted(each.__name__ for each in (*UFUNCS, *FLAT)))
        raise GraphError(
            f"{called}{with_keywords} calls numpy() on a tensor that requires a gradient; use "
            f".detach().numpy(), or in a gradient rule of these ufuncs, called plainly: {usable}"
        )


def _check_out(function: Any, out: Any) -> None:
    if any(isinstance(x, TensorBase) for x in (out if isinstance(out, tuple) else (out,))):
        raise DTypeError(
            f"np.{function.__name__}(out=...): NumPy cannot write into a Tensor; use .copy_(result)"
        )


def _plain(value: Any) -> Any:
    """Return arrays in the place of Tensors: read-only, as NumPy's writes count no versions."""
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(each) for each in value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if not isinstance(value, TensorBase):
        return value
    array = np.asarray(value).view()
    array.flags.writeable = False
    return array
