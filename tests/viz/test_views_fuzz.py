"""Random computations, and every view of each: nothing raises, lies, changes or leaks.
Read `random_programs.py` first, then `test_views_hostile.py`, with those found to be hard.
"""

from __future__ import annotations

import ast
import gc
import json
import re
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from weakref import ref

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from random_programs import run

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.autograd.node import Node
from tinygrad_nn.autograd.op import registry
from tinygrad_nn.errors import GraphError
from tinygrad_nn.viz.drawing import engine
from tinygrad_nn.viz.player.playback import playback
from tinygrad_nn.viz.structure.subject import subject_of

TOLERANCE = {"float64": 1e-9, "float32": 1e-3, "float16": 5e-2}


@pytest.fixture(autouse=True, scope="module")
def without_pictures():
    """Pages with the list alone: each picture would take a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "engine", lambda: None)
        yield


programs = st.lists(st.integers(0, 2**32), min_size=1, max_size=9)


class _Tags(HTMLParser):
    """Reads HTML and fails where a tag is closed that is not the innermost open one."""

    VOID = ("meta", "link", "input", "img", "br", "mspace")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: Any) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


OPTIONS: list[dict[str, Any]] = [
    {"direction": "backward"},
    {"fold": False, "saved": True},
    {"values": "none", "depth": 0},
    {"limit": 3},
]


def look(root: Any, options: list[dict[str, Any]] = OPTIONS) -> None:
    """Make every drawing of a graph."""
    for given_options in [{}, *options]:
        graph = viz.graph(root, **given_options)
        nodes = {node.id for node in graph.nodes}
        assert all({edge.source, edge.target} <= nodes for edge in graph.edges)
        assert graph.dot().startswith("digraph")
        assert len(str(graph).splitlines()) >= len(nodes)
        json.dumps(graph.to_dict(), allow_nan=False)
        _Tags(graph.html())


def state(tensors: list[Any]) -> list[Any]:
    """Return what no look at a tensor may change."""
    found: list[Any] = [tnn.get_rng_state().numpy().tobytes()]
    for x in tensors:
        wants = x.is_leaf or x.retains_grad
        gradient = x.grad if wants else None
        saved = x.node.saved if x.requires_grad else None
        versions = [entry and entry[1][0] for entry in saved or ()]
        numbers = None if gradient is None else gradient.numpy().tobytes()
        found.append((x.array.tobytes(), x._version, x.requires_grad, id(gradient), numbers))
        found.append((x.node, versions, saved is None, x.name))
    return found


@settings(max_examples=25)
@given(programs)
def test_everything_can_be_drawn_and_nothing_changes(seeds):
    tensors = run(seeds)
    before = state(tensors)
    look(tensors[-1])
    look([x for x in tensors if x.requires_grad], [])
    viz.play(tensors[-1])
    tensors[-1].explain()
    assert state(tensors) == before


@settings(max_examples=30)
@given(programs)
def test_the_players_gradients_are_those_of_backward(seeds):
    tensors = run(seeds)
    computation = subject_of(tensors[-1]).read()
    gradients = playback(computation).gradients
    leaves = {x.node: x for x in tensors if x.is_leaf and x.requires_grad}
    _Tags(viz.play(tensors[-1]).html)
    tensors[-1].backward()
    found = {id(q.value): gradients[q.id] for q in computation.quantities if q.id in gradients}
    for leaf in leaves.values():
        if leaf.grad is not None:
            near(found[id(leaf.array)], leaf.grad.numpy())


def near(found: Any, expected: Any) -> None:
    tolerance = TOLERANCE[str(expected.dtype)]
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@contextmanager
def suppress_freed():
    """Let pass the error that says what is gone, and why."""
    try:
        yield
    except GraphError as error:
        if "freed" not in str(error):
            raise


@settings(max_examples=25)
@given(programs)
def test_after_backward_all_is_drawn_or_an_error_says_why_not(seeds):
    tensors = run(seeds)
    tensors[-1].backward()
    before = state(tensors)
    look(tensors[-1])
    for view in (viz.play, viz.explain):
        with suppress_freed():
            view(tensors[-1])
    assert state(tensors) == before


# Rules that a formula says exactly as NumPy computes it, whatever the shapes.
EXACT = {
    *["add", "sub", "mul", "div", "neg", "exp", "sqrt", "abs", "tanh", "sigmoid", "relu", "clone"],
    *["log", "sign", "maximum", "minimum", "linear", "matmul", "softplus", "clamp", "where"],
}


@settings(max_examples=50)
@given(programs)
def test_the_lines_of_an_explanation_evaluated_are_their_values(seeds):
    tensors = run(seeds)
    explanation = tensors[-1].explain()
    check_markup(explanation)
    derivation = explanation.derivation
    names = {each.symbol: each.value for each in (*derivation.given, *derivation.forward)}
    names |= dict([derivation.count or ("", 0)])
    for each in derivation.forward:
        if each.formula is not None:  # what a loss works out inside
            names[each.symbol] = evaluated(each.formula, names)
    for line in explanation:
        if line.formula is not None and is_exact(line):
            made = evaluated(line.formula, names)
            near(np.broadcast_to(made, line.shape), line.value)
        names[line.symbol] = line.value


def is_exact(line: Any) -> bool:
    """Whether NumPy can take a line as it is: not the sum of a 1 that has no shape of its own."""
    rules = set(re.findall(r"(\w+), rule for", line.reason))
    named = {each.id for each in ast.walk(line.formula) if isinstance(each, ast.Name)}
    has_shape = "broadcast" not in line.reason or any(name.startswith("d") for name in named)
    return rules <= EXACT and has_shape


def evaluated(formula: ast.expr, names: dict[str, Any]) -> Any:
    functions = {name: op.forward for name, op in registry.items()}
    functions |= {
        "softmax": lambda z, dim=-1: tnn.softmax.op.forward(z, dim),
        "one_hot": np.asarray,
    }
    with np.errstate(all="ignore"):
        return eval(ast.unparse(formula), {"np": np, **functions}, names)


def check_markup(explanation: Any) -> None:
    _Tags(explanation.html())
    _Tags(explanation.page("title"))
    lines = explanation.markdown().split("\n")
    assert all(line.count("$") in (0, 2) for line in lines if not line.startswith("**"))
    assert all(ast.dump(line.formula) for line in explanation if line.formula is not None)


def look_at_all(seeds: list[int]) -> list[Any]:
    """Return weak references to the tensors of a program that was looked at in every way."""
    tensors = run(seeds)
    look(tensors[-1], [])
    viz.play(tensors[-1])
    str(tensors[-1].explain())
    return [ref(x) for x in tensors]


def living_nodes() -> int:
    return sum(type(each) is Node for each in gc.get_objects())


@settings(max_examples=8, phases=[Phase.generate])  # each example walks through all objects
@given(programs)
def test_graphs_die_by_reference_counts_alone_after_all_was_looked_at(seeds):
    gc.collect()
    gc.disable()
    try:
        known = living_nodes()
        references = look_at_all(seeds)
        assert all(reference() is None for reference in references)
        assert living_nodes() == known
    finally:
        gc.enable()


@pytest.mark.slow
@pytest.mark.parametrize(
    "check",
    [
        test_everything_can_be_drawn_and_nothing_changes,
        test_the_players_gradients_are_those_of_backward,
        test_after_backward_all_is_drawn_or_an_error_says_why_not,
        test_the_lines_of_an_explanation_evaluated_are_their_values,
    ],
)
def test_the_same_of_many_more(check):
    more = given(st.lists(st.integers(0, 2**32), min_size=1, max_size=16))
    settings(max_examples=300)(more(check.hypothesis.inner_test))()
