"""Contexts that are decorators too, as programs derive them from `torch.utils._contextlib`.
Read `../autograd/grad_mode.py` next, whose contexts are such.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Self


def context_decorator(ctx: Any, func: Any) -> Any:
    """Return a function that runs in a context, a new one each time that `ctx()` makes.

    A generator's steps run in it, each by itself, and not what is done between them.
    """
    make: Callable[[], Any] = ctx if callable(ctx) else lambda: ctx
    if inspect.isgeneratorfunction(func):

        @wraps(func)
        def steps(*args: Any, **kwargs: Any) -> Any:
            made, answer = func(*args, **kwargs), None
            while True:
                try:
                    with make():
                        step = made.send(answer)
                except StopIteration as end:
                    return end.value
                answer = yield step

        return steps

    @wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with make():
            return func(*args, **kwargs)

    return call


class _DecoratorContextManager:
    """The base of a context that decorates too: a subclass has `__enter__` and `__exit__`.

    A subclass that is made with arguments has a `clone` that makes another with the same.

    Example:
        >>> from tinygrad_nn.utils._contextlib import _DecoratorContextManager
        >>> class loud(_DecoratorContextManager):
        ...     def __enter__(self):
        ...         print("in")
        ...     def __exit__(self, *exception):
        ...         print("out")
        >>> loud()(len)("ab")
        in
        out
        2
    """

    def __call__(self, orig_func: Any) -> Any:
        return context_decorator(self.clone, orig_func)

    def __enter__(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a method __enter__")

    def __exit__(self, *exception: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a method __exit__")

    def clone(self) -> Self:
        """Return another of this class."""
        return type(self)()


class _NoParamDecoratorContextManager(_DecoratorContextManager):
    """One that may decorate without being called: `@mode` as `@mode()`."""

    def __new__(cls, orig_func: Any = None) -> Any:
        made = super().__new__(cls)
        return made if orig_func is None else made(orig_func)
