"""The page of a graph: complete in itself, safe, and useful without a picture and a script.
Read `test_drawing_browser.py` next, which opens it.
"""

import base64
import hashlib
import json
import re
from importlib.resources import files

import pytest
from drawing_samples import FAILED, HOSTILE, NETWORK, UNPRINTABLE, Page, contrast, hostile

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.viz.drawing.engine import engine
from tinygrad_nn.viz.drawing.page import steps_html, to_html


def test_each_step_is_an_anchor_and_links_to_where_its_operands_were_made():
    html = steps_html(NETWORK)
    page = Page(html)
    assert [v for v in page.values("id") if v] == [f"step-t{i}" for i in range(7)]
    step = html[html.index('id="step-t3"') : html.index('id="step-t4"')]
    assert re.findall(r'href="#step-(\w+)"', step) == ["t3", "t0", "t1", "t2"]
    assert "weight</bdi> = <a" in step
    assert "<bdi>→ hidden (64, 10) float32</bdi>" in step
    assert "kept: <bdi>input, weight, 226.6 KiB</bdi>" in step


def test_two_lists_of_one_page_share_no_id():
    page = Page(steps_html(NETWORK, prefix="a-") + steps_html(NETWORK, prefix="b-"))
    ids = page.values("id")
    assert len(ids) == len(set(ids)) == 14
    assert {link.removeprefix("#") for link in page.values("href")} == set(ids)


def test_steps_are_indented_by_module():
    page = Page(steps_html(NETWORK))
    items = [attributes["style"] for tag, attributes in page.elements if tag == "li"]
    depths = [float(re.search(r"margin-left:([\d.]+)em", style)[1]) / 1.2 for style in items]
    assert depths == pytest.approx([0, 0, 1, 2, 2, 2, 1, 2, 0, 0])


@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_the_page_says_so_and_lists_the_steps():
    page = Page(to_html(FAILED))
    assert 'pip install "tinygrad_nn[viz]"' in page.text
    assert "svg" not in page.tags()
    assert "shapes (3, 4) and (5, 2)" in page.text


def test_a_graph_that_the_engine_refuses_is_listed_with_its_words(dot_program):
    dot_program("sys.exit('Error: <b>out of memory')")
    page = Page(to_html(FAILED))
    assert "Error: <b>out of memory" in page.text
    assert "step-t2" in page.values("id")


def check(page: Page) -> None:
    """What is true of every page, whatever the graph says."""
    assert page.tags().count("script") == 2
    ids = [value for value in page.values("id") if value]
    assert len(ids) == len(set(ids))
    assert all(link.startswith("#") and link[1:] in ids for link in page.values("href"))
    for name in ("for", "aria-labelledby", "aria-describedby"):
        assert set(page.values(name)) <= set(ids)
    assert not page.values("src")
    assert not [n for _, attributes in page.elements for n in attributes if n.startswith("on")]
    (policy,) = (
        attributes["content"]
        for _, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    digest = base64.b64encode(hashlib.sha256(page.scripts[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy


def test_the_page_is_whole():
    html = to_html(NETWORK)
    page = Page(html)
    check(page)
    assert page.tags().count("h1") == 1
    assert {"main", "header", "section"} <= set(page.tags())
    assert html.count(f"<title>{NETWORK.title}</title>") == 1
    assert NETWORK.notes[0] in page.text
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(", html)
    if engine() is not None:
        assert {f"node-t{i}" for i in range(7)} <= set(page.values("id"))


@pytest.mark.parametrize("text", [*HOSTILE.values(), UNPRINTABLE], ids=[*HOSTILE, "unprintable"])
def test_any_text_is_text(text, no_engine):
    page = Page(to_html(hostile(text)))
    check(page)
    assert set(page.tags()) <= {
        "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "h2", "p", "bdi",
        "div", "label", "input", "output", "main", "section", "ol", "li", "b", "span", "br",
        "script",
    }  # fmt: skip
    json.loads(page.scripts[0])
    if text != UNPRINTABLE:
        assert page.text.count(text) >= 14


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_data_in_the_page_says_the_same_and_nothing_to_html(text, no_engine):
    (data,) = re.findall(
        r'<script type="application/json" id="data">(.*)</script>', to_html(hostile(text))
    )
    assert not set("<>&\u2028\u2029") & set(data)
    read = json.loads(data)
    assert [node["name"] for node in read["nodes"]] == [text, text, text]
    assert read["edges"] == [["t0", "t1"], ["t0", "t1"], ["t1", "t2"]]


def test_the_script_is_short_enough_to_read():
    script = files("tinygrad_nn.viz.drawing").joinpath("graph.js").read_text("utf-8")
    assert len(script.splitlines()) < 250
    for danger in ("innerHTML", "eval", "document.write", "fetch(", "XMLHttpRequest", "import("):
        assert danger not in script


GROUNDS = {
    "ink": ("ground", "card", "data", "leaf", "folded", "failed", "found"),
    "soft": ("ground", "card"),
    "link": ("ground", "card"),
    "failed-line": ("ground", "card"),
    "input": ("card",),
    "user": ("card",),
}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("colour", GROUNDS)
def test_text_can_be_read_in_both_schemes(scheme, colour):
    folder, palette = files("tinygrad_nn.viz.drawing"), {}
    for name in ("page.css", "graph.css"):
        written = folder.joinpath(name).read_text("utf-8")
        for variable, *pair in re.findall(r"--([\w-]+): light-dark\((\S+), (\S+)\);", written):
            palette[variable] = pair[scheme]
    for ground in GROUNDS[colour]:
        assert contrast(palette[colour], palette[ground]) >= 4.5, (colour, ground)


def test_no_operand_has_a_name_that_could_be_a_variable():
    x, y = tnn.ones(2, requires_grad=True), tnn.ones(2, requires_grad=True)
    steps = steps_html(viz.graph(x - y, inputs={"x": x, "y": y}))
    assert "a</bdi> =" not in steps
    assert "input</bdi> =" in steps_html(NETWORK)
