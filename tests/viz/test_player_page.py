"""The player's page in a real browser, without a network: its numbers, and the ways through it.
Read `test_player_access.py` next, for everyone's ways to use it.
"""

import re

import numpy as np
import pytest
from player_samples import COMPUTATIONS, number, played, three_uses, write_up

import tinygrad_nn as tnn
from tinygrad_nn import viz

slow = pytest.mark.slow  # the others are an example of each kind, for every run
HOSTILE = "</script><img src=x onerror=alert(1)>"

# Every gradient that is seen now: whose, and its number or its cells as [place, number].
GRADIENTS = """() => [...document.querySelectorAll("[data-gradient]")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }))
    .filter((e) => !e.textContent.startsWith("gradient: norm"))
    .map((e) => [
        e.dataset.gradient,
        e.title ? [["", e.title]]
        : e.closest("#canvas") ? e.textContent.replaceAll("−", "-").match(/[-\\d.]+(e-\\d+)?/g)
            .map((n, i) => [`flat ${i}`, n])
        : [...e.querySelectorAll("td[title]")].map((td) => td.title.split(" = ")),
    ])"""


def position(page):
    return page.inner_text("#position")


def shown_gradients(page):
    """Every gradient in sight: pairs of a tensor's id and its numbers by their place."""
    return [(tensor, dict(cells)) for tensor, cells in page.evaluate(GRADIENTS)]


def check(gradient, shown):
    """Hold each number shown against the array of the gradient."""
    assert shown
    for place, text in shown.items():
        if place.startswith("flat "):
            value = gradient.ravel()[int(place.removeprefix("flat "))]
            value = float(f"{value:.4g}")  # as the graph shows it
        else:
            value = gradient[tuple(int(i) for i in re.findall(r"\d+", place))]
        np.testing.assert_allclose(float(text), value, rtol=0, atol=1e-6)


# --- the numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "computation",
    [
        pytest.param(each, marks=() if each in (three_uses, write_up) else slow)
        for each in COMPUTATIONS
    ],
    ids=lambda each: each.__name__,
)
def test_at_the_last_step_every_gradient_shown_is_the_one_that_backward_gives(
    show_player, computation
):
    loss, leaves = computation()
    player = viz.play(loss, params=leaves)
    expected = {each["id"]: each["name"] for each in player.frames[-1]["outputs"]}
    assert sorted(expected.values()) == sorted(leaves)
    page = show_player(player)
    page.keyboard.press("End")
    for summary in page.query_selector_all("#gradients summary"):
        summary.click()
    page.wait_for_selector("#gradients details:not(:has(td))", state="detached")
    loss.backward()
    seen = set()
    for tensor, shown in shown_gradients(page):
        if tensor in expected:
            seen.add(tensor)
            check(leaves[expected[tensor]].grad.numpy(), shown)
    assert seen == set(expected)


@slow
def test_at_the_last_step_the_gradients_of_results_are_shown_as_well(show_player):
    loss, leaves = three_uses()
    middle = leaves["a"] * leaves["b"]
    middle.retain_grad()
    loss = (middle + leaves["b"]) * leaves["b"].tanh()
    page = show_player(viz.play(loss))
    page.keyboard.press("End")
    loss.backward()
    numbers = [float(n) for _, shown in shown_gradients(page) for n in shown.values()]
    assert any(abs(each - middle.grad.item()) < 1e-6 for each in numbers)


def test_no_gradient_is_shown_before_it_is_whole(show_player):
    player = played(three_uses)
    page = show_player(player)
    whole = set()
    for frame in player.frames:
        whole |= {each["id"] for each in frame["finished"]}
        assert {tensor for tensor, _ in shown_gradients(page)} <= whole
        page.keyboard.press("ArrowRight")


@slow
def test_a_gradient_stays_in_sight_once_it_is_whole(show_drawn_player):
    player = played(three_uses)
    page = show_drawn_player(player)
    whole = set()
    for frame in player.frames:
        whole |= {each["id"] for each in frame["finished"]}
        in_the_graph = page.evaluate(
            """() => [...document.querySelectorAll("#canvas [data-gradient]")]
                .filter((e) => e.checkVisibility({ visibilityProperty: true }))
                .map((e) => e.dataset.gradient)"""
        )
        assert set(in_the_graph) == whole
        in_the_list = page.locator("#gradients li:visible").count()
        assert in_the_list == len(whole)
        page.keyboard.press("ArrowRight")


@slow
def test_the_sum_over_paths_is_loud_when_complete_and_counts_until_then(show_player):
    page = show_player(played(three_uses))
    told = []
    for _ in range(10):
        told += page.locator(".paths .count").all_inner_texts()
        page.keyboard.press("ArrowRight")
    assert told == ["1 of 3 paths so far", "2 of 3 paths so far", "✓ 3 of 3 paths: complete"]


@slow
def test_a_step_back_takes_its_gradients_away(show_player):
    page = show_player(played(three_uses))
    page.keyboard.press("End")
    before = page.locator("#gradients li:visible").count()
    page.keyboard.press("Home")
    assert page.locator("#gradients li:visible").count() == 0 < before
    assert page.is_visible("#none-yet")


@slow
def test_rows_of_digits_are_cut_with_a_picture_of_each(show_player):
    page = show_player(played(write_up))
    assert page.locator("#panel td", has_text="…").count() > 0
    pictures = page.locator("#panel figure").first.locator("img")
    assert pictures.evaluate_all("all => all.map((e) => e.naturalWidth)") == [28, 28, 28]


