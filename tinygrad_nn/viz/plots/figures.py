"""Where a picture is drawn and how a notebook shows it, and text that is shown as it is.
Read `training.py` next, which draws one.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ...errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure
else:  # only when a picture is drawn
    Axes = Any

# For text that a user gave: a $ in it starts no formula, neither matplotlib's nor LaTeX's.
AS_IT_IS: dict[str, Any] = {"parse_math": False, "usetex": False}
LONGEST_NAME = 32
PER_LETTER = 0.1  # inches of a figure that a letter of its longest name needs


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, in inches, that no window and no global state belongs to.

    Raises MissingExtraError where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            'pictures of training need matplotlib: pip install "tinygrad_nn[viz]"'
        ) from error
    return Figure(figsize=(width, height), layout="constrained")


def axes_for(ax: Axes | None, width: float, height: float) -> Axes:
    """Return `ax`, or else the only Axes of a new figure of that size in inches.

    A notebook shows the picture where the Axes is the last line of a cell. In a program that has
    imported pyplot a new figure is pyplot's, so that `plt.show()` shows it.
    """
    axes: Any = ax
    if ax is None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            axes = new_figure(width, height).add_subplot()
        else:
            axes = pyplot.figure(figsize=(width, height), layout="constrained").add_subplot()
    axes._repr_png_ = partial(_picture, axes)
    drawn: Axes = axes
    return drawn


def _picture(axes: Axes) -> bytes | None:
    """Return the figure as a PNG, or None where pyplot is going to show it: not twice."""
    from matplotlib import get_backend
    from matplotlib._pylab_helpers import Gcf

    figure: Any = axes.figure.figure  # the whole of which a SubFigure is a part
    open_ones = [manager.canvas.figure for manager in Gcf.get_all_fig_managers()]
    return None if figure in open_ones and get_backend() != "agg" else as_png(figure)


def as_png(figure: Any) -> bytes:
    """Return the figure as the bytes of a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120)
    return file.getvalue()


def visible(name: object) -> str:
    r"""Return a name as one short line: a line break as \n, and … for what is over 32 characters.

    Example:
        >>> from tinygrad_nn.viz.plots.figures import visible
        >>> print(visible("two\nlines"))
        two\nlines
    """
    text = str(name)
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def add_legend(
    axes: Axes, handles: Sequence[Any], names: Iterable[str], *, title: str = "", **places: Any
) -> None:
    """Put a legend into the Axes in which each name stands as it is.

    Written after the legend is made: matplotlib leaves out a name that starts with `_`.
    """
    legend = axes.legend(handles, [" "] * len(handles), title=title or None, **places)
    for entry, name in zip(legend.get_texts(), names, strict=True):
        entry.set_text(name)
        entry.update(AS_IT_IS)
