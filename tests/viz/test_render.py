"""Pictures of DOT by either engine, and what is said where there is none.
Read `test_pictures.py` next.
"""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tinygrad_nn.errors import MissingExtraError
from tinygrad_nn.viz.render import render

DOT = 'digraph { a [label="linear"]; a -> b }'


@pytest.fixture
def no_pygraphviz(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.fixture
def dot_program(tmp_path, monkeypatch):
    """A folder alone on the PATH, with a program `dot` of the given Python code."""
    if os.name == "nt":
        pytest.skip("a script of one file is no program on Windows")

    def install(code: str) -> Path:
        program = tmp_path / "dot"
        program.write_text(f"#!{sys.executable}\nimport sys\n{code}\n", "utf-8")
        program.chmod(0o755)
        return program

    monkeypatch.setenv("PATH", str(tmp_path))
    return install


@pytest.mark.parametrize(("format", "start"), [("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF")])
def test_pygraphviz_draws(format, start):
    pytest.importorskip("pygraphviz")
    assert render(DOT, format).startswith(start)


def test_pygraphviz_draws_svg_with_the_label():
    pytest.importorskip("pygraphviz")
    tree = ElementTree.fromstring(render(DOT, "svg"))
    assert "linear" in [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.usefixtures("no_pygraphviz")
def test_without_pygraphviz_the_program_draws(dot_program):
    dot_program("print(sys.argv[1:], sys.stdin.read())")
    assert render(DOT, "svg").decode().split() == f"['-Tsvg'] {DOT}".split()


@pytest.mark.usefixtures("no_pygraphviz")
def test_what_the_program_says_when_it_fails_is_passed_on(dot_program):
    program = dot_program("sys.exit('Error: syntax error in line 1')")
    with pytest.raises(RuntimeError, match=r"failed: Error: syntax error in line 1$") as raised:
        render("digraph {", "svg")
    assert str(program) in str(raised.value)


@pytest.mark.usefixtures("no_pygraphviz", "dot_program")
def test_without_either_the_extra_is_named():
    with pytest.raises(MissingExtraError, match=r'pip install "tinygrad_nn\[cli\]"'):
        render(DOT, "svg")


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="one of svg, png, pdf, got 'gif'"):
        render(DOT, "gif")
