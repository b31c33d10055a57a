"""Computations that make views lie if they can: taken symbols, overwritten data, odd programs.
Read `test_views_fuzz.py` next, which looks for more of them.
"""

import asyncio

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.errors import DTypeError, GraphError
from tinygrad_nn.viz.structure.failure import read_failure
from tinygrad_nn.viz.structure.graph_building import build_graph_contents

F = nn.functional


def number(value, name=None):
    made = tnn.tensor(value, requires_grad=True)
    made.name = name
    return made


def symbols_of(explanation):
    derivation = explanation.derivation
    return [
        *(each.symbol for each in (*derivation.given, *derivation.forward)),
        *(line.symbol for line in explanation),
    ]


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [("b", "b_1"), ("b_1", "b"), ("b", "db"), ("db", "b"), ("L", "dL"), ("w", "w"), ("b", "db_1")],
)
def test_no_two_lines_of_an_explanation_have_the_same_symbol(names):
    first, second = number(2.0, names[0]), number(3.0, names[1])
    loss = first * first * second * second
    symbols = symbols_of(loss.explain())
    assert len(symbols) == len(set(symbols))


@pytest.mark.parametrize("name", ["n", "m"])
def test_the_n_of_a_mean_is_no_tensors_symbol(name):
    x, z = tnn.ones(3, requires_grad=True), tnn.ones(3, requires_grad=True)
    x.name = name
    logits, classes = (x * z).reshape(1, 3), tnn.tensor([0])
    for loss in ((x * z).mean(), F.cross_entropy(logits, classes)):
        explanation = loss.explain()
        assert explanation.derivation.count[0] not in symbols_of(explanation)


def test_a_keyword_of_python_is_a_name_like_any_other():
    rate, other = number(2.0, "lambda"), number(3.0, "while")
    text = str((rate * rate * other).explain())
    assert "dλ = dλ_1 + dλ_2" in text
    assert "dwhile_ = " in text


@pytest.mark.parametrize("name", [3, ["w"], b"w", True])
def test_a_name_is_a_text(name):
    x = tnn.ones(1)
    with pytest.raises(DTypeError, match="name is a str or None"):
        x.name = name
    assert x.name is None


def test_a_result_keeps_its_name_when_it_is_written_to():
    x = tnn.ones(2, requires_grad=True)
    hidden = x * 2
    hidden.name = "pre-activation"
    hidden += 1
    assert [each.label for each in viz.graph(hidden).nodes] == ["", *["pre-activation"] * 2]


def test_variables_whose_names_are_no_text_are_passed_over():
    program = "graph = viz.graph(w * 2)"
    variables = {"viz": viz, "w": tnn.ones(1, requires_grad=True), 3: tnn.ones(1)}
    exec(program, variables)
    assert [node.name for node in variables["graph"].nodes] == ["w", "mul"]


def test_what_has_no_name_is_not_called_by_its_kind_twice():
    text = str(viz.graph(tnn.ones(1, requires_grad=True) * tnn.ones(1)))
    assert "t0  leaf: (1,)" in text
    assert "t1  data: (1,)" in text


# --- values ---------------------------------------------------------------------------------------


def test_data_that_was_overwritten_between_two_uses_has_no_value():
    w, x = tnn.ones(2, requires_grad=True), tnn.tensor([3.0, 4.0])
    first = w * x
    x[0] = 100.0
    graph = viz.graph((first + w * x).sum())
    assert [node.value for node in graph.nodes if node.name == "x"] == [""]


@pytest.mark.parametrize("criterion", [F.cross_entropy, F.nll_loss])
def test_classes_that_were_overwritten_are_an_error_of_the_graph(criterion):
    scores, classes = tnn.ones(2, 3, requires_grad=True), tnn.tensor([0, 1])
    loss = criterion(scores, classes)
    classes[0] = 77
    with pytest.raises(GraphError, match="modified in place"):
        loss.explain()
    assert "value: " in str(viz.graph(loss))


# --- models ---------------------------------------------------------------------------------------


class Layer(nn.Module):
    """A linear layer behind what is done to its input."""

    def __init__(self, prepare):
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.prepare = prepare

    def forward(self, x, scale=None):
        x = self.prepare(x)
        return None if x is None else self.linear(x)


def doubled_in_place(x):
    x *= 2
    return x


def first_set_to_nine(x):
    x[0, 0] = 9.0
    return x


@pytest.mark.parametrize(
    ("prepare", "operation", "value"),
    [
        (doubled_in_place, "mul", "[[2, 2]]"),
        (first_set_to_nine, "overlay", "[[9, 1]]"),
        (lambda x: x.relu_(), "relu", "[[1, 1]]"),
    ],
)
def test_a_model_may_write_to_its_input(prepare, operation, value):
    sample = tnn.ones(1, 2)
    graph = viz.graph(Layer(prepare), sample)
    first, done = graph.nodes[0], next(n for n in graph.nodes if n.name == operation)
    assert (first.kind, first.name, first.value) == ("data", "x", "[[1, 1]]")
    assert done.value == value
    assert sample.tolist() == [[1.0, 1.0]]


