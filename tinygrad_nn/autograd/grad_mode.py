"""Whether operations are recorded: one ContextVar, right under threads and under asyncio, and the
context managers that set it. Read `node.py` next: what a recorded operation leaves behind.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from copy import copy
from types import TracebackType
from typing import Any, TypeVar

from ..arrays.arguments import as_bool
from ..errors import DTypeError

RECORD = True
WATCHED = 2  # record, and remember each call's line, or have hooks pack what it keeps
NO_GRAD = False
INFERENCE = None  # like NO_GRAD; the tensors made may never join a graph

_mode: ContextVar[Any] = ContextVar("grad_mode", default=RECORD)
mode = _mode.get  # read on every operation: 18 ns, against 55 ns for threading.local
_anomaly: ContextVar[bool | list[Any] | None] = ContextVar("anomaly", default=None)
checks_nan = _anomaly.get  # in detect_anomaly its check_nan, in remember_calls a list, else None
_saving: ContextVar[tuple[Any, ...]] = ContextVar("saving", default=())
saving = _saving.get  # the hooks for what is kept for backward, innermost last

F = TypeVar("F", bound=Callable[..., Any])


def is_grad_enabled() -> bool:
    """Return whether operations are recorded here."""
    return bool(mode())


def is_inference_mode_enabled() -> bool:
    """Return whether the innermost mode is `inference_mode`."""
    return mode() is INFERENCE


def _watched(value: Any) -> Any:
    """Recording is under watch wherever `detect_anomaly` or hooks of kept tensors are around."""
    return WATCHED if value is RECORD and (checks_nan() is not None or saving()) else value


class _Mode:
    """Set a mode inside a `with` block, or in every call of a decorated function.

    A value to return to is kept rather than the ContextVar's token: a token is only good in the
    context that made it, and a generator may be closed from another.
    """

    _value: Any = RECORD

    def __new__(cls, *given: Any, **keywords: Any) -> Any:
        made = super().__new__(cls)
        if not (given and callable(given[0])):
            return made
        made.__init__()  # type: ignore[misc]  # @no_grad without the brackets
        return made(given[0])

    def __init__(self) -> None:
        self._before: list[tuple[Any, Any]] = []

    def _set(self) -> None:
        if mode() is not INFERENCE:  # which only inference_mode(False) interrupts
            _mode.set(self._value and _watched(self._value))

    def __enter__(self) -> None:
        self._before.append((mode(), checks_nan()))
        self._set()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        before, checks = self._before.pop()
        _mode.set(before)
        _anomaly.set(checks)

    def __call__(self, function: F) -> F:
        if inspect.isgeneratorfunction(function):
            return _wrap_generator(function, self._copy)  # type: ignore[return-value]
        if inspect.isasyncgenfunction(function):
            raise DTypeError(
                f"{type(self).__name__} cannot decorate the asynchronous generator "
                f"{function.__name__}; use a `with` block between its yields"
            )
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def wrapped_coroutine(*args: Any, **kwargs: Any) -> Any:
                with self._copy():
                    return await function(*args, **kwargs)

            return wrapped_coroutine  # type: ignore[return-value]

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self._copy():
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]

    def _copy(self) -> _Mode:
        made = copy(self)
        made._before = []
        return made


def _wrap_generator(function: Callable[..., Any], make: Callable[[], _Mode]) -> Callable[..., Any]:
    """Set the mode only while the generator runs, not while its caller holds it suspended."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        resume, given = generator.send, None
        try:
            while True:
                try:
                    with make():
                        value = resume(given)
                except StopIteration as stop:
                    return stop.value
                try:
                    resume, given = generator.send, (yield value)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    resume, given = generator.throw, error
        finally:
            with make():
                generator.close()

    return wrapped


class no_grad(_Mode):  # noqa: N801 - PyTorch's spelling
    """Do not record: as a `with` block, or as a decorator of a function or a generator.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0], requires_grad=True)
        >>> with tnn.no_grad():
        ...     (x * 2).requires_grad
        False
    """

    _value = NO_GRAD


class enable_grad(_Mode):  # noqa: N801 - PyTorch's spelling
    """Record again inside `no_grad`: as a `with` block, or as a decorator."""

    _value = RECORD


