"""`torch.futures`: what is going to be known, with functions that are called then.
Read `../multiprocessing.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future as _Promise
from typing import Any

__all__ = ["Future", "collect_all", "wait_all"]


class Future:
    """A value that is set once, by any thread, and that others wait for.

    Example:
        >>> from tinygrad_nn.futures import Future
        >>> future = Future()
        >>> after = future.then(lambda done: done.value() + 1)
        >>> future.set_result(2)
        >>> after.wait()
        3
    """

    def __init__(self, *, devices: Any = None) -> None:
        self._promise: _Promise[Any] = _Promise()

    def done(self) -> bool:
        """Whether the value, or an error, is set."""
        return self._promise.done()

    def wait(self) -> Any:
        """Return the value once it is set, or raise the error."""
        return self._promise.result()

    def value(self) -> Any:
        """Return the value, or raise the error.

        Raises:
            RuntimeError: neither is set yet.
        """
        if not self.done():
            raise RuntimeError("Future.value(): it is not set yet; wait() waits for it")
        return self._promise.result()

    def set_result(self, result: Any) -> None:
        """Set the value. Raises RuntimeError if one is set."""
        self._check_is_open("set_result")
        self._promise.set_result(result)

    def set_exception(self, result: BaseException) -> None:
        """Set an error, which `wait` and `value` raise."""
        self._check_is_open("set_exception")
        self._promise.set_exception(result)

    def _check_is_open(self, name: str) -> None:
        if self.done():
            raise RuntimeError(f"Future.{name}(): it is set already, once and for all")

    def add_done_callback(self, callback: Callable[[Future], Any]) -> None:
        """Call `callback(self)` when it is set, at once if it is."""
        self._promise.add_done_callback(lambda promise: callback(self))

    def then(self, callback: Callable[[Future], Any]) -> Future:
        """Return a Future of `callback(self)`, which is called when this one is set."""
        made = Future()

        def go_on(done: Future) -> None:
            try:
                result = callback(done)
            except Exception as error:  # it is raised where somebody waits
                made.set_exception(error)
            else:
                made.set_result(result)

        self.add_done_callback(go_on)
        return made


def collect_all(futures: list[Future]) -> Future:
    """Return a Future of the list, set when all of them are.

    Example:
        >>> from tinygrad_nn.futures import Future, collect_all
        >>> one, two = Future(), Future()
        >>> both = collect_all([one, two])
        >>> one.set_result(1); two.set_result(2)
        >>> [each.value() for each in both.wait()]
        [1, 2]
    """
    made = Future()
    left = list(futures)

    def see(done: Future) -> None:
        left.remove(done)
        if not left:
            made.set_result(list(futures))

    if not left:
        made.set_result([])
    for each in list(futures):
        each.add_done_callback(see)
    return made


def wait_all(futures: list[Future]) -> list[Any]:
    """Return the values of all of them, once they are set, or raise the first error."""
    return [each.wait() for each in futures]
