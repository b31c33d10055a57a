"""The attention map: its numbers and tokens, and what it says of rows that are no distribution.
Read `test_plots_figures.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ShapeError
from tinygrad_nn.viz.plots.figures import as_png
from tinygrad_nn.viz.plots.heat_maps import plot_attention

pytest.importorskip("matplotlib")


def names(labels):
    return [label.get_text() for label in labels]


@pytest.mark.parametrize("kind", [list, np.array, tnn.tensor])
def test_a_row_is_a_query_and_a_column_a_key(kind):
    axes = plot_attention(
        kind([[0.25, 0.75, 0.0], [0.5, 0.0, 0.5]]), queries=["le", "chat"], keys=["the", "cat", "!"]
    )
    np.testing.assert_array_equal(axes.images[0].get_array(), [[0.25, 0.75, 0], [0.5, 0, 0.5]])
    assert names(axes.get_yticklabels()) == ["le", "chat"]
    assert names(axes.get_xticklabels()) == ["the", "cat", "!"]
    assert axes.get_ylabel().startswith("query")
    assert axes.get_xlabel().startswith("key")
    assert axes.get_title() == ""
    assert axes.images[0].get_clim() == (0, 0.75)


def test_without_tokens_rows_and_columns_are_numbered():
    axes = plot_attention([[0.5, 0.5]])
    assert names(axes.get_xticklabels()) == ["0", "1"]


def test_long_sequences_name_some_of_their_tokens():
    count = 100
    axes = plot_attention(tnn.eye(count), keys=[f"t{i}" for i in range(count)])
    assert names(axes.get_xticklabels())[:2] == ["t0", "t3"]
    assert list(axes.get_xticks())[:2] == [0, 3]


@pytest.mark.parametrize("dtype", [tnn.float16, tnn.float32, tnn.float64])
def test_a_softmax_of_any_dtype_adds_up(dtype):
    weights = (3 * tnn.randn(20, 200)).softmax(1).to(dtype)
    assert plot_attention(weights).get_title() == ""


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([[0.5, 0.5], [1.0, 1.0]], "1 of 2 rows do not add up to 1: their sums are 2 to 2"),
        ([[0.5, 0.0], [0.0, 0.75]], "2 of 2 rows do not add up to 1: their sums are 0.5 to 0.75"),
        ([[0.0, 0.0]], "1 of 1 rows do not add up to 1: their sums are 0 to 0"),
        ([[-2.0, 3.0], [-1.0, 1.0]], "1 of 2 rows do not add up to 1: their sums are 0 to 0"),
        ([[np.nan, np.nan], [0.5, 0.5]], "1 of 2 rows hold nan or inf"),
        ([[-np.inf, np.inf]], "1 of 1 rows hold nan or inf"),
    ],
)
def test_rows_that_do_not_add_up_are_told(weights, said):
    axes = plot_attention(weights)
    assert axes.get_title() == said
    assert as_png(axes.figure)


@pytest.mark.parametrize(
    ("weights", "options", "error", "message"),
    [
        (np.ones((1, 2, 3, 3)), {}, ShapeError, r"shape \(1, 2, 3, 3\); .* weights\[0, 0\]"),
        ([1.0], {}, ShapeError, r"got shape \(1,\)"),
        (np.ones((0, 3)), {}, ValueError, r"no weights in shape \(0, 3\)"),
        ([[0.5, 0.5]], {"keys": ["a"]}, ShapeError, "each of 2 keys expected, got 1"),
        ([[0.5, 0.5]], {"queries": ["a", "b"]}, ShapeError, "each of 1 queries expected, got 2"),
    ],
)
def test_what_is_no_attention_is_refused(weights, options, error, message):
    with pytest.raises(error, match=message):
        plot_attention(weights, **options)
