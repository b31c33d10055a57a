"""`tinygrad-nn graph`: the file's ending says what is written, and what there is without an engine.
Read `test_play_command.py` next, or `../viz/test_shown_graph.py` for what the graph shows.
"""

import json
import os
import sys
from xml.etree import ElementTree

import pytest

OPERATIONS = ["linear", "relu", "linear", "cross_entropy"]
NAMES = {"images", "labels", "0.weight", "0.bias", "2.weight", "2.bias", *OPERATIONS}
TEXT = [
    ("step.dot", b"digraph {"),
    ("step.html", b"<!doctype html>"),
    ("step.json", b"{\n"),
    ("STEP.HTML", b"<!doctype html>"),
]
PICTURES = [
    ("step.svg", b"<?xml"),
    ("step.png", b"\x89PNG\r\n\x1a\n"),
    ("step.pdf", b"%PDF"),
    ("STEP.PNG", b"\x89PNG\r\n\x1a\n"),
]


@pytest.fixture
def nodes(program, tmp_path):
    """Draw with the given options; return the nodes of the graph by name and label."""

    def draw(*words: object) -> dict:
        assert program("graph", *words, "--out", "step.json").code == 0
        found = json.loads((tmp_path / "step.json").read_text("utf-8"))["nodes"]
        return {node["label"] or node["name"]: node for node in found}

    return draw


def test_the_graph_is_a_picture_unless_asked_otherwise(program, tmp_path):
    pytest.importorskip("pygraphviz")
    run = program("graph")
    assert (run.code, run.err) == (0, "")
    assert run.out == "wrote graph.svg: the graph of how it is computed\n"
    texts = ElementTree.parse(tmp_path / "graph.svg").iter("{http://www.w3.org/2000/svg}text")
    assert {text.text for text in texts} >= NAMES


@pytest.mark.parametrize(("name", "start"), PICTURES)
def test_the_ending_says_which_picture_is_written(program, tmp_path, name, start):
    pytest.importorskip("pygraphviz")
    run = program("graph", "--out", name)
    assert (run.code, run.err) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("name", "start"), TEXT)
def test_text_needs_no_engine(program, without, tmp_path, name, start):
    without("pygraphviz")
    run = program("graph", "--out", name)
    assert (run.code, run.err) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_graph_shows_the_data_and_the_hidden_layer_asked_for(nodes, kaggle_csv):
    shown = nodes("--data", kaggle_csv(12), "--hidden", 7)
    assert shown["0.weight"]["shape"] == [7, 784]
    assert shown["images"]["shape"] == [10, 784]
    assert shown["relu"]["shape"] == [10, 7]
    assert shown["loss"]["shape"] == []
    assert shown["loss"]["is_output"]


def test_it_is_the_loss_of_the_first_step_of_training(program, nodes):
    first = program("train", "--iterations", 1, "--out", "run").out
    assert f"loss {float(nodes()['loss']['value']):.3f}" in first


def test_the_same_options_write_the_same_file(program, tmp_path):
    for name in ("a.html", "b.html"):
        assert program("graph", "--out", name).code == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


@pytest.mark.parametrize("name", ["step.svg", "step.png", "step.pdf"])
def test_without_an_engine_the_graph_is_text_and_a_line_says_how_to_get_a_picture(
    program, without, tmp_path, name
):
    without("pygraphviz")
    run = program("graph", "--out", name)
    assert run.code == 1
    assert run.err.startswith(f"tinygrad-nn: {name} became step.dot, text: ")
    assert 'pip install "tinygrad_nn[viz]"' in run.err
    assert run.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["step.dot"]
    assert (tmp_path / "step.dot").read_text().startswith("digraph {")


def test_without_an_engine_a_failure_is_told_as_well(program, without, tmp_path):
    without("pygraphviz")
    (tmp_path / "mine.py").write_text(
        "import tinygrad_nn as t\nw = t.ones(2, requires_grad=True)\nw + t.ones(3)\n"
    )
    run = program("graph", "mine.py")
    assert run.code == 1
    assert run.out == "wrote graph.dot: the graph up to what failed\n"
    first, second = run.err.splitlines()
    assert first.startswith("tinygrad-nn: graph.svg became graph.dot, text: ")
    assert second.startswith("tinygrad-nn: mine.py:3: ShapeError: add: shapes (2,) and (3,)")


@pytest.mark.skipif(os.name == "nt", reason="a script of one file is no program on Windows")
def test_an_engine_that_refuses_is_one_line(program, without, tmp_path, monkeypatch):
    without("pygraphviz")
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "dot").write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no\\nfonts')\n")
    (folder / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    run = program("graph", "--out", "step.png")
    assert run.code == 1
    assert run.err == (
        "tinygrad-nn: step.png became step.dot, text: dot did not draw the graph: no↵fonts\n"
    )


def test_a_missing_folder_is_one_line(program):
    run = program("graph", "--out", "nowhere/step.dot")
    assert run.code == 1
    assert run.err == "tinygrad-nn: nowhere/step.dot: No such file or directory\n"
