"""The parameters of a forward function and of a gradient rule: their names, annotations, defaults.
Read `op.py` next.

An import of the package reads a thousand functions: of a plain one the code object says all, and
`inspect.signature` would take 20 ms.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple, TypeGuard

from ..arrays.arguments import REQUIRED


class Parameter(NamedTuple):
    """One parameter of a forward function, read from its signature."""

    name: str
    annotation: str
    default: Any  # REQUIRED, if it has none
    keyword_only: bool

    @property
    def takes_array(self) -> bool:
        if not self.annotation:
            return self.default is REQUIRED
        return any(kind in self.annotation for kind in ("Array", "Data", "Tensor", "ndarray"))

    @property
    def is_strict(self) -> bool:
        """Whether anything but a tensor is refused."""
        return self.annotation.split(" ")[0] in ("Array", "FloatArray", "RealArray", "Data")

    @property
    def is_sequence(self) -> bool:
        return self.annotation == "Arrays"


def parameters_of(forward: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return what there is to know of each parameter, in order."""
    if not _is_plain(forward):
        return tuple(map(_read, inspect.signature(forward).parameters.values()))
    code, annotations = forward.__code__, forward.__annotations__
    names, positional = names_of_parameters(forward), code.co_argcount
    defaults = dict(forward.__kwdefaults__ or {})
    last = forward.__defaults__ or ()
    defaults.update(zip(names[positional - len(last) : positional], last, strict=True))
    return tuple(
        Parameter(
            name, _words(annotations.get(name, "")), defaults.get(name, REQUIRED), i >= positional
        )
        for i, name in enumerate(names)
    )


def names_of_parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters, in order."""
    if _is_plain(function):
        code = function.__code__
        return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return tuple(inspect.signature(function).parameters)


def _is_plain(function: Callable[..., Any]) -> TypeGuard[FunctionType]:
    """Whether a function is called as its code says: no wrapper, and no `*args`."""
    if not isinstance(function, FunctionType) or vars(function):
        return False
    return not function.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)


def _read(p: inspect.Parameter) -> Parameter:
    annotation = "" if p.annotation is p.empty else p.annotation
    default = REQUIRED if p.default is p.empty else p.default
    return Parameter(p.name, _words(annotation), default, p.kind is p.KEYWORD_ONLY)


def _words(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else annotation.__name__
