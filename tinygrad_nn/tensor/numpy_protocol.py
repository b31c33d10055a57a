"""Which of our operations answers for which NumPy function, so that `np.tanh(t)` records.
Read `facts.py` next, whose `__array_ufunc__` and `__array_function__` look here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import errors
from ..autograd.grad_mode import is_grad_enabled
from ..autograd.tensor_base import TensorBase
from ..errors import DTypeError, GraphError
from ..ops.elementwise import arithmetic, comparison, complex_parts, functions, selection
from ..ops.matrices.products import matmul
from .numpy_functions import FUNCTIONS

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


def call_ufunc(ufunc: Any, method: str, inputs: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy ufunc called on a Tensor: by our operation, or by NumPy on plain arrays.

    Raises:
        DTypeError: a Tensor to write into. GraphError: no operation of ours, and a gradient is
            required.
    """
    operation = UFUNCS.get(ufunc)
    if operation is not None and not keywords and method == "__call__":
        return operation(*inputs)
    name = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
    _check_out(name, keywords.get("out"))
    if _needs_gradient(inputs) and (ufunc not in FLAT or method != "__call__" or keywords):
        usable = ", ".join(sorted(each.__name__ for each in (*UFUNCS, *FLAT)))
        raise _no_gradient(
            name, keywords, f", or in a gradient rule of these ufuncs, called plainly: {usable}"
        )
    return _on_arrays(getattr(ufunc, method), name, inputs, keywords)


def call_function(function: Any, args: Any, keywords: dict[str, Any]) -> Any:
    """Answer a NumPy function called on a Tensor, likewise; also with arguments that ours lacks."""
    operation = FUNCTIONS.get(function)
    if operation is not None:
        try:
            return operation(*args, **keywords)
        except (TypeError, ValueError, IndexError) as error:
            refused: Exception | None = error
    else:
        refused = None
    name = f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1)
    _check_out(name, keywords.get("out"))
    if _needs_gradient((args, {**keywords, "like": None})):
        wrong = _no_gradient(name, keywords) if refused is None else _refusal(name, refused)
        raise wrong from refused
    return _on_arrays(function, name, args, keywords)


def _needs_gradient(value: Any) -> bool:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        return any(_needs_gradient(each) for each in value)
    return isinstance(value, TensorBase) and value.node is not None and is_grad_enabled()


def _no_gradient(name: str, keywords: Any, else_usable: str = "") -> GraphError:
    with_keywords = f" with {', '.join(keywords)}" if keywords else ""
    return GraphError(
        f"{name}{with_keywords} calls numpy() on a tensor that requires a gradient; use "
        f".detach().numpy(){else_usable}"
    )


def _refusal(name: str, error: Exception) -> Exception:
    """Return what is said of arguments that our operation lacks, or that are wrong."""
    if not isinstance(error, TypeError):
        kind = type(error) if type(error).__module__ == errors.__name__ else errors.ShapeError
        return kind(f"{name}: {error}")
    return DTypeError(
        f"{name} with these arguments has no gradient here ({error}); call it on x.detach(), or "
        "use the Tensor's own methods"
    )


def _on_arrays(function: Any, name: str, args: Any, keywords: Any) -> Any:
    try:
        return function(*_plain(args), **_plain(keywords))
    except ValueError as error:
        if "read-only" not in str(error):
            raise
    raise _no_writing(name)


def _check_out(name: str, out: Any) -> None:
    if any(isinstance(x, TensorBase) for x in (out if isinstance(out, tuple) else (out,))):
        raise _no_writing(f"{name}(out=...)")


def _no_writing(called: str) -> DTypeError:
    return DTypeError(f"{called}: NumPy cannot write into a Tensor; use .copy_(result)")


def _plain(value: Any) -> Any:
    """Return arrays in the place of Tensors: read-only, as NumPy's writes count no versions."""
    if isinstance(value, tuple):
        return tuple([_plain(each) for each in value])
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if not isinstance(value, TensorBase):
        return value
    array = value.array.view()
    array.flags.writeable = False
    return array
