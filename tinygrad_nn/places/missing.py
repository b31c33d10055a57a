"""What is said of a name of PyTorch's that is not here yet, and where the nearest name that is.
Read `../../tests/test_missing_names.py` next, which writes `pytorch_names.txt` anew.
"""

from __future__ import annotations

import opcode
import os
import re
import sys
from collections.abc import Callable
from functools import cache, partial
from types import FrameType, ModuleType
from typing import Any, NoReturn

from ..errors import MissingImportError, MissingNameError

FEW = 4  # names are all named, near or not
PACKAGE = __name__.partition(".")[0]


@cache
def pytorch_names() -> dict[str, frozenset[str]]:
    """Return PyTorch's public names by place: "", "nn", "nn.functional", "Tensor" and others."""
    path = os.path.join(os.path.dirname(__file__), "pytorch_names.txt")
    with open(path, encoding="utf-8") as file:
        lines = [line.partition(":") for line in file if not line.startswith("#")]
    return {place: frozenset(names.split()) for place, _, names in lines}


def missing(place: str, name: str, owner: Any) -> str:
    """Say of a name that `owner`, known to users as `place`, does not have what there is."""
    own = f"{PACKAGE}.{place}".rstrip(".")
    if name.startswith("_"):
        return f"{own} has no {name}: it is private to PyTorch, of whose private names few are here"
    from difflib import get_close_matches  # 5 ms that an import of the package need not take

    names = getattr(owner, "__all__", None) or vars_of(owner)
    there = [each for each in names if each[0] != "_"]
    near = get_close_matches(name, there, 3) or (there if len(there) <= FEW else [])
    near += [each for each in (*_elsewhere(name), *_as_function(name)) if each not in near]
    nearest = f"; the nearest that is here: {', '.join(near)}" if near else ""
    if place.partition(".")[0] == "vision":
        return f"{own} has no {name}: of torchvision there is here what most programs use{nearest}"
    theirs = pytorch_names().get(place)
    if theirs is None:
        return f"{own} has no {name}: those here are what programs use most{nearest}"
    if name in theirs:
        return f"{own} has no {name} yet: PyTorch has it, tinygrad_nn does not{nearest}"
    return f"{own} has no {name}, and neither has PyTorch{nearest}"


def names_there(place: str) -> set[str]:
    """Return the names that a place of PyTorch's has here, also those imported when asked for."""
    owner = _reach(sys.modules[PACKAGE], place)
    return vars_of(owner) | set(getattr(owner, "__all__", ()))


def _elsewhere(name: str) -> list[str]:
    """Return where else there is something of that name."""
    found = [place for place in pytorch_names() if name in names_there(place)]
    return [f"{PACKAGE}.{place}.{name}".replace("..", ".") for place in found]


def _as_function(name: str) -> list[str]:
    """Return the function that computes what a layer of that name does: MaxPool2d's, max_pool2d."""
    functional = vars_of(_reach(sys.modules[PACKAGE], "nn.functional"))
    plain = name.lower() if name[:1].isupper() else ""
    wanted = {plain, re.sub(r"\dd$", "", plain)}
    found = [each for each in sorted(functional) if each.replace("_", "") in wanted]
    return [f"{PACKAGE}.nn.functional.{each}" for each in found if "_" not in (each[0], each[-1])]


def vars_of(owner: Any) -> set[str]:
    """Return the names that an owner has, or that its class inherits."""
    classes = owner.__mro__ if isinstance(owner, type) else (owner,)
    return {
        name
        for each in classes
        for name, value in getattr(each, "__dict__", {}).items()
        if not isinstance(value, NotThere)
    }


def _reach(owner: Any, path: str) -> Any:
    for name in path.split(".") if path else []:
        listed = name in getattr(owner, "__all__", ())  # and imported, if it was not asked for yet
        owner = getattr(owner, name) if listed else vars(owner).get(name)
        if owner is None:
            return None
    return owner


def explain_names_of(module: ModuleType, place: str) -> None:
    """Have a module say of a missing name what there is; it still has no such attribute."""
    module.__getattr__ = partial(refuse, module, place)  # type: ignore[method-assign]


def explained(module: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a file with a place of PyTorch's, which says what there is."""
    return lambda name: refuse(sys.modules[module], module.partition(".")[2], name)


def explain_below(package: str) -> None:
    """Have every file below a package that is imported by now say of a missing name what there is.

    One that finds names by itself, by a `__getattr__` of its own, is left as it is.
    """
    start = f"{PACKAGE}.{package}"
    for name, module in list(sys.modules.items()):
        if f"{name}.".startswith(f"{start}.") and "__getattr__" not in vars(module):
            explain_names_of(module, name.removeprefix(f"{PACKAGE}."))


def refuse(module: ModuleType, place: str, name: str) -> NoReturn:
    """Raise AttributeError for a name that a module does not have, ImportError in an import."""
    raise not_found(module, name, lambda: missing(place, name, module))


def not_found(module: ModuleType, name: str, explain: Callable[[], str]) -> Exception:
    """Return AttributeError; at `from module import name`, which loses its words, ImportError."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__package__") == __package__:
        frame = frame.f_back
    asks_first = frame is not None and frame.f_code.co_name == "_handle_fromlist"
    if name.startswith("__") or asks_first:  # tools, of every object; Python, before it imports
        return AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
    said = explain()
    if frame is not None and (_is_import(frame) or _is_import(frame.f_back)):  # by a __getattr__
        path = getattr(module, "__file__", None)
        return MissingImportError(said, name=module.__name__, path=path)
    return MissingNameError(said, name=name, obj=module)


def _is_import(frame: FrameType | None) -> bool:
    """Whether a frame is at `from module import name`."""
    return frame is not None and opcode.opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM"


class NotThere:
    """A name of PyTorch's that a class has not: reading it is an AttributeError with the way out.

    A `__getattr__` of the class would make every attribute that it has slower to read.
    """

    __slots__ = ("name", "place")

    def __init__(self, place: str, name: str) -> None:
        self.place, self.name = place, name

    def __get__(self, instance: Any, owner: type) -> Any:
        said = missing(self.place, self.name, owner)
        of = instance if instance is not None else owner
        raise MissingNameError(said, name=self.name, obj=of)


def explain_methods_of(owner: type, place: str) -> None:
    """Have a class say of each of PyTorch's names that it lacks what there is."""
    lacking = pytorch_names()[place] - set(dir(owner))
    for name in lacking:
        setattr(owner, name, NotThere(place, name))
    own_dir: Any = owner.__dir__

    def there(self: Any) -> list[str]:
        return sorted(set(own_dir(self)) - lacking | vars_of(type(self)) | set(vars(self)))

    owner.__dir__ = there  # type: ignore[method-assign, assignment]
