"""What the tests of the command line share: running it, small data files, extras taken away.
Read `test_program.py` next.
"""

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tinygrad_nn.cli import main


class Run(NamedTuple):
    """What a command left: its exit code, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def program(capsys, tmp_path, monkeypatch):
    """Run a command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TINYGRAD_NN_DATA", raising=False)

    def run(*words: object) -> Run:
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = leaving.code
        out, err = capsys.readouterr()
        return Run(
            code, out, "".join(line for line in err.splitlines(True) if "Fontconfig" not in line)
        )

    return run


@pytest.fixture
def without(monkeypatch):
    """Make packages look as if they were not installed."""

    def block(*packages: str) -> None:
        loaded = [name for name in sys.modules if name.partition(".")[0] in packages]
        for name in (*packages, *loaded):
            monkeypatch.setitem(sys.modules, name, None)
        if "pygraphviz" in packages:
            monkeypatch.setenv("PATH", "")  # nor is there a program dot

    return block


@pytest.fixture
def no_pictures(without):
    """Leave out what takes most of a short run."""
    without("matplotlib", "pygraphviz")


@pytest.fixture
def kaggle_csv(tmp_path):
    """Write a CSV file like Kaggle's, of random images, each with its first pixel as its label."""

    def write(count: int, name: str = "train.csv"):
        pixels = np.random.default_rng(0).integers(0, 256, (count, 784))
        rows = [f"{row[0] % 10},{','.join(map(str, row))}" for row in pixels]
        header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


@pytest.fixture
def write(tmp_path):
    """Write a program into the folder that commands run in."""

    def write(text: str, name: str = "mine.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def drawn(program, tmp_path):
    """Run `graph` on a file, and return the facts in the graph."""

    def draw(*words: object, code: int = 0) -> dict:
        run = program("graph", *words, "--out", "drawn.json")
        assert run.code == code, run.err
        return json.loads((tmp_path / "drawn.json").read_text("utf-8"))

    return draw
