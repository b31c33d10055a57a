"""Machines with and without Graphviz, and a browser without a network, for what is drawn.
Read `drawing_samples.py` next, for the graphs, and `player_samples.py`, for the computations.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tinygrad_nn.viz.drawing.engine import engine

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ("background-networking", "component-update", "sync")


@pytest.fixture(autouse=True)
def no_figure_is_left():
    """Close what a test drew in a process that has imported pyplot, which keeps every figure."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture
def no_engine(tmp_path, monkeypatch):
    """Neither pygraphviz nor a program `dot`: a folder alone on the PATH, empty so far."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def dot_program(no_engine):
    """A function that puts a program `dot` of the given Python code on the PATH, and no other."""
    if os.name == "nt":
        pytest.skip("a script of one file is no program on Windows")

    def install(code: str) -> Path:
        program = no_engine / "dot"
        program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{code}\n", "utf-8")
        program.chmod(0o755)
        return program

    return install


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        if CHROMIUM is None and not Path(driver.chromium.executable_path).exists():
            pytest.skip("no chromium on this machine")
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
            + [f"--disable-{each}" for each in QUIET],
        )
        yield browser
        browser.close()


@pytest.fixture
def show(chromium, tmp_path):
    """A function that opens HTML from the disk and returns the page; `.said` is its console."""
    contexts = []

    def show(html, width=1280, scheme="light", anchor=""):
        file = tmp_path / "page.html"
        file.write_text(html, "utf-8", newline="")
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.said = []
        page.asked = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: (page.said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(file.as_uri() + anchor)
        return page

    yield show
    for context in contexts:
        context.close()


@pytest.fixture
def show_player(chromium, tmp_path):
    """A function that opens a player from the disk; whatever the page says or asks for fails."""
    contexts, said, asked, own = [], [], [], set()

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
        own.add(file.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert said == []
    assert [
        url for url in asked if not url.startswith("data:") and url.partition("#")[0] not in own
    ] == []


@pytest.fixture
def show_drawn_player(show_player):
    if engine() is None:
        pytest.skip("nothing here lays out a graph")
    return show_player
