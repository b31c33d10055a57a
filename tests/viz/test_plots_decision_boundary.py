"""The decision boundary: the shade of each place against its probability, worked out by hand.
Read `test_plots_loss_surface.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError, ShapeError
from tinygrad_nn.viz.plots.decision_boundary import DEEPEST_SHADE, plot_decision_boundary
from tinygrad_nn.viz.plots.figures import as_png

matplotlib = pytest.importorskip("matplotlib")

POINTS = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
LABELS = [0, 1, 1, 0]


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def shade(color, confidence, classes=2):
    """White, less what the class's colour lacks of white, as far as it is surer than chance."""
    sureness = (confidence - 1 / classes) / (1 - 1 / classes)
    return 1 - DEEPEST_SHADE * sureness * (1 - np.array(matplotlib.colormaps["tab10"](color)[:3]))


def line_at(axes):
    """The places of the drawn boundaries."""
    return np.concatenate(
        [p.vertices for c in axes.collections if hasattr(c, "levels") for p in c.get_paths()]
    )


def test_the_logit_of_one_output_decides_between_two_classes_at_0():
    axes = plot_decision_boundary(lambda x: 10 * x[:, :1], POINTS, LABELS, resolution=3)
    assert "one logit" in axes.get_legend().get_title().get_text()
    # Columns at x = -1.2, 0 and 1.2: the points' range and a tenth of it on both sides.
    image = np.asarray(axes.images[0].get_array())
    sure = 1 / (1 + np.exp(-12))
    for row in image:
        np.testing.assert_allclose(row[0], shade(0, sure))
        np.testing.assert_allclose(row[1], [1, 1, 1])
        np.testing.assert_allclose(row[2], shade(1, sure))
    np.testing.assert_allclose(line_at(axes)[:, 0], 0, atol=1e-12)
    assert list(axes.images[0].get_extent()) == [-1.2, 1.2, -1.2, 1.2]


def test_an_output_from_0_to_1_is_a_probability_and_decides_at_a_half():
    axes = plot_decision_boundary(
        lambda x: (x[:, 0] + 1.2) / 2.4 * 0.5 + 0.5, POINTS, LABELS, resolution=3
    )
    assert "one probability" in axes.get_legend().get_title().get_text()
    image = np.asarray(axes.images[0].get_array())
    np.testing.assert_allclose(image[0, 1], shade(1, 0.75))
    np.testing.assert_allclose(image[0, 2], shade(1, 1.0))


@pytest.mark.parametrize("form", ["logits", "log-probabilities", "probabilities"])
def test_the_largest_of_several_scores_decides(form):
    def model(x):
        scores = tnn.stack([-x[:, 0], x[:, 0], -3 - 0 * x[:, 0]], 1)
        if form == "probabilities":
            return scores.softmax(1)
        return scores.log_softmax(1) if form == "log-probabilities" else scores

    axes = plot_decision_boundary(model, POINTS, LABELS, resolution=3)
    e = np.exp([-1.2, 1.2, -3.0])
    image = np.asarray(axes.images[0].get_array())
    np.testing.assert_allclose(image[0, 2], shade(1, e[1] / e.sum(), classes=3))
    assert legend_of(axes) == ["class 0", "class 1", "class 2"]
    np.testing.assert_allclose(line_at(axes)[:, 0], 0, atol=1e-12)


def test_rows_of_the_image_go_up():
    axes = plot_decision_boundary(lambda x: x[:, 1] * 10, POINTS, LABELS, resolution=3)
    image = np.asarray(axes.images[0].get_array())
    assert axes.images[0].origin == "lower"
    np.testing.assert_allclose(image[2, 0], shade(1, 1 / (1 + np.exp(-12))))


def test_the_points_of_a_class_have_a_marker_and_a_colour_of_their_own():
    axes = plot_decision_boundary(lambda x: x[:, 0], POINTS, LABELS, resolution=5)
    zero, one = [each for each in axes.collections if not hasattr(each, "levels")]
    np.testing.assert_array_equal(zero.get_offsets(), POINTS[[0, 3]])
    np.testing.assert_array_equal(one.get_offsets(), POINTS[[1, 2]])
    assert not np.array_equal(zero.get_facecolor(), one.get_facecolor())
    assert zero.get_paths()[0].vertices.shape != one.get_paths()[0].vertices.shape
    assert legend_of(axes) == ["class 0", "class 1"]


