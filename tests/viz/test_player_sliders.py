"""Sliders of the player: every number that the page computes is the one that the library computes.
Read `test_player_page.py` next, for the rest of the page.
"""

import os
import re
from pathlib import Path

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz

F = nn.functional
ROOT = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules/axe-core/axe.min.js"))
slow = pytest.mark.slow

SET = """([values]) => [...document.querySelectorAll("#sliders input")].forEach((input, i) => {
    input.value = values[i];
    input.dispatchEvent(new Event("input"));
})"""
# What the panel shows in full, of each gradient and of the result: [id, [[place, number] ...]].
GRADIENTS = """() => [...document.querySelectorAll("#panel [data-gradient]")].map((e) => [
    e.dataset.gradient,
    e.title ? [["", e.title]]
    : [...e.querySelectorAll("td[title]")].map((td) => td.title.split(" = ")),
])"""


def three_uses(a, b):
    product = a * b
    return (product + b) * tnn.tanh(b)


def neuron(w1, w2, b):
    n = 2.0 * w1 - 0.5 * w2 + b
    return (n.sigmoid() - 0.25) ** 2


def curves(x, y):
    hill = tnn.exp(-x * x) * tnn.cos(y) + tnn.sqrt(x * x + 1)
    return hill.log() / (1 + y.abs()) + F.softplus(x - y) - F.silu(y) + tnn.atan(x)


def bends(x, y):
    kept = F.relu(x) + F.leaky_relu(y) * 3 - F.elu(x * y)
    return tnn.maximum(kept, x) + tnn.where(x > 100, x, y) * y.clamp(-1, 1) + x.clamp(0, 1)


def layer(W, b):
    x = tnn.tensor([[1.0, 2.0], [-0.5, 1.0], [0.25, -1.5]], dtype=tnn.float64)
    hidden = (x @ W + b).tanh()
    return (hidden * hidden).mean() + W.sum()


def linear(W, b):
    x = tnn.tensor([[1.0, 2.0], [-0.5, 1.0]], dtype=tnn.float64)
    return F.mse_loss(F.linear(x, W, b).relu(), tnn.zeros(2, 2, dtype=tnn.float64))


def only_above_zero(x):
    if x.item() <= 0:
        raise ValueError("not here")
    return x * x


def leaf(value):
    return tnn.tensor(value, dtype=tnn.float64, requires_grad=True)


FUNCTIONS = {
    "three_uses": (three_uses, [2.0, -3.0]),
    "neuron": (neuron, [1.0, -0.5, 0.25]),
    "curves": (curves, [0.5, -1.0]),
    "bends": (bends, [0.5, -1.0]),
    "layer": (layer, [[[0.5, -1.0], [0.25, 2.0]], [0.1, -0.2]]),
    "linear": (linear, [[[0.5, -1.0], [0.25, 2.0]], [0.1, -0.2]]),
}


def shown_gradients(page):
    return {
        tensor: {
            tuple(map(int, re.findall(r"\d+", place))): float(number) for place, number in found
        }
        for tensor, found in page.evaluate(GRADIENTS)
    }


def steps_of(page):
    """All steps in words, with one sign for a product."""
    found = page.locator("#steps li button").all_text_contents()
    return [step.replace("⊙", "·") for step in found]


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=() if each == "three_uses" else slow) for each in FUNCTIONS]
)
def test_at_twenty_random_settings_values_and_gradients_are_the_librarys(show_player, name):
    function, start = FUNCTIONS[name]
    player = viz.play(function, [leaf(each) for each in start])
    page = show_player(player)
    made = next(i for i, frame in enumerate(player.frames) if frame["phase"] == "start") - 1
    generator = np.random.default_rng(0)
    for _ in range(20):
        leaves = [leaf(np.round(generator.uniform(-2.9, 2.9, np.shape(x)), 6)) for x in start]
        result = function(*leaves)
        result.backward()
        page.evaluate(SET, [[float(x) for each in leaves for x in each.array.ravel()]])
        page.keyboard.press("End")
        shown = list(shown_gradients(page).values())
        assert len(shown) == len(leaves)
        for each, found in zip(leaves, shown, strict=True):
            assert len(found) == each.array.size
            for place, number in found.items():
                np.testing.assert_allclose(number, each.grad.array[place], rtol=1e-9, atol=1e-12)
        text = page.locator("#steps li button").nth(made).text_content()
        number = text.rpartition(" = ")[2].replace("−", "-")
        if re.fullmatch(r"-?[\d.]+", number):  # of what a formula of arrays makes, no number
            np.testing.assert_allclose(float(number), result.item(), rtol=1e-3)
        page.keyboard.press("Home")


def test_every_step_follows_and_reset_leads_back(show_player):
    page = show_player(viz.play(three_uses, [2.0, -3.0]))
    steps = steps_of(page)
    assert steps[0] == "product = a · b = 2 · (−3) = −6"
    page.evaluate(SET, [[-1.5, 0.5]])
    moved = steps_of(page)
    assert moved[0] == "product = a · b = −1.5 · 0.5 = −0.75"
    assert moved[1] == "v₁ = product + b = −0.75 + 0.5 = −0.25"
    assert [page.inner_text(f"#sliders output >> nth={i}") for i in (0, 1)] == ["−1.5", "0.5"]
    page.click("#reset")
    assert steps_of(page) == steps
    assert [page.inner_text(f"#sliders output >> nth={i}") for i in (0, 1)] == ["2", "−3"]


