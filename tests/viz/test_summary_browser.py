"""The table of a model's layers in a real browser: it fits a telephone, and names stay in sight.
Read `test_summary.py` for what the table says.
"""

import pytest
from summarized_models import resnet18
from waiting import wait_until

import tinygrad_nn as tnn
from tinygrad_nn.cli import main

pytestmark = pytest.mark.slow
PROGRAM = """
from summarized_models import resnet18
import tinygrad_nn as tnn
model = resnet18(tnn)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The page that the command writes."""
    folder = tmp_path_factory.mktemp("summary")
    (folder / "model.py").write_text(PROGRAM, "utf-8")
    given = [str(folder / "model.py"), "--input-size", "2,3,32,32"]
    assert main(["summary", *given, "--out", str(folder / "page.html")]) == 0
    return (folder / "page.html").read_text("utf-8")


def width_of(page):
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_asks_for_nothing(show, written, width, scheme):
    page = show(written, width, scheme)
    assert page.said == []
    assert len(page.asked) == 1
    assert width_of(page) <= width
    box = page.locator("[role=region]")
    needs, has = box.evaluate("each => [each.scrollWidth, each.clientWidth]")
    assert (needs > has) == (width == 390)


def test_on_a_telephone_numbers_are_reached_by_keys_while_names_stay(show, written):
    page = show(written, 390)
    row = page.locator("tbody tr").nth(8)
    name, saved = row.locator("th"), row.locator("td").last
    before = name.bounding_box()
    assert saved.bounding_box()["x"] > 390
    page.locator("[role=region]").focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    wait_until(page, "document.querySelector('[role=region]').scrollLeft > 400")
    page.wait_for_timeout(200)  # it moves smoothly
    assert name.bounding_box()["x"] == before["x"]
    assert saved.bounding_box()["x"] < 390


def test_what_a_notebook_shows_fits_without_a_style_of_its_own(show):
    found = tnn.summary(resnet18(tnn), (2, 3, 32, 32))
    page = show(
        f"<!doctype html><meta name=viewport content=width=device-width>{found._repr_html_()}", 390
    )
    assert width_of(page) <= 390
    heights = page.eval_on_selector_all("tr", "all => all.map(row => row.offsetHeight)")
    assert max(heights) == min(heights)  # nothing is broken into lines
