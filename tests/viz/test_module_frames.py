"""Frames of modules tell the truth: one per call, and what ran outside of modules stands outside.
Read `test_folding.py` next.
"""

import random

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.viz.drawing.words import title
from tinygrad_nn.viz.structure.computation import Step
from tinygrad_nn.viz.structure.modules import place, watch_modules
from tinygrad_nn.viz.structure.names import Names
from tinygrad_nn.viz.structure.reading import read_nodes


def frames(graph):
    """Each operation with the titles of the frames around it, the outermost first."""
    clusters = {cluster.id: cluster for cluster in graph.clusters}
    found = []
    for node in graph.nodes:
        if node.kind in ("operation", "folded"):
            chain, around = [], node.cluster
            while around:
                chain.insert(0, title(clusters[around]))
                around = clusters[around].parent
            found.append((title(node), *chain))
    return found


def is_acyclic(graph):
    order = {node.id: place for place, node in enumerate(graph.nodes)}
    return all(order[edge.source] < order[edge.target] for edge in graph.edges)


class Shared(nn.Module):
    """One layer and one activation, each used several times."""

    def __init__(self, act):
        super().__init__()
        self.lin, self.act = nn.Linear(3, 3), act

    def forward(self, x):
        return self.lin(self.act(self.lin(self.act(self.lin(x)))))


def test_what_lies_between_two_calls_of_a_layer_stands_outside_of_it():
    lin = nn.Linear(3, 3)
    net = nn.Sequential(lin)
    graph = viz.graph(lin(tnn.tanh(lin(tnn.tanh(lin(tnn.rand(2, 3)))))).sum(), params=net)
    assert frames(graph) == [
        ("linear", "0: Linear (1st use)"),
        ("tanh",),
        ("linear", "0: Linear (2nd use)"),
        ("tanh",),
        ("linear", "0: Linear (3rd use)"),
        ("sum",),
    ]
    weight = next(node for node in graph.nodes if node.kind == "parameter")
    assert weight.cluster == ""  # it belongs to all three


def test_every_call_of_a_shared_module_has_a_frame_of_its_own():
    graph = viz.graph(Shared(nn.ReLU()), tnn.rand(2, 3))
    assert frames(graph) == [
        ("linear", "lin: Linear (1st use)"),
        ("relu", "act: ReLU (1st use)"),
        ("linear", "lin: Linear (2nd use)"),
        ("relu", "act: ReLU (2nd use)"),
        ("linear", "lin: Linear (3rd use)"),
    ]


def test_closing_a_shared_module_makes_no_cycle():
    graph = viz.graph(Shared(nn.ReLU()), tnn.rand(2, 3), depth=0)
    assert is_acyclic(graph)
    assert [name for name, *_ in frames(graph)] == [
        "lin: Linear (1st use)",
        "act: ReLU (1st use)",
        "lin: Linear (2nd use)",
        "act: ReLU (2nd use)",
        "lin: Linear (3rd use)",
    ]


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x):
        return x + self.outer(self.inner(x).relu())


def test_a_block_that_is_called_twice_holds_what_ran_within_each_call():
    block = Block()
    net = nn.Sequential(block, nn.Tanh())
    first = block(tnn.rand(2, 3))
    loss = block(first.exp()).sum()
    found = frames(viz.graph(loss, params=net))
    assert found[1] == ("relu", "0: Block (1st use)")
    assert ("exp",) in found
    assert found[-3] == ("linear", "0: Block (2nd use)", "outer: Linear (2nd use)")


def test_a_layer_used_twice_inside_of_a_block_leaves_the_block_uncertain():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x):
            return self.b(self.a(self.a(x)))

    net = nn.Sequential(Twice())
    found = frames(viz.graph(net(tnn.rand(2, 3)).sum()))
    assert [len(each) for each in found] == [2, 2, 2, 1]  # the layers are certain, Twice is not


def test_a_tied_weight_is_framed_where_its_module_ran():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(5, 3)

        def forward(self, tokens):
            return tnn.nn.functional.linear(self.words(tokens).tanh(), self.words.weight)

    net, tokens = Tied(), tnn.tensor([1, 2])
    expected = [("embedding", "words: Embedding"), ("tanh",), ("linear",)]
    assert frames(viz.graph(net, tokens)) == expected
    assert frames(viz.graph(net(tokens).sum())) == [*expected, ("sum",)]


