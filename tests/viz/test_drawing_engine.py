"""Pictures by either engine, and what is said where there is none.
Read `test_drawing_svg.py` next.
"""

import shutil
import sys
from xml.etree import ElementTree

import pytest
from drawing_samples import chaos

from tinygrad_nn.errors import MissingExtraError
from tinygrad_nn.viz.drawing.dot import to_dot
from tinygrad_nn.viz.drawing.engine import engine, render

DOT = 'digraph { a [label="linéar"]; a -> b }'
STARTS = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF", "svg": b"<?xml"}


@pytest.fixture(params=["pygraphviz", "dot"])
def real_engine(request, monkeypatch):
    """Each engine that this machine really has, alone."""
    if request.param == "pygraphviz":
        pytest.importorskip("pygraphviz")
        monkeypatch.setenv("PATH", "")
    else:
        if shutil.which("dot") is None:
            pytest.skip("no program dot on this machine")
        monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert engine() == request.param
    return request.param


@pytest.fixture
def pygraphviz_module(no_engine, monkeypatch):
    """A function that makes a module pygraphviz, whose graph draws by the given Python code."""

    def install(code: str) -> None:
        method = f"def draw(self, format, prog):\n        {code}"
        start = "def __init__(self, string):\n        self.string = string"
        module = f"import os\n\nclass AGraph:\n    {start}\n    {method}\n"
        (no_engine / "pygraphviz.py").write_text(module, "utf-8")
        monkeypatch.delitem(sys.modules, "pygraphviz")
        monkeypatch.syspath_prepend(no_engine)
        monkeypatch.setenv("PYTHONPATH", str(no_engine))

    return install


def test_pygraphviz_comes_first(pygraphviz_module, dot_program):
    pygraphviz_module("return f'{format} {prog} {self.string}'.encode()")
    dot_program("print('drawn by the program')")
    assert engine() == "pygraphviz"
    assert render(DOT, "png") == f"png dot {DOT}".encode()


def test_pygraphviz_refuses_in_its_words(pygraphviz_module):
    pygraphviz_module("raise ValueError('Invalid Input')")
    with pytest.raises(RuntimeError, match="pygraphviz did not draw the graph: Invalid Input"):
        render(DOT, "svg")


def test_an_end_of_graphviz_is_no_end_of_python(pygraphviz_module):
    pygraphviz_module("os.abort()")
    with pytest.raises(RuntimeError, match="pygraphviz did not draw the graph"):
        render(DOT, "svg")


@pytest.mark.usefixtures("real_engine")
@pytest.mark.parametrize(("format", "start"), STARTS.items())
def test_every_format_is_drawn(format, start):
    assert render(DOT, format).startswith(start)


@pytest.mark.usefixtures("real_engine")
def test_the_picture_shows_the_labels():
    tree = ElementTree.fromstring(render(DOT, "svg"))
    assert "linéar" in [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.usefixtures("real_engine")
def test_what_graphviz_refuses_is_said_in_its_words():
    with pytest.raises(RuntimeError, match=r"syntax error in line \d"):
        render("digraph {", "svg")


@pytest.mark.usefixtures("real_engine")
@pytest.mark.parametrize("clusters", [0, 20, 120])
def test_a_large_and_chaotic_graph_is_drawn(clusters):
    assert render(to_dot(chaos(400, clusters=clusters)), "svg").count(b'class="node') == 400


def test_the_program_gets_the_format_and_the_text_and_no_shell(dot_program):
    dot_program("sys.stdout.buffer.write(repr(sys.argv[1:]).encode() + sys.stdin.buffer.read())")
    nasty = 'digraph { "$(exit 1); `exit 1` é" }'
    assert engine() == "dot"
    assert render(nasty, "png") == b"['-Tpng']" + nasty.encode()


def test_what_the_program_says_when_it_fails_is_passed_on(dot_program):
    dot_program("sys.exit('Error: syntax error in line 1')")
    with pytest.raises(RuntimeError, match="dot did not draw the graph: Error: syntax error in"):
        render("digraph {", "svg")


def test_a_program_that_fails_without_a_word_is_reported_too(dot_program):
    dot_program("sys.exit(7)")
    with pytest.raises(RuntimeError, match="ended with 7"):
        render(DOT, "svg")


def test_a_program_that_takes_too_long_is_stopped(dot_program):
    dot_program("time.sleep(60)")
    with pytest.raises(RuntimeError, match=r"did not draw the graph in 0\.2 seconds"):
        render(DOT, "svg", timeout=0.2)


@pytest.mark.usefixtures("no_engine")
def test_without_either_one_line_names_the_extra_and_what_works():
    assert engine() is None
    with pytest.raises(MissingExtraError) as raised:
        render(DOT, "svg")
    said = str(raised.value)
    assert 'pip install "tinygrad_nn[viz]"' in said
    assert ".dot, .json and .html" in said
    assert "\n" not in said


def test_without_a_python_program_pygraphviz_is_not_tried(monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    assert engine() != "pygraphviz"
