"""Weights as pictures: which number stands where, and on which scale of colours.
Read `test_plots_layers.py` next.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_nn as tnn
from tinygrad_nn.errors import ShapeError
from tinygrad_nn.viz.drawing.tables import NEGATIVE, POSITIVE
from tinygrad_nn.viz.plots.figures import as_png
from tinygrad_nn.viz.plots.weights import NUMBERED, plot_weights

pytest.importorskip("matplotlib")
from matplotlib.figure import Figure

NAN = np.nan
DEEP = tnn.nn.Sequential(tnn.nn.Linear(2, 2), tnn.nn.ReLU(), tnn.nn.Sequential(tnn.nn.Linear(2, 1)))


def picture(axes):
    return axes.images[0].get_array().filled(NAN)


def names(labels):
    return [label.get_text() for label in labels]


def test_the_rows_of_a_linear_weight_are_images_with_their_numbers():
    weight = tnn.arange(12.0).reshape(3, 4)
    axes = plot_weights(weight, image_shape=(2, 2))
    np.testing.assert_array_equal(
        picture(axes),
        [
            [0, 1, NAN, 4, 5, NAN, 8, 9],
            [2, 3, NAN, 6, 7, NAN, 10, 11],
        ],
    )
    assert names(axes.texts) == ["0", "1", "2"]
    assert [text.get_position() for text in axes.texts] == [(-0.4, -0.4), (2.6, -0.4), (5.6, -0.4)]


def test_images_that_fill_no_whole_grid_leave_room_at_the_end():
    image = picture(plot_weights(np.arange(5.0).reshape(5, 1) + 1, image_shape=(1, 1)))
    np.testing.assert_array_equal(image, [[1, NAN, 2, NAN, 3], [NAN] * 5, [4, NAN, 5, NAN, NAN]])


@given(count=st.integers(1, NUMBERED), height=st.integers(1, 5), width=st.integers(1, 5))
@settings(max_examples=25)
def test_every_unit_has_its_image_where_its_number_is(count, height, width):
    weight = np.arange(1.0, count * height * width + 1).reshape(count, -1)
    axes = plot_weights(weight, image_shape=(height, width), ax=Figure().add_subplot())
    image = picture(axes)
    for unit, text in enumerate(axes.texts):
        assert text.get_text() == str(unit)
        left, top = (round(place + 0.4) for place in text.get_position())
        np.testing.assert_array_equal(
            image[top : top + height, left : left + width], weight[unit].reshape(height, width)
        )
    assert np.isfinite(image).sum() == weight.size


def test_ten_images_of_28_by_28_have_ten_numbers():
    axes = plot_weights(tnn.randn(10, 784, requires_grad=True), image_shape=(28, 28))
    assert names(axes.texts) == [str(unit) for unit in range(10)]
    assert np.isfinite(picture(axes)).sum() == 7840


def test_many_images_are_numbered_by_the_row():
    axes = plot_weights(np.ones((NUMBERED + 1, 6)), image_shape=(2, 3))
    columns = (picture(axes).shape[1] + 1) // 4
    assert names(axes.get_yticklabels())[:3] == ["0", str(columns), str(2 * columns)]
    assert not axes.texts


def test_filters_stand_in_a_row_for_each_output_and_a_column_for_each_input():
    weight = np.arange(24.0).reshape(2, 3, 2, 2)
    axes = plot_weights(weight)
    image = picture(axes)
    assert image.shape == (5, 8)
    np.testing.assert_array_equal(image[3:, 3:5], weight[1, 1])
    assert np.isnan(image[2]).all()
    assert np.isnan(image[:, [2, 5]]).all()
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("output channel", "input channel")
    assert list(axes.get_yticks()) == [0.5, 3.5]
    assert names(axes.get_xticklabels()) == ["0", "1", "2"]


def test_a_layer_stands_for_its_weight():
    layer = tnn.nn.Linear(4, 3)
    shown = plot_weights(layer).images[0].get_array()
    np.testing.assert_array_equal(shown, layer.weight.array.astype(np.float64))


def test_a_plain_matrix_is_a_map():
    axes = plot_weights([[1.0, -2.0], [0.5, 0.0]])
    np.testing.assert_array_equal(picture(axes), [[1, -2], [0.5, 0]])
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("unit", "input")
    ticks = [*axes.get_xticks(), *axes.get_yticks()]
    assert ticks == [round(tick) for tick in ticks]


@pytest.mark.parametrize(
    ("weight", "largest"),
    [([[1.0, -3.0]], 3), ([[0.0]], 1), ([[NAN, 2.0, np.inf]], 2), ([[NAN]], 1)],
)
def test_the_colours_reach_equally_far_to_both_sides_of_0(weight, largest):
    axes = plot_weights(weight)
    assert axes.images[0].get_clim() == (-largest, largest)
    colours = [axes.images[0].cmap(place)[:3] for place in (0.0, 0.5, 1.0)]
    tables = np.array([NEGATIVE, [255] * 3, POSITIVE]) / 255
    np.testing.assert_allclose(colours, tables, atol=0.01)
    assert "weight" in axes.figure.axes[-1].get_ylabel()


def test_weights_that_are_not_finite_are_blank_and_counted():
    axes = plot_weights([[1.0, NAN], [-np.inf, 2.0]])
    np.testing.assert_array_equal(picture(axes), [[1, NAN], [NAN, 2]])
    assert axes.get_title() == "2 of 4 weights are nan or inf: violet"
    assert as_png(axes.figure)


@pytest.mark.parametrize(
    ("weight", "image_shape", "error", "message"),
    [
        (np.ones(3), None, ShapeError, r"got shape \(3,\)"),
        (np.ones((2, 2, 2)), None, ShapeError, r"got shape \(2, 2, 2\)"),
        (np.ones((2, 1, 2, 2)), (2, 2), ShapeError, r"image_shape=\(2, 2\)"),
        (np.ones((2, 5)), (2, 2), ShapeError, r"image_shape \(2, 2\) must be .* of 5 inputs"),
        (np.ones((2, 4)), (4,), ShapeError, r"image_shape \(4,\)"),
        (np.ones((2, 4)), (-2, -2), ShapeError, r"image_shape \(-2, -2\)"),
        (np.ones((0, 4)), (2, 2), ValueError, r"no weights in shape \(0, 4\)"),
        ([["a"]], None, ValueError, "numbers"),
        (DEEP, None, TypeError, r"Sequential has no weight .* of the paths \['0', '2\.0'\]"),
        (tnn.nn.ReLU(), None, TypeError, r"ReLU has no weight .* of the paths \[\]"),
    ],
)
def test_what_is_no_picture_is_refused(weight, image_shape, error, message):
    with pytest.raises(error, match=message):
        plot_weights(weight, image_shape=image_shape)
