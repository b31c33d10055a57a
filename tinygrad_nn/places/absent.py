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


class _Held(type):
    """The class of stand-ins: what programs read of one, such as a member, is one as well."""

    full_name: str
    why: str
    error: type[Exception]

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{cls.__name__} has no attribute {name!r}", name=name, obj=cls)
        made = stand_in(f"{cls.full_name}.{name}", cls.why, cls.error)
        setattr(cls, name, made)
        return made


class StandIn(metaclass=_Held):
    """What all stand-ins are, and nothing else is."""


def stand_in(name: str, why: str, error: type[Exception] = NotHereError) -> Any:
    """Return a class that raises when it is called: as a function, a decorator or a constructor."""

    def refuse(cls: type, *args: Any, **kwargs: Any) -> Any:
        raise error(f"{name}() is not here: {why}")

    words = f"Raise {error.__name__}: {why}."
    told = {"full_name": name, "why": why, "error": error}
    body = {"__new__": refuse, "__doc__": words, **told}
    return _Held(name.rpartition(".")[2], (StandIn,), body)


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
