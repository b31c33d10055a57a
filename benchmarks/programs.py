"""Public programs written for PyTorch, run here and on PyTorch: their values and times compared.
Read `program_list.py` for the programs, then `program_runner.py` for one run of one.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tinygrad_nn.datasets import digits, mnist

from .program_list import PROGRAMS, Program

ROOT = Path(__file__).parents[1]
Images = dict[str, tuple[np.ndarray, np.ndarray]]  # by split: images and labels
SIDES = ("ours", "PyTorch")
CLOSE = 1e-4  # relative
FIRST = 20  # values that must be close; later ones may drift apart by rounding alone
TRAINING, HELD_OUT = 1280, 500  # images
NUMBER = re.compile(r"[-+]?\d+\.\d+(?:e[-+]?\d+)?")


@dataclass
class Run:
    """What the runs of a program on one side left."""

    values: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)  # seconds of the processes, imports and all
    inner: list[float] = field(default_factory=list)  # of the program, with the library imported
    failure: str = ""


def run(
    folder: Path, threads: Sequence[int], only: Sequence[str], rounds: int, data: Path | None
) -> int:
    """Run the programs, print a table for each number of threads; 1 if one fails or differs."""
    images = _images(data)
    programs = [each for each in PROGRAMS if not only or any(word in each.name for word in only)]
    good = True
    for number in threads:
        print(
            f"{number} thread{'s' * (number != 1)} a side, medians of {rounds} interleaved runs, "
            "seconds\n\n"
            f"| program | values | first {FIRST}: largest difference | close to {CLOSE:g} | ours "
            "| PyTorch | ratio | without imports |\n|---|--:|--:|--:|--:|--:|--:|--:|"
        )
        ratios = []
        for program in programs:
            if program.needs and find_spec(program.needs) is None:
                print(f"| {program.name} | {program.needs} is not installed ||||||", flush=True)
                continue
            ours, theirs = _both(folder, program, number, rounds, images)
            if failure := ours.failure or theirs.failure:
                good = False
                print(f"| {program.name} | {failure} ||||||", flush=True)
                continue
            line, right, ratio = _compared(ours, theirs)
            good &= right
            ratios.append(ratio)
            print(f"| {program.name} | {line} |", flush=True)
        fast = sum(ratio <= 1 for ratio in ratios)
        print(f"\nwithin PyTorch's time: {fast} of {len(ratios)}\n")
    return 0 if good else 1


def differences(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return the relative difference of each pair; of a value without a partner it is infinite."""
    found = []
    for i in range(max(len(ours), len(theirs))):
        if i >= min(len(ours), len(theirs)):
            found.append(math.inf)
        elif ours[i] == theirs[i] or (math.isnan(ours[i]) and math.isnan(theirs[i])):
            found.append(0.0)
        else:
            found.append(abs(ours[i] - theirs[i]) / max(abs(theirs[i]), sys.float_info.min))
    return [math.inf if math.isnan(each) else each for each in found]


def _compared(ours: Run, theirs: Run) -> tuple[str, bool, float]:
    apart = differences(ours.values, theirs.values)
    worst = max(apart[:FIRST], default=math.inf)
    close = sum(each <= CLOSE for each in apart)
    whole = [statistics.median(each.whole) for each in (ours, theirs)]
    inner = [statistics.median(each.inner) for each in (ours, theirs)]
    ratio = whole[0] / whole[1]
    cells = [
        f"{len(theirs.values)}",
        f"{worst:.1e}" + (" **too far**" if worst > CLOSE else ""),
        f"{close} of {len(apart)}",
        *(f"{seconds:.2f}" for seconds in whole),
        f"{ratio:.2f}",
        f"{inner[0] / inner[1]:.2f}",
    ]
    return " | ".join(cells), worst <= CLOSE, ratio


def _both(
    folder: Path, program: Program, threads: int, rounds: int, images: Images
) -> tuple[Run, Run]:
    runs = {side: Run() for side in SIDES}
    for i in range(rounds):
        for side in SIDES[:: 1 if i % 2 else -1]:
            if not any(each.failure for each in runs.values()):
                _once(folder, program, side, threads, images, runs[side])
    return runs["ours"], runs["PyTorch"]


def _once(
    folder: Path, program: Program, side: str, threads: int, images: Images, found: Run
) -> None:
    """Run a program in a fresh copy of its folder, and add what came of it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name, "program")
        shutil.copytree(folder / program.folder, place)
        _shrink(program, place)
        if program.mnist:
            _write_images(Path(name, "data", "MNIST", "raw"), images)
        values: list[float] = []
        printed, whole, inner = "", 0.0, 0.0
        for command in program.commands:
            record = Path(name, "record.json")
            words = [side.lower(), str(threads), str(record), *command.split()]
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.program_runner", *words],
                cwd=place,
                env=_environment(threads),
                capture_output=True,
                text=True,
            )
            whole += time.perf_counter() - start
            if done.returncode:
                last = (done.stderr or done.stdout).strip().splitlines()[-1:]
                found.failure = f"{side} ends with {done.returncode}: {' '.join(last)}"
                return
            left = json.loads(record.read_text("utf-8"))
            values += left["values"]
            inner += left["seconds"]
            printed += done.stdout
    found.values = values or [float(each) for each in NUMBER.findall(printed)]
    found.whole.append(whole)
    found.inner.append(inner)


def _environment(threads: int) -> dict[str, str]:
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    numbers = {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "OPENBLAS", "MKL")}
    path = os.pathsep.join(each for each in paths if each)
    return {**os.environ, **numbers, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}


def _shrink(program: Program, place: Path) -> None:
    for file, edits in program.edits.items():
        text = (place / file).read_text("utf-8")
        for old, new in edits.items():
            if old not in text:
                raise ValueError(f"{program.name}: {file} does not hold {old!r} any more")
            text = text.replace(old, new)
        (place / file).write_text(text, "utf-8")
    if program.prepare is not None:
        program.prepare(place)


def _images(folder: Path | None) -> Images:
    """Return the first images of MNIST's files, or digits in their form where none are given."""
    if folder is not None:
        train, test = (mnist(folder, split=split) for split in ("train", "test"))
        return {
            "train": (train.images[:TRAINING], train.labels[:TRAINING]),
            "t10k": (test.images[:HELD_OUT], test.labels[:HELD_OUT]),
        }
    own = digits()  # 8 x 8, 0 to 16
    large = np.pad(own.images.repeat(3, 1).repeat(3, 2) * 14, ((0, 0), (2, 2), (2, 2)))
    large += np.random.default_rng(0).integers(0, 32, large.shape, np.uint8)  # no equal neighbours
    held_out = slice(TRAINING, TRAINING + HELD_OUT)
    return {
        "train": (large[:TRAINING], own.labels[:TRAINING]),
        "t10k": (large[held_out], own.labels[held_out]),
    }


def _write_images(folder: Path, images: Images) -> None:
    """Write both splits in MNIST's format, under the names that it has."""
    folder.mkdir(parents=True)
    for split, arrays in images.items():
        for name, array in zip(("images-idx3", "labels-idx1"), arrays, strict=True):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
            content = header + array.astype(np.uint8).tobytes()
            (folder / f"{split}-{name}-ubyte").write_bytes(content)
