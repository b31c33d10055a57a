"""Formulas in a real browser, with fonts that have a table for mathematics and without.
Read `test_notation_latex.py` for what they are made of.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.viz.notation.latex import to_mathml

pytestmark = pytest.mark.slow
BELOW = """each => {
    const [letter, script] = [...each.querySelectorAll("mi, mn")];
    return script.getBoundingClientRect().bottom - letter.getBoundingClientRect().bottom
}"""


@pytest.mark.parametrize("fonts", [None, "DejaVu Serif", "DejaVu Sans", "Liberation Serif"])
def test_a_subscript_stands_below_the_line_in_any_font(show, fonts):
    set_here = f"--math: {fonts}" if fonts else ""
    page = show(f'<!doctype html><body style="font-size: 40px; {set_here}">{to_mathml("x_1")}')
    assert page.locator("math").evaluate(BELOW) > 3


@pytest.mark.parametrize("whole", [True, False])
def test_pages_and_parts_of_notebooks_ask_for_fonts_with_a_table_for_mathematics(show, whole):
    loss = tnn.tensor(2.0, requires_grad=True) ** 2
    page = show(loss.explain().page("x") if whole else tnn.formulas("mul")._repr_html_())
    fonts = page.locator("math").first.evaluate("each => getComputedStyle(each).fontFamily")
    assert [each.strip(' "') for each in fonts.split(",")][:2] == [
        *("Latin Modern Math", "STIX Two Math")
    ]
