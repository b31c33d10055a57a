"""The curve and the sheet of predictions: what stands in the figures that are saved.
Read `test_train_command.py` next, where they are drawn of a real run.
"""

import sys

import numpy as np
import pytest

from tinygrad_nn.cli import sheets
from tinygrad_nn.cli.sheets import WRONG, learning_curve, prediction_sheet
from tinygrad_nn.errors import MissingExtraError

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def figures(monkeypatch):
    """The figures that were drawn, before they became PNG."""
    pytest.importorskip("matplotlib")
    drawn = []
    as_png = sheets.as_png

    def keep(figure):
        drawn.append(figure)
        return as_png(figure)

    monkeypatch.setattr(sheets, "as_png", keep)
    return drawn


def test_a_curve_has_its_title_and_all_of_the_history(figures):
    history = {"iteration": [0, 10], "loss in nats": [2.3, 0.5], "held-out accuracy": [0.12, 0.75]}
    assert learning_curve(history, "Title").startswith(PNG)
    left, right = figures[0].axes
    assert left.get_title() == "Title"
    assert left.get_ylabel() == "loss in nats"
    assert list(left.get_lines()[0].get_ydata()) == [2.3, 0.5]
    assert list(right.get_lines()[0].get_ydata()) == [12, 75]


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
    learning_curve({"loss": [2.3, 0.5]}, "Title")
    assert pyplot.get_fignums() == []


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tinygrad_nn\[viz\]"'):
        learning_curve({"loss": [1.0]}, "Title")
    with pytest.raises(MissingExtraError, match=r'pip install "tinygrad_nn\[viz\]"'):
        prediction_sheet(np.ones((1, 2, 2)), np.zeros(1, int), np.zeros(1, int), "Title")
