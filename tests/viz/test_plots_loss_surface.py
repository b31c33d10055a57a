"""The loss surface: its heights and directions against formulas, and that the weights come back.
Read `test_plots_weights.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import GraphError, ShapeError
from tinygrad_nn.viz.plots.directions import (
    coordinates,
    principal_directions,
    random_directions,
    shares_of_variance,
    snapshot,
)
from tinygrad_nn.viz.plots.figures import as_png
from tinygrad_nn.viz.plots.loss_surface import plot_loss_surface

pytest.importorskip("matplotlib")


def parameter(*values, dtype=tnn.float32):
    return tnn.tensor(values, dtype=dtype, requires_grad=True)


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def visited(w, **options):
    """The weights that the loss was computed from, the present ones first."""
    places = []

    def loss():
        places.append(w.array.copy())
        return (w * w).sum()

    axes = plot_loss_surface(loss, [w], **options)
    return np.stack(places), axes


# --- where it looks -------------------------------------------------------------------------------


def test_the_plane_is_walked_along_the_given_directions():
    w = parameter(5.0, 7.0, 1.0)
    directions = ([[1.0, 0.0, 0.0]], [[0.0, 0.0, 2.0]])
    places, axes = visited(w, directions=directions, span=1.0, resolution=3)
    np.testing.assert_array_equal(places[0], [5, 7, 1])
    np.testing.assert_array_equal(
        places[1:].reshape(3, 3, 3),
        [[[5 + a, 7, 1 + 2 * b] for a in (-1, 0, 1)] for b in (-1, 0, 1)],
    )
    assert axes.get_xlabel() == "along the 1st given direction"
    assert axes.get_xlim() == axes.get_ylim() == (-1, 1)
    assert legend_of(axes) == ["present weights: loss 75"]


def test_the_map_runs_from_the_smallest_loss_to_the_largest():
    _, axes = visited(parameter(5.0, 5.0), directions=([[1, 0]], [[0, 1]]), resolution=3)
    filled = axes.collections[0]
    assert (filled.levels[0], filled.levels[-1]) == (32, 72)  # 4² + 4² and 6² + 6²
    assert axes.figure.axes[-1].get_ylabel() == "loss"


def test_losses_of_very_different_size_are_drawn_in_equal_ratios():
    w = parameter(1.0, 1.0)
    axes = plot_loss_surface(lambda: (5 * w).exp().sum(), [w], directions=([[1, 0]], [[0, 1]]))
    levels = axes.collections[0].levels
    np.testing.assert_allclose(levels[1:] / levels[:-1], levels[1] / levels[0])


@pytest.mark.parametrize(("span", "reach"), [(0.5, 0.5), (2, 2)])
def test_span_is_in_lengths_of_the_directions(span, reach):
    w = parameter(3.0, 4.0, dtype=tnn.float64)
    places, _ = visited(w, span=span, resolution=2)
    first, second = random_directions([w.array])
    np.testing.assert_allclose(places[1], w.array - reach * (first + second))


def test_without_a_path_each_filter_moves_as_far_as_it_is_long():
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=(3, 2, 2)), rng.normal(size=4), np.zeros(2), np.array(-2.0)]
    for direction in random_directions(weights):
        kernel, vector, zeros, number = np.split(direction, [12, 16, 18])
        np.testing.assert_allclose(
            np.linalg.norm(kernel.reshape(3, 4), axis=1),
            np.linalg.norm(weights[0].reshape(3, 4), axis=1),
        )
        np.testing.assert_allclose(np.linalg.norm(vector), np.linalg.norm(weights[1]))
        np.testing.assert_array_equal(zeros, 0)
        np.testing.assert_allclose(abs(number), 2)


def test_the_random_directions_are_the_same_every_time_and_at_right_angles():
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - that it is left alone
    weights = [np.array([3.0, 4.0])]
    first, second = random_directions(weights)
    np.testing.assert_array_equal(random_directions(weights), [first, second])
    np.testing.assert_allclose(first @ second, 0, atol=1e-12)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


# --- the path -------------------------------------------------------------------------------------


def test_the_principal_directions_of_a_path_by_hand():
    # Offsets from the mean: (-2, 0), (0, 1), (0, -1), (2, 0): variances 8 and 2 of 10.
    path = np.array([[0.0, 5.0], [2.0, 6.0], [2.0, 4.0], [4.0, 5.0]])
    first, second = principal_directions(path)
    np.testing.assert_allclose(first, [1, 0], atol=1e-12)  # the way that the path runs
    np.testing.assert_allclose(np.abs(second), [0, 1], atol=1e-12)
    np.testing.assert_allclose(shares_of_variance(path, np.array([3 * first, second])), [0.8, 0.2])


def test_a_path_is_drawn_with_the_share_of_its_variance():
    w = parameter(4.0, 5.0)
    path = [[[0.0, 5.0]], [[2.0, 6.0]], [[2.0, 4.0]], [tnn.tensor([4.0, 5.0])]]
    axes = plot_loss_surface(lambda: (w * w).sum(), [w], path=path, resolution=4)
    assert axes.get_xlabel() == "along the 1st principal direction\n(80.0% of the path's variance)"
    assert axes.get_ylabel() == "along the 2nd principal direction\n(20.0% of the path's variance)"
    star, line = axes.get_lines()
    assert star.get_xydata().tolist() == [[0, 0]]
    np.testing.assert_allclose(line.get_xdata(), [-4, -2, -2, 0], atol=1e-12)
    np.testing.assert_allclose(np.abs(line.get_ydata()), [0, 1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(axes.get_xlim(), (-2 - 2 * 1.25, -2 + 2 * 1.25))
    np.testing.assert_allclose(axes.get_ylim(), (-1.25, 1.25))
    assert legend_of(axes) == ["present weights: loss 41", "path of 4 snapshots, projected"]


def test_a_path_is_projected_onto_given_directions_of_any_length_and_angle():
    offsets = np.array([[0.0, 0.0, 9.0], [4.0, 0.0, 9.0], [1.0, 2.0, 0.0]])
    directions = np.array([[2.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    expected = [[0, 0], [2, 0], [-0.5, 2]]
    np.testing.assert_allclose(coordinates(offsets, directions), expected, atol=1e-12)


def test_a_straight_path_gets_a_picture_of_some_height():
    w = parameter(0.0, 0.0)
    axes = plot_loss_surface(lambda: (w * w).sum(), [w], path=[[[4, 0]], [[0, 0]]], resolution=4)
    low, high = axes.get_ylim()
    assert high - low == pytest.approx((4 / 2 / 4) * 1.25 * 2)
    assert "(0.0% of the path's variance)" in axes.get_ylabel()
    assert as_png(axes.figure)


def test_a_snapshot_is_a_copy():
    w = parameter(1.0, 2.0)
    taken = snapshot([w])
    with tnn.no_grad():
        w.mul_(0)
    np.testing.assert_array_equal(taken[0], [1, 2])


# --- the weights come back ------------------------------------------------------------------------


def awkward_weights():
    """Values of which the last bit, the sign of 0 and the order in memory are easily lost."""
    first = tnn.tensor(np.array([[0.1, -0.0, 1e-45], [1 / 3, 2.0, 3.0]], np.float32).T)
    return [first.requires_grad_(), parameter(0.1, 1 / 3, dtype=tnn.float16)]


def calls_until(count, error):
    calls = iter(range(count))

    def loss(tensors):
        if next(calls, None) is None:
            raise error
        return sum((each.float() ** 2).sum() for each in tensors)

    return loss


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_the_weights_come_back_bit_by_bit(error):
    weights = awkward_weights()
    arrays, bits = [w.array for w in weights], [w.array.tobytes() for w in weights]
    versions = [w._version for w in weights]
    loss = calls_until(100 if error is None else 5, error)
    if error is None:
        plot_loss_surface(lambda: loss(weights), weights, resolution=4)
    else:
        with pytest.raises(error):
            plot_loss_surface(lambda: loss(weights), weights, resolution=4)
    assert [w.array.tobytes() for w in weights] == bits
    assert all(w.array is array for w, array in zip(weights, arrays, strict=True))
    assert [w._version for w in weights] == versions
    assert tnn.is_grad_enabled()


def test_whoever_shares_the_memory_sees_the_weights_move():
    w = parameter(1.0, 2.0)
    alias = w.detach()
    axes = plot_loss_surface(lambda: (alias * alias).sum(), [w], resolution=3)
    assert len(axes.collections) > 1  # lines of height: the loss is not the same everywhere
    assert alias.tolist() == [1, 2]


def test_a_graph_that_was_recorded_before_is_fit_for_backward():
    w = parameter(3.0, 4.0)
    loss = (w * w).sum()
    plot_loss_surface(lambda: (w * w).sum(), [w], resolution=3)
    loss.backward()
    assert w.grad.tolist() == [6, 8]


def test_nothing_is_recorded_unless_the_loss_asks_for_it_and_then_it_never_counts_as_current():
    w = parameter(3.0, 4.0)
    recorded = []

    def loss():
        plain = (w * w).sum()
        assert not plain.requires_grad
        with tnn.enable_grad():
            recorded.append((w * w).sum())
        return plain

    plot_loss_surface(loss, [w], resolution=3)
    recorded.pop(0).backward()  # of the present weights, before they moved
    assert w.grad.tolist() == [6, 8]
    for each in recorded:
        with tnn.no_grad():
            w.mul_(1)  # whichever version it reaches
        with pytest.raises(GraphError, match="modified in place"):
            each.backward()


def test_a_parameter_given_twice_is_moved_once():
    w = parameter(5.0, 7.0)
    directions = ([[1.0, 0.0]], [[0.0, 1.0]])
    plot_loss_surface(lambda: (w * w).sum(), [w, w], directions=directions, resolution=2)


# --- what cannot be drawn -------------------------------------------------------------------------


def test_places_where_the_loss_is_not_finite_are_blank():
    w = parameter(0.5, 1.0)
    axes = plot_loss_surface(
        lambda: w.log().sum(), [w], directions=([[1, 0]], [[0, 1]]), resolution=5
    )
    assert np.isfinite(axes.collections[0].levels).all()
    assert as_png(axes.figure)


def test_a_loss_that_is_the_same_everywhere_is_a_plain_map():
    w = parameter(1.0, 2.0)
    axes = plot_loss_surface(lambda: tnn.tensor(3.0), [w], resolution=3)
    assert len(axes.collections) == 1
    assert as_png(axes.figure)


W = parameter(1.0, 2.0)


def square():
    return (W * W).sum()


@pytest.mark.parametrize(
    ("loss", "parameters", "options", "error", "message"),
    [
        (lambda: W * 2, [W], {}, ShapeError, r"one number, got shape \(2,\); .*\.mean\(\)"),
        (lambda: W.sum() * np.nan, [W], {}, ValueError, "nan or inf everywhere in the plane"),
        (square, [], {}, ValueError, "at least 2 weights, got 0"),
        (square, [parameter(1.0)], {}, ValueError, "at least 2 weights, got 1"),
        (square, [tnn.tensor([1, 2])], {}, TypeError, "floating-point Tensors, got torch.int64"),
        (square, [np.ones(2)], {}, TypeError, "floating-point Tensors, got float64"),
        (square, [parameter(1.0, np.nan)], {}, ValueError, "1 of 2 numbers of the weights are nan"),
        (square, [parameter(0.0, 0.0)], {}, ValueError, "all weights are 0.*give directions="),
        (square, [W], {"resolution": 1}, ValueError, "got 1 and 1.0"),
        (square, [W], {"span": 0}, ValueError, "got 25 and 0"),
        (square, [W], {"path": []}, ValueError, "the path is empty"),
        (square, [W], {"path": [[[1, 2]], [[1, 2]]]}, ValueError, "2 snapshots stays at one place"),
        (
            square,
            [W],
            {"path": [[[1, 2, 3]]]},
            ShapeError,
            r"path\[0\] .* \[\(2,\)\], got \[\(3,\)",
        ),
        (square, [W], {"path": [[[1, np.inf]]]}, ValueError, r"1 of 2 numbers of path\[0\]"),
        (square, [W], {"directions": ([[1, 0]],)}, ValueError, r"\(d1, d2\), got 1"),
        (square, [W], {"directions": ([[1, 2]], [[2, 4]])}, ValueError, "parallel"),
        (square, [W], {"directions": ([[1, 0]], [[1]])}, ShapeError, r"directions\[1\] must have"),
    ],
)
def test_what_has_no_surface_is_refused(loss, parameters, options, error, message):
    with pytest.raises(error, match=message):
        plot_loss_surface(loss, parameters, **options)
    assert W.tolist() == [1, 2]


def test_weights_in_memory_that_cannot_be_written_to_are_refused_untouched():
    w = tnn.ones(2)
    w.array.flags.writeable = False
    with pytest.raises(ValueError, match=r"of shape \(2,\) is read-only"):
        plot_loss_surface(square, [w])