@slow
def test_broadcasting_shows_both_tables(show_player):
    column = tnn.tensor([[1.0], [2.0]], requires_grad=True)
    page = show_player(viz.play((column * tnn.tensor([[3.0, 4.0, 5.0]])).sum()))
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert "summed over dim 1: (2, 3) → (2, 1)" in page.inner_text("#panel")
    before, after = page.locator("#panel figure").all()[-2:]
    assert "before the sum" in before.inner_text()
    cells = "all => all.map((td) => td.title.split(' = ')[1])"
    assert before.locator("td[title]").evaluate_all(cells) == ["3.0", "4.0", "5.0"] * 2
    assert after.locator("td[title]").evaluate_all(cells) == ["12.0", "12.0"]


# --- ways through the steps -----------------------------------------------------------------------


def test_buttons_lead_through_the_steps(show_player):
    page = show_player(played(three_uses))
    seen = []
    for button in ("next", "next", "back", "last", "next", "first", "back"):
        page.click(f"#{button}", force=True)  # at the end there is no next, but it can be pressed
        seen.append(position(page).removeprefix("Step ").removesuffix(" of 10"))
    assert seen == ["2", "3", "2", "10", "10", "1", "1"]


@slow
def test_keys_lead_through_the_steps(show_player):
    page = show_player(played(three_uses))
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
        seen.append(position(page).removeprefix("Step ").removesuffix(" of 10"))
    assert seen == ["2", "3", "2", "10", "1"]


@slow
def test_an_entry_of_the_list_leads_to_its_step(show_player):
    page = show_player(played(three_uses))
    page.click("#steps summary")
    entry = page.locator("#steps button").nth(6)
    entry.click()
    assert position(page) == "Step 7 of 10"
    assert entry.get_attribute("aria-current") == "step"
    assert page.locator("[aria-current]").count() == 1
    page.locator("#steps button").nth(3).focus()
    page.keyboard.press("Enter")
    assert position(page) == "Step 4 of 10"


def test_a_node_of_the_graph_leads_to_its_step_by_mouse_and_by_key(show_drawn_player):
    player = played(three_uses)
    page = show_drawn_player(player)
    made = {
        frame["node"]: i for i, frame in enumerate(player.frames) if frame["phase"] == "forward"
    }
    node, step = list(made.items())[2]
    page.click(f"#node-{node}")
    assert position(page) == f"Step {step + 1} of 10"
    page.click("#last")
    page.focus(f"#node-{node}")
    page.keyboard.press("Enter")
    assert "Backward" in page.inner_text("#panel .phase")
    assert page.locator(".node.now").count() == 1


@slow
def test_a_leaf_leads_to_its_first_use_and_from_the_end_to_its_whole_gradient(show_drawn_player):
    player = played(three_uses)
    page = show_drawn_player(player)
    (b,) = [each["id"] for each in player.frames[-1]["outputs"] if each["name"] == "b"]
    page.click("#next")
    page.click(f"#node-{b}")
    assert position(page) == "Step 1 of 10"
    page.click("#last")
    page.click(f"#node-{b}")
    assert page.locator(".paths.complete").count() == 1


@slow
def test_values_appear_in_the_graph_as_they_are_computed(show_drawn_player):
    page = show_drawn_player(played(three_uses))
    visible = """() => [...document.querySelectorAll("#canvas .operation text")].filter(
        (e) => e.textContent.startsWith("value") && e.checkVisibility({ visibilityProperty: true })
    ).length"""
    counts = []
    for _ in range(4):
        counts.append(page.evaluate(visible))
        page.click("#next")
    assert counts == [1, 2, 3, 4]


def test_space_plays_to_the_end_and_then_stops(show_player):
    page = show_player(played(three_uses))
    page.select_option("#speed", label="fast")
    page.evaluate("document.getElementById('speed').options[2].value = '20'")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    assert page.get_attribute("#play", "aria-pressed") == "true"
    page.wait_for_selector("#steps li:last-child [aria-current]", state="attached")
    assert position(page) == "Step 10 of 10"
    assert page.get_attribute("#play", "aria-pressed") == "false"


@slow
def test_play_pauses_and_starts_again_from_the_beginning_at_the_end(show_player):
    page = show_player(played(three_uses))
    page.click("#play")
    page.click("#play")
    assert page.get_attribute("#play", "aria-pressed") == "false"
    page.click("#last")
    page.click("#play")
    assert position(page) == "Step 1 of 10"
    page.keyboard.press(" ")  # the button has the focus: space presses it, once
    assert page.get_attribute("#play", "aria-pressed") == "false"


@slow
def test_the_slider_leads_to_a_step(show_player):
    page = show_player(played(three_uses))
    page.focus("#progress")
    page.keyboard.press("ArrowRight")
    assert position(page) == "Step 2 of 10"
    page.fill("#progress", "9")
    assert position(page) == "Step 9 of 10"


# --- wherever it is shown -------------------------------------------------------------------------


@slow
def test_without_an_engine_the_page_works_as_a_list(show_player, no_engine):
    page = show_player(played(three_uses))
    assert page.locator("#canvas").count() == 0
    page.keyboard.press("End")
    assert position(page) == "Step 10 of 10"


def test_hostile_names_are_shown_as_text(show_player):
    a, b = number(2.0, HOSTILE), number(3.0, "alert(1)")
    page = show_player(viz.play(a * b, title=HOSTILE))
    assert page.inner_text("h1") == page.title() == HOSTILE
    page.keyboard.press("End")
    assert page.locator("img[onerror]").count() == 0


def test_in_a_frame_of_a_notebook_it_plays(chromium):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_content(played(three_uses)._repr_html_())
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    assert frame.locator("#position").inner_text() == "Step 10 of 10"
    assert said == []
    context.close()
