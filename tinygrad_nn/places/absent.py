"""Stand-ins for what PyTorch has and cannot work here: programs import and hold them, calls raise.
Read `../errors.py` next for `NotHereError`, and `missing.py` for names that are not here at all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from ..errors import NotHereError
from .missing import PACKAGE, not_found


class StandIn:
    """What all stand-ins are, and nothing else is."""


def stand_in(name: str, why: str, error: type[Exception] = NotHereError) -> Any:
    """Return a class that raises when it is called: as a function, a decorator or a constructor."""

    def refuse(cls: type, *args: Any, **kwargs: Any) -> Any:
        raise error(f"{name}() is not here: {why}")

    words = f"Raise {error.__name__}: {why}."
    return type(name.rpartition(".")[2], (StandIn,), {"__new__": refuse, "__doc__": words})


def stand_ins(
    place: str, why: str, names: str, error: type[Exception] = NotHereError
) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module for these names of PyTorch's, each a stand-in."""
    listed = frozenset(names.split())

    @cache
    def find(name: str) -> Any:
        if name in listed:
            return stand_in(f"{place}.{name}", why, error)
        full = f"{PACKAGE}.{place}"
        raise not_found(sys.modules[full], name, lambda: f"{full} has no {name}: {why}")

    return find
