"""What keeps a picture small: steps that repeat are drawn once, and what is too much is one box.
Read `test_golden_dot.py` next: twelve graphs as text.
"""

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz


def node(graph, name):
    (found,) = [each for each in graph.nodes if each.name == name]
    return found


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.again, self.out = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 1)

    def forward(self, steps):
        state = tnn.zeros(2, 4)
        for x in steps:
            state = tnn.tanh(self.inner(x) + self.again(state))
        return self.out(state).sum()


def recurrent(count):
    model = Recurrent()
    inputs = [tnn.rand(2, 3) for _ in range(count)]
    return viz.graph(model(inputs), params=model)


def test_a_hundred_equal_steps_are_one_block_times_100():
    graph = recurrent(100)
    inner = [each for each in graph.nodes if each.kind == "operation" and each.times > 1]
    assert [(each.name, each.times) for each in inner] == [
        ("linear", 100),
        ("linear", 100),
        ("add", 100),
        ("tanh", 100),
    ]
    assert [cluster.times for cluster in graph.clusters if cluster.times > 1] == [100]
    assert "× 100" in graph.dot()
    assert any("100 equal blocks of 4 operations" in note for note in graph.notes)
    assert node(graph, "inner.weight").times == 1  # one weight, used by all
    (data,) = [each for each in graph.nodes if each.kind == "data" and each.times > 1]
    assert data.times == 100


def test_an_arrow_leads_from_one_step_to_the_next():
    graph = recurrent(100)
    tanh = node(graph, "tanh")
    order = [each.id for each in graph.nodes]
    back = [e for e in graph.edges if order.index(e.source) > order.index(e.target)]
    assert [edge.source for edge in back] == [tanh.id]


def test_the_frames_in_a_block_stand_for_all_calls():
    inner, again = nn.Linear(3, 4), nn.Linear(4, 4)
    h = tnn.zeros(2, 4)
    for x in tnn.rand(20, 2, 3):
        h = (inner(x) + again(h)).tanh()
    frames = viz.graph(h.sum()).clusters
    assert {(frame.name, frame.use) for frame in frames} == {
        ("repeated", 0),
        ("inner: Linear", 0),
        ("again: Linear", 0),
    }


def test_two_steps_are_drawn_as_they_are():
    assert all(each.times == 1 for each in recurrent(2).nodes)


def test_equal_layers_with_weights_of_their_own_are_one_block():
    model = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(12)])
    graph = viz.graph(model, tnn.rand(3, 4))
    assert [(name, each.times) for each in graph.nodes for name in [each.name]] == [
        ("input", 1),
        ("0.0.weight", 12),
        ("0.0.bias", 12),
        ("linear", 12),
        ("tanh", 12),
    ]
    marked = [(cluster.name, cluster.times) for cluster in graph.clusters if cluster.times > 1]
    assert marked == [("0: Sequential", 12)]


def test_fold_false_draws_every_step():
    model = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(12)])
    graph = viz.graph(model, tnn.rand(3, 4), fold=False)
    assert sum(each.kind == "operation" for each in graph.nodes) == 24


def test_blocks_that_differ_in_one_place_are_not_one():
    x = tnn.ones(3, requires_grad=True)
    y = x
    for i in range(20):
        y = (y * 2.0).tanh() if i != 10 else (y * 2.5).tanh()
    graph = viz.graph(y)
    assert [each.times for each in graph.nodes if each.name == "mul"] == [10, 1, 9]


def test_blocks_that_take_their_operands_from_elsewhere_are_not_one():
    x = tnn.ones(3, requires_grad=True)
    a, b = x.tanh(), x.exp()
    for i in range(12):
        a = a * (b if i == 6 else x)
    graph = viz.graph(a)
    assert [each.times for each in graph.nodes if each.name == "mul"] == [1] * 12


def test_two_layers_of_steps_are_two_blocks_though_one_feeds_the_other():
    lower, upper = nn.Linear(3, 3), nn.Linear(3, 3)
    states, state = [], tnn.zeros(2, 3)
    for _ in range(10):
        state = tnn.tanh(lower(state))
        states.append(state)
    for below in states:
        state = tnn.tanh(upper(state) + below)
    graph = viz.graph(state)
    assert [each.times for each in graph.nodes if each.kind == "operation"] == [10] * 5


def random_graph(count):
    """A loss of `count` operations on tensors that are chosen at random among the last 200."""
    random = np.random.default_rng(0)
    made = [tnn.ones((), requires_grad=True)]
    operations = [tnn.maximum, tnn.minimum, lambda a, b: (a - b).tanh()]
    for _ in range(count):
        one, other = (made[-1 - int(i) % min(len(made), 200)] for i in random.integers(0, 200, 2))
        made.append(operations[int(random.integers(3))](one, other))
    return tnn.stack(made[-200:]).sum()


def test_what_is_over_the_limit_is_one_box_with_a_note():
    graph = viz.graph(random_graph(2_000), values="none")
    assert len(graph.nodes) == 500
    box = graph.nodes[0]
    assert box.kind == "folded"
    assert "operations before" in box.name
    assert any("at most 500 are drawn" in note for note in graph.notes)
    small = viz.graph(random_graph(2_000), values="none", limit=50)
    assert len(small.nodes) == 50


def test_a_chain_of_twenty_thousand_operations_is_one_block():
    x = tnn.ones((), requires_grad=True)
    y = x
    for _ in range(20_000):
        y = y + 1.0
    graph = viz.graph(y)
    assert [(each.name, each.times) for each in graph.nodes] == [("x", 1), ("add", 20_000)]


def test_a_graph_is_walked_without_recursion():
    x = tnn.ones((), requires_grad=True)
    y = x
    for i in range(10_000):
        y = y * 1.0 if i % 3 else y.tanh()
    assert len(viz.graph(y, fold=False, limit=20_000).nodes) == 10_001
