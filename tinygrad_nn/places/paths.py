"""The modules that PyTorch has and we have no file of: `nn.modules.linear`, `onnx`, `xpu`.
Read `table.py` and `../../tests/test_paths.py` next, which writes `pytorch_paths.txt` anew.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .absent import stand_ins
from .missing import PACKAGE, explain_below, refuse
from .table import PLACES


@cache
def pytorch_paths() -> dict[str, dict[str, str]]:
    """Return where each name of each of these modules is here: by module, then by name."""
    path = os.path.join(os.path.dirname(__file__), "pytorch_paths.txt")
    with open(path, encoding="utf-8") as file:
        lines = [line.partition(":") for line in file if not line.startswith("#")]
    return {module: dict(map(_named, homes.split())) for module, _, homes in lines}


def _named(entry: str) -> tuple[str, str]:
    """Read "nn.Linear", and "_Loss=nn.losses.loss.Loss" where the name is another here."""
    name, _, home = entry.rpartition("=")
    return name or home.rpartition(".")[2], home


def enter_below(package: str) -> None:
    """Make the modules below a package, each time that package is imported itself.

    The package is "" for those that are below none. Then it and all files below it say of a name
    that is missing what there is.
    """
    places = [path for path in PLACES if path.rpartition(".")[0] == package]
    for path in places:
        _enter_place(path)  # and what is below it
    below_places = tuple(f"{path}." for path in places)
    for path in pytorch_paths():
        if path.startswith(f"{package}.") and not path.startswith(below_places):
            _enter(path)
    if package:
        explain_below(package)


def _enter(path: str) -> None:
    """Make a module of the file of paths.

    Its parent gets it for an attribute only where it has none of that name: `nn.utils.weight_norm`
    stays the function that it is, as in PyTorch.
    """
    full = f"{PACKAGE}.{path}"
    homes = pytorch_paths()[path]
    if full in sys.modules:  # a file of ours, where PyTorch has more than we
        for name, home in homes.items():
            setattr(sys.modules[full], name, _reach(home))
        return
    place = path.rpartition(".")[0].replace("nn.modules", "nn")
    module = ModuleType(full, f"The names that PyTorch has in torch.{path}.")

    def find(name: str) -> Any:
        return _reach(homes[name]) if name in homes else refuse(module, place, name)

    _enter_module(module, find, homes)
    above, _, name = full.rpartition(".")
    parent = sys.modules[above]
    if name not in vars(parent) and name not in getattr(parent, "__all__", ()):
        setattr(parent, name, module)


def _enter_place(path: str) -> None:
    """Make a module of the table of places, and an attribute of its parent."""
    why, here, raises, error = PLACES[path]
    entries = {entry: home for home, names in here.items() for entry in names.split()}
    homes = {entry.partition("=")[0]: (entry, home) for entry, home in entries.items()}
    otherwise = stand_ins(path, why, raises, error)

    def find(name: str) -> Any:
        if name not in homes:
            return otherwise(name)
        entry, home = homes[name]
        return getattr(import_module(f"{PACKAGE}.{home}".rstrip(".")), entry.rpartition("=")[2])

    module = ModuleType(f"{PACKAGE}.{path}", f"The names that PyTorch has in torch.{path}: {why}.")
    _enter_module(module, find, [*homes, *raises.split()])
    above, _, name = module.__name__.rpartition(".")
    setattr(sys.modules[above], name, module)
    enter_below(path)


def _enter_module(module: ModuleType, find: Callable[[str], Any], names: Collection[str]) -> None:
    """Enter a module whose names are looked up when they are asked for, then kept."""

    def keep(name: str) -> Any:
        setattr(module, name, found := find(name))
        return found

    vars(module).update(
        __path__=[],
        __spec__=ModuleSpec(module.__name__, None, is_package=True),
        __all__=[name for name in names if name[0] != "_"],
        __getattr__=keep,
        __dir__=lambda: sorted({*vars(module), *names}),
    )
    sys.modules[module.__name__] = module


def _reach(home: str) -> Any:
    owner: Any = sys.modules[PACKAGE]
    for name in home.split("."):
        owner = getattr(owner, name)
    return owner
