"""`viz.graph`: the graph of a computation or of a model, to look at, to save, to show in notebooks.
Read `structure/computation.py` next, then `drawing/dot.py`; `player/` steps through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any

from .drawing.dot import to_dot
from .drawing.page import mimebundle, to_html
from .drawing.saving import save
from .drawing.tree import to_text
from .structure.contents import GraphContents
from .structure.failure import read_failure
from .structure.graph_building import LIMIT, Direction, Values, build_graph_contents
from .structure.subject import subject_of


class Graph(GraphContents):
    """What `viz.graph` returns: nodes, edges, clusters and notes, to print, save and show."""

    def to_dict(self) -> dict[str, Any]:
        """Return the graph as plain data, fit for JSON."""
        return asdict(self)

    def dot(self) -> str:
        """Return the graph as DOT, the language of Graphviz."""
        return to_dot(self)

    def html(self) -> str:
        """Return a page of its own, to pan, zoom and search."""
        return to_html(self)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the graph as its name ends: .dot, .svg, .png, .pdf, .html or .json.

        Raises:
            MissingExtraError: a picture (.svg, .png, .pdf) where nothing is there that lays it out.
            ValueError: another ending. OSError: the file cannot be written.
        """
        return save(self, path)

    def __str__(self) -> str:
        return to_text(self)

    def __repr__(self) -> str:
        return f"<Graph of {len(self.nodes):,} nodes and {len(self.edges):,} edges>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return mimebundle(self)


def graph(
    output: Any,
    inputs: Any = None,
    *,
    params: Any = None,
    direction: Direction = "forward",
    depth: int | None = None,
    fold: bool = True,
    values: Values = "auto",
    saved: bool = False,
    limit: int = LIMIT,
    title: str = "",
) -> Graph:
    """Return the graph of how a tensor was computed, or of what a model or a function computes.

    Tensors are called by `x.name`, by their path in `params`, by their name in `inputs`, or by the
    variable that holds them: of the caller, or of the functions that ran. Works after backward()
    too, and then shows the gradients.

    Args:
        output: a tensor, several in a list, a Module, or a function.
        inputs: what to call the Module or the function with: a value, several in a list or a tuple,
            or a dict of keywords. Numbers, arrays and lists of numbers become leaves. It is called
            once, as it is: what draws random numbers, or counts its calls, does so. Of a tensor:
            names, as a tensor, a list of tensors, or a dict of names and tensors.
        params: a Module, or names and tensors; by default what the caller's variables hold.
        direction: "forward", arrows as values flow; "backward", arrows as gradients flow.
        depth: how many levels of modules stay open; 0 draws each outermost module as one box.
        fold: draw blocks that repeat once, with "× N".
        values: "auto": numbers if they are few, else min, mean, max and norm; "none".
        saved: show what each operation keeps for backward, and how many bytes.
        limit: the most nodes to draw; older ones are one box.
        title: a line to stand above the graph.

    Raises:
        GraphError: nothing was recorded: no tensor on the way requires a gradient.
        DTypeError: something else than tensors.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> a = tnn.tensor(2.0, requires_grad=True)
        >>> loss = a * a + 1.0
        >>> [(node.kind, node.name) for node in viz.graph(loss).nodes]
        [('leaf', 'a'), ('operation', 'mul'), ('operation', 'add')]
    """
    subject = subject_of(output, inputs, params, sample_as_leaf=not saved)
    computation = subject.read(with_values=values != "none")
    contents = build_graph_contents(
        computation,
        direction=direction,
        depth=depth,
        fold=fold,
        values=values,
        saved=saved,
        limit=limit,
        title=title,
    )
    return Graph(**vars(contents))


@contextmanager
def on_error(path: str | PathLike[str]) -> Iterator[None]:
    """A `with` block that, when an error leaves it, saves the graph of what was computed till then.

    The operation that failed is marked, with the shapes that it was given. The error goes on, with
    a note that names the file; nothing is recorded beforehand, so the block costs nothing.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> w = tnn.ones(3, 2, requires_grad=True)
        >>> with viz.on_error("graph.html"):  # writes nothing, for all goes well
        ...     y = tnn.ones(4, 3) @ w
    """
    target = Path(path)
    try:
        yield
    except Exception as error:
        title = f"{type(error).__name__}: {error}"
        try:
            save(build_graph_contents(read_failure(error), title=title), target)
        except Exception as problem:  # the error of the program is the one to show
            error.add_note(f"viz.on_error could not draw the graph: {problem}")
        else:
            error.add_note(f"the graph up to here: {target}")
        raise
