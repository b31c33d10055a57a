"""`compile`, which returns what it is given: there is no compiler here, and none is needed.
Read `jit.py` next, PyTorch's older one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any


def compile(  # noqa: A001 - PyTorch's spelling
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | Callable[..., Any] | None = None,
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """Return the model or the function as it is; without one, a decorator that does so.

    Every operation runs when it is called, which is what `torch.compile` computes too. The keys of
    a `state_dict` stay as they are, without PyTorch's `_orig_mod.`.

    Example:
        >>> import tinygrad_nn as torch
        >>> @torch.compile(mode="max-autotune")
        ... def double(x):
        ...     return 2 * x
        >>> double(torch.ones(1))
        tensor([2.])
    """
    return _same if model is None else model


def _same(model: Any) -> Any:
    return model


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """Return the function as it is; without one, a decorator that does so."""
    return _same if fn is None else fn


def allow_in_graph(fn: Any) -> Any:
    """Return the function as it is."""
    return fn


def assume_constant_result(fn: Any) -> Any:
    """Return the function as it is: it is called each time."""
    return fn


def is_compiling() -> bool:
    """Return False."""
    return False


def is_dynamo_compiling() -> bool:
    """Return False."""
    return False


def is_exporting() -> bool:
    """Return False."""
    return False


def reset() -> None:
    """Do nothing: nothing was compiled."""


def cudagraph_mark_step_begin() -> None:
    """Do nothing: no graph of a GPU is kept."""


def list_backends(exclude_tags: Any = ("debug", "experimental")) -> list[str]:
    """Return an empty list: there is no compiler here."""
    return []


def set_stance(stance: str = "default", **options: Any) -> Any:
    """Return a context that does nothing: there is no compiler to tell when to compile."""
    return nullcontext()