def test_the_graph_follows(show_drawn_player):
    page = show_drawn_player(viz.play(three_uses, [2.0, -3.0]))
    page.evaluate(SET, [[-1.5, 0.5]])
    texts = page.locator("#canvas svg text").all_text_contents()
    assert {"value: −1.5", "value: 0.5", "value: −0.75"} <= set(texts)
    assert "value: −6" not in texts


def test_a_slider_moves_by_keys_and_not_the_step(show_player):
    page = show_player(viz.play(three_uses, [2.0, -3.0]))
    page.focus("#sliders input >> nth=1")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#position").startswith("Step 1 ")
    assert page.inner_text("#sliders output >> nth=1") != "−3"


@slow
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show_player, width, scheme):
    if not AXE.exists():
        pytest.skip("no axe-core here: AXE_CORE names its axe.min.js")
    function, start = FUNCTIONS["layer"]
    player = viz.play(function, [leaf(each) for each in start])
    page = show_player(player, width, scheme, bypass_csp=True)
    page.add_script_tag(path=AXE)
    for moved in (False, True):
        if moved:
            page.evaluate(SET, [[0.5, -1.5, 2.5, 1.0, 0.125, -2.0]])
        assert page.evaluate("axe.run()")["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("function", "inputs", "why"),
    [
        (lambda x: x.exp() if x.item() > 0 else x.sin(), [0.5], "what is computed depends on them"),
        (lambda x: tnn.where(x > 0.25, x * x, x), [0.5], "what is computed depends on them"),
        (only_above_zero, [0.5], "what is computed depends on them"),
        (lambda x: tnn.lgamma(x), [0.5], "for lgamma there is no formula of single numbers"),
        (lambda x: x.sum(), [np.ones(13)], "there is no leaf of few numbers among the inputs"),
    ],
)
def test_what_does_not_follow_is_said_to_be_fixed(function, inputs, why):
    html = viz.play(function, inputs).html
    assert f"The numbers are fixed: <bdi>{why}</bdi>." in html
    assert 'id="sliders"' not in html


def test_random_numbers_are_drawn_once_for_the_program_and_are_the_same_again():
    def noisy(x):
        return x * tnn.rand(())

    tnn.manual_seed(0)
    viz.play(noisy, 2.0)
    after = tnn.rand(()).item()
    tnn.manual_seed(0)
    noisy(tnn.tensor(2.0))
    assert tnn.rand(()).item() == after
    assert 'id="sliders"' in viz.play(noisy, 2.0).html


def test_a_tensor_has_no_sliders_and_no_word_of_them():
    html = viz.play(three_uses(leaf(2.0), leaf(-3.0))).html
    assert "The numbers are fixed" not in html
    assert 'id="sliders"' not in html


def test_numbers_that_the_program_writes_are_not_taken_for_numerals(show_player):
    page = show_player(viz.play(lambda x: x * 1001 + 1002, 2.0))
    page.evaluate(SET, [[1.0]])
    steps = steps_of(page)
    assert steps[0] == "v₁ = x · 1001 = 1 · 1001 = 1001"


def test_small_and_negative_numbers_are_written_as_everywhere(show_drawn_player):
    page = show_drawn_player(viz.play(three_uses, [2.0, -3.0]))
    page.evaluate(SET, [[1e-5, -0.5]])
    steps = steps_of(page)
    assert steps[0] == "product = a · b = 10⁻⁵ · (−0.5) = −5 · 10⁻⁶"
    assert steps[1] == "v₁ = product + b = −5 · 10⁻⁶ + (−0.5) = −0.5"
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    labels = page.locator("#canvas .label text").all_text_contents()
    assert not any("(" in each for each in labels)


def test_the_sentence_of_what_a_gradient_means_follows(show_player):
    page = show_player(viz.play(three_uses, [0.5, -0.25]))
    page.keyboard.press("End")
    told = page.locator("#panel .meaning").all_inner_texts()
    page.evaluate(SET, [[-1.5, 0.5]])
    moved = viz.play(three_uses, [-1.5, 0.5]).frames[-1]["meaning"]
    assert page.locator("#panel .meaning").all_inner_texts() == [*moved] != told
    page.click("#reset")
    assert page.locator("#panel .meaning").all_inner_texts() == told


@slow
def test_of_an_array_the_sentence_tells_the_number_that_counts_most_now(show_player):
    def squares(x):
        return (x * x).sum()

    page = show_player(viz.play(squares, [np.array([1.0, -3.0, 2.0])]))
    page.keyboard.press("End")
    assert page.inner_text("#panel .meaning") == "Raise x[1] by 0.01 and L falls by about 0.06."
    page.evaluate(SET, [[1.0, 0.5, 2.0]])
    assert page.inner_text("#panel .meaning") == "Raise x[2] by 0.01 and L rises by about 0.04."
    page.evaluate(SET, [[0.0, 0.0, 0.0]])
    assert page.inner_text("#panel .meaning") == "Raise x[0] by 0.01 and L stays."


def test_statistics_of_more_than_eight_numbers_are_left_out_while_they_move(show_player):
    def mean(x):
        return (x * x).mean()

    page = show_player(viz.play(mean, [np.arange(1.0, 10.0)]))
    page.keyboard.press("End")
    summary = page.locator("#gradients summary").last
    assert "mean" in summary.inner_text()
    page.evaluate(SET, [[0.5] * 9])
    assert "mean" not in summary.inner_text()
