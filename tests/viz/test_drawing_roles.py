"""Where operands stand, and what is said of them: nothing that could be read as a variable.
Read `test_drawing_dot.py` next.
"""

import re
from xml.etree import ElementTree

import pytest
from drawing_samples import NETWORK

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.viz.drawing.dot import to_dot
from tinygrad_nn.viz.drawing.engine import engine
from tinygrad_nn.viz.drawing.roles import arrange
from tinygrad_nn.viz.drawing.svg import svg_element


def places(graph):
    names = {node.id: node.label or node.name for node in graph.nodes}
    found = arrange(graph).places
    return {
        (names[edge.source], names[edge.target]): found[number]
        for number, edge in enumerate(graph.edges)
    }


def roles(graph):
    names = {node.id: node.name for node in graph.nodes}
    return {names[target]: said for target, said in arrange(graph).roles.items()}


def leaf(*shape):
    return tnn.rand(*shape, requires_grad=True)


def test_operands_that_can_be_exchanged_have_no_name():
    a, b = leaf(2), leaf(2)
    assert roles(viz.graph((a * b + b).maximum(a))) == {}
    assert "headlabel" not in viz.graph(a * b).dot()


def test_operands_that_cannot_are_first_and_second_never_a_letter():
    a, b = leaf(2), leaf(2)
    assert roles(viz.graph(b - a)) == {"sub": ["1st", "2nd"]}
    assert roles(viz.graph(leaf(2, 2) @ leaf(2, 2))) == {"matmul": ["1st", "2nd"]}


def test_no_operand_in_any_picture_has_a_name_of_one_letter():
    a, b = leaf(2, 2), leaf(2, 2)
    graph = viz.graph(tnn.where(a > b, a - b, a / b) @ tnn.cat([a, b]).mT)
    assert all(len(part) != 1 for said in roles(graph).values() for part in said)


def test_a_weight_that_is_called_so_is_not_told_so_again():
    assert roles(NETWORK) == {}
    assert roles(viz.graph(nn.Linear(2, 2), tnn.rand(1, 2))) == {}


def test_what_was_computed_is_the_spine_and_weights_stand_beside():
    model, x, y = nn.Sequential(nn.Linear(2, 3), nn.Tanh()), tnn.rand(4, 2), tnn.rand(4, 3)
    loss = nn.MSELoss()(model(x), y)
    assert places(viz.graph(loss, inputs={"x": x, "y": y}, params=model)) == {
        ("x", "linear"): "spine",
        ("0.weight", "linear"): "left",
        ("0.bias", "linear"): "right",
        ("linear", "tanh"): "spine",
        ("tanh", "loss"): "spine",
        ("y", "loss"): "right",
    }


@pytest.mark.parametrize("left", [True, False])
def test_a_weight_stands_on_the_side_on_which_the_formula_has_it(left):
    w, x = leaf(2, 2), tnn.rand(2, 2)
    graph = viz.graph(w @ x if left else x @ w, inputs={"x": x})
    assert places(graph)["w", "matmul"] == ("left" if left else "right")
    assert roles(graph) == {}


def test_a_loop_leads_around():
    w, h = leaf(2, 2), tnn.rand(2, 2)
    for _ in range(50):
        h = (h @ w).tanh()
    graph = viz.graph(h)
    found = list(arrange(graph).places.values())
    assert found.count("around") == 1
    assert "next time round" in graph.dot()
    assert [node.times for node in graph.nodes if node.kind == "operation"] == [50, 50]
    assert to_dot(graph).count("× 50") == 2  # the frame says it, and the note; not every box


def test_no_text_of_a_picture_lies_on_an_arrow(drawn_graphs):
    for name, svg in drawn_graphs.items():
        root = ElementTree.fromstring(svg)
        edges = [g for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "edge"]
        assert not any(list(edge.iter("{http://www.w3.org/2000/svg}text")) for edge in edges), name


class Shared(nn.Module):
    """Two modules, each used several times: what they take comes from outside of their frames."""

    def __init__(self):
        super().__init__()
        self.lin, self.act = nn.Linear(3, 3), nn.ReLU()

    def forward(self, x):
        return self.lin(self.act(self.lin(self.act(self.lin(x)))))


def points_on(path):
    """Points along the line of an arrow, which is a row of cubic Bézier curves."""
    numbers = [float(each) for each in re.findall(r"-?[0-9.]+", path.get("d"))]
    points = [complex(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    for i in range(0, len(points) - 1, 3):
        a, b, c, d = points[i : i + 4]
        for t in (step / 50 for step in range(51)):
            yield (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


def looped(cell, inputs):
    h = tnn.zeros(2, 4)
    for each in inputs:
        h = cell(each, h)
    return viz.graph(h.sum(), params=cell)


def loop_of_products():
    w, h = leaf(4, 4), tnn.rand(2, 4)
    for _ in range(9):
        h = (h @ w).tanh()
    return viz.graph(h)


@pytest.mark.parametrize(
    ("make", "said", "count"),
    [
        (lambda: viz.graph(Shared(), tnn.rand(2, 3)), " use)", 5),
        (lambda: looped(nn.RNNCell(3, 4), tnn.rand(9, 2, 3)), "repeated × ", 1),
        (lambda: looped(nn.GRUCell(3, 4), tnn.rand(9, 2, 3)), "repeated × ", 1),
        (loop_of_products, "repeated × ", 1),
    ],
    ids=["shared", "RNNCell", "GRUCell", "products"],
)
def test_no_arrow_crosses_the_title_of_what_runs_several_times(make, said, count):
    if engine() is None:
        pytest.skip("nothing here draws graphs")
    name = "{http://www.w3.org/2000/svg}"
    root = ElementTree.fromstring(svg_element(make()))
    titles = [each for each in root.iter(f"{name}text") if said in each.text]
    assert len(titles) == count
    arrows = [g.find(f"{name}path") for g in root.iter(f"{name}g") if g.get("class") == "edge"]
    for text in titles:
        left, base = float(text.get("x")), float(text.get("y"))
        assert text.get("text-anchor", "start") == "start"
        box = (left, left + 6 * len(text.text)), (base - 10, base + 3)
        for point in (point for arrow in arrows for point in points_on(arrow)):
            inside = [
                low < at < high
                for at, (low, high) in zip((point.real, point.imag), box, strict=True)
            ]
            assert not all(inside), (text.text, point)


@pytest.fixture
def drawn_graphs():
    if engine() is None:
        pytest.skip("nothing here draws graphs")
    a, b = leaf(2, 2), leaf(2, 2)
    return {
        "network": svg_element(NETWORK),
        "expression": svg_element(viz.graph((a - b) / (a @ b))),
    }


def test_operands_with_parts_arrive_at_them_from_left_to_right():
    if engine() is None:
        pytest.skip("nothing here draws graphs")
    a, b = leaf(2), leaf(2)
    root = ElementTree.fromstring(svg_element(viz.graph(b - a, inputs={"a": a, "b": b})))
    name = "{http://www.w3.org/2000/svg}"
    groups = {g.get("id"): g for g in root.iter(f"{name}g")}
    at = [
        float(re.findall(r"-?[0-9.]+", groups[f"edge-{n}"].find(f"{name}polygon").get("points"))[0])
        for n in (0, 1)
    ]
    assert at[0] < at[1]
