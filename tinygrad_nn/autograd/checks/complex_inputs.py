"""Complex tensors in a gradient check: two real ones each, since differences are of real numbers.
Read `gradcheck.py` next, where the check begins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.kinds import is_complex
from ..tensor_base import TensorBase, make_tensor


def in_real_numbers(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return a function of real tensors, and those: z is given as [a, b] and made a + ib.

    What the function returns is split likewise: a complex output is two real ones.
    """

    def of_real_numbers(*given: Any) -> Any:
        together = (_joined(own, each) for own, each in zip(arguments, given, strict=True))
        made = function(*together)
        outputs = made if isinstance(made, (list, tuple)) else (made,)
        return tuple(part for each in outputs for part in _parts(each))

    return of_real_numbers, tuple(_split(each) for each in arguments)


def _is_split(value: Any) -> bool:
    return isinstance(value, TensorBase) and value.node is not None and is_complex(value.array)


def _split(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_split(each) for each in value]
    if not _is_split(value):
        return value
    return [
        make_tensor(part.copy()).requires_grad_() for part in (value.array.real, value.array.imag)
    ]


def _joined(own: Any, given: Any) -> Any:
    if isinstance(own, (list, tuple)):
        return type(own)(_joined(*pair) for pair in zip(own, given, strict=True))
    return given[0] + given[1] * 1j if _is_split(own) else given


def _parts(output: Any) -> tuple[Any, ...]:
    is_pair = isinstance(output, TensorBase) and is_complex(output.array)
    return (output.real, output.imag) if is_pair else (output,)
