"""`assert_close`: two values are equal to a tolerance that their dtype sets, or it says where not.
Read `autograd/checks/gradcheck.py` next, which checks gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .arrays import dtypes
from .arrays.dtypes import dtype
from .arrays.kinds import is_complex
from .errors import ArgumentError
from .places.missing import explained
from .tensor import Tensor
from .tensor.creation import as_tensor

__all__ = ["assert_allclose", "assert_close"]

# rtol and atol; of integers and bool none
_TOLERANCES: dict[dtype, tuple[float, float]] = {
    dtypes.float16: (1e-3, 1e-5),
    dtypes.bfloat16: (1.6e-2, 1e-5),
    **dict.fromkeys((dtypes.float32, dtypes.complex64), (1.3e-6, 1e-5)),
    **dict.fromkeys((dtypes.float64, dtypes.complex128), (1e-7, 1e-7)),
}
_NUMBERS = (bool, int, float, complex, np.number, np.bool_)


class _Wanted(NamedTuple):
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_dtype: bool
    check_stride: bool
    msg: str | Callable[[str], str] | None


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise `AssertionError` unless |actual - expected| <= atol + rtol |expected| everywhere.

    Takes tensors, arrays and numbers, and sequences and mappings of them at any depth. Without
    tolerances those of the wider dtype hold: 1.3e-6 and 1e-5 of float32, 1e-7 both of float64, 0 of
    integers. Shapes are to be equal, and dtypes unless `check_dtype` is False.

    Raises:
        ArgumentError: one tolerance without the other. TypeError: nothing that can be compared.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.testing.assert_close(tnn.tensor([1.0, 2.0]), tnn.tensor([1.0, 2.000001]))
        >>> tnn.testing.assert_close(tnn.tensor([1, 2]), tnn.tensor([1, 3]))
        Traceback (most recent call last):
        AssertionError: Tensor-likes are not equal!
        <BLANKLINE>
        Mismatched elements: 1 / 2 (50.0%)
        Greatest absolute difference: 1 at index (1,)
        Greatest relative difference: 0.3333333333333333 at index (1,)
    """
    if not allow_subclasses and type(actual) is not type(expected):
        raise TypeError(f"assert_close: {type(actual)} and {type(expected)} are two classes")
    _compare(actual, expected, "", _Wanted(rtol, atol, equal_nan, check_dtype, check_stride, msg))


def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """Do what `assert_close` does, whatever the dtypes: its older name."""
    values = [as_tensor(each) for each in (actual, expected)]
    options: dict[str, Any] = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan}
    assert_close(*values, **options, check_dtype=False, msg=msg or None)


