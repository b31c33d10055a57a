"""The confusion matrix: counts and percentages by hand, and numbers that can be read.
Read `test_plots_attention.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError, ShapeError
from tinygrad_nn.viz.plots.figures import as_png
from tinygrad_nn.viz.plots.heat_maps import NUMBERED, plot_confusion_matrix

matplotlib = pytest.importorskip("matplotlib")

ACTUAL = [0, 0, 0, 0, 1, 1]
PREDICTED = [0, 0, 0, 1, 1, 1]


def cells(axes):
    """The text of each cell, by (row, column)."""
    return {(round(t.get_position()[1]), round(t.get_position()[0])): t for t in axes.texts}


def names(labels):
    return [label.get_text() for label in labels]


@pytest.mark.parametrize("kind", [list, np.array, tnn.tensor])
def test_a_cell_has_its_count_and_the_share_of_its_row(kind):
    axes = plot_confusion_matrix(kind(ACTUAL), kind(PREDICTED))
    assert {place: text.get_text() for place, text in cells(axes).items()} == {
        (0, 0): "3\n75.0%",
        (0, 1): "1\n25.0%",
        (1, 0): "0",
        (1, 1): "2\n100.0%",
    }
    np.testing.assert_allclose(axes.images[0].get_array(), [[75, 25], [0, 100]])
    assert axes.images[0].get_clim() == (0, 100)
    assert axes.get_title() == "83.3% of 6 are right"
    assert axes.get_xlabel() == "predicted class"
    assert axes.get_ylabel().startswith("actual class")
    assert axes.figure.axes[-1].get_ylabel() == "% of the row"


def test_numbers_are_dark_on_light_cells_and_light_on_dark_ones():
    def lightness(color):  # CIE relative luminance
        linear = (np.array(matplotlib.colors.to_rgb(color)) + 0.055) ** 2.4 / 1.055**2.4
        return linear @ [0.2126, 0.7152, 0.0722]

    actual = np.repeat(np.arange(11), 10)  # row i: i of 10 are read right
    predicted = np.concatenate([[i] * i + [11] * (10 - i) for i in range(11)])
    axes = plot_confusion_matrix(actual, predicted)
    image = axes.images[0]
    for place, text in cells(axes).items():
        cell = lightness(image.cmap(image.norm(image.get_array()[place])))
        ink = lightness(text.get_color())
        low, high = sorted([cell, ink])
        assert (high + 0.05) / (low + 0.05) > 4.5


def test_classes_name_rows_and_columns_even_those_that_never_occur():
    axes = plot_confusion_matrix(ACTUAL, PREDICTED, classes=["cat", "dog", "$x_y$"])
    assert names(axes.get_xticklabels()) == names(axes.get_yticklabels()) == ["cat", "dog", "$x_y$"]
    assert cells(axes)[2, 2].get_text() == "0"
    assert as_png(axes.figure)


def test_without_names_there_is_a_row_for_each_label_that_occurs():
    axes = plot_confusion_matrix([-1, 7], [7, 7])
    assert names(axes.get_yticklabels()) == ["-1", "7"]
    assert cells(axes)[0, 1].get_text() == "1\n100.0%"
    assert axes.get_title() == "50.0% of 2 are right"


def test_labels_may_be_whole_floats_and_a_column_as_a_binary_loss_takes_them():
    axes = plot_confusion_matrix([[1.0], [0.0]], tnn.tensor([1.0, 1.0]))
    assert cells(axes)[1, 1].get_text() == "1\n100.0%"


def test_true_and_false_are_classes():
    axes = plot_confusion_matrix([True, False], np.array([True, True]), classes=["no", "yes"])
    assert cells(axes)[1, 1].get_text() == "1\n100.0%"


def test_with_too_many_classes_for_numbers_the_shades_remain():
    labels = np.arange(NUMBERED + 1)
    axes = plot_confusion_matrix(labels, labels)
    assert not axes.texts
    np.testing.assert_array_equal(axes.images[0].get_array(), 100 * np.eye(NUMBERED + 1))


@pytest.mark.parametrize(
    ("actual", "predicted", "classes", "error", "message"),
    [
        ([], [], None, ValueError, "there are no labels"),
        ([0, 1], [0], None, ShapeError, "got 1 and 2"),
        ([0], [[0.1, 0.9]], None, ShapeError, r"predicted .* \(1, 2\); .*argmax\(1\)"),
        ([0.5], [0], None, DTypeError, "actual labels must be whole numbers, got float32"),
        ([np.nan], [0], None, DTypeError, "actual labels must be whole"),
        ([0, 2], [0, 1], ["a", "b"], ValueError, "2 classes .* must be 0 to 1, got 0 to 2"),
        ([-1, 0], [0, 0], ["a", "b"], ValueError, "got -1 to 0"),
        (["cat"], ["dog"], None, ValueError, "numbers .* expected, got 'cat'"),
    ],
)
def test_what_are_no_labels_is_refused(actual, predicted, classes, error, message):
    with pytest.raises(error, match=message):
        plot_confusion_matrix(actual, predicted, classes=classes)
