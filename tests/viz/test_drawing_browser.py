"""The page of a graph in a real browser, without a network: it moves, searches and answers keys.
Read `test_drawing_saving.py` next.
"""

import dataclasses
import re

import pytest
from drawing_samples import FAILED, HOSTILE, NETWORK, contrast, hostile
from waiting import wait_until

from tinygrad_nn.viz.drawing.engine import engine
from tinygrad_nn.viz.drawing.page import to_html
from tinygrad_nn.viz.structure.contents import GraphContents

pytestmark = pytest.mark.slow


@pytest.fixture
def drawn(show):
    if engine() is None:
        pytest.skip("nothing here lays out a graph")
    return show


def view(page):
    """Left, top, width and height of what is seen of the picture."""
    return [float(x) for x in page.get_attribute("#canvas svg", "viewBox").split()]


def classes(page, name):
    return set(page.eval_on_selector_all(f"#canvas .{name}", "all => all.map(e => e.id)"))


@pytest.mark.parametrize("width", [390, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_in_silence_asks_for_nothing_and_fits(show, width, scheme):
    page = show(to_html(NETWORK), width, scheme)
    assert page.said == []
    assert len(page.asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_text_does_any_harm(show):
    graphs = [hostile(text) for text in HOSTILE.values()]
    nodes = [
        dataclasses.replace(node, id=f"{node.id}_{i}", cluster="")
        for i, graph in enumerate(graphs)
        for node in graph.nodes
    ]
    notes = tuple(HOSTILE.values())
    page = show(to_html(GraphContents(tuple(nodes), (), notes=notes, title="".join(notes))))
    assert page.said == []
    assert len(page.asked) == 1
    for i, text in enumerate(HOSTILE.values()):
        assert page.text_content(f"#step-t1_{i} .name") == text
        page.click(f"#step-t1_{i} .name")
        assert page.text_content("#chosen") == f"{text}: made from nothing; used by nothing"
    assert page.said == []


def test_a_script_that_is_not_its_own_does_not_run(show):
    html = to_html(NETWORK).replace("</main>", "<script>window.foreign = 1</script></main>")
    page = show(html)
    assert page.evaluate("window.foreign") is None
    assert "Content Security Policy" in page.said[0]


def test_search_counts_lights_up_and_goes_round(drawn):
    page = drawn(to_html(NETWORK))
    page.fill("#search", "PARAM")
    assert page.inner_text("#found") == "2 found"
    assert classes(page, "found") == {"node-t1", "node-t2"}
    seen = []
    for key in ("Enter", "Enter", "Enter", "Shift+Enter", "Shift+Enter"):
        page.press("#search", key)
        seen.append((page.inner_text("#found"), *classes(page, "chosen")))
    assert seen == [
        ("1 of 2", "node-t1"),
        ("2 of 2", "node-t2"),
        ("1 of 2", "node-t1"),
        ("2 of 2", "node-t2"),
        ("1 of 2", "node-t1"),
    ]
    page.fill("#search", "no such thing")
    assert page.inner_text("#found") == "0 found"
    page.fill("#search", "")
    assert page.inner_text("#found") == ""
    assert classes(page, "found") == set()


def test_a_click_shows_what_a_node_is_made_from_and_what_uses_it(drawn):
    page = drawn(to_html(NETWORK))
    page.click("#node-t3 text >> nth=0")
    assert classes(page, "chosen") == {"node-t3"}
    assert classes(page, "input") == {
        "node-t0", "node-t1", "node-t2", "edge-0", "edge-1", "edge-2"
    }  # fmt: skip
    assert classes(page, "user") == {"node-t4", "edge-3"}
    assert page.inner_text("#chosen") == (
        "hidden: made from images, 0.weight, 0.bias; used by relu"
    )
    page.focus("#canvas")
    page.keyboard.press("Escape")
    assert classes(page, "chosen") | classes(page, "input") == set()


def test_a_node_that_has_the_focus_is_chosen_too(drawn):
    page = drawn(to_html(NETWORK))
    page.focus("#canvas")
    page.keyboard.press("Tab")
    (chosen,) = classes(page, "chosen")
    assert page.evaluate("document.activeElement.id") == chosen


def test_a_link_leads_to_the_step_that_made_the_operand(drawn):
    page = drawn(to_html(NETWORK))
    page.click("#step-t6 a >> text=relu")
    assert page.url.endswith("#step-t4")
    assert classes(page, "chosen") == {"node-t4"}


def test_an_address_with_a_step_opens_there(drawn):
    page = drawn(to_html(NETWORK), anchor="#step-t3")
    assert classes(page, "chosen") == {"node-t3"}


def test_keys_move_and_zoom(drawn):
    html = to_html(NETWORK)
    page = drawn(html)
    page.focus("#canvas")
    before = view(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    moved = view(page)
    assert moved[0] > before[0]
    assert moved[1] > before[1]
    page.keyboard.press("+")
    assert view(page)[2] == pytest.approx(moved[2] / 1.25)
    page.keyboard.press("-")
    assert view(page) == pytest.approx(moved)
    page.keyboard.press("0")
    left, top, width, height = view(page)
    box = [float(each) for each in re.search('viewBox="(.*?)"', html)[1].split()]
    assert left <= box[0] + 0.01
    assert top <= box[1] + 0.01
    assert left + width >= box[0] + box[2] - 0.01
    assert top + height >= box[1] + box[3] - 0.01


def test_the_mouse_drags_and_zooms_where_it_points(drawn):
    page = drawn(to_html(NETWORK))
    page.focus("#node-t0")
    box = page.locator("#node-t3 text >> nth=0").bounding_box()
    x, y = box["x"] + 5, box["y"] + 5
    before = view(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=4)
    page.mouse.up()
    dragged = view(page)
    assert dragged[0] < before[0]
    assert dragged[1] < before[1]
    assert dragged[2:] == pytest.approx(before[2:])
    assert classes(page, "chosen") == {"node-t0"}  # a drag is no click

    page.mouse.wheel(0, 50)
    assert view(page) == pytest.approx(dragged)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    wait_until(page, f"svg.viewBox.baseVal.width < {dragged[2] / 1.2}")
    page.keyboard.up("Control")


def test_buttons_zoom(drawn):
    page = drawn(to_html(NETWORK))
    before = view(page)
    page.click("text=+")
    assert view(page)[2] == pytest.approx(before[2] / 1.25)
    page.click("text=−")
    assert view(page) == pytest.approx(before)


@pytest.mark.usefixtures("no_engine")
def test_without_a_picture_the_list_can_be_searched(show):
    page = show(to_html(FAILED))
    assert page.said == []
    page.fill("#search", "matmul")
    page.press("#search", "Enter")
    assert page.inner_text("#found") == "1 of 1"
    assert "chosen" in page.get_attribute("#step-t2", "class")
    assert page.inner_text("#chosen") == "matmul: made from e, w; used by nothing"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_can_be_read_in_both_schemes(drawn, scheme):
    page = drawn(to_html(NETWORK), scheme=scheme)

    def fill(selector):
        colour = page.eval_on_selector(selector, "e => getComputedStyle(e).fill")
        return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])

    for node in ("t0", "t1", "t3"):
        assert contrast(fill(f"#node-{node} text"), fill(f"#node-{node} :is(path, polygon)")) > 4.5


def test_the_picture_fills_its_frame(drawn):
    page = drawn(to_html(NETWORK))
    frame = page.evaluate("[canvas.clientWidth, canvas.clientHeight]")
    box = page.locator("#canvas svg").bounding_box()
    assert [box["width"], box["height"]] == pytest.approx(frame, abs=1)
