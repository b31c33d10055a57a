"""What a notebook shows of a tensor and of a module: facts, numbers, and parts with their counts.
Read `test_drawing_tables.py` for the tables of numbers.
"""

import re

import pytest
from drawing_samples import HOSTILE, UNPRINTABLE, Page

import tinygrad_nn as tnn
from tinygrad_nn import nn


def caption(tensor) -> str:
    """What stands above the numbers."""
    html = tensor._repr_html_()
    Page(html)
    return re.search(r"<p [^>]*>(.*?)</p>", html)[1]


def tree(module) -> list[tuple[int, str]]:
    """The lines of a module's tree as text, each with its depth."""
    html = module._repr_html_()
    Page(html)
    lines, depth, said = [], 0, ""
    for part in re.split(r"(<[^>]*>)", html):
        if not part.startswith("<"):
            said += part
        elif said and re.match("</?(li|ul|summary|div)", part):
            lines.append((depth, said))
            said = ""
        depth += {"<ul": 1, "</u": -1}.get(part[:3], 0)
    return lines


# --- tensors --------------------------------------------------------------------------------------


def named(name, tensor):
    tensor.name = name
    return tensor


@pytest.mark.parametrize(
    ("tensor", "said"),
    [
        (tnn.tensor(2.5), "dtype float32, one number"),
        (tnn.arange(3), "dtype int64, shape (3,)"),
        (tnn.zeros(2, 3, dtype=tnn.float64), "dtype float64, shape (2, 3)"),
        (tnn.zeros(0, 3), "dtype float32, shape (0, 3): no numbers"),
        (tnn.tensor([True]), "dtype bool, shape (1,)"),
        (tnn.ones(2, 2, 2, 2), "dtype float32, shape (2, 2, 2, 2)"),
        (tnn.ones(2, requires_grad=True), "dtype float32, requires grad, shape (2,)"),
        (tnn.ones(2, requires_grad=True).tanh(), "dtype float32, TanhBackward0, shape (2,)"),
        (nn.Parameter(tnn.ones(1)), "dtype float32, requires grad, shape (1,)"),
        (named("slope", tnn.ones(2)), "slope, dtype float32, shape (2,)"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_tensor_says_its_name_its_dtype_its_graph_and_its_shape(tensor, said):
    assert caption(tensor) == said


def test_the_numbers_are_there_to_the_last_digit():
    html = tnn.tensor([1 / 3, -2.0], dtype=tnn.float64)._repr_html_()
    assert 'title="[0] = 0.3333333333333333"' in html
    assert ">−2</td>" in html


def test_an_image_is_a_picture_that_is_in_the_page():
    html = tnn.rand(28, 28)._repr_html_()
    assert re.findall(r'src="([^,]*)', html) == ["data:image/png;base64"]


@pytest.mark.parametrize("text", [*HOSTILE.values(), UNPRINTABLE], ids=[*HOSTILE, "unprintable"])
def test_any_name_of_a_tensor_is_text(text):
    page = Page(named(text, tnn.ones(2))._repr_html_())
    assert set(page.tags()) == {"div", "p", "table", "tr", "th", "td", "span"}


def test_showing_a_tensor_changes_nothing():
    called = []
    x = tnn.ones(2, requires_grad=True)
    y = x * 2
    y.register_hook(called.append)
    for each in (x, y):
        assert each._repr_html_() == each._repr_html_()
    assert (x.grad, x.version, called) == (None, [0], [])
    y.sum().backward()
    grad = x.grad
    x._repr_html_()
    assert x.grad is grad
    assert len(called) == 1


# --- modules --------------------------------------------------------------------------------------

LINEAR = "Linear(in_features={}, out_features={}, bias={})"


def test_a_module_is_a_tree_with_the_shapes_and_the_counts():
    model = nn.Sequential(nn.Linear(6, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 2, bias=False)))
    assert tree(model) == [
        (0, "Sequential — 27 parameters"),
        (1, f"0: {LINEAR.format(6, 3, True)} — 21 parameters"),
        (2, "weight (3, 6) float32"),
        (2, "bias (3,) float32"),
        (1, "1: ReLU"),
        (1, "2: Sequential — 6 parameters"),
        (2, f"0: {LINEAR.format(3, 2, False)} — 6 parameters"),
        (3, "weight (2, 3) float32"),
    ]


def test_the_count_is_that_of_the_parameters():
    model = nn.Sequential(nn.Linear(784, 100), nn.Tanh(), nn.Linear(100, 10))
    count = sum(each.numel() for each in model.parameters())
    assert tree(model)[0] == (0, f"Sequential — {count:,} parameters")
    assert count == 79_510


def test_a_module_without_parameters_has_no_count():
    assert tree(nn.ReLU()) == [(0, "ReLU")]
    assert tree(nn.Sequential(nn.ReLU())) == [(0, "Sequential"), (1, "0: ReLU")]
    assert tree(nn.Sequential()) == [(0, "Sequential")]


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(tnn.ones(1))


def test_one_parameter_is_one():
    assert tree(Scale()) == [(0, "Scale — 1 parameter"), (1, "factor (1,) float32")]


def test_a_parameter_in_two_places_is_counted_once_and_marked_in_the_second():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    assert tree(model) == [
        (0, "Sequential — 8 parameters"),
        (1, f"0: {LINEAR.format(2, 2, True)} — 6 parameters"),
        (2, "weight (2, 2) float32"),
        (2, "bias (2,) float32"),
        (1, f"1: {LINEAR.format(2, 2, True)} — 2 parameters"),
        (2, "weight (2, 2) float32, shared"),
        (2, "bias (2,) float32"),
    ]


def test_a_module_in_two_places_stands_in_both_and_is_counted_once():
    layer = nn.Linear(2, 1, bias=False)
    assert tree(nn.Sequential(layer, layer)) == [
        (0, "Sequential — 2 parameters"),
        (1, f"0: {LINEAR.format(2, 1, False)} — 2 parameters"),
        (2, "weight (1, 2) float32"),
        (1, f"1: {LINEAR.format(2, 1, False)}"),
        (2, "weight (1, 2) float32, shared"),
    ]


@pytest.mark.parametrize("text", [*HOSTILE.values(), UNPRINTABLE], ids=[*HOSTILE, "unprintable"])
def test_any_name_and_extra_repr_of_a_module_is_text(text):
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            setattr(self, text, nn.Parameter(tnn.ones(1)))
            setattr(self, f"{text} 2", Scale())

        def extra_repr(self):
            return text

        def _get_name(self):
            return text

    page = Page(Odd()._repr_html_())
    assert set(page.tags()) == {"div", "details", "summary", "strong", "code", "ul", "li"}
    if text != UNPRINTABLE:
        assert page.text.count(text) >= 4


def test_showing_a_module_changes_nothing_and_calls_no_hook():
    called = []
    model = nn.Sequential(nn.Linear(2, 1))
    model.register_forward_hook(lambda *given: called.append(given))
    model(tnn.ones(1, 2)).sum().backward()
    called.clear()
    before = {name: (each.grad, list(each.version)) for name, each in model.named_parameters()}
    model._repr_html_()
    for name, each in model.named_parameters():
        assert each.grad is before[name][0]
        assert each.version == before[name][1]
    assert called == []
