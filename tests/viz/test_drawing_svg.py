"""The SVG element: well formed, harmless, named in words, and free of clashes with its like.
Read `test_drawing_tree.py` next.
"""

import math
import re
from xml.etree import ElementTree

import pytest
from drawing_samples import FAILED, HOSTILE, NETWORK, UNPRINTABLE, Page, hostile

from tinygrad_nn.viz.drawing.engine import engine
from tinygrad_nn.viz.drawing.svg import svg_element

SVG = "{http://www.w3.org/2000/svg}"

FAKE = """
print('<?xml version="1.0"?>')
print('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">')
print('<svg width="9pt" height="9pt" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">')
print('<g id="graph" class="graph"><!-- t0 --><g id="node-t0" class="node leaf"><title>t0</title>')
print('<polygon points="0,0"/><text>w</text><text>(5, 2)</text></g></g></svg>')
"""


@pytest.fixture
def drawn():
    if engine() is None:
        pytest.skip("nothing here lays out a graph")

    def draw(contents, **options):
        draw.svg = svg_element(contents, **options)
        return ElementTree.fromstring(draw.svg)

    return draw


def groups(root):
    return {group.get("id"): group for group in root.iter(f"{SVG}g")}


def test_what_any_engine_draws_becomes_one_plain_element(dot_program):
    dot_program(FAKE)
    svg = svg_element(FAILED, prefix="p-")
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
    assert "<!" not in svg
    assert 'viewBox="0 0 9 9"' in svg
    assert 'id="p-node-t0" class="node leaf"' in svg
    assert "<title>leaf w: (5, 2) float32</title>" in svg
    assert "<text>w</text><text>(5, 2)</text>" in svg


def test_a_graph_without_a_title_has_none_whatever_the_engine_calls_it(dot_program):
    dot_program(FAKE.replace("<!-- t0 -->", "<title>%3</title>"))
    assert "%3" not in svg_element(FAILED)


def test_every_node_edge_and_module_is_there_with_words_under_the_mouse(drawn):
    found = groups(drawn(NETWORK))
    titles = {name: group.findtext(f"{SVG}title") for name, group in found.items()}
    assert titles["node-t3"] == (
        "operation linear: x Wᵀ + b → hidden (64, 10) float32; kept: input, weight, 226.6 KiB"
    )
    assert titles["edge-1"] == "0.weight into hidden as weight"
    assert titles["cluster-c1"] == "0: Linear"
    assert found["node-t6"].get("class") == "node operation output"


def test_it_keeps_its_size_and_shrinks_on_a_narrow_page(drawn):
    root = drawn(NETWORK)
    assert root.get("width").endswith("pt")
    assert len(root.get("viewBox").split()) == 4
    assert "max-width:100%" in root.get("style")
    assert root.get("aria-label") == NETWORK.title


def test_two_graphs_of_one_page_share_no_id(drawn):
    one, two = (drawn(NETWORK, prefix=prefix) for prefix in ("a-", "b-"))
    ids = [{e.get("id") for e in root.iter() if e.get("id")} for root in (one, two)]
    assert len(ids[0]) == len(ids[1]) > 15
    assert not ids[0] & ids[1]


def test_it_holds_neither_links_nor_scripts_nor_anything_from_elsewhere(drawn):
    root = drawn(hostile('<a href="javascript:alert(1)">'))
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "g", "title", "text", "path", "polygon", "polyline"
    }  # fmt: skip
    names = {name for element in root.iter() for name in element.attrib}
    assert not any(name.startswith("on") or "href" in name or name == "src" for name in names)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_shown_as_it_is_and_inside_html_it_stays_what_it_is(drawn, text):
    root = drawn(hostile(text))
    found = groups(root)
    lines = [each.text.replace("\xa0", " ") for each in found["node-t0"].iter(f"{SVG}text")]
    assert lines == [*text.split("\n"), *text.split("\n")]  # the name and the dtype
    assert text.replace("\n", "↵").replace("\u2028", "↵").replace("\u2029", "↵") in found[
        "node-t0"
    ].findtext(f"{SVG}title")
    page = Page(f"<!doctype html><p>{drawn.svg}</p>")
    assert set(page.tags()) == {e.tag.removeprefix(SVG) for e in root.iter()} | {"p"}


def test_what_xml_cannot_hold_has_a_sign_in_its_place(drawn):
    texts = [
        each.text for each in groups(drawn(hostile(UNPRINTABLE)))["node-t0"].iter(f"{SVG}text")
    ]
    assert texts[0] == "a␀b␛[1m\ufffd\ufffd"


def test_the_legend_is_a_group_of_its_own_and_its_boxes_have_their_kinds(drawn):
    root = drawn(NETWORK)
    graph = groups(root)["graph"]
    (heading,) = [group for group in graph if group.get("class") == "heading"]
    assert {group.get("class") for group in heading} >= {"data", "parameter", "operation"}
    texts = [each.text.replace("\xa0", "") for each in heading.iter(f"{SVG}text")]
    assert {"data", "parameter", "output"} <= {*texts}
    assert [child.tag for child in graph].count(f"{SVG}polygon") == 1  # the ground


def test_every_line_leads_from_an_operand_to_its_operation(drawn):
    found = groups(drawn(NETWORK))

    def middle(group):
        points = next(
            [float(number) for number in re.findall(r"-?[0-9.]+", each.get(name))]
            for tag, name in (("polygon", "points"), ("path", "d"))
            for each in group.iter(f"{SVG}{tag}")
        )
        return sum(points[::2]) / len(points[::2]), sum(points[1::2]) / len(points[1::2])

    for number, edge in enumerate(NETWORK.edges):
        line = found[f"edge-{number}"].find(f"{SVG}path").get("d")
        numbers = [float(each) for each in re.findall(r"-?[0-9.]+", line)]
        source = middle(found[f"node-{edge.source}"])
        assert math.dist(source, numbers[:2]) < math.dist(source, numbers[-2:])
