"""Machines with and without Graphviz, for the tests of what is drawn.
Read `drawing_samples.py` next, for the graphs.
"""

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture
def no_engine(tmp_path, monkeypatch):
    """Neither pygraphviz nor a program `dot`: a folder alone on the PATH, empty so far."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def dot_program(no_engine):
    """A function that puts a program `dot` of the given Python code on the PATH, and no other."""
    if os.name == "nt":
        pytest.skip("a script of one file is no program on Windows")

    def install(code: str) -> Path:
        program = no_engine / "dot"
        program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{code}\n", "utf-8")
        program.chmod(0o755)
        return program

    return install
