"""One run of a program written for PyTorch, in a process of its own, here or on PyTorch itself.
Read `programs.py` next, which starts both and compares what they leave behind.
"""

from __future__ import annotations

import json
import random
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .stand_ins import put_in_place


def main(side: str, threads: str, record: str, *command: str) -> int:
    """Run `command`, a script or -m and a module, and leave its times and values in `record`."""
    start = time.perf_counter()
    library = _ours() if side == "ours" else _pytorch(int(threads))
    imported = time.perf_counter()
    values: list[float] = []
    _record_backward(library, values)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - the stream that programs draw from
    library.manual_seed(0)
    run = _run_ours if side == "ours" else _run_on_pytorch
    began = time.perf_counter()
    try:
        return run(list(command))
    finally:
        found = {
            "values": values,
            "imports": imported - start,
            "seconds": time.perf_counter() - began,
        }
        Path(record).write_text(json.dumps(found), encoding="utf-8")


def _ours() -> Any:
    import tinygrad_nn
    from tinygrad_nn.compat.aliasing import HOMES

    put_in_place(tinygrad_nn, HOMES)
    return tinygrad_nn


def _pytorch(threads: int) -> Any:
    import torch

    torch.set_num_threads(threads)
    put_in_place(torch, {})
    return torch


def _run_ours(command: list[str]) -> int:
    from tinygrad_nn.cli import main as command_line

    return command_line(["run", *command])


def _run_on_pytorch(command: list[str]) -> int:
    """Do what Python does with `python SCRIPT` and `python -m MODULE`."""
    if command[0] == "-m":
        sys.argv, sys.path[0] = command[1:], str(Path.cwd())
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = command, str(Path(command[0]).resolve().parent)
        runpy.run_path(command[0], run_name="__main__")
    return 0


def _record_backward(library: Any, values: list[float]) -> None:
    """Have both ways to call backward note what they are called on."""
    inside = False

    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensors: Any, *arguments: Any, **keywords: Any) -> Any:
            nonlocal inside
            if inside:  # Tensor.backward calls autograd.backward
                return function(tensors, *arguments, **keywords)
            several = isinstance(tensors, (list, tuple))
            values.extend(each.sum().item() for each in (tensors if several else [tensors]))
            inside = True
            try:
                return function(tensors, *arguments, **keywords)
            finally:
                inside = False

        return backward

    library.Tensor.backward = noting(library.Tensor.backward)
    library.autograd.backward = noting(library.autograd.backward)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
