"""The player's page for everyone: keys, words, axe-core, phones, and where motion is unwanted.
Read `player_samples.py` next, for the computations.
"""

import os
from pathlib import Path

import pytest
from player_samples import COMPUTATIONS, attention_head, played, three_uses, write_up

pytestmark = pytest.mark.slow  # a minute; `test_player_page.py` opens the page in every run

ROOT = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules/axe-core/axe.min.js"))
CONTROLS = ("progress", "first", "back", "play", "next", "last", "speed")


def test_tab_reaches_every_control_every_node_and_every_entry(show_drawn_player):
    page = show_drawn_player(played(three_uses))
    page.click("#steps summary")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.textContent")
        )
    nodes = page.eval_on_selector_all(".node", "all => all.map((e) => e.id)")
    entries = page.locator("#steps button").all_inner_texts()
    assert set(reached) >= {*CONTROLS, *nodes}
    assert {*entries} <= {each.strip() for each in reached}


def test_a_step_is_announced_politely(show_player):
    player = played(three_uses)
    page = show_player(player)
    assert page.inner_text("#announcement") == ""
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#announcement", "role") == "status"
    assert page.text_content("#announcement") == f"Step 2: {player.frames[1]['text']}"


def test_the_list_holds_every_step_in_words(show_player):
    player = played(attention_head)
    page = show_player(player)
    assert page.locator("#steps ol > li").count() == len(player.frames)
    texts = page.eval_on_selector_all("#steps button", "all => all.map((e) => e.textContent)")
    assert texts == [frame["text"] for frame in player.frames]


def test_what_moves_is_still_where_motion_is_unwanted(show_drawn_player):
    page = show_drawn_player(played(three_uses), motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    page = show_drawn_player(played(three_uses))
    assert page.evaluate("document.getAnimations().length") > 0


@pytest.mark.parametrize("computation", COMPUTATIONS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_step_is_wider_than_the_screen(show_player, computation, width):
    player = played(computation)
    page = show_player(player, width)
    for _ in player.frames:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            "() => { const e = document.getElementById('right');"
            " return e.scrollWidth <= e.clientWidth; }"
        )
        page.keyboard.press("ArrowRight")


def test_on_a_phone_graph_panel_and_controls_are_in_sight_together(show_drawn_player):
    page = show_drawn_player(played(three_uses), width=390)
    page.keyboard.press("End")
    page.mouse.wheel(0, 200)
    boxes = [page.locator(each).bounding_box() for each in ("#canvas", "#panel", "#controls")]
    assert boxes[0]["y"] < boxes[1]["y"] + boxes[1]["height"]
    assert boxes[2]["y"] + boxes[2]["height"] == pytest.approx(800, abs=1)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("computation", [three_uses, write_up], ids=lambda each: each.__name__)
def test_axe_finds_nothing_serious(show_drawn_player, computation, width, scheme):
    if not AXE.is_file():
        pytest.skip("no axe-core here: AXE_CORE names its axe.min.js")
    player = played(computation)
    page = show_drawn_player(player, width, scheme, motion="reduce", bypass_csp=True)
    page.add_script_tag(content=AXE.read_text("utf-8"))
    page.click("#steps summary")
    for step in (0, len(player.frames) // 2, len(player.frames) - 2, len(player.frames) - 1):
        page.locator("#steps button").nth(step).click()
        found = page.evaluate("axe.run()")["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [(e["id"], [n["html"] for n in e["nodes"]]) for e in serious] == []
