"""TorchScript's names: `script` and `trace` return what they are given, which runs as Python.
Read `compiler.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from typing import Final as Final


class TracerWarning(Warning):
    """What PyTorch warns with where a trace depends on values; never given here."""

    @staticmethod
    def ignore_lib_warnings() -> None:
        """Do nothing: there are no such warnings."""


class Error(RuntimeError):
    """What PyTorch raises in a scripted function; here it is Python's own error."""


def script(obj: Any = None, *args: Any, **options: Any) -> Any:
    """Return a function, a class or a module as it is; without one, a decorator that does so.

    Example:
        >>> import tinygrad_nn as torch
        >>> torch.jit.script(torch.nn.Linear(2, 1))
        Linear(in_features=2, out_features=1, bias=True)
    """
    return _same if obj is None else obj


def _same(obj: Any) -> Any:
    return obj


def trace(
    func: Any,
    example_inputs: Any = None,
    *args: Any,
    example_kwarg_inputs: Any = None,
    **kwargs: Any,
) -> Any:
    """Return a function or a module as it is: it runs as Python, whatever it is given."""
    return func


def trace_module(mod: Any, inputs: Any, *args: Any, **options: Any) -> Any:
    """Return a module as it is."""
    return mod


def export(fn: Any) -> Any:
    """Return a method as it is."""
    return fn


def unused(fn: Any) -> Any:
    """Return a method as it is."""
    return fn


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """Return a method as it is; without one, a decorator that does so."""
    return drop if callable(drop) else _same


def interface(obj: Any) -> Any:
    """Return a class as it is."""
    return obj


script_method = script_if_tracing = _script_if_tracing = export
_overload = _overload_method = export


def freeze(mod: Any, preserved_attrs: Any = None, *args: Any, **options: Any) -> Any:
    """Return a module as it is."""
    return mod


def optimize_for_inference(mod: Any, other_methods: Any = None) -> Any:
    """Return a module as it is."""
    return mod


def optimized_execution(should_optimize: bool) -> Any:
    """Return a context that does nothing."""
    return nullcontext()


def annotate(the_type: Any, the_value: Any) -> Any:
    """Return the value."""
    return the_value


def Attribute(value: Any, type: Any) -> Any:  # noqa: N802 - PyTorch's spelling
    """Return the value."""
    return value


def is_scripting() -> bool:
    """Return False."""
    return False


def is_tracing() -> bool:
    """Return False."""
    return False


def is_instance(obj: Any, target_type: Any) -> bool:
    """Whether an object is of a type, or of one of a tuple of types; of `list[int]`, a list."""
    types: Any = target_type if isinstance(target_type, tuple) else (target_type,)
    return any(isinstance(obj, getattr(each, "__origin__", each)) for each in types)


def fork(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the function at once, and return what `wait` takes: its result."""
    return func(*args, **kwargs)


def wait(future: Any) -> Any:
    """Return the result of `fork`."""
    return future
