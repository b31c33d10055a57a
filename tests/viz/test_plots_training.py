"""Training curves: what stands on which axis, and which histories are refused.
Read `test_plots_decision_boundary.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ShapeError
from tinygrad_nn.viz.plots.figures import as_png
from tinygrad_nn.viz.plots.training import plot_training

pytest.importorskip("matplotlib")


def texts(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_losses_stand_at_the_left_and_accuracies_in_percent_at_the_right():
    history = {
        "iteration": [0, 10, 20],
        "loss": [2.3, 1.0, 0.5],
        "training accuracy": [0.1, 0.5, 0.875],
        "held-out accuracy": [0.12, 0.5, 0.75],
    }
    left = plot_training(history)
    right = left.figure.axes[-1]
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy (%)")
    assert left.get_xlabel() == "iterations (steps of descent)"
    (loss,) = left.get_lines()
    training, held_out = right.get_lines()
    assert list(loss.get_xdata()) == [0, 10, 20]
    assert list(loss.get_ydata()) == [2.3, 1.0, 0.5]
    assert list(training.get_ydata()) == [10, 50, 87.5]
    assert list(held_out.get_ydata()) == [12, 50, 75]
    assert training.get_linestyle() != held_out.get_linestyle()
    assert right.get_ylim() == (0, 100)
    assert texts(right) == [
        "loss: 0.5 at the end",
        "training accuracy: 87.5% at the end",
        "held-out accuracy: 75.0% at the end",
    ]


def test_without_accuracies_there_is_one_axis_which_starts_at_0():
    axes = plot_training({"training loss": [3, 2], "held-out loss": [3, 2.5]})
    assert axes.figure.axes == [axes]
    assert axes.get_ylabel() == "training loss, held-out loss"
    assert axes.get_ylim()[0] == 0
    assert list(axes.get_lines()[0].get_xdata()) == [1, 2]
    assert axes.get_xlabel() == "measurement"


def test_without_losses_the_accuracy_has_the_axes_for_itself():
    axes = plot_training({"accuracy": [0.5, 1.0]})
    assert axes.figure.axes == [axes]
    assert axes.get_ylabel() == "accuracy (%)"


def test_a_negative_loss_is_not_cut_off():
    assert plot_training({"log-likelihood": [-2.0, -1.0]}).get_ylim()[0] <= -2


def test_one_measurement_is_a_dot():
    (line,) = plot_training({"loss": [1.0]}).get_lines()
    assert line.get_marker() == "o"


def test_a_nan_leaves_a_gap_and_is_marked_and_told_where_it_begins():
    axes = plot_training({"loss": [2.0, np.inf, np.nan], "accuracy": [0.5, np.nan, np.nan]})
    np.testing.assert_array_equal(axes.get_lines()[0].get_ydata(), [2.0, np.inf, np.nan])
    assert texts(axes.figure.axes[-1]) == [
        "loss: inf at 2; 2 of 3 are nan or inf",
        "accuracy: nan at 2; 2 of 3 are nan or inf",
    ]
    for each in axes.figure.axes:
        curve, mark = each.get_lines()
        assert list(mark.get_xdata()) == [2, 2]
        assert mark.get_color() == curve.get_color()
    assert as_png(axes.figure)


@pytest.mark.parametrize(
    "values",
    [
        (2.0, 1.0),
        np.array([2.0, 1.0], np.float32),
        tnn.tensor([2.0, 1.0], requires_grad=True),
        [tnn.tensor(2.0, requires_grad=True), tnn.tensor(1.0)],
    ],
)
def test_tensors_arrays_and_sequences_are_curves(values):
    assert list(plot_training({"loss": values}).get_lines()[0].get_ydata()) == [2, 1]


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ({}, ValueError, "nothing to draw in a history of no names"),
        ({"iteration": [0, 1]}, ValueError, "nothing to draw in a history of {'iteration': 2}"),
        ({"loss": []}, ValueError, "nothing to draw in a history of {'loss': 0}"),
        ({"loss": [1, 2], "accuracy": [0.5]}, ShapeError, "{'loss': 2, 'accuracy': 1}"),
        ({"loss": [[1.0], [2.0]]}, ShapeError, r"'loss' must be a sequence .* shape \(2, 1\)"),
        ({"loss": 1.0}, ShapeError, r"'loss' must be a sequence of numbers, got shape \(\)"),
        ({"loss": ["a"]}, ValueError, "'loss'.*: numbers or lists of numbers expected, got 'a'"),
        ({"accuracy": [12.0, 87.5]}, ValueError, "from 0 to 1, got 12; divide % by 100"),
        ({"accuracy": [-0.5]}, ValueError, "from 0 to 1, got -0.5"),
        ([1.0, 2.0], TypeError, "a mapping of names to numbers expected, .* got list"),
    ],
)
def test_what_is_no_history_is_refused(history, error, message):
    with pytest.raises(error, match=message):
        plot_training(history)