def test_a_penalty_on_weights_stands_outside_and_moves_no_frame():
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    penalty = sum((weight**2).sum() for weight in model.parameters())
    loss = model(tnn.rand(4, 3)).mean() + penalty
    found = frames(viz.graph(loss, fold=False))
    assert [each for each in found if len(each) > 1] == [
        ("linear", "0: Linear"),
        ("linear", "2: Linear"),
    ]


def test_a_layer_written_by_hand_is_one_frame_with_its_transposing():
    class Dense(nn.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b = nn.Parameter(tnn.rand(2, 3)), nn.Parameter(tnn.rand(2))

        def forward(self, x):
            return x @ self.w.T + self.b

    net = nn.Sequential(Dense(), nn.Tanh())
    found = frames(viz.graph(net(tnn.rand(4, 3)).sum()))
    assert {each[1:] for each in found[:-2]} == {("0: Dense",)}
    assert found[-2:] == [("tanh",), ("sum",)]


def test_lists_of_modules_are_no_calls():
    class Stack(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x).tanh()
            return x

    net, x = Stack(), tnn.rand(2, 3)
    expected = [
        ("linear", "layers.0: Linear"),
        ("tanh",),
        ("linear", "layers.1: Linear"),
        ("tanh",),
    ]
    assert frames(viz.graph(net, x)) == expected
    assert frames(viz.graph(net(x).sum())) == [*expected, ("sum",)]


# --- random models --------------------------------------------------------------------------------


class RandomModel(nn.Module):
    """Calls its parts, which may be models of this kind, in an order drawn at random."""

    def __init__(self, draw, depth):
        super().__init__()
        parts = [nn.Linear(3, 3), nn.Linear(3, 3, bias=False), nn.ReLU(), nn.LayerNorm(3)]
        if depth:
            parts += [RandomModel(draw, depth - 1) for _ in range(2)]
        self.parts = nn.ModuleList(draw.sample(parts, draw.randint(1, len(parts))))
        self.scale = nn.Parameter(tnn.rand(3))
        kinds = ["call", "call", "call", "tanh", "residual", "scale", "tied"]
        self.plan = [
            (draw.choice(kinds), draw.choice(self.parts)) for _ in range(draw.randint(2, 6))
        ]

    def forward(self, x):
        for kind, part in self.plan:
            if kind == "call":
                x = part(x)
            elif kind == "residual":
                x = x + part(x)
            elif kind == "scale":
                x = x * self.scale
            elif kind == "tied" and isinstance(part, nn.Linear):
                x = x @ part.weight
            else:
                x = x.tanh()
        return x


@pytest.mark.parametrize("seed", range(60))
def test_frames_of_random_models_are_the_calls_that_ran(seed):
    draw = random.Random(seed)
    tnn.manual_seed(seed)
    model, x = RandomModel(draw, 2), tnn.rand(2, 3, requires_grad=True)
    with watch_modules(model) as spans:
        loss = model(x)
    names = Names({"x": x}, model, {})
    seen = read_nodes([loss], names, calls=spans)
    guessed = read_nodes([loss], Names({"x": x}, model, {}))
    for step, guess in zip(seen.steps, guessed.steps, strict=True):
        paths = [call.path for call in step.calls]
        assert {call.path for call in guess.calls} <= set(paths), (step.op.public, paths)
    for depth in (None, 0, 1):
        for graph in (
            viz.graph(model, x, depth=depth, fold=False),
            viz.graph(loss, params=model, depth=depth, fold=False),
        ):
            assert is_acyclic(graph)


def test_steps_are_placed_by_their_time():
    x = tnn.rand(2, requires_grad=True)
    model = nn.Sequential(nn.Sequential(nn.Tanh()))
    with watch_modules(model) as spans:
        y = model(x).exp()
    (inside, outside) = read_nodes([y], Names({}, model, {}), calls=spans).steps
    place([inside, outside], spans)
    assert isinstance(inside, Step)
    assert [call.path for call in inside.calls] == ["0", "0.0"]
    assert outside.module == ""
