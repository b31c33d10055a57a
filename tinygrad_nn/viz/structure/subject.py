"""What `graph`, `play` and `explain` look at: a tensor, or what a function or a model computes.
Read `reading.py` next, which reads it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...arrays.kinds import is_array, is_floating
from ...autograd.grad_mode import enable_grad
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import DTypeError, GraphError
from ...random import default_generator, fork_rng
from ...tensor.creation import tensor
from ...warn import user_frame
from .computation import Computation
from .modules import watch_modules
from .names import Names, visible
from .reading import read_nodes, roots_of
from .tracing import Trace, traced


@dataclass
class Subject:
    """Tensors to look at, and what is known of how they were computed."""

    roots: Sequence[TensorBase]
    names: Names
    calls: Sequence[Any] | None = None  # of modules, if they were watched
    trace: Trace | None = None
    alive: Any = None  # what was called, and with what: Nodes hold leaves weakly
    again: Callable[[Callable[[Any], Any]], Subject] | None = None  # with other arguments

    def read(self, *, with_values: bool = True) -> Computation:
        """Return the computation."""
        held = () if self.trace is None else self.trace.tensors
        return read_nodes(
            self.roots, self.names, calls=self.calls, held=held, with_values=with_values
        )


def subject_of(
    what: Any, inputs: Any = None, params: Any = None, *, sample_as_leaf: bool = False
) -> Subject:
    """Return what there is to see of a tensor, of several in a list, or of a function's result.

    The arguments are those of `viz.graph`. With `sample_as_leaf`, what happens to a model's data
    before the first parameter is recorded too.

    Raises:
        GraphError: nothing was recorded: no tensor on the way requires a gradient.
        DTypeError: something else than tensors.
    """
    if isinstance(what, (TensorBase, list, tuple)) or not callable(what):
        return Subject(roots_of(what), Names(inputs, params))
    if hasattr(what, "named_modules"):
        return _of_model(what, *_arguments(inputs), sample_as_leaf)
    return _of_function(what, *_arguments(inputs), params)


def _arguments(inputs: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return what to call a function with."""
    if isinstance(inputs, Mapping):
        return [], dict(inputs)
    if isinstance(inputs, (list, tuple)):
        return list(inputs), {}
    return ([] if inputs is None else [inputs]), {}


def _of_function(
    function: Callable[..., Any], given: list[Any], keywords: dict[str, Any], params: Any
) -> Subject:
    name = getattr(function, "__name__", type(function).__name__)
    given = [_as_tensor(each) for each in given]
    keywords = {key: _as_tensor(each) for key, each in keywords.items()}
    named = _named_arguments(function, given, keywords)
    leaves = {key: each for key, each in named.items() if isinstance(each, TensorBase)}
    is_python = inspect.isfunction(function)
    enclosed = inspect.getclosurevars(function).nonlocals if is_python else {}
    names = Names(leaves, params, {**visible(user_frame()[0]), **enclosed})
    state = default_generator.get_state()
    with enable_grad(), traced() as trace:
        answer = function(*given, **keywords)
    names.take_locals(trace.named())

    def again(change: Callable[[Any], Any]) -> Subject:
        """Call the function with changed arguments; it draws the same random numbers again."""
        changed = {key: change(each) for key, each in keywords.items()}
        with fork_rng():
            default_generator.set_state(state)
            return _of_function(function, [change(each) for each in given], changed, params)

    roots = _recorded(answer, name)
    return Subject(roots, names, None, trace, (*given, *keywords.values()), again)


def _of_model(
    model: Any, given: list[Any], keywords: dict[str, Any], sample_as_leaf: bool
) -> Subject:
    """Call the model, and keep with what it computed the module that each operation ran in."""
    named = _named_arguments(model.forward, given, keywords)
    tensors = {name: each for name, each in named.items() if isinstance(each, TensorBase)}
    if not tensors:
        raise DTypeError(
            "viz.graph(model, sample) needs a tensor to call the model with, or several in a list, "
            "a tuple or a dict; or call it yourself: viz.graph(model(...))"
        )
    with enable_grad(), watch_modules(model) as spans:
        leaves, clones = [], {}
        for each in tensors.values():
            if sample_as_leaf and each.node is None and is_floating(each.array):
                leaf: Any = make_tensor(each.array).requires_grad_()
                leaves.append(leaf)
                # A model may write in place to a clone, but not to a leaf.
                clones[id(each)] = leaf.clone()
                leaf.name = clones[id(each)].name = each.name  # type: ignore[attr-defined]
        given = [clones.get(id(each), each) for each in given]
        keywords = {name: clones.get(id(each), each) for name, each in keywords.items()}
        names = Names({n: clones.get(id(each), each) for n, each in tensors.items()}, model, {})
        names.kinds |= {each.node: "data" for each in clones.values()}
        with traced() as trace:
            answer = model(*given, **keywords)
    names.take_locals(trace.named())
    roots = _recorded(answer, type(model).__name__)
    return Subject(roots, names, spans, trace, (model, named, leaves))


def _recorded(answer: Any, name: str) -> list[TensorBase]:
    """Return the tensors with a graph in what a function returned, of which there must be some."""
    found = [each for each in tensors_in(answer) if each.node is not None]
    if not found:
        raise GraphError(
            f"calling {name} gave no tensor with a graph: none that was computed, "
            "outside of no_grad() and inference_mode(), from what requires a gradient"
        )
    return found


def tensors_in(value: Any) -> Iterator[Any]:
    """Yield the tensors in a nest of tuples, lists and dicts."""
    if isinstance(value, TensorBase):
        yield value
    elif isinstance(value, (Mapping, list, tuple)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from tensors_in(each)


def _as_tensor(given: Any) -> Any:
    """Return numbers, and arrays and lists of them, as a leaf; anything else as it is."""
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if not (is_number or is_array(given) or isinstance(given, list)):
        return given
    made = tensor(float(given) if is_number else given)
    return made.requires_grad_() if is_floating(made.array) else made


def _named_arguments(
    function: Callable[..., Any], given: list[Any], keywords: dict[str, Any]
) -> dict[str, Any]:
    """Return what a function is called with by the names of its parameters."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C
        parameters = []
    names = [each.name for each in parameters if each.kind is not each.VAR_POSITIONAL]
    places = [names[i] if i < len(names) else f"input {i}" for i in range(len(given))]
    return {**dict(zip(places, given, strict=True)), **keywords}
