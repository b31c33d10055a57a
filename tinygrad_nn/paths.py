"""The modules in which PyTorch's own classes live, where ours live elsewhere: `nn.modules.linear`.
Read `../tests/test_paths.py` next, which writes `pytorch_paths.txt` anew.
"""

from __future__ import annotations

import os
import sys
from functools import cache, partial
from types import ModuleType
from typing import Any

from .missing import PACKAGE, refuse


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
    """Make the modules below a package, each time that package is imported itself."""
    for path in pytorch_paths():
        if path.startswith(f"{package}."):
            _enter(path)


def _enter(path: str) -> None:
    """Make a module whose names are looked up when they are asked for.

    Its parent gets it for an attribute only where it has none of that name: `nn.utils.weight_norm`
    stays the function that it is, as in PyTorch.
    """
    full = f"{PACKAGE}.{path}"
    homes = pytorch_paths()[path]
    if full in sys.modules:  # a file of ours, where PyTorch has more than we
        for name, home in homes.items():
            setattr(sys.modules[full], name, _reach(home))
        return
    module = ModuleType(full, f"The names that PyTorch has in torch.{path}.")
    vars(module).update(
        __path__=[],
        __all__=[name for name in homes if name[0] != "_"],
        __getattr__=partial(_find, module, path),
        __dir__=lambda: sorted({*vars(module), *homes}),
    )
    sys.modules[full] = module
    above, _, name = full.rpartition(".")
    parent = sys.modules[above]
    if name not in vars(parent) and name not in getattr(parent, "__all__", ()):
        setattr(parent, name, module)


def _find(module: ModuleType, path: str, name: str) -> Any:
    home = pytorch_paths()[path].get(name)
    if home is None:
        place = path.rpartition(".")[0].replace("nn.modules", "nn")
        return refuse(module, place, name)
    setattr(module, name, found := _reach(home))
    return found


def _reach(home: str) -> Any:
    owner: Any = sys.modules[PACKAGE]
    for name in home.split("."):
        owner = getattr(owner, name)
    return owner
