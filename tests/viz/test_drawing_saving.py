"""Graphs in files and in notebooks, with and without something that draws.
Read `test_drawing_tables.py` next.
"""

import json
from dataclasses import asdict
from xml.etree import ElementTree

import pytest
from drawing_samples import FAILED, HOSTILE, NETWORK, UNPRINTABLE, Page, hostile
from test_drawing_svg import FAKE

from tinygrad_nn.errors import MissingExtraError
from tinygrad_nn.viz.drawing.dot import to_dot
from tinygrad_nn.viz.drawing.page import mimebundle, to_html
from tinygrad_nn.viz.drawing.saving import WRITERS, save
from tinygrad_nn.viz.drawing.tree import to_text


@pytest.mark.parametrize(
    ("suffix", "writer"), [("dot", to_dot), ("html", to_html), ("DOT", to_dot)]
)
def test_text_is_written_with_and_without_an_engine(tmp_path, no_engine, suffix, writer):
    path = save(NETWORK, tmp_path / f"graph.{suffix}")
    assert path == tmp_path / f"graph.{suffix}"
    assert path.read_text("utf-8") == writer(NETWORK)


def test_json_says_all_that_the_contents_say(tmp_path, no_engine):
    path = save(NETWORK, str(tmp_path / "graph.json"))
    assert json.loads(path.read_text("utf-8")) == json.loads(json.dumps(asdict(NETWORK)))


@pytest.mark.parametrize("text", [*HOSTILE.values(), UNPRINTABLE], ids=[*HOSTILE, "unprintable"])
def test_any_text_survives_in_json(tmp_path, no_engine, text):
    path = save(hostile(text), tmp_path / "graph.json")
    assert json.loads(path.read_text("utf-8"))["nodes"][0]["name"] == text


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_pictures_are_what_the_engine_draws(tmp_path, dot_program, format):
    dot_program("print(sys.argv[1], len(sys.stdin.buffer.read()))")
    path = save(NETWORK, tmp_path / f"graph.{format}")
    assert path.read_text("utf-8") == f"-T{format} {len(to_dot(NETWORK).encode())}\n"


def test_an_svg_file_is_whole(tmp_path, dot_program):
    dot_program(FAKE)
    path = save(FAILED, tmp_path / "graph.svg")
    assert ElementTree.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize("name", ["graph.gif", "graph", "svg"])
def test_another_suffix_is_refused_and_the_six_are_named(tmp_path, name):
    with pytest.raises(ValueError, match=r"\.dot, \.svg, \.png, \.pdf, \.html, \.json, got '.*'"):
        save(NETWORK, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_without_an_engine_a_picture_leaves_the_old_file_alone(tmp_path, no_engine, format):
    path = tmp_path / f"graph.{format}"
    path.write_bytes(b"old")
    with pytest.raises(MissingExtraError, match="tinygrad_nn\\[viz\\]"):
        save(NETWORK, path)
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_named(tmp_path, no_engine):
    with pytest.raises(FileNotFoundError, match="missing"):
        save(NETWORK, tmp_path / "missing" / "graph.dot")


def test_there_are_six_formats():
    assert len(WRITERS) == 6


def test_a_notebook_shows_the_picture_and_the_text(dot_program):
    dot_program(FAKE)
    bundle = mimebundle(FAILED)
    assert bundle.keys() == {"image/svg+xml", "text/plain"}
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"] == to_text(FAILED)


def test_two_graphs_of_a_notebook_share_no_id_and_one_keeps_its_own(dot_program):
    dot_program(FAKE)
    first, again = mimebundle(FAILED), mimebundle(FAILED)
    other = FAILED.__class__(FAILED.nodes, FAILED.edges, title="another")
    assert first == again
    ids = [
        {e.get("id") for e in ElementTree.fromstring(b["image/svg+xml"]).iter() if e.get("id")}
        for b in (first, mimebundle(other))
    ]
    assert not ids[0] & ids[1]


@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_a_notebook_shows_the_list_and_says_why():
    bundle = mimebundle(NETWORK)
    assert bundle.keys() == {"text/html", "text/plain"}
    page = Page(bundle["text/html"])
    assert 'pip install "tinygrad_nn[viz]"' in page.text
    assert len(page.values("id")) == 7
    assert not {"script", "style", "html", "body"} & set(page.tags())
    assert bundle["text/plain"].startswith(to_text(NETWORK))
    assert bundle["text/plain"].endswith("need neither")


def test_a_notebook_says_what_an_engine_refused(dot_program):
    dot_program("sys.exit('Error: <i>lost edge')")
    bundle = mimebundle(NETWORK)
    assert "Error: <i>lost edge" in Page(bundle["text/html"]).text
    assert "Error: <i>lost edge" in bundle["text/plain"]


@pytest.mark.parametrize("text", [*HOSTILE.values(), UNPRINTABLE], ids=[*HOSTILE, "unprintable"])
def test_any_text_is_text_in_a_notebook(no_engine, text):
    page = Page(mimebundle(hostile(text))["text/html"])
    assert set(page.tags()) == {"p", "ol", "li", "a", "b", "bdi", "span", "br"}
    assert not page.scripts
