"""Twelve graphs, whose DOT text is kept in `golden/`; this file, run as a program, writes it anew.
Read `test_golden_dot.py` next, which compares.
"""

from pathlib import Path

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.viz.structure.failure import read_failure
from tinygrad_nn.viz.structure.graph_building import build_graph_contents

FOLDER = Path(__file__).parent / "golden"


def number(value):
    return tnn.tensor(value, requires_grad=True)


def expression():
    """(a b + b) tanh b, with values."""
    a, b = number(2.0), number(-3.0)
    return viz.graph((a * b + b) * tnn.tanh(b), inputs={"a": a, "b": b})


def used_twice():
    """The same tensor as both operands, two times, after backward."""
    a = number(2.0)
    b = a + a
    c = b + b
    b.retain_grad()
    c.backward()
    return viz.graph(c, title="b = a + a; c = b + b")


def least_squares():
    """Data that no rule keeps, broadcasting, and a power with a number."""
    w, b = tnn.tensor([2.0, 3.0], requires_grad=True), number(1.0)
    x, y = tnn.tensor([1.0, 2.0]), tnn.tensor([5.0, 6.0])
    return viz.graph(((w * x + b - y) ** 2).mean())


def write_up():
    """The write-up's network: modules as frames."""
    model = nn.Sequential(nn.Linear(784, 10), nn.ReLU(), nn.Linear(10, 10))
    images, labels = tnn.zeros(3, 784), tnn.tensor([0, 1, 2])
    return viz.graph(nn.CrossEntropyLoss()(model(images), labels), values="none")


def xor_backward():
    """Arrows as gradients flow, and what is kept."""
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Tanh())
    x, y = tnn.zeros(4, 2), tnn.zeros(4, 1)
    loss = nn.MSELoss()(model(x), y)
    return viz.graph(loss, direction="backward", saved=True, values="none")


def shared_layer():
    """One layer that is called twice."""
    layer, x = nn.Linear(3, 3), tnn.zeros(2, 3)
    return viz.graph(layer(layer(x).tanh()).sum(), params=layer, values="none")


class Head(nn.Module):
    """One attention head: softmax(Q Kᵀ / √d) V."""

    def __init__(self, size=4):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(size, size, bias=False) for _ in range(3))

    def forward(self, x):
        scores = self.query(x) @ self.key(x).transpose(-2, -1) / 2.0
        return scores.softmax(dim=-1) @ self.value(x)


def attention_head():
    """A model and a sample."""
    return viz.graph(Head(), tnn.zeros(5, 4), values="none")


def recurrent():
    """A hundred equal steps."""
    inner, again = nn.Linear(3, 4), nn.Linear(4, 4)
    state = tnn.zeros(2, 4)
    steps = [tnn.zeros(2, 3) for _ in range(100)]
    for x in steps:
        state = tnn.tanh(inner(x) + again(state))
    return viz.graph(state.sum(), values="none")


def twelve_layers():
    """Equal layers with weights of their own."""
    model = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(12)])
    return viz.graph(model, tnn.zeros(3, 4), values="none")


def closed():
    """Modules drawn as one box each."""
    body = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))
    model = nn.Sequential(body, nn.Linear(4, 2))
    return viz.graph(model, tnn.zeros(3, 4), values="none", depth=0)


def over_the_limit():
    """A long chain of which only the end is drawn."""
    x = number(1.0)
    y = x
    for i in range(40):
        y = y * float(i) if i % 3 else y.tanh()
    return viz.graph(y, values="none", fold=False, limit=6)


def failed():
    """A layer that does not fit."""
    model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(5, 2))
    images = tnn.zeros(3, 8)
    try:
        model(images)
    except RuntimeError as error:
        return viz.Graph(**vars(build_graph_contents(read_failure(error), values="none")))
    raise AssertionError("the layer fits")


GRAPHS = {
    make.__name__: make
    for make in (
        expression,
        used_twice,
        least_squares,
        write_up,
        xor_backward,
        shared_layer,
        attention_head,
        recurrent,
        twelve_layers,
        closed,
        over_the_limit,
        failed,
    )
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, make in GRAPHS.items():
        (FOLDER / f"{name}.dot").write_text(make().dot(), encoding="utf-8")
