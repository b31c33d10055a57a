"""Which of our operations answers for which NumPy function, so that `np.tanh(t)` records.
Read `facts.py` next, whose `__array_ufunc__` and `__array_function__` look here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError
from ..ops import compare, elementwise, index, linalg, reduce
from ..ops import shape as shape_ops


def _tensors(arrays: Any) -> list[Any]:
    return [x if isinstance(x, TensorBase) else make_tensor(x) for x in arrays]


def _concatenate(arrays: Any, axis: int = 0) -> Any:
    return shape_ops.cat(_tensors(arrays), axis)


def _stack(arrays: Any, axis: int = 0) -> Any:
    return shape_ops.stack(_tensors(arrays), axis)


def _sizes(shape: Any) -> Any:
    return shape if isinstance(shape, (tuple, list)) else (shape,)


def _reshape(x: Any, shape: Any) -> Any:
    return shape_ops.reshape(x, _sizes(shape))


def _broadcast_to(x: Any, shape: Any) -> Any:
    return shape_ops.expand(x, _sizes(shape))


def _transpose(x: Any, axes: Any = None) -> Any:
    return shape_ops.permute(x, tuple(range(x.ndim))[::-1] if axes is None else axes)


def _clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return elementwise.clamp(x, a_min if min is None else min, a_max if max is None else max)


UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: elementwise.add,
    np.subtract: elementwise.sub,
    np.multiply: elementwise.mul,
    np.true_divide: elementwise.div,
    np.negative: elementwise.neg,
    np.power: elementwise.pow,
    np.exp: elementwise.exp,
    np.log: elementwise.log,
    np.sqrt: elementwise.sqrt,
    np.absolute: elementwise.abs,
    np.sign: elementwise.sign,
    np.tanh: elementwise.tanh,
    np.maximum: elementwise.maximum,
    np.minimum: elementwise.minimum,
    np.equal: compare.eq,
    np.not_equal: compare.ne,
    np.less: compare.lt,
    np.less_equal: compare.le,
    np.greater: compare.gt,
    np.greater_equal: compare.ge,
    np.bitwise_and: compare.bitwise_and,
    np.bitwise_or: compare.bitwise_or,
    np.bitwise_xor: compare.bitwise_xor,
    np.invert: compare.bitwise_not,
    np.isnan: compare.isnan,
    np.matmul: linalg.matmul,
}

FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: elementwise.where,
    np.clip: _clip,
    np.sum: reduce.sum,
    np.mean: reduce.mean,
    np.max: reduce.amax,
    np.amax: reduce.amax,
    np.min: reduce.amin,
    np.amin: reduce.amin,
    np.argmax: reduce.argmax,
    np.argmin: reduce.argmin,
    np.reshape: _reshape,
    np.broadcast_to: _broadcast_to,
    np.transpose: _transpose,
    np.swapaxes: shape_ops.transpose,
    np.expand_dims: shape_ops.unsqueeze,
    np.squeeze: shape_ops.squeeze,
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.take_along_axis: lambda x, indices, axis: index.gather(x, axis, indices),
    np.shape: lambda x: tuple(x.shape),
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.numel(),
}


def call_ufunc(ufunc: Any, method: str, inputs: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy ufunc called on a Tensor: by our operation, or by NumPy on plain arrays.

    Raises:
        DTypeError: a Tensor as `out`. GraphError: no operation of ours, and a gradient is required.
    """
    if any(isinstance(x, TensorBase) for x in keywords.get("out", ())):
        raise DTypeError(
            f"np.{ufunc.__name__}(out=...): NumPy cannot write into a Tensor; use .copy_(result)"
        )
    operation = UFUNCS.get(ufunc)
    if method == "__call__" and operation is not None and not keywords:
        return operation(*inputs)
    return getattr(ufunc, method)(*_plain(inputs), **_plain(keywords))


def call_function(function: Any, args: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy function called on a Tensor, likewise."""
    operation = FUNCTIONS.get(function)
    if operation is not None:
        return operation(*args, **keywords)
    return function(*_plain(args), **_plain(keywords))


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
