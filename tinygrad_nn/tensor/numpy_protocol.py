"""Which of our operations answers for which NumPy function, so that `np.tanh(t)` records.
Read `facts.py` next, whose `__array_ufunc__` and `__array_function__` look here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import errors
from ..autograd.grad_mode import is_grad_enabled
from ..autograd.tensor_base import TensorBase
from ..errors import DTypeError, GraphError
from ..ops.elementwise import (
    arithmetic,
    comparison,
    complex_parts,
    division,
    finiteness,
    floating_point,
    functions,
    logic,
    rounding,
    selection,
    trigonometric,
)
from ..ops.matrices.products import matmul
from .numpy_functions import FUNCTIONS

SAME_NAME = (  # where ours bears NumPy's
    (arithmetic, "add negative absolute sign square reciprocal"),
    (functions, "exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 sqrt hypot"),
    (functions, "sinh cosh tanh arcsinh arccosh arctanh"),
    (trigonometric, "sin cos tan arcsin arccos arctan arctan2 deg2rad rad2deg"),
    (rounding, "floor ceil trunc"),
    (division, "floor_divide remainder fmod gcd lcm"),
    (logic, "bitwise_and bitwise_or bitwise_xor logical_and logical_or logical_xor logical_not"),
    (comparison, "not_equal less less_equal greater greater_equal"),
    (finiteness, "isnan isinf isfinite"),
    (floating_point, "signbit copysign nextafter"),
    (selection, "maximum minimum fmax fmin heaviside"),
)
UFUNCS: dict[Any, Callable[..., Any]] = {
    **{
        getattr(np, name): getattr(module, name)
        for module, names in SAME_NAME
        for name in names.split()
    },
    np.subtract: arithmetic.sub,
    np.multiply: arithmetic.mul,
    np.true_divide: arithmetic.div,
    np.power: arithmetic.pow,
    np.float_power: arithmetic.float_power,
    np.fabs: arithmetic.abs,
    np.positive: lambda x: x * 1,
    np.conjugate: complex_parts.conj,
    np.equal: comparison.eq,
    np.invert: logic.bitwise_not,
    np.left_shift: logic.bitwise_left_shift,
    np.right_shift: logic.bitwise_right_shift,
    np.rint: rounding.round,
    np.radians: trigonometric.deg2rad,
    np.degrees: trigonometric.rad2deg,
    np.matmul: matmul,
}


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
    if _needs_gradient(inputs):
        usable = ", ".join(sorted(each.__name__ for each in UFUNCS))
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
