"""The graph beside the steps: its size wherever it is shown, what goes along its edges, zoom, copy.
Read `test_player_page.py` next, for the steps beside it.
"""

import re
from dataclasses import replace
from html import escape

import numpy as np
import pytest
from player_samples import attention_head, number, played, three_uses, write_up, xor
from waiting import wait_until

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.viz.player.frames import Frame, Playback
from tinygrad_nn.viz.player.panel import step_html

slow = pytest.mark.slow
LIT = """() => [...document.querySelectorAll(".label.now")].map((e) => e.textContent)"""
BOXES = """all => all.map((e) => e.getBoundingClientRect())
    .map((box) => [box.x, box.y, box.right, box.bottom])"""
HIDDEN = {
    "details": (
        "<details><summary>open</summary>{}</details>",
        "document.querySelector('details').open = true",
    ),
    "folded": (
        "<div id=cell style='display:none'>{}</div>",
        "document.querySelector('#cell').style.display = ''",
    ),
}


def test_no_letter_stands_on_an_arrow_that_could_be_taken_for_a_variable():
    a, b = number(2.0, "slope"), number(-3.0, "shift")
    html = viz.play((a - b) * a.exp()).html
    edges = re.findall(r'<g id="edge-\d+".*?</g>', html, re.DOTALL)
    assert len(edges) == 5
    assert not any("<text" in edge for edge in edges)


# --- wherever it is shown -------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [pytest.param("details"), pytest.param("folded", marks=slow)])
def test_what_was_hidden_at_first_has_its_graph_once_it_opens(chromium, hidden):
    around, opens = HIDDEN[hidden]
    context = chromium.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_content(around.format(played(write_up)._repr_html_()))
    page.wait_for_timeout(300)
    page.evaluate(opens)
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    frame.locator("#back").click()
    svg, canvas, node = (
        frame.locator(each).bounding_box() for each in ("#canvas svg", "#canvas", ".node.now")
    )
    assert svg["width"] > 0.6 * canvas["width"]
    assert canvas["y"] <= node["y"] + node["height"] / 2 <= canvas["y"] + canvas["height"]
    assert said == []
    context.close()


@slow
def test_a_page_that_loads_while_its_frame_has_no_size_fits_when_it_gets_one(chromium):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    html = escape(played(xor).html)
    page.set_content(f'<iframe sandbox="allow-scripts" srcdoc="{html}" width=0 height=0></iframe>')
    page.wait_for_timeout(300)
    page.evaluate("Object.assign(document.querySelector('iframe'), {width: 900, height: 700})")
    frame = page.frame_locator("iframe")
    svg, canvas = (frame.locator(each).bounding_box() for each in ("#canvas svg", "#canvas"))
    assert svg["width"] > 0.4 * canvas["width"]
    context.close()


def test_on_a_phone_the_next_step_begins_in_sight(show_drawn_player):
    page = show_drawn_player(played(write_up), width=390)
    page.keyboard.press("End")
    for _ in range(4):
        page.evaluate("scrollTo(0, 600)")
        page.keyboard.press("ArrowLeft")
        heading = page.locator("#panel h2").bounding_box()
        picture = page.locator("#picture").bounding_box()
        assert picture["y"] + picture["height"] <= heading["y"] < 500


