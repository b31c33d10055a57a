"""What every call gives on a machine with pygraphviz, with a program `dot` alone, and with neither.
Read `test_notebook.py` next, which does so in notebooks; `docs/seeing.md` shows the table.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.cli import main
from tinygrad_nn.errors import MissingExtraError
from tinygrad_nn.viz.drawing.engine import engine

MACHINES = ("pygraphviz", "dot", "fake dot", "neither")
EXTRA = 'pip install "tinygrad_nn[viz]"'
PNG, PDF, SVG, PAGE = b"\x89PNG\r\n\x1a\n", b"%PDF-1.", b"<?xml", b"<!doctype html>"

FAKE = f"""\
#!{sys.executable}
import sys
graph = '<g transform="scale(1)"><path d="M0,0L9,9"/></g>'
picture = f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">{{graph}}</svg>'
starts = {{"-Tsvg": picture.encode(), "-Tpng": {PNG}, "-Tpdf": {PDF}}}
sys.stdin.buffer.read()
sys.stdout.buffer.write(starts[sys.argv[1]])
"""


@pytest.fixture(params=MACHINES)
def machine(request, tmp_path, monkeypatch):
    """Each kind of machine; what it is called."""
    empty = tmp_path / "programs"
    empty.mkdir()
    if request.param == "pygraphviz":
        pytest.importorskip("pygraphviz")
    else:
        monkeypatch.setitem(sys.modules, "pygraphviz", None)
    if request.param == "dot":
        program = shutil.which("dot")
        if program is None:
            pytest.skip("no program dot on this machine")
        monkeypatch.setenv("PATH", os.path.dirname(program))
    else:
        monkeypatch.setenv("PATH", str(empty))
    if request.param == "fake dot":
        if os.name == "nt":
            pytest.skip("a script of one file is no program on Windows")
        (empty / "dot").write_text(FAKE)
        (empty / "dot").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert engine() == {"fake dot": "dot", "neither": None}.get(request.param, request.param)
    return request.param


@pytest.fixture
def loss():
    w, x = tnn.tensor([[1.0, 2.0]], requires_grad=True), tnn.tensor([3.0, -1.0])
    return (w * x).tanh().sum()


def fails(path: str) -> None:
    with viz.on_error(path):
        tnn.ones(2, requires_grad=True) + tnn.ones(3)


ROWS = [  # a call, and how the file begins that it leaves: with an engine, and without one
    ("dot", lambda loss: viz.graph(loss).save("out.dot"), b"digraph {", b"digraph {"),
    ("json", lambda loss: viz.graph(loss).save("out.json"), b"{\n", b"{\n"),
    ("html", lambda loss: viz.graph(loss).save("out.html"), PAGE, PAGE),
    ("svg", lambda loss: viz.graph(loss).save("out.svg"), SVG, None),
    ("png", lambda loss: viz.graph(loss).save("out.png"), PNG, None),
    ("pdf", lambda loss: viz.graph(loss).save("out.pdf"), PDF, None),
    ("play", lambda loss: viz.play(loss).save("out.html"), PAGE, PAGE),
    ("explain", lambda loss: write(viz.explain(loss).page("out")), PAGE, PAGE),
    ("formulas", lambda loss: write(tnn.formulas("tanh")._repr_html_()), b"<", b"<"),
]


def write(text: str) -> None:
    Path("out.html").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("call", "drawn", "otherwise"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_every_call_gives_its_file_or_one_line_that_names_the_extra(
    machine, loss, call, drawn, otherwise
):
    start = otherwise if machine == "neither" else drawn
    if start is None:
        with pytest.raises(MissingExtraError) as caught:
            call(loss)
        assert EXTRA in str(caught.value)
        assert "\n" not in str(caught.value)
        assert list(Path().glob("out.*")) == []
    else:
        call(loss)
        (file,) = Path().glob("out.*")
        assert file.read_bytes().startswith(start)


def test_a_graph_is_printed_everywhere(machine, loss):
    assert str(viz.graph(loss)).count("\n") >= 4
    assert "tanh" in str(viz.graph(loss))


def test_a_notebook_shows_a_picture_or_a_list_that_says_why(machine, loss):
    bundle = viz.graph(loss)._repr_mimebundle_()
    if machine == "neither":
        assert bundle.keys() == {"text/html", "text/plain"}
        assert EXTRA in bundle["text/plain"]
        assert "tanh" in bundle["text/html"]
    else:
        assert bundle.keys() == {"image/svg+xml", "text/plain"}
        assert bundle["image/svg+xml"].startswith("<svg ")
        assert bundle["text/plain"] == str(viz.graph(loss))


def test_the_page_of_a_graph_holds_the_picture_where_there_is_an_engine(machine, loss):
    assert ("<svg" in viz.graph(loss).html()) == (machine != "neither")


@pytest.mark.parametrize(("name", "picture"), [("failed.html", False), ("failed.svg", True)])
def test_the_graph_of_an_error_is_a_file_or_a_note_says_why_there_is_none(machine, name, picture):
    with pytest.raises(RuntimeError, match="add: shapes") as caught:
        fails(name)
    (note,) = caught.value.__notes__
    if picture and machine == "neither":
        assert "could not draw the graph" in note
        assert EXTRA in note
        assert not Path(name).exists()
    else:
        assert name in note
        assert Path(name).read_bytes().startswith(SVG if picture else PAGE)


def test_the_command_draws_or_leaves_text(machine, capsys):
    code = main(["graph", "--model", "3-2", "--out", "step.png"])
    if machine == "neither":
        assert code == 1
        assert EXTRA in capsys.readouterr().err
        assert Path("step.dot").read_text().startswith("digraph {")
    else:
        assert code == 0
        assert Path("step.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("words", [["play"], ["explain", "--out", "play.html"]])
def test_the_other_commands_need_no_engine(machine, words, capsys):
    assert main([*words, "--model", "3-2"]) == 0
    assert Path("play.html").read_bytes().startswith(PAGE)
