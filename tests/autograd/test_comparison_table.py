"""A comparison of gradients is printed in columns, and shown in a notebook as an HTML table.
Read `../../tinygrad_nn/autograd/checks/comparison_table.py` next.
"""

from html.parser import HTMLParser

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn.autograd import compare


def two_rows():
    w = tnn.tensor([[1.0, 2.0]], dtype=tnn.float64, requires_grad=True)
    b = tnn.tensor(4.0, dtype=tnn.float64, requires_grad=True)
    hand = {"<w>": [[2.0, 5.0]], "b": 1.0}
    return compare(hand, lambda: (w * w).sum() + b, {"<w>": w, "b": b}, entries=0)


def test_the_table_is_printed_in_columns_with_what_is_wrong_below():
    heading, w, b, remark = str(two_rows()).splitlines()
    assert heading.split() == [
        "gradient",
        "shape",
        "hand-autograd",
        "numeric-autograd",
        "entries",
        "worst",
        "at",
        "by",
        "hand",
        "autograd",
        "numeric",
        "verdict",
    ]
    assert w.split() == [
        "<w>",
        "(1,",
        "2)",
        "2.0e-01",
        "-",
        "0",
        "of",
        "2",
        "(0,",
        "1)",
        "5",
        "4",
        "-",
        "WRONG",
    ]
    assert b.split() == ["b", "()", "0.0e+00", "-", "0", "of", "1", "()", "1", "1", "-", "right"]
    assert remark == "<w>: by hand is off at 1 of 2 entries"
    for title in ("shape", "entries", "verdict"):
        column = heading.index(title)
        assert w[column - 2 : column] == b[column - 2 : column] == "  "
    assert repr(two_rows()) == str(two_rows())


class Cells(HTMLParser):
    """The text of each element, and whether every tag that is opened is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.cells = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.cells.append((self.open[-1], data))


def test_a_notebook_shows_an_escaped_table_with_small_gradients_in_full():
    html = two_rows()._repr_html_()
    assert "<w>" not in html
    found = Cells(html)
    assert found.open == []
    assert ("th", "by hand") in found.cells
    assert ("td", "<w>") in found.cells
    assert ("p", "by hand is off at 1 of 2 entries") in found.cells
    start = found.cells.index(("caption", "by hand"))
    assert found.cells[start : start + 8] == [
        ("caption", "by hand"),
        ("td", "2"),
        ("td", "5"),
        ("caption", "autograd"),
        ("td", "2"),
        ("td", "4"),
        ("caption", "numeric"),
        ("td", "-"),
    ]


def test_a_notebook_shows_no_large_gradient_in_full():
    large, small = (
        tnn.ones(*shape, dtype=tnn.float64).requires_grad_() for shape in ((5, 8), (4, 8))
    )
    hands = ({"large": 0.0, "small": np.ones((4, 8))}, {"large": 0.0, "small": np.ones((2, 4, 4))})
    for hand, expected in zip(hands, (["by hand", "autograd"], ["autograd"]), strict=True):
        table = compare(hand, lambda: large.sum() + small.sum(), {"large": large, "small": small})
        captions = [text for tag, text in Cells(table._repr_html_()).cells if tag == "caption"]
        assert captions == [*expected, "numeric"]
