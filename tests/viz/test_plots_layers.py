"""What layers do: what is gathered of a model, and the histograms of it.
Read `test_plots_confusion_matrix.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.errors import GraphError
from tinygrad_nn.viz.plots.figures import as_png
from tinygrad_nn.viz.plots.layers import (
    HIGHEST,
    layer_activations,
    layer_gradients,
    plot_histograms,
)

pytest.importorskip("matplotlib")

NAN = np.nan


def hooks_of(model):
    return [len(module._forward_hooks) for module in model.modules()]


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


class Wrapped(nn.Module):
    """A layer that is called twice, and one that returns several tensors."""

    def __init__(self):
        super().__init__()
        self.relu = nn.ReLU()
        self.halves = Halves()
        self.inner = nn.Sequential(nn.Linear(2, 2))

    def forward(self, x):
        first, (second, _) = self.halves(self.relu(x))
        return self.inner(self.relu(first + second))


class Halves(nn.Module):
    def forward(self, x):
        return x / 2, [x / 4, None]


# --- activations ----------------------------------------------------------------------------------


def test_the_activations_are_what_each_layer_returned():
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Linear(3, 1)))
    sample = tnn.randn(4, 2)
    found = layer_activations(model, sample)
    assert list(found) == ["0", "1.0", "1.1"]
    hidden = model[0](sample)
    np.testing.assert_array_equal(found["0"].array, hidden.array)
    np.testing.assert_array_equal(found["1.0"].array, hidden.relu().array)
    np.testing.assert_array_equal(found["1.1"].array, model(sample).array)
    assert not found["0"].requires_grad


def test_each_call_and_each_tensor_of_a_layer_has_an_entry():
    found = layer_activations(Wrapped(), [[-1.0, 2.0]])
    assert list(found) == ["relu", "halves[0]", "halves[1][0]", "relu (call 2)", "inner.0"]
    assert found["halves[1][0]"].tolist() == [[0, 0.5]]
    assert found["relu (call 2)"].tolist() == [[0, 1.5]]


def test_a_model_without_inner_modules_goes_by_its_class():
    assert list(layer_activations(nn.Linear(2, 1), [[1.0, 2.0]])) == ["Linear"]


def test_a_layer_that_works_in_place_leaves_the_activation_before_it_as_it_was():
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.ReLU(inplace=True))
    with tnn.no_grad():
        model[0].weight.fill_(-1)
    found = layer_activations(model, [[2.0]])
    assert (found["0"].item(), found["1"].item()) == (-2, 0)


@pytest.mark.parametrize("dtype", [tnn.float32, tnn.float64])
def test_lists_and_arrays_take_the_dtype_of_the_model(dtype):
    model = nn.Linear(2, 1).to(dtype)
    for sample in ([[1.0, 2.0]], np.ones((1, 2)), np.ones((1, 2), np.float32)):
        assert layer_activations(model, sample)["Linear"].dtype is dtype


def test_whole_numbers_stay_whole():
    seen = []

    class Lookup(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Parameter(tnn.ones(3, 2))

        def forward(self, tokens):
            seen.append(tokens.dtype)
            return self.table[tokens]

    layer_activations(Lookup(), [0, 2])
    assert seen == [tnn.int64]


def test_the_hooks_and_modes_are_as_before_and_nothing_is_recorded():
    class Watcher(nn.Module):
        def forward(self, x):
            assert not tnn.is_grad_enabled()
            assert not self.training
            return x

    model = nn.Sequential(Watcher(), nn.ReLU().eval())
    model[0].register_forward_hook(lambda *given: None)
    before = hooks_of(model)
    layer_activations(model, [1.0])
    assert hooks_of(model) == before == [0, 1, 0]
    assert [module.training for module in model.modules()] == [True, True, False]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_hooks_are_gone(error):
    class Broken(nn.Module):
        def forward(self, x):
            raise error

    model = nn.Sequential(nn.Linear(1, 1), Broken())
    with pytest.raises(error):
        layer_activations(model, [[1.0]])
    assert hooks_of(model) == [0, 0, 0]
    assert model[1].training


# --- gradients ------------------------------------------------------------------------------------


def test_the_gradients_are_copies_of_those_that_there_are():
    model = nn.Sequential(nn.Linear(2, 1), nn.Linear(2, 1))
    model[0](tnn.ones(3, 2)).sum().backward()
    found = layer_gradients(model)
    model.zero_grad(set_to_none=False)
    assert {name: gradient.tolist() for name, gradient in found.items()} == {
        "0.weight": [[3, 3]],
        "0.bias": [3],
    }


def test_before_a_backward_pass_there_are_no_gradients():
    with pytest.raises(GraphError, match=r"none of the 2 parameters .* call loss.backward\(\)"):
        layer_gradients(nn.Linear(2, 1))


@pytest.mark.parametrize("look", [lambda m: layer_activations(m, [1.0]), layer_gradients])
def test_a_function_has_no_layers(look):
    with pytest.raises(TypeError, match="a Module expected, got function"):
        look(lambda x: x)


# --- histograms -----------------------------------------------------------------------------------


def test_heights_are_counts_above_the_line_of_each_layer():
    axes = plot_histograms({"a": [-1.0, 1.0, 1.0, 3.0], "b": tnn.tensor([[2.5], [2.0]])}, bins=4)
    first, second = [patch.get_data() for patch in axes.patches]
    np.testing.assert_array_equal(first.edges, [-1, 0, 1, 2, 3])
    np.testing.assert_allclose(first.values, 1 + HIGHEST * np.array([1, 0, 2, 1]) / 2)
    np.testing.assert_allclose(second.values, HIGHEST * np.array([0, 0, 0, 1]))
    assert (first.baseline, second.baseline) == (1, 0)
    assert dict(
        zip(axes.get_yticks(), [each.get_text() for each in axes.get_yticklabels()], strict=True)
    ) == {1: "a", 0: "b"}


def test_the_legend_has_mean_deviation_and_zeros_worked_out_by_hand():
    axes = plot_histograms({"relu": [0.0, 0.0, 1.0, -0.0, 3.0], "bias": np.array([2, 2])})
    assert legend_of(axes) == [
        "relu: mean 0.8, std 1.17, 60.0% zeros",  # variance: 10/5 - 0.64 = 1.36
        "bias: mean 2, std 0, 0.0% zeros",
    ]


def test_exact_zeros_are_not_drawn():
    (relu,) = plot_histograms({"relu": [0.0] * 1000 + [1.0, 2.0, 2.0]}, bins=2).patches
    np.testing.assert_allclose(relu.get_data().values, [HIGHEST / 2, HIGHEST])


def test_what_is_not_finite_is_counted():
    axes = plot_histograms({"a": [1.0, NAN, 3.0, np.inf], "b": [NAN], "c": [], "d": [0.0]})
    assert legend_of(axes) == [
        "a: mean 2, std 1, 0.0% zeros, 2 of 4 nan or inf",
        "b: 1 of 1 nan or inf",
        "c: empty",
        "d: mean 0, std 0, 100.0% zeros",
    ]
    assert axes.patches[0].get_data().edges[[0, -1]].tolist() == [1, 3]
    assert as_png(axes.figure)


@pytest.mark.parametrize(("values", "edges"), [([5.0], [4.5, 5.5]), ([0.0], [0, 1])])
def test_one_value_has_a_range_around_it(values, edges):
    (patch,) = plot_histograms({"a": values}, bins=1).patches
    assert patch.get_data().edges.tolist() == edges


@pytest.mark.parametrize(
    ("tensors", "bins", "error", "message"),
    [
        ({}, 60, ValueError, "no tensors to draw"),
        ({"a": [1.0]}, 0, ValueError, "bins must be 1 or more, got 0"),
        ([[1.0]], 60, TypeError, "a mapping of names to numbers expected, .* got list"),
        ({"a": ["x"]}, 60, ValueError, "'a'.*numbers"),
    ],
)
def test_what_has_no_histogram_is_refused(tensors, bins, error, message):
    with pytest.raises(error, match=message):
        plot_histograms(tensors, bins=bins)