class set_grad_enabled(_Mode):  # noqa: N801 - PyTorch's spelling
    """Record or not by a condition: from the call on, to the end of the `with` block if any.

    Example:
        >>> import tinygrad_nn as tnn
        >>> with tnn.set_grad_enabled(False):
        ...     tnn.is_grad_enabled()
        False
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._at_call = [_mode.get()]  # until a block or a decorator has taken it
        self._value = RECORD if as_bool(mode, "mode", "set_grad_enabled") else NO_GRAD
        self._set()

    def __enter__(self) -> None:
        super().__enter__()
        if self._at_call:
            self._before[-1] = (self._at_call.pop(), checks_nan())

    def __call__(self, function: F) -> F:
        _mode.set(self._at_call.pop())
        return super().__call__(function)


class inference_mode(_Mode):  # noqa: N801 - PyTorch's spelling
    """Like `no_grad`, and what is made inside can never be part of a graph later.

    Only `inference_mode(False)` records inside it; `enable_grad` does not.
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self._value = INFERENCE if as_bool(mode, "mode", "inference_mode") else RECORD

    def _set(self) -> None:
        _mode.set(_watched(self._value))


class detect_anomaly(_Mode):  # noqa: N801 - PyTorch's spelling
    """Find the operation whose backward first makes a nan, and writes through NumPy aliases.

    Inside, each operation remembers the line of the program that called it, and a checksum of what
    it keeps for backward. `backward()` raises `GraphError` naming the operation and that line;
    `check_nan=False` lets nan pass. Slow (about 20 µs an operation): for debugging only.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([0.0], requires_grad=True)
        >>> with tnn.autograd.detect_anomaly():
        ...     loss = (tnn.sqrt(x) * 0).sum()
        ...     loss.backward()
        Traceback (most recent call last):
        ...
        tinygrad_nn.errors.GraphError: the backward of sqrt made nan ...
    """

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__()
        self._check_nan = as_bool(check_nan, "check_nan", "detect_anomaly")

    def _set(self) -> None:
        _anomaly.set(self._check_nan)
        if mode():
            _mode.set(WATCHED)


class set_detect_anomaly(detect_anomaly):  # noqa: N801 - PyTorch's spelling
    """Detect anomalies or not by a condition: from the call on, to the end of the `with` block.

    Example:
        >>> import tinygrad_nn as tnn
        >>> with tnn.autograd.set_detect_anomaly(True):
        ...     tnn.is_anomaly_enabled()
        True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__(check_nan)
        self._at_call = [(_mode.get(), checks_nan())]  # until a block has taken it
        self._detect = as_bool(mode, "mode", "set_detect_anomaly")
        self._set()

    def _set(self) -> None:
        if self._detect:
            super()._set()
        else:
            _anomaly.set(None)
            _mode.set(_watched(RECORD) if _mode.get() is WATCHED else _mode.get())

    def __enter__(self) -> None:
        super().__enter__()
        if self._at_call:
            self._before[-1] = self._at_call.pop()


def is_anomaly_enabled() -> bool:
    """Return whether anomalies are detected here."""
    return isinstance(checks_nan(), bool)


def is_anomaly_check_nan_enabled() -> bool:
    """Return whether a nan in a backward pass is an error here."""
    return checks_nan() is True


class remember_calls(_Mode):  # noqa: N801 - beside the others
    """Have each operation remember the line that called it, for pictures; nothing is checked.

    What it takes that needs no gradient is in `taken` afterwards, and so alive for those who look.
    """

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Any] = []

    def _set(self) -> None:
        if checks_nan() is None:
            _anomaly.set(self.taken)
        if mode():
            _mode.set(WATCHED)


class hooks_of_kept(_Mode):  # noqa: N801 - beside the others
    """Have these hooks, if any, and no others, see what operations keep for backward."""

    def __init__(self, hooks: tuple[Any, ...]) -> None:
        super().__init__()
        self._hooks = hooks
        self._outside: list[tuple[Any, ...]] = []

    def __enter__(self) -> None:
        self._outside.append(saving())
        super().__enter__()

    def __exit__(self, *exception: Any) -> None:
        super().__exit__(*exception)
        _saving.set(self._outside.pop())

    def _set(self) -> None:
        _saving.set(self._hooks)
        if mode():
            _mode.set(_watched(RECORD))
