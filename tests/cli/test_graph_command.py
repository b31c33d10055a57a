"""`tinygrad-nn graph`: the file's ending says what is written, and what there is without an engine.
Read `../viz/test_computation_graph.py` for what the graph shows.
"""

import re
from xml.etree import ElementTree

import pytest

NODES = ["0.weight", "0.bias", "2.weight", "2.bias", "images", "labels", "linear", "relu", "loss"]


def test_the_graph_is_a_picture_unless_asked_otherwise(program, tmp_path):
    pytest.importorskip("pygraphviz")
    run = program("graph")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("wrote graph.svg")
    texts = ElementTree.parse(tmp_path / "graph.svg").iter("{http://www.w3.org/2000/svg}text")
    assert set(NODES) <= {text.text for text in texts}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("step.png", b"\x89PNG\r\n\x1a\n"),
        ("step.pdf", b"%PDF"),
        ("STEP.PNG", b"\x89PNG\r\n\x1a\n"),
        ("step.dot", b"digraph {"),
    ],
)
def test_the_ending_says_what_is_written(program, tmp_path, name, start):
    pytest.importorskip("pygraphviz")
    run = program("graph", "--out", name)
    assert (run.code, run.err) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_graph_shows_the_data_and_the_hidden_layer_asked_for(program, kaggle_csv, tmp_path):
    assert program("graph", "--data", kaggle_csv(12), "--hidden", 7, "--out", "step.dot").code == 0
    text = (tmp_path / "step.dot").read_text()
    labels = dict(re.findall(r'label="([^"\\]*)\\n([^"\\]*)"', text))
    assert labels["0.weight"] == "(7, 784)"
    assert labels["images"] == "(10, 784)"
    assert labels["relu"] == "(10, 7)"
    assert labels["loss"] == "one number"


def test_the_same_options_write_the_same_file(program, tmp_path):
    for name in ("a.dot", "b.dot"):
        assert program("graph", "--out", name).code == 0
    assert (tmp_path / "a.dot").read_bytes() == (tmp_path / "b.dot").read_bytes()


def test_without_an_engine_the_graph_is_text_and_a_line_says_how_to_get_a_picture(
    program, without, tmp_path
):
    without("pygraphviz")
    run = program("graph", "--out", "step.svg")
    assert run.code == 1
    assert run.err.startswith("tinygrad-nn: step.svg became step.dot, text: ")
    assert 'pip install "tinygrad_nn[cli]"' in run.err
    assert run.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["step.dot"]
    assert (tmp_path / "step.dot").read_text().startswith("digraph {")


def test_text_needs_no_engine(program, without, tmp_path):
    without("pygraphviz")
    run = program("graph", "--out", "step.dot")
    assert (run.code, run.err) == (0, "")


def test_a_missing_folder_is_one_line(program):
    run = program("graph", "--out", "nowhere/step.dot")
    assert run.code == 1
    assert run.err == "tinygrad-nn: nowhere/step.dot: No such file or directory\n"
