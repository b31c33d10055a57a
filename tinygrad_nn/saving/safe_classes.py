"""Which classes `load` may make modules of: the layers here, and those that a program allows.
Read `structure.py` next, which saves a module as its class's name and its attributes.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from ..errors import CheckpointError
from ..nn import Module, functional

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "safe_globals"]

LAYERS = f"{Module.__module__.partition('.')[0]}.nn."
_allowed: list[Any] = []


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Allow `load` to make modules of these classes; what else is given is noted only."""
    _allowed.extend(safe_globals)


def get_safe_globals() -> list[Any]:
    """Return what was allowed."""
    return [*_allowed]


def clear_safe_globals() -> None:
    """Allow nothing any more but the layers of this package."""
    _allowed.clear()


class safe_globals:  # noqa: N801 - PyTorch's spelling
    """A context in which `load` may make modules of these classes too.

    Example:
        >>> import io
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.saving.safe_classes import safe_globals
        >>> class Model(tnn.nn.Linear):
        ...     pass
        >>> file = io.BytesIO()
        >>> tnn.save(Model(2, 1), file)
        >>> with safe_globals([Model]):
        ...     tnn.load(io.BytesIO(file.getvalue()))
        Model(in_features=2, out_features=1, bias=True)
    """

    def __init__(self, safe_globals: list[Any]) -> None:
        self.safe_globals = safe_globals

    def __enter__(self) -> None:
        self._before = get_safe_globals()
        add_safe_globals(self.safe_globals)

    def __exit__(self, *error: object) -> None:
        _allowed[:] = self._before


def class_named(module: str, name: str, any_class: bool) -> type[Module]:
    """Return the class of a module in a file; with `any_class`, any that is imported already.

    Raises:
        CheckpointError: it is not allowed, not there, or no class of modules.
    """
    if module.startswith(LAYERS):
        try:
            found = getattr(import_module(module), name, None)
        except ImportError:
            found = None
    else:
        names = [(getattr(each, "__module__", ""), each) for each in _allowed]
        allowed = [each for place, each in names if (place, _qualname(each)) == (module, name)]
        found = allowed[0] if allowed else None
        if found is None and any_class:
            found = sys.modules.get(module)
            for part in name.split("."):
                found = getattr(found, part, None)
    if isinstance(found, type) and issubclass(found, Module):
        return found
    raise CheckpointError(
        f"it holds a whole module of {module}.{name}, a class that is not allowed: load it in "
        f"`with torch.serialization.safe_globals([{name}]):`, or, where {module} is imported, "
        "with weights_only=False"
    )


def _qualname(each: Any) -> str:
    return getattr(each, "__qualname__", "")


def function_name(value: Any) -> str | None:
    """Return the name in nn.functional of a function that a layer holds, such as its activation."""
    name = getattr(value, "__name__", "")
    return name if callable(value) and getattr(functional, name, None) is value else None
