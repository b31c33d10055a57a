"""Makes the pictures of the README and of these pages anew: `python docs/make_pictures.py`.
It needs `pip install -e ".[viz,browser]"` and Chromium; read `../tinygrad_nn/viz/__init__.py` next.
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz

PICTURES = Path(__file__).parent / "pictures"
SIZE = {"width": 1120, "height": 880}
SECONDS = {"first": 1.5, "forward": 1.2, "backward": 2.6, "last": 4.0}


def graph() -> viz.Graph:
    """Return the graph of one training step on ten digits, after its backward pass."""
    tnn.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 10), nn.ReLU(), nn.Linear(10, 10))
    images, labels = tnn.rand(10, 64), tnn.randint(10, (10,))
    loss = nn.CrossEntropyLoss()(model(images), labels)
    loss.backward()
    title = "One training step, after backward()"
    return viz.graph(loss, inputs={"images": images, "labels": labels}, params=model, title=title)


def player() -> viz.Player:
    """Return the player of a computation in which b is used three times."""

    def expression(a: tnn.Tensor, b: tnn.Tensor) -> tnn.Tensor:
        return (a * b + b) * tnn.tanh(b)

    return viz.play(expression, {"a": 2.0, "b": -3.0})


def shots(page: viz.Player) -> list[bytes]:
    """Return a PNG of each step of a player's page, as a browser shows it."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit(
            "make_pictures: there is no program chromium; install it (Debian: apt install chromium)"
        )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = page.save(Path(folder, "player.html"))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        tab.goto(path.as_uri())
        pictures = []
        for _ in page.frames:
            pictures.append(tab.screenshot())
            tab.keyboard.press("ArrowRight")
        browser.close()
    return pictures


def write_gif(path: Path, page: viz.Player) -> None:
    """Write the steps of a player as a GIF that plays them in a loop."""
    images = [
        Image.open(io.BytesIO(shot)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
        for shot in shots(page)
    ]
    kinds = [frame["phase"] for frame in page.frames]
    seconds = [SECONDS["forward" if kind == "forward" else "backward"] for kind in kinds]
    seconds[0], seconds[-1] = SECONDS["first"], SECONDS["last"]
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        duration=[int(1000 * each) for each in seconds],
        loop=0,
        optimize=True,
    )


if __name__ == "__main__":
    graph().save(PICTURES / "graph.svg")
    write_gif(PICTURES / "player.gif", player())
    for picture in ("graph.svg", "player.gif"):
        print(f"{picture}: {(PICTURES / picture).stat().st_size:,} bytes")
