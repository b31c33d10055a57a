"""`viz.play`: a page that steps through a forward and a backward pass, number by number.
Read `frames.py` next: what each step shows; `page.py` writes it.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from ...errors import GraphError
from ..drawing.saving import write_as
from ..structure.computation import Computation
from ..structure.subject import Subject, subject_of
from .frames import Playback
from .page import to_html
from .picture import picture_of
from .playback import playback
from .sliders import Sliders, sliders_of

LIMIT = 300  # operations: beyond, nobody steps through them, and the page grows with each
HEIGHT = 760  # pixels, in a notebook


class Player:
    """What `viz.play` returns: the page, to save, to open and to show in notebooks."""

    def __init__(self, playback: Playback, html: str, title: str) -> None:
        self.frames: list[dict[str, Any]] = [asdict(frame) for frame in playback.frames]
        self.html = html
        self.title = title

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the page to a file, .html, which needs no network; return its path.

        Raises:
            ValueError: another ending: a picture of a computation is `viz.graph(...).save(path)`.
            OSError: the file cannot be written.
        """
        return write_as(path, "a player", {".html": lambda player: player.html}, self)

    def open(self) -> Path:
        """Show the page in the web browser, from a temporary file, and return its path."""
        import webbrowser  # not needed by any program that only imports the package

        page = self.save(Path(tempfile.mkdtemp(prefix="tinygrad_nn-"), "player.html"))
        webbrowser.open(page.as_uri())
        return page

    def _repr_html_(self) -> str:
        # In a frame of its own the page's style and keys stay there, and the notebook's out.
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.title)}" '
            f'sandbox="allow-scripts allow-downloads" allow="clipboard-write" '
            f'style="width:100%;height:{HEIGHT}px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Player of {len(self.frames)} steps: .save(path), .open()>"


def play(loss: Any, inputs: Any = None, *, params: Any = None, title: str = "") -> Player:
    """Return a page that steps through the computation of `loss` and its backward pass.

    `loss` is a tensor, or a function of tensors that returns one: it is called once with `inputs`,
    and the page shows the line of the program beside each step, and the names of its variables.

    Forward each operation shows its formula and its numbers; backward what comes in times its own
    derivative, for each operand, and the sum over the paths of what is used more than once. Arrays
    are shown as shaded tables. No `.grad` is read or changed, and backward() may have run before.

    `inputs` and `params` are those of `viz.graph`.

    Raises:
        GraphError: `loss` is no tensor of one number that was computed from one that requires a
            gradient; over 300 operations; or what backward() freed cannot be computed again.
        DTypeError: `loss`, `inputs` or `params` hold something else than tensors.

    Example:
        >>> import tinygrad_nn as tnn
        >>> a, b = tnn.tensor(2.0, requires_grad=True), tnn.tensor(-3.0, requires_grad=True)
        >>> player = tnn.viz.play((a * b + b).tanh())
        >>> player
        <Player of 8 steps: .save(path), .open()>
        >>> player.frames[0]["text"]
        'v₁ = a · b = 2 · (−3) = −6'
    """
    subject = subject_of(loss, inputs, params)
    _check_size(subject.read(with_values=False))
    return play_computation(subject.read(), title, subject)


def play_computation(
    computation: Computation, title: str = "", subject: Subject | None = None
) -> Player:
    """Return the page of a computation that was read already; raises GraphError as `play` does.

    What is known of a function that computed it gives its leaves sliders.
    """
    _check_size(computation)
    steps = playback(computation)
    title = title or steps.title
    sliders: Sliders | str = ""
    if subject is not None and subject.again is not None:
        sliders = sliders_of(subject, computation, steps)
    html = to_html(steps, picture_of(computation, steps), title, sliders)
    return Player(steps, html, title)


def _check_size(computation: Computation) -> None:
    count = len(computation.steps)
    if count == 0:
        raise GraphError(
            "there is nothing to step through: the loss is a leaf, no operation made it"
        )
    if count > LIMIT:
        raise GraphError(
            f"this computation has {count:,} operations; the player steps through at most {LIMIT}. "
            "Play a smaller one (fewer steps in time, one layer), or see it folded: viz.graph(loss)"
        )