@slow
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "computation", [three_uses, xor, write_up, attention_head], ids=lambda each: each.__name__
)
def test_a_formula_breaks_at_its_equals_signs_or_says_that_it_scrolls(
    show_player, computation, width
):
    player = played(computation)
    page = show_player(player, width)
    for _ in player.frames:
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".formula")].filter((e) =>
                e.scrollWidth > e.clientWidth + 1
                && !(e.tabIndex === 0 && e.classList.contains("more-right"))).length"""
        )
        wide = page.locator(".formula.more-right").count()
        assert (cut, wide) == (0, 0) if computation is three_uses else cut == 0
        page.keyboard.press("ArrowRight")


# --- what goes along the edges --------------------------------------------------------------------


def test_backward_the_arrows_and_the_numbers_go_to_the_operands(show_drawn_player):
    loss, leaves = three_uses()
    player = viz.play(loss, params=leaves)
    page = show_drawn_player(player)
    heads = """() => [...document.querySelectorAll(".edge.now")].map((e) =>
        ["polygon", ".tail"].map((k) => getComputedStyle(e.querySelector(k)).display !== "none"))"""
    assert page.evaluate(heads) == [[True, False]] * 2
    assert page.evaluate(LIT) == ["2", "−3"]
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(heads) == [[False, True]] * 5  # in, to a, and the three paths to b
    loss.backward()
    paths = [each.split() for each in page.evaluate(LIT) if each[0] in "①②③"]
    assert sorted(path for path, _ in paths) == ["①", "②", "③"]
    total = sum(float(value.replace("−", "-")) for _, value in paths)
    np.testing.assert_allclose(total, leaves["b"].grad.item(), rtol=1e-3)


@slow
def test_a_path_has_one_colour_in_the_graph_and_in_the_sum(show_drawn_player):
    page = show_drawn_player(played(three_uses))
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    colours = []
    for path in (1, 2, 3):
        line = page.locator(f".edge.path-{path} > path").first
        colours.append(line.evaluate("e => getComputedStyle(e).stroke"))
        term = page.locator(f".paths .path-{path}")
        assert term.evaluate("e => getComputedStyle(e).borderLeftColor") == colours[-1]
    assert len(set(colours)) == 3


@slow
@pytest.mark.parametrize("computation", [three_uses, xor, attention_head])
def test_no_label_covers_another_or_a_node(show_drawn_player, computation):
    player = played(computation)
    page = show_drawn_player(player, motion="reduce")
    for _ in player.frames:
        labels, nodes = (
            page.eval_on_selector_all(
                each,
                BOXES,
            )
            for each in (".label.now rect", ".node > :is(path, polygon)")
        )
        for index, (left, top, right, bottom) in enumerate(labels):
            for x, y, far, low in [*labels[index + 1 :], *nodes]:
                wide, high = min(right, far) - max(left, x), min(bottom, low) - max(top, y)
                assert wide <= 6 or high <= 6
        page.keyboard.press("ArrowRight")


# --- zoom, the address, copying -------------------------------------------------------------------


@slow
def test_zoom_by_keys_buttons_and_wheel(show_drawn_player):
    page = show_drawn_player(played(attention_head))
    wide = lambda: page.locator("#canvas svg").bounding_box()["width"]  # noqa: E731
    widths = [wide()]
    page.keyboard.press("+")
    widths.append(wide())
    page.click("[data-zoom=out]")
    assert wide() == pytest.approx(widths[0], rel=0.01)
    page.mouse.move(200, 300)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    wait_until(
        page,
        f"document.querySelector('#canvas svg').getBoundingClientRect().width > {widths[0]} * 1.5",
    )
    page.wait_for_timeout(300)  # a turn of the wheel may be several events
    page.keyboard.press("0")
    svg, canvas = (page.locator(each).bounding_box() for each in ("#canvas svg", "#canvas"))
    assert svg["width"] <= canvas["width"] + 1
    assert svg["height"] <= canvas["height"] + 1
    assert widths[1] > widths[0]


def test_the_address_keeps_the_step(show_player):
    page = show_player(played(three_uses))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert page.url.endswith("#step=10")
    page.go_back()
    wait_until(page, "document.querySelector('#position').textContent === 'Step 2 of 10'")
    page.evaluate("location.hash = '#step=7'")
    wait_until(page, "document.querySelector('#position').textContent === 'Step 7 of 10'")
    page.reload()
    assert page.inner_text("#position") == "Step 7 of 10"


@slow
def test_the_picture_is_copied_and_where_that_is_refused_saved(show_drawn_player, tmp_path):
    page = show_drawn_player(played(three_uses))
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    with page.expect_download() as download:
        page.click("#copy")
    assert download.value.suggested_filename == "step-1.png"
    download.value.save_as(tmp_path / "step.png")
    assert (tmp_path / "step.png").read_bytes().startswith(b"\x89PNG")
    assert "step-1.png" in page.text_content("#announcement")


# --- what it means, in words ----------------------------------------------------------------------


def test_a_sentence_says_by_how_much_the_result_changes():
    loss, leaves = three_uses()
    frames = viz.play(loss, params=leaves).frames
    told = dict(
        re.match(r"Raise (\w) by 0.01 and L (.*)\.$", each).groups()
        for each in frames[-1]["meaning"]
    )
    assert set(told) == {"a", "b"}
    for name, sentence in told.items():
        verb, by = re.match(r"(rises|falls) by about ([\d.]+)$", sentence).groups()
        changed = {each: leaf.item() + 0.01 * (each == name) for each, leaf in leaves.items()}
        a, b = changed["a"], changed["b"]
        truly = (a * b + b) * np.tanh(b) - loss.item()
        assert (verb == "rises") == (truly > 0)
        assert float(by) == pytest.approx(abs(truly), rel=0.05)


def test_of_an_array_the_number_that_counts_most_is_told_and_zero_changes_nothing():
    x = tnn.tensor([1.0, -3.0, 2.0], requires_grad=True)
    zero = number(0.0, "z")
    frames = viz.play((x * x).sum() + zero * zero, params={"x": x, "z": zero}).frames
    assert frames[-1]["meaning"] == (
        "Raise x[1] by 0.01 and L falls by about 0.06.",
        "Raise z by 0.01 and L stays.",
    )


def test_the_line_of_the_program_is_shown_with_its_expression_lit():
    step = Frame("forward", "t0", "", operation="mul", source=("    y = a * b < <c>", 8, 13))
    plain = replace(step, source=None)
    of_nothing = Playback("L", {}, [], {}, {}, "")
    told = step_html(of_nothing, step)
    assert "<code>y = <mark>a * b</mark> &lt; &lt;c&gt;</code>" in told
    assert "<mark>" not in step_html(of_nothing, plain)


def test_the_title_is_the_expression_or_how_it_is_made():
    assert played(three_uses).title == "L = (a · b + b) · tanh b"
    assert viz.play(xor()[0]).title == "linear → tanh → linear → mse_loss"
    assert viz.play(three_uses()[0], title="mine").title == "mine"
