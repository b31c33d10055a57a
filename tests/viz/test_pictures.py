"""The curve and the sheet of predictions: what stands in the figures that are saved.
Read `../cli/test_train_command.py` next, where they are drawn of a real run.
"""

import sys

import numpy as np
import pytest

from tinygrad_nn.errors import MissingExtraError
from tinygrad_nn.viz import curve, predictions
from tinygrad_nn.viz.curve import learning_curve
from tinygrad_nn.viz.predictions import WRONG, prediction_sheet

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def figures(monkeypatch):
    """The figures that were drawn, before they became PNG."""
    pytest.importorskip("matplotlib")
    drawn = []
    as_png = curve.as_png

    def keep(figure):
        drawn.append(figure)
        return as_png(figure)

    monkeypatch.setattr(curve, "as_png", keep)
    monkeypatch.setattr(predictions, "as_png", keep)
    return drawn


def test_a_curve_names_its_axes_units_and_lines(figures):
    assert learning_curve([0, 10], [2.3, 0.5], [0.1, 0.875], [0.12, 0.75], "Title").startswith(PNG)
    above, below = figures[0].axes
    assert "nats" in above.get_ylabel()
    assert "%" in below.get_ylabel()
    assert "iterations" in below.get_xlabel()
    assert [text.get_text() for text in below.get_legend().get_texts()] == [
        "training images: 87.5% at the end",
        "held-out images, never trained on: 75.0% at the end",
    ]
    training, held_out = below.get_lines()
    assert list(training.get_ydata()) == [10, 87.5]
    assert list(held_out.get_ydata()) == [12, 75]
    assert training.get_linestyle() != held_out.get_linestyle()


def test_a_wrong_prediction_is_marked_in_red_and_in_words(figures):
    images = np.ones((3, 8, 8))
    sheet = prediction_sheet(images, np.array([3, 5, 7]), np.array([3, 6, 7]), "2 of 3")
    assert sheet.startswith(PNG)
    titles = [axes.title for axes in figures[0].axes if axes.images]
    assert [title.get_text().split("\n")[0] for title in titles] == [
        "is 3, read as 3",
        "is 5, read as 6",
        "is 7, read as 7",
    ]
    assert ["WRONG" in title.get_text() for title in titles] == [False, True, False]
    assert [title.get_color() == WRONG for title in titles] == [False, True, False]
    assert figures[0].get_suptitle() == "2 of 3"


@pytest.mark.parametrize("count", [1, 8, 9])
def test_a_sheet_holds_every_image_once(figures, count):
    images = np.arange(count * 4.0).reshape(count, 2, 2)
    labels = np.zeros(count, np.int64)
    prediction_sheet(images, labels, labels, "title")
    shown = [axes.images[0].get_array() for axes in figures[0].axes if axes.images]
    np.testing.assert_array_equal(np.stack(shown), images)


def test_drawing_leaves_no_figure_behind():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    learning_curve([0, 10], [2.3, 0.5], [0.1, 0.9], [0.1, 0.8], "Title")
    assert pyplot.get_fignums() == []


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tinygrad_nn\[cli\]"'):
        learning_curve([0], [1.0], [0.1], [0.1], "Title")
    with pytest.raises(MissingExtraError, match=r'pip install "tinygrad_nn\[cli\]"'):
        prediction_sheet(np.ones((1, 2, 2)), np.zeros(1, int), np.zeros(1, int), "Title")
