"""`viz.graph`: the graph of a computation or of a model, to look at, to save, to show in notebooks.
Read `structure/computation.py` next, then `drawing/dot.py`; `player/` steps through it.
"""

from __future__ import annotations

import inspect
from dataclasses import asdict, fields
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any

from ..arrays.kinds import is_floating
from ..autograd.grad_mode import enable_grad
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError, GraphError
from .drawing.dot import to_dot
from .drawing.notebook import mimebundle
from .drawing.page import to_html
from .drawing.saving import save
from .drawing.tree import to_text
from .structure.computation import Computation
from .structure.contents import GraphContents
from .structure.failure import read_failure
from .structure.graph_building import LIMIT, Direction, Values, build_graph_contents
from .structure.modules import watch_modules
from .structure.names import Names
from .structure.reading import read_computation, read_nodes


class Graph(GraphContents):
    """What `viz.graph` returns: nodes, edges, clusters and notes, to print, save and show."""

    @classmethod
    def of(cls, contents: GraphContents) -> Graph:
        """Return plain contents as a Graph."""
        return cls(**{field.name: getattr(contents, field.name) for field in fields(contents)})

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
    sample: Any = None,
    *,
    inputs: Any = None,
    params: Any = None,
    direction: Direction = "forward",
    depth: int | None = None,
    fold: bool = True,
    values: Values = "auto",
    saved: bool = False,
    limit: int = LIMIT,
    title: str = "",
) -> Graph:
    """Return the graph of how a tensor was computed, or of what a model does with a sample.

    Tensors are called by `x.name`, by their path in `params`, by their name in `inputs`, or by the
    caller's variable that holds them. Works after backward() too, and then shows the gradients.

    Args:
        output: a tensor, several in a list, or a Module.
        sample: what to call the Module with, a tuple for several arguments. It is called once, in
            the mode that it is in: what draws random numbers, or counts its calls, does so.
        inputs: a tensor, a list of tensors, or a dict of names and tensors.
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
    with_values = values != "none"
    if hasattr(output, "named_modules"):
        computation = _of_model(output, sample, saved, with_values)
    elif sample is not None:
        raise DTypeError("sample= is what to call a model with; the first argument is a tensor")
    else:
        computation = read_computation(output, inputs, params, with_values=with_values)
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
    return Graph.of(contents)


def _of_model(model: Any, sample: Any, saved: bool, with_values: bool) -> Computation:
    """Call the model, and read what it computed, with the module that each operation ran in.

    Floating-point data is recorded from the start, so that what happens to it before the first
    parameter is seen too; but not where what is kept is to be shown, which would then be more.
    """
    arguments = sample if isinstance(sample, tuple) else (sample,)
    if not any(isinstance(each, TensorBase) for each in arguments):
        raise DTypeError(
            "viz.graph(model, sample) needs a tensor to call the model with, or a tuple of "
            "arguments with one among them; or call it yourself: viz.graph(model(...))"
        )
    with enable_grad(), watch_modules(model) as spans:
        leaves = [None if saved else _leaf_of(each) for each in arguments]
        given = [
            own if leaf is None else _clone_of(leaf)
            for own, leaf in zip(arguments, leaves, strict=True)
        ]
        named = zip(_argument_names(model, len(given)), given, strict=True)
        tensors = {name: each for name, each in named if isinstance(each, TensorBase)}
        names = Names(tensors, model, {})
        names.data.update(
            each.node for each, leaf in zip(given, leaves, strict=True) if leaf is not None
        )
        answer = model(*given)
    outputs = [each for each in _tensors_in(answer) if each.node is not None]
    if not outputs:
        raise GraphError(
            f"calling {type(model).__name__} gave no tensor with a graph: none that was computed, "
            "outside of no_grad() and inference_mode(), from what requires a gradient"
        )
    return read_nodes(outputs, names, calls=spans, with_values=with_values)


def _leaf_of(argument: Any) -> Any:
    """Return floating-point data as a leaf that wants a gradient, None for all else."""
    is_data = isinstance(argument, TensorBase) and argument.node is None
    if not is_data or not is_floating(argument.array):
        return None
    leaf = make_tensor(argument.array).requires_grad_()
    leaf.name = argument.name
    return leaf


def _clone_of(leaf: Any) -> Any:
    """Return what a model may write to in place, as it may not to a leaf."""
    made = leaf.clone()
    made.name = leaf.name
    return made


def _tensors_in(answer: Any) -> list[TensorBase]:
    """Return the tensors in what a model returned: one, or some in tuples, lists and dicts."""
    if isinstance(answer, TensorBase):
        return [answer]
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, (tuple, list)):
        return [tensor for each in answer for tensor in _tensors_in(each)]
    return []


def _argument_names(model: Any, count: int) -> list[str]:
    names = [
        parameter.name
        for parameter in inspect.signature(model.forward).parameters.values()
        if parameter.kind is not parameter.VAR_POSITIONAL
    ]
    return [names[i] if i < len(names) else f"input {i}" for i in range(count)]


class on_error:  # noqa: N801 - reads as the verb it is
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

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)

    def __enter__(self) -> on_error:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None or not isinstance(error, Exception):
            return
        try:
            contents = build_graph_contents(
                read_failure(error), title=f"{type(error).__name__}: {error}"
            )
            save(contents, self.path)
        except Exception as problem:  # the error of the program is the one to show
            error.add_note(f"viz.on_error could not draw the graph: {problem}")
        else:
            error.add_note(f"the graph up to here: {self.path}")
