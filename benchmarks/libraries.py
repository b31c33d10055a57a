"""The libraries that take part: ours, another checkout of it, PyTorch where it is installed.
Read `measure.py` next: how their turns are timed.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import tinygrad_nn

OURS, BEFORE, TORCH = "tinygrad_nn", "before", "PyTorch"


def pytorch(threads: int = 1) -> ModuleType | None:
    """Return PyTorch with that many threads for each operation, None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(threads)
    return torch


def another_checkout(path: Path) -> ModuleType:
    """Import the package of another checkout beside ours, in the same process.

    It takes another top-level name, which works because the package imports itself relatively.
    """
    package = path.resolve() / "tinygrad_nn"
    name = "tinygrad_nn_before"
    spec = spec_from_file_location(
        name, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"--before: no package in {package}")
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    mixed = [
        each.__name__
        for key, each in list(sys.modules.items())
        if key.startswith(f"{name}.")
        and any(vars(each).get(part) is tinygrad_nn.Tensor for part in ("Tensor", "TensorBase"))
    ]
    if mixed:  # an absolute import would time ours twice
        raise ImportError(f"--before: {', '.join(mixed)} took the tensors of this checkout")
    return module


def libraries(threads: int = 1, before: Path | None = None) -> dict[str, ModuleType]:
    """Those that are there, by the name of their side; ours first."""
    found = {OURS: tinygrad_nn}
    if before is not None:
        found[BEFORE] = another_checkout(before)
    torch = pytorch(threads)
    return found if torch is None else {**found, TORCH: torch}