@pytest.mark.parametrize("labels", [[-1, 1, 1, -1], np.array([[-1.0], [1.0], [1.0], [-1.0]])])
def test_two_classes_may_be_called_minus_1_and_1(labels):
    axes = plot_decision_boundary(lambda x: x[:, 0], POINTS, labels, resolution=3)
    assert legend_of(axes) == ["class -1", "class 1"]


def test_the_model_is_left_as_it_was_and_nothing_is_recorded():
    seen = []

    class Model(tnn.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = tnn.nn.Sequential(tnn.nn.Linear(2, 2))
            self.frozen = tnn.nn.ReLU().eval()

        def forward(self, x):
            seen.append((self.training, self.inner.training, x.dtype, tnn.is_grad_enabled()))
            return self.inner(x)

    model = Model().double()
    plot_decision_boundary(model, tnn.tensor(POINTS).float(), tnn.tensor(LABELS), resolution=4)
    assert seen == [(False, False, tnn.float64, False)]
    assert model.training
    assert model.inner[0].training
    assert not model.frozen.training
    assert tnn.is_grad_enabled()


def test_after_an_error_of_the_model_its_mode_is_back():
    class Broken(tnn.nn.Module):
        def forward(self, x):
            raise KeyboardInterrupt

    model = Broken()
    with pytest.raises(KeyboardInterrupt):
        plot_decision_boundary(model, POINTS, LABELS)
    assert model.training
    assert tnn.is_grad_enabled()


def test_a_model_that_always_decides_the_same_has_no_boundary():
    axes = plot_decision_boundary(lambda x: 0 * x[:, 0] + 5, POINTS, LABELS, resolution=3)
    assert not any(hasattr(each, "levels") for each in axes.collections)
    assert as_png(axes.figure)


def test_one_point_has_a_plane_around_it():
    axes = plot_decision_boundary(lambda x: x[:, 0], [[3, 4]], [1], resolution=3)
    assert axes.get_xlim() == (2, 4)
    assert axes.get_ylim() == (3, 5)


@pytest.mark.parametrize(
    ("model", "points", "labels", "error", "message"),
    [
        (None, np.zeros((0, 2)), [], ValueError, "there are no points"),
        (None, [[1.0, 2.0, 3.0]], [0], ShapeError, r"of shape \(N, 2\), got shape \(1, 3\)"),
        (None, [[0.0, 1.0], [np.nan, 2.0]], [0, 1], ValueError, r"point 1 is not finite: \[nan"),
        (None, POINTS, [0, 1], ShapeError, r"one label for each of the 4 points .* \(2,\)"),
        (None, POINTS, [0.5, 1, 1, 0], DTypeError, "labels must be whole"),
        (
            lambda x: x[:, 0],
            POINTS,
            [0, 1, 2, 0],
            ValueError,
            r"\[0, 1\] or \[-1, 1\], got \[0, 1, 2",
        ),
        (
            lambda x: x,
            POINTS,
            [0, 1, 2, 0],
            ValueError,
            r"2 classes, so labels must be 0 to 1, got",
        ),
        (lambda x: x[:3], POINTS, LABELS, ShapeError, r"for 9 points .* got shape \(3, 2\)"),
        (lambda x: x.sum(), POINTS, LABELS, ShapeError, r"got shape \(\)"),
        (lambda x: x * np.nan, POINTS, LABELS, ValueError, "nan or inf for 9 of 9 points"),
        (lambda x: x[:, 0] * np.nan, POINTS, LABELS, ValueError, "nan or inf for 9 of 9 points"),
        (lambda x: 0 * x + np.inf, POINTS, LABELS, ValueError, "nan or inf for 9 of 9 points"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model, points, labels, error, message):
    with pytest.raises(error, match=message):
        plot_decision_boundary(model, points, labels, resolution=3)


def test_one_row_is_no_plane():
    with pytest.raises(ValueError, match="resolution must be 2 or more, got 1"):
        plot_decision_boundary(lambda x: x, POINTS, LABELS, resolution=1)
