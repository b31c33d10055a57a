"""Chromium without a network, for the tests of the player's page: a pytest plugin of fixtures.
Read `test_player_page.py` next.
"""

import shutil

import pytest

from tinygrad_nn.viz.drawing.engine import engine

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ("background-networking", "component-update", "sync")


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
            + [f"--disable-{each}" for each in QUIET],
        )
        yield browser
        browser.close()


@pytest.fixture
def show(chromium, tmp_path):
    """A function that opens a player from the disk; whatever the page says or asks for fails."""
    contexts, said, asked = [], [], []

    def show(player, width=1280, scheme="light", motion="no-preference", bypass_csp=False):
        file = player.save(tmp_path / "player.html")
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            reduced_motion=motion,
            bypass_csp=bypass_csp,
        )
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        asked.remove(file.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == []


@pytest.fixture
def drawn(show):
    if engine() is None:
        pytest.skip("nothing here lays out a graph")
    return show
