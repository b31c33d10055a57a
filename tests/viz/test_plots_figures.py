"""What all pictures share: where they are drawn, names that are shown as they are, no pyplot.
Read `../cli/test_sheets.py` next.
"""

import subprocess
import sys

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import MissingExtraError
from tinygrad_nn.viz.plots.decision_boundary import plot_decision_boundary
from tinygrad_nn.viz.plots.figures import as_png, visible
from tinygrad_nn.viz.plots.heat_maps import plot_attention, plot_confusion_matrix
from tinygrad_nn.viz.plots.layers import plot_histograms
from tinygrad_nn.viz.plots.loss_surface import plot_loss_surface
from tinygrad_nn.viz.plots.training import plot_training
from tinygrad_nn.viz.plots.weights import plot_weights

W = tnn.tensor([1.0, 2.0], requires_grad=True)

PLOTS = {
    "training": lambda **ax: plot_training({"loss": [2.0, 1.0], "accuracy": [0.5, 0.75]}, **ax),
    "decision_boundary": lambda **ax: plot_decision_boundary(
        lambda x: x[:, 0], [[0.0, 1.0], [1.0, 0.0]], [0, 1], resolution=5, **ax
    ),
    "loss_surface": lambda **ax: plot_loss_surface(
        lambda: (W * W).sum(), [W], path=[[[3.0, 1.0]], [[2.0, 2.0]]], resolution=4, **ax
    ),
    "weights": lambda **ax: plot_weights(np.eye(4), image_shape=(2, 2), **ax),
    "histograms": lambda **ax: plot_histograms({"a": [1.0, 2.0], "b": [0.0]}, **ax),
    "confusion_matrix": lambda **ax: plot_confusion_matrix([0, 1], [1, 1], **ax),
    "attention": lambda **ax: plot_attention(np.eye(3), **ax),
}

HOSTILE = [
    "$x",
    "$a$b$",
    r"$\frac{$",
    r"\$5",
    "_hidden",
    "a_b^c",
    "%d {} %",
    "two\nlines",
    "\x00\u202e\ud800",
    "",
    "<b>&amp;</b>",
    "w" * 500,
]


@pytest.fixture(params=PLOTS)
def plot(request):
    pytest.importorskip("matplotlib")
    return PLOTS[request.param]


def test_a_picture_is_drawn_into_the_axes_that_are_given(plot):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    mine, other = figure.subplots(1, 2)
    assert plot(ax=mine) is mine
    assert mine.has_data()
    assert not other.has_data()
    assert as_png(figure)


def test_a_picture_has_a_figure_of_its_own_with_named_axes(plot):
    first, second = plot(), plot()
    assert first.figure is not second.figure
    assert first.get_xlabel()
    assert as_png(first.figure).startswith(b"\x89PNG\r\n\x1a\n")


def test_a_program_that_uses_pyplot_finds_the_picture_there(plot):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure = plot().figure
    assert [pyplot.figure(number) for number in pyplot.get_fignums()] == [figure]


def test_pyplot_is_never_imported():
    pytest.importorskip("matplotlib")
    names = sorted(PLOTS)
    program = (
        "import sys\n"
        "import test_plots_figures as here\n"
        "print('matplotlib' in sys.modules)\n"
        f"for name in {names}: here.as_png(here.PLOTS[name]().figure)\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {FOLDER!r})\n" + program],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["False", "True", "False"]


FOLDER = __file__.rpartition("test_plots_figures")[0]


def test_without_matplotlib_the_extra_is_named(plot, monkeypatch):
    for name in ("matplotlib", "matplotlib.figure", "matplotlib.colors"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    with pytest.raises(MissingExtraError, match=r'pip install "tinygrad_nn\[viz\]"'):
        plot()


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_shown_as_it_is(name):
    figures = pytest.importorskip("matplotlib.figure")
    axes = figures.Figure(dpi=50).subplots(2, 2).ravel()
    curves = plot_training({name: [2.0, 1.0], "loss": [1.0, 1.0]}, ax=axes[0])
    spread = plot_histograms({name: [1.0, 2.0]}, ax=axes[1])
    counts = plot_confusion_matrix([0, 1], [1, 1], classes=[name, "b"], ax=axes[2])
    looks = plot_attention(np.eye(2), queries=[name, "b"], keys=["a", name], ax=axes[3])
    shown = [
        curves.get_legend().get_texts()[0].get_text().removesuffix(": 1 at the end"),
        curves.get_ylabel().removesuffix(", loss"),
        spread.get_legend()
        .get_texts()[0]
        .get_text()
        .removesuffix(": mean 1.5, std 0.5, 0.0% zeros"),
        spread.get_yticklabels()[0].get_text(),
        counts.get_xticklabels()[0].get_text(),
        counts.get_yticklabels()[0].get_text(),
        looks.get_yticklabels()[0].get_text(),
        looks.get_xticklabels()[1].get_text(),
    ]
    assert shown == [visible(name)] * len(shown)
    assert as_png(curves.figure)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("0.weight", "0.weight"),
        ("$x_1$", "$x_1$"),
        ("a\n\tb", r"a\n\tb"),
        ("\u202e", r"\u202e"),
        ("é 中", "é 中"),
        (7, "7"),
        ("x" * 32, "x" * 32),
        ("x" * 33, "x" * 31 + "…"),
    ],
)
def test_a_name_is_one_short_line(name, text):
    assert visible(name) == text