def test_a_models_other_arguments_need_not_be_tensors():
    graph = viz.graph(Layer(lambda x: x + 1), (tnn.ones(1, 2), None))
    assert graph.nodes[-1].name == "linear"


def test_two_inputs_of_one_name_are_both_shown():
    class Product(nn.Module):
        def forward(self, a, b):
            return a * b

    a, b = tnn.ones(2), tnn.zeros(2)
    a.name = b.name = "pixels"
    graph = viz.graph(Product(), (a, b))
    assert [(n.name, n.value) for n in graph.nodes[:2]] == [
        ("pixels", "[1, 1]"),
        ("pixels", "[0, 0]"),
    ]


def test_a_model_that_gives_no_tensor_is_told_so():
    with pytest.raises(GraphError, match="calling Layer gave no tensor with a graph"):
        viz.graph(Layer(lambda x: None), tnn.ones(1, 2))
    with tnn.inference_mode(), pytest.raises(GraphError, match="inference_mode"):
        viz.graph(Layer(lambda x: x), tnn.ones(1, 2))


def test_a_sample_made_in_inference_mode_is_a_sample():
    with tnn.inference_mode():
        sample = tnn.ones(1, 2)
    assert viz.graph(Layer(lambda x: x), sample).nodes[0].kind == "data"


def test_many_rows_of_blocks_are_one_note():
    x = tnn.ones(2, requires_grad=True)
    for operation in (tnn.tanh, tnn.exp, tnn.sigmoid, tnn.relu):
        for _ in range(12):
            x = operation(x)
        x = x.clamp(-1, 1)
    (note,) = viz.graph(x).notes
    assert note.startswith("4 rows of equal blocks")


@pytest.mark.parametrize(
    "order", ["a" + "b" * 9 + "t" * 10 + "b" + "a" * 9, "aaaaabbbbbttttttttttbbbbbaaaaa"]
)
def test_leaves_that_several_rows_of_blocks_share_keep_their_arrows(order):
    x, a, b = (tnn.ones(3, requires_grad=True) for _ in range(3))
    steps = {"a": lambda x: x * a, "b": lambda x: x * b, "t": lambda x: x.tanh()}
    for letter in order:
        x = steps[letter](x)
    graph = viz.graph(x)
    nodes = {node.id for node in graph.nodes}
    assert all({edge.source, edge.target} <= nodes for edge in graph.edges)
    assert len(nodes) < len(order)


def test_a_failed_operation_is_not_folded_away():
    def overwritten():
        x = tnn.ones(3, requires_grad=True)
        made = []
        for _ in range(30):
            x = x.tanh()
            made.append(x)
        with tnn.no_grad():
            made[15].zero_()
        x.sum().backward()

    graph, names = failed(overwritten)
    assert names == ["tanh"]
    assert len(graph.nodes) < 10


# --- errors ---------------------------------------------------------------------------------------


def failed(program):
    """The graph at an error, and the names of what failed."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any error is drawn
        program()
    graph = build_graph_contents(read_failure(caught.value))
    return graph, [node.name for node in graph.nodes if node.kind == "failed"]


def test_an_error_inside_backward_marks_the_operation_in_its_graph():
    def overwritten():
        w = tnn.ones(2, requires_grad=True)
        y = w * 2
        loss = (y * y).sum()
        with tnn.no_grad():
            y.fill_(0)
        loss.backward()

    graph, names = failed(overwritten)
    assert names == ["mul"]
    assert [node.name for node in graph.nodes] == ["w", "mul", "mul", "sum"]
    assert "modified in place" in graph.nodes[2].problem


def test_so_do_a_second_backward_a_hook_and_a_users_function():
    class Bad(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise KeyError("no gradient")

    def twice():
        w = tnn.ones(2, requires_grad=True)
        loss = w.exp().sum()
        loss.backward()
        loss.backward()

    def hooked():
        w = tnn.ones(2, requires_grad=True)
        y = w.tanh()
        y.register_hook(lambda g: [][0])
        y.sum().backward()

    def function():
        Bad.apply(tnn.ones(2, requires_grad=True)).sum().backward()

    assert [failed(each)[1] for each in (twice, hooked, function)] == [["exp"], ["tanh"], ["Bad"]]


def test_an_error_in_the_hook_of_a_leaf_is_a_line_of_the_program():
    def hook(g):
        raise ValueError("no")

    def program():
        w = tnn.ones(2, requires_grad=True)
        w.register_hook(hook)
        (w * 2).sum().backward()

    _, (name,) = failed(program)
    assert "hook, test_views_hostile.py" in name


def test_of_a_group_of_errors_the_first_is_shown():
    async def product():
        return tnn.ones(2, requires_grad=True) @ tnn.ones(5, 5)

    async def several():
        async with asyncio.TaskGroup() as group:
            group.create_task(product())

    graph, names = failed(lambda: asyncio.run(several()))
    assert names == ["matmul"]
    assert graph.nodes[-1].problem.startswith("ShapeError")
