"""Gradients worked out by hand are held against autograd and differences, and each fault is named.
Read `test_comparison_table.py` next, and `../test_by_hand.py` for the formulas themselves.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import Comparison, compare
from tinygrad_nn.nn import functional as F
from tinygrad_nn.teaching import by_hand

NAMES = ("W1", "b1", "W2", "b2")


class WriteUp:
    """The write-up's network: its gradients by hand, its loss, its parameters."""

    def __init__(self, images, labels, bias_gradient=by_hand.bias_gradient, scale=0.5):
        X, Y = images.reshape(len(images), -1).T, np.eye(10)[labels].T
        random = np.random.default_rng(0)
        shapes = ((10, len(X)), (10, 1), (10, 10), (10, 1))
        values = [random.uniform(-scale, scale, shape) for shape in shapes]
        activations = by_hand.forward(X, *values)
        gradients = by_hand.backward(X, Y, values[2], activations, bias_gradient)
        self.by_hand = dict(zip(NAMES, gradients, strict=True))
        self.parameters = {
            name: tnn.from_numpy(value).requires_grad_()
            for name, value in zip(NAMES, values, strict=True)
        }
        self.X, self.labels = tnn.from_numpy(X), tnn.from_numpy(labels)

    def loss(self):
        W1, b1, W2, b2 = self.parameters.values()
        return F.cross_entropy((W2 @ (W1 @ self.X + b1).relu() + b2).T, self.labels)

    def compare(self, **options):
        return compare(self.by_hand, self.loss, self.parameters, **options)


def on_digits(count=60, **options):
    data = tnn.datasets.digits()
    return WriteUp(data.images[:count] / 16, data.labels[:count], **options)


def by_name(table):
    return {row.name: row for row in table}


# --- right gradients ----------------------------------------------------------------------------


def test_the_right_formulas_are_right_on_digits():
    table = on_digits().compare(entries=None)
    assert isinstance(table, Comparison)
    assert table.ok
    assert [row.name for row in table] == list(NAMES)
    assert len(table) == 4
    for row in table:
        assert row.ok
        assert row.remark == ""
        assert row.entries == row.autograd.size
        assert row.hand_difference <= 1e-13
        assert 0 < row.numeric_difference <= 1e-7


def test_the_right_formulas_are_right_on_images_of_784_pixels():
    random = np.random.default_rng(0)
    images = random.random((40, 28, 28)) * (random.random((40, 28, 28)) < 0.2)
    table = WriteUp(images, random.integers(0, 10, 40)).compare(entries=50)
    assert table.ok
    assert "50 of 7,840" in str(table)
    assert by_name(table)["W1"].entries == 50


def test_tensors_lists_and_numbers_can_be_the_gradient_by_hand():
    a, b, c = (
        tnn.tensor(value, dtype=tnn.float64, requires_grad=True) for value in ([1.0, 2], [3.0], 5)
    )
    gradients = {"a": tnn.tensor([2.0, 4.0]), "b": [1], "c": 1.0}
    assert compare(gradients, lambda: (a * a).sum() + b.sum() + c, {"a": a, "b": b, "c": c}).ok


def test_a_parameter_that_the_loss_does_not_depend_on_has_a_gradient_of_zero():
    a, b = (tnn.ones(2, dtype=tnn.float64).requires_grad_() for _ in range(2))
    table = compare({"a": np.ones(2), "b": np.zeros(2)}, a.sum, {"a": a, "b": b})
    assert table.ok
    assert not compare({"a": np.ones(2), "b": np.ones(2)}, a.sum, {"a": a, "b": b}).ok


# --- wrong gradients ----------------------------------------------------------------------------


def test_the_write_ups_biases_are_wrong_and_the_remark_says_why():
    table = on_digits(bias_gradient=by_hand.write_up_bias_gradient).compare()
    rows = by_name(table)
    assert not table.ok
    assert {name for name, row in rows.items() if not row.ok} == {"b1", "b2"}
    for name in ("b1", "b2"):
        assert rows[name].remark == (
            "by hand has shape (), the gradient (10, 1): it is the sum of all entries; sum over "
            "the examples only"
        )
    assert rows["b2"].hand_difference == pytest.approx(1.0)