def _compare(actual: Any, expected: Any, where: str, wanted: _Wanted) -> None:
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        if set(actual) != set(expected):
            differ = sorted(map(repr, set(actual) ^ set(expected)))
            _fail(f"The keys of the mappings do not match: {', '.join(differ)}", where)
        for key in actual:
            _compare(actual[key], expected[key], f"{where}[{key!r}]", wanted)
    elif _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            _fail(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", where)
        for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
            _compare(a, b, f"{where}[{i}]", wanted)
    elif actual is None or expected is None:
        if actual is not expected:
            _fail(f"None mismatch: {actual} is not {expected}", where, wanted)
    elif isinstance(actual, _NUMBERS) and isinstance(expected, _NUMBERS):
        _compare_tensors(as_tensor(actual), as_tensor(expected), where, wanted, are_numbers=True)
    elif isinstance(actual, (Tensor, np.ndarray)) and isinstance(expected, (Tensor, np.ndarray)):
        _compare_tensors(as_tensor(actual), as_tensor(expected), where, wanted)
    else:
        raise TypeError(
            f"assert_close: no comparison of {type(actual)} with {type(expected)}; it takes "
            "tensors, arrays, numbers, and sequences and mappings of them"
        )


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _compare_tensors(
    actual: Tensor, expected: Tensor, where: str, wanted: _Wanted, are_numbers: bool = False
) -> None:
    rtol, atol = _tolerances(actual, expected, wanted)
    if actual.shape != expected.shape:
        _fail(
            f"The values for attribute 'shape' do not match: {actual.shape} != {expected.shape}.",
            where,
            wanted,
        )
    if actual.dtype != expected.dtype and wanted.check_dtype and not are_numbers:
        _fail(
            f"The values for attribute 'dtype' do not match: {actual.dtype} != {expected.dtype}.",
            where,
            wanted,
        )
    if wanted.check_stride and actual.stride() != expected.stride():
        strides = f"{actual.stride()} != {expected.stride()}"
        _fail(f"The values for attribute 'stride()' do not match: {strides}.", where, wanted)
    a, b = (_wide(each) for each in (actual, expected))
    with np.errstate(all="ignore"):
        difference = np.abs(a - b)
        close = (a == b) | (difference <= atol + rtol * np.abs(b)) & np.isfinite(difference)
        if wanted.equal_nan:
            close |= (a != a) & (b != b)
        if close.all():
            return
        relative = difference / np.abs(b)
    if not a.ndim or are_numbers:
        _fail(_of_numbers(actual, expected, difference, relative, rtol, atol), where, wanted)
    _fail(_of_tensors(close, difference, relative, rtol, atol), where, wanted)


def _tolerances(actual: Tensor, expected: Tensor, wanted: _Wanted) -> tuple[float, float]:
    rtol, atol = wanted.rtol, wanted.atol
    if (rtol is None) != (atol is None):
        raise ArgumentError(
            f"assert_close: rtol and atol are given both or neither, got rtol={rtol}, atol={atol}"
        )
    if rtol is not None and atol is not None:
        return rtol, atol
    given = [_TOLERANCES.get(each.dtype, (0.0, 0.0)) for each in (actual, expected)]
    return max(rtol for rtol, _ in given), max(atol for _, atol in given)


def _wide(x: Tensor) -> Any:
    array = x.detach().array
    return array.astype(np.complex128 if is_complex(array) else np.result_type(array, np.float64))


def _of_numbers(a: Tensor, b: Tensor, apart: Any, share: Any, rtol: float, atol: float) -> str:
    is_exact = rtol == atol == 0
    allowed = ("", "") if is_exact else (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
    return (
        f"Scalars are not {'equal' if is_exact else 'close'}!\n\n"
        f"Expected {b.item()} but got {a.item()}.\n"
        f"Absolute difference: {apart.item()}{allowed[0]}\n"
        f"Relative difference: {share.item()}{allowed[1]}"
    )


def _of_tensors(close: Any, apart: Any, share: Any, rtol: float, atol: float) -> str:
    is_exact, missed = rtol == atol == 0, int((~close).sum())
    lines = [
        f"Tensor-likes are not {'equal' if is_exact else 'close'}!\n",
        f"Mismatched elements: {missed} / {close.size} ({missed / close.size:.1%})",
    ]
    for name, values, bound in (("absolute", apart, atol), ("relative", share, rtol)):
        among = np.where(close, -1.0, values)
        place = np.unravel_index(int(among.argmax()), among.shape)
        largest = values[place].item()
        shown = int(largest) if is_exact and largest.is_integer() else largest
        allowed = "" if is_exact else f" (up to {bound} allowed)"
        at = tuple(int(i) for i in place)
        lines.append(f"Greatest {name} difference: {shown} at index {at}{allowed}")
    return "\n".join(lines)


def _fail(says: str, where: str, wanted: _Wanted | None = None) -> None:
    """Raise what is wrong, in the caller's words if it is of values and there are such."""
    if where:
        says = f"{says}\n\nThe failure occurred for item {where}"
    if wanted is not None and wanted.msg is not None:
        says = wanted.msg(says) if callable(wanted.msg) else wanted.msg
    raise AssertionError(says)


__getattr__ = explained(__name__)
