"""Which of our operations answers for which NumPy function, so that `np.tanh(t)` records.
Read `tensor.py` next, whose `__array_ufunc__` and `__array_function__` look here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .ops import compare, elementwise, index, linalg, reduce, shape

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
    np.clip: elementwise.clamp,
    np.sum: reduce.sum,
    np.mean: reduce.mean,
    np.max: reduce.amax,
    np.min: reduce.amin,
    np.argmax: reduce.argmax,
    np.argmin: reduce.argmin,
    np.reshape: shape.reshape,
    np.broadcast_to: shape.expand,
    np.swapaxes: shape.transpose,
    np.expand_dims: shape.unsqueeze,
    np.squeeze: shape.squeeze,
    np.concatenate: shape.cat,
    np.stack: shape.stack,
    np.take_along_axis: lambda x, indices, axis: index.gather(x, axis, indices),
    np.shape: lambda x: tuple(x.shape),
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.numel(),
}


def call_ufunc(ufunc: Any, method: str, inputs: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy ufunc called on a Tensor: by our operation, or by NumPy on plain arrays."""
    operation = UFUNCS.get(ufunc)
    if method == "__call__" and operation is not None and not keywords:
        return operation(*inputs)
    plain = [np.asarray(x) if hasattr(x, "node") else x for x in inputs]
    return getattr(ufunc, method)(*plain, **keywords)


def call_function(function: Any, args: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy function called on a Tensor, likewise."""
    operation = FUNCTIONS.get(function)
    if operation is not None:
        return operation(*args, **keywords)
    return function(*_plain(args), **{key: _plain(value) for key, value in keywords.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(each) for each in value)
    return np.asarray(value) if hasattr(value, "node") else value