FAULTS = {
    "factor": (lambda g: g * 60, "by hand is 60 times autograd at every entry"),
    "sign": (lambda g: -g, "by hand is -1 times autograd at every entry"),
    "transposed square": (lambda g: g.T, "by hand is the transpose of the gradient"),
    "small": (lambda g: g * (1 + 1e-10), " of 100 entries"),
    "noise": (lambda g: g + np.eye(10), "by hand is off at 10 of 100 entries"),
    "nan": (lambda g: np.where(np.eye(10) > 0, np.nan, g), "by hand is not finite at 10 entries"),
    "infinite": (lambda g: g + np.inf, "by hand is not finite at 100 entries"),
    "zero": (lambda g: 0 * g, "by hand is off at 90 of 100 entries"),
    "flat": (lambda g: g.ravel(), "shape (100,), the gradient (10, 10); the values are right"),
    "one row": (lambda g: g[0], "by hand has shape (10,), the gradient (10, 10)"),
    "misfit": (lambda g: g[:, :7], "by hand has shape (10, 7), the gradient (10, 10)"),
    "one number": (lambda g: g[0, 0], "one number where 100 are wanted"),
    "sum": (lambda g: g.sum(), "it is the sum of all entries"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_in_its_row_alone_and_named(name):
    fault, remark = FAULTS[name]
    network = on_digits()
    network.by_hand["W2"] = fault(network.by_hand["W2"])
    table = network.compare(entries=5)
    assert {row.name for row in table if not row.ok} == {"W2"}
    assert remark in by_name(table)["W2"].remark
    assert "W2: by hand" in str(table)
    assert remark.split(":")[0] in table._repr_html_()


def test_a_transposed_gradient_has_the_right_values_in_the_wrong_shape():
    network = on_digits()
    network.by_hand["W1"] = network.by_hand["W1"].T
    row = by_name(network.compare(entries=5))["W1"]
    assert not row.ok
    assert row.hand_difference <= 1e-13
    assert row.remark == "by hand has shape (64, 10), the gradient (10, 64); the values are right"


@pytest.mark.parametrize("name", ["misfit", "nan", "infinite"])
def test_what_cannot_be_measured_is_infinitely_far_off(name):
    network = on_digits()
    network.by_hand["W2"] = FAULTS[name][0](network.by_hand["W2"])
    assert by_name(network.compare(entries=1))["W2"].hand_difference == np.inf


def test_a_gradient_of_autograd_that_is_not_finite_is_wrong():
    for power, hand in ((0.5, np.inf), (0.0, np.nan)):
        w = tnn.tensor([0.0], dtype=tnn.float64, requires_grad=True)
        table = compare({"w": [hand]}, lambda w=w, p=power: (w.sqrt() * p).sum(), {"w": w})
        assert not table.ok
        assert "not finite" in str(table)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("entries", [1, 5])
def test_the_worst_entry_is_found_and_has_a_difference(name, entries):
    network = on_digits()
    worst = (7, network.by_hand[name].shape[1] // 2)
    network.by_hand[name][worst] += 1e-6
    row = by_name(network.compare(entries=entries))[name]
    assert not row.ok
    assert row.worst == worst
    assert row.numeric[worst] == pytest.approx(row.autograd[worst], abs=1e-8)
    assert row.by_hand[worst] - row.autograd[worst] == pytest.approx(1e-6)


def test_a_loss_that_is_cut_from_the_graph_is_named():
    w = tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)
    table = compare({"w": w.detach()}, lambda: (w * w.detach()).sum(), {"w": w})
    assert not table.ok
    assert "differences of the loss do not agree with autograd" in table.rows[0].remark
    assert table.rows[0].numeric_difference == pytest.approx(0.5)
    assert compare({"w": w.detach()}, lambda: (w * w.detach()).sum(), {"w": w}, entries=0).ok


# --- differences --------------------------------------------------------------------------------


def test_entries_at_a_kink_have_no_difference_and_the_remark_says_so():
    network = on_digits(scale=0.0)  # every hidden unit is at the kink of its ReLU
    table = network.compare()
    rows = by_name(table)
    assert table.ok
    assert rows["b2"].remark == ""
    network.parameters["W2"].data = tnn.ones(10, 10, dtype=tnn.float64) * np.arange(10.0)[:, None]
    network.by_hand["b1"] = np.zeros((10, 1))
    network.by_hand["W1"] = np.zeros((10, 64))
    row = by_name(network.compare())["b1"]
    assert row.ok
    assert row.entries == 0
    assert np.isnan(row.numeric_difference)
    assert row.remark == (
        "no difference at 10 of 10 entries: the loss has a kink there, or is not finite"
    )


def test_a_kink_between_the_point_and_the_step_is_found():
    w = tnn.tensor([3e-7, 1.0], dtype=tnn.float64, requires_grad=True)
    table = compare({"w": [1.0, 1.0]}, lambda: w.relu().sum(), {"w": w})
    assert table.ok
    assert "no difference at 1 of 2 entries" in table.rows[0].remark


def test_a_curved_loss_is_no_kink():
    w = tnn.tensor([0.0, 1.0], dtype=tnn.float64, requires_grad=True)
    table = compare({"w": 2e4 * w.detach()}, lambda: (1e4 * w * w).sum(), {"w": w})
    assert table.ok
    assert table.rows[0].entries == 2


def test_a_gradient_below_the_rounding_of_the_loss_is_not_called_wrong():
    w = tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)
    table = compare({"w": [1e-9, 1e-9]}, lambda: w.sum() * 1e-9 + 100, {"w": w})
    assert table.ok


def test_any_number_of_entries_can_be_asked_for():
    network = on_digits()
    for entries, count in ((None, 640), (200, 200), (1, 1), (0, 0), (10_000, 640)):
        table = network.compare(entries=entries)
        assert table.ok
        assert by_name(table)["W1"].entries == count
    assert by_name(network.compare())["W1"].entries == 200
    with pytest.raises(ValueError, match="entries=-1"):
        network.compare(entries=-1)


def test_the_largest_entry_is_always_among_them_and_the_choice_is_the_same_every_time():
    network = on_digits()
    first, second = (by_name(network.compare(entries=3))["W1"] for _ in range(2))
    assert np.array_equal(first.numeric, second.numeric, equal_nan=True)
    assert not np.isnan(first.numeric.flat[abs(first.autograd).argmax()])


def test_parameters_gradients_and_random_state_are_left_as_they_are():
    network = on_digits()
    W1 = network.parameters["W1"]
    W1.grad = tnn.ones(10, 64, dtype=tnn.float64)
    before = {name: each.array.tobytes() for name, each in network.parameters.items()}
    state = tnn.get_rng_state().tolist()
    network.compare(entries=20)
    assert {name: each.array.tobytes() for name, each in network.parameters.items()} == before
    assert tnn.get_rng_state().tolist() == state
    assert W1.grad.array.min() == W1.grad.array.max() == 1
    assert network.parameters["b1"].grad is None


# --- what it refuses ----------------------------------------------------------------------------


@pytest.mark.parametrize("hand", [{}, {"w": 1.0, "v": 1.0}, {"v": 1.0}])
def test_names_that_differ_are_listed(hand):
    w = tnn.tensor(1.0, dtype=tnn.float64, requires_grad=True)
    with pytest.raises(ValueError, match="parameters have 'w'"):
        compare(hand, lambda: w * w, {"w": w})


def test_no_parameters_at_all_are_refused():
    with pytest.raises(ValueError, match="parameters have none"):
        compare({}, lambda: tnn.ones(1), {})


@pytest.mark.parametrize(
    ("w", "error", "message"),
    [
        (1.0, TypeError, "w is a float, not a Tensor"),
        (tnn.tensor([1.0], requires_grad=True), TypeError, r"w is float32; .* model\.double\(\)"),
        (tnn.ones(1, dtype=tnn.float64), RuntimeError, "w requires no gradient"),
        (tnn.ones(0, dtype=tnn.float64).requires_grad_(), ValueError, "w has no entries"),
    ],
)
def test_a_parameter_that_cannot_be_checked_is_named(w, error, message):
    with pytest.raises(error, match=message):
        compare({"w": [1.0]}, lambda: (w * w).sum(), {"w": w})


@pytest.mark.parametrize("hand", [None, "text", [None], True, {"a": 1}])
def test_a_gradient_by_hand_that_is_no_array_of_numbers_is_named(hand):
    w = tnn.tensor(1.0, dtype=tnn.float64, requires_grad=True)
    with pytest.raises(TypeError, match="w by hand is no array of numbers"):
        compare({"w": hand}, lambda: w * w, {"w": w})


@pytest.mark.parametrize(
    ("loss", "error", "message"),
    [
        (lambda w: w * w, ValueError, r"scalar, its shape is \(2,\)"),
        (lambda w: w.sum().item(), TypeError, "float64 Tensor, it is float"),
        (lambda w: w.sum().float(), TypeError, "float64 Tensor, it is float32"),
        (lambda w: w.detach().sum(), RuntimeError, "does not require a gradient"),
    ],
)
def test_a_loss_that_is_no_differentiable_scalar_is_named(loss, error, message):
    w = tnn.ones(2, dtype=tnn.float64).requires_grad_()
    with pytest.raises(error, match=message):
        compare({"w": [1.0, 1.0]}, lambda: loss(w), {"w": w})


def test_a_loss_that_changes_from_call_to_call_is_refused():
    w = tnn.ones(2, dtype=tnn.float64).requires_grad_()
    random = np.random.default_rng(0)
    with pytest.raises(ValueError, match="fix what is random"):
        compare({"w": [1.0, 1.0]}, lambda: w.sum() * random.random(), {"w": w})
