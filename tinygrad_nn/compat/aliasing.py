"""`use_as_torch` has `import torch`, and all below it, find this package in this process.
Read `../cli/run.py` next, which runs a program so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import tinygrad_nn

from ..places import version

# What programs import, and where it is here.
HOMES = {"torch": "tinygrad_nn", "torchvision": "tinygrad_nn.vision"}


def use_as_torch() -> None:
    """Have every later `import torch` in this process find tinygrad_nn, its submodules too.

    For notebooks and programs that shall run unchanged; `tinygrad-nn run` does it by itself.
    `torch.__version__` is then that of the PyTorch whose interface this package follows.

    Raises:
        RuntimeError: PyTorch itself is imported already.

    Example:
        >>> from tinygrad_nn.compat import use_as_torch
        >>> use_as_torch()  # doctest: +SKIP
        >>> import torch, torch.nn as nn  # doctest: +SKIP
        >>> nn.Linear(2, 1)(torch.ones(3, 2)).shape  # doctest: +SKIP
        torch.Size([3, 1])
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    for name in HOMES:
        if name in sys.modules:
            raise RuntimeError(
                f"use_as_torch(): {name} itself is imported already, from "
                f"{sys.modules[name].__file__}; call it before the first import of {name}"
            )
    _install()


@contextmanager
def as_torch() -> Iterator[None]:
    """Do what `use_as_torch` does inside a with statement; PyTorch, if imported, is put aside."""
    before = _aliases()
    for name in before:
        del sys.modules[name]
    _install()
    try:
        yield
    finally:
        sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, _Finder)]
        for name in _aliases():
            del sys.modules[name]
        sys.modules.update(before)


def _install() -> None:
    sys.meta_path.insert(0, _Finder())
    sys.modules["torch"] = _torch()
    _mirror()


def _aliases() -> dict[str, ModuleType]:
    return {name: each for name, each in sys.modules.items() if name.partition(".")[0] in HOMES}


def _torch() -> ModuleType:
    """Return a module like the package, but for its name and version, which programs compare."""
    torch = ModuleType("torch", tinygrad_nn.__doc__)
    own = {"__name__": "torch", "__version__": version.__version__, "__path__": []}
    spec = ModuleSpec("torch", _Loader(tinygrad_nn), is_package=True)
    vars(torch).update(vars(tinygrad_nn), **own, __package__="torch", __spec__=spec)
    torch.torch = torch  # type: ignore[attr-defined]  # as PyTorch has itself
    return torch


def _mirror() -> None:
    """Enter what is imported here under PyTorch's names too.

    Python binds what it imports to a name in its parent; what is entered before keeps the parent
    as it is, as `nn.utils.weight_norm`, a function, in spite of a module of that name.
    """
    for alias, home in HOMES.items():
        start = f"{home}."
        for name, module in list(sys.modules.items()):
            if name.startswith(start):
                sys.modules.setdefault(f"{alias}.{name.removeprefix(start)}", module)


class _Finder(MetaPathFinder):
    """Finds `torch.nn`, say, as `tinygrad_nn.nn`: the same module, not a copy of it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top, dot, below = fullname.partition(".")
        if top not in HOMES:
            return None
        name = f"{HOMES[top]}{dot}{below}"
        try:
            module = import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and f"{name}.".startswith(f"{error.name}."):
                return None  # Python says that there is no such module; the program may expect it
            raise
        return ModuleSpec(fullname, _Loader(module), is_package=hasattr(module, "__path__"))


class _Loader(Loader):
    """Gives Python a module that is there already, and leaves what it says of itself as it was."""

    def __init__(self, module: ModuleType) -> None:
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec
        _mirror()
