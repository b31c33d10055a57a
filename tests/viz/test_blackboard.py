"""Tables stand as on a blackboard, X · Wᵀ + b = Z, and a cell of a result tells how it came about.
Read `test_player_page.py` next.
"""

import re

import numpy as np
import pytest
from player_samples import COMPUTATIONS, attention_head, played, xor

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.viz.player.playback import places_of, playback
from tinygrad_nn.viz.structure.subject import subject_of


def row(terms):
    return " ".join(f"{each.sign} {each.symbol}".strip() for each in terms)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"X W^{T} + b", "X · W^T + b"),
        (r"\left(dZ\right)^{T} X", "dZ^T · X"),
        (r"dZ \odot Y", "dZ ⊙ Y"),
        (r"-dZ \cdot X", "− dZ · X"),
        (r"\max(X, 0)", ""),
        (r"X^{2} + b", ""),
        (r"Xb", ""),
        ("X", ""),
    ],
)
def test_a_formula_is_a_row_of_tensors_if_that_is_all_it_is(latex, expected):
    places = places_of(latex, ["X", "W", "b", "dZ", "Y"])
    shown = " ".join(f"{sign} {symbol}{'^T' * turned}".strip() for sign, symbol, turned in places)
    assert shown == expected


def test_a_layer_reads_forward_and_backward_as_on_paper():
    loss, params = xor()
    frames = playback(subject_of(loss, None, params).read()).frames
    assert row(frames[0].terms) == "X · W_{1}^{T} + b_{1}"
    (back,) = (f for f in frames if f.phase == "backward" and f.node == frames[0].node)
    z = r"\frac{\partial L}{\partial Z_{1}}"
    assert row(back.parts[0].terms) == rf"\left({z}\right)^{{T}} · X"


# --- in a browser ---------------------------------------------------------------------------------

TELL = """cell => {
    cell.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return cell.closest(".board").nextElementSibling.textContent;
}"""


def numbers_of(written):
    """The two sides of what is written out, as numbers."""
    left, right = written.replace("−", "-").replace("·", "*").replace("⊙", "*").split(" = ")
    left = re.sub(r"×", "*", left)
    assert re.fullmatch(r"[-+*(). e0-9]+", left), left
    return eval(left), float(right)  # arithmetic alone, which the line above asks for


@pytest.mark.slow
@pytest.mark.parametrize("computation", COMPUTATIONS, ids=lambda each: each.__name__)
def test_what_is_written_out_for_a_cell_is_what_it_holds(show_player, computation):
    page = show_player(played(computation))
    count = whole = 0
    for _ in range(int(page.get_attribute("#progress", "max"))):
        for cell in page.query_selector_all("#panel .board .result td[title]")[:12]:
            written = page.evaluate(TELL, cell)
            count += 1
            if "…" not in written and re.search(r"\d", written.split(" = ")[0]):
                left, right = numbers_of(written)
                np.testing.assert_allclose(left, right, rtol=0.01, atol=2e-3)
                assert page.evaluate("document.querySelectorAll('td.lit').length") > 1
                whole += 1
        page.evaluate("go(current + 1)")
    assert count == 0 or whole > 0


@pytest.mark.slow
def test_the_arrow_keys_walk_from_cell_to_cell_with_one_stop_for_a_table(show_player):
    page = show_player(played(attention_head))
    stops = page.query_selector_all("#panel .board .result td[tabindex='0']")
    assert len(stops) == 1
    stops[0].focus()
    before = page.inner_text("#position")
    first = page.inner_text("#panel .written")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.title").startswith("[1, 1]")
    assert page.inner_text("#panel .written") != first
    assert page.inner_text("#position") == before
    assert page.query_selector_all("#panel td[tabindex='0']") != []


def test_batches_of_matrices_and_broadcasting_have_their_row_too():
    x = tnn.rand(2, 3, 4)
    w, c = tnn.rand(4, 2, requires_grad=True), tnn.rand(2, requires_grad=True)
    loss = ((x @ w) * c).sum()
    html = viz.play(loss).html
    assert 'data-shape="2,3,4"' in html
    assert html.count('class="flow board"') >= 2
