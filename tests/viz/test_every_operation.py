"""Every operation of the table, looked at: its graph, its explanation, each step of the player.
Read `../cli/test_sheets.py` next.
"""

import re

import pytest
from op_checks import leaf, outputs_of
from op_rows import Case
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.autograd import registry
from tinygrad_nn.viz.notation.latex import to_text
from tinygrad_nn.viz.notation.sheet import formulas
from tinygrad_nn.viz.player.panel import step_html
from tinygrad_nn.viz.player.playback import playback
from tinygrad_nn.viz.structure.subject import subject_of

ROWS = [row for row in TABLE + COMPOSED if row.differentiable]
# Whole pages, of what looks different: pictures are laid out by a program that takes its time.
PAGES = [
    *("conv2d", "max_pool2d", "cross_entropy", "scaled_dot_product_attention", "einsum"),
    *("embedding", "embedding_bag", "gather", "scatter", "batch_norm", "fft_r2c", "svd", "solve"),
    *("eigh", "topk", "cumsum", "prod", "where", "lstm_cell"),
]
UNREADABLE = re.compile(r"no source|\\[a-z]|<(function|tinygrad|lambda)|object at")


def loss_of(row):
    """One number made of the outputs of the first sample that has elements; None if it has none."""
    for sample in row.samples:
        case = Case(row, sample)
        operands = [leaf(tnn, operand) for operand in case.draw()]
        outputs = [y for y in outputs_of(tnn, case, operands) if y.requires_grad]
        if outputs and all(y.numel() for y in outputs):
            return sum((y.abs().sum() for y in outputs[1:]), outputs[0].abs().sum())
    return None


def unreadable(loss):
    """What is wrong with the texts that show a loss, "" if nothing."""
    graph, explanation = str(viz.graph(loss)), str(loss.explain())
    steps = playback(subject_of(loss).read())
    panels = [step_html(steps, frame) for frame in steps.frames]
    if not (all(panels) and all(frame.text for frame in steps.frames)):
        return "a step shows nothing"
    if not (graph.count("\n") and explanation.count("\n")):
        return "a text of one line"
    texts = [graph, explanation, *(frame.text for frame in steps.frames)]
    return next((found[0] for text in texts if (found := UNREADABLE.search(text))), "")


@pytest.mark.parametrize("part", range(8))
def test_every_operation_can_be_drawn_explained_and_stepped_through(part):
    losses = {row.name: loss_of(row) for row in ROWS[part::8]}
    found = {name: unreadable(loss) for name, loss in losses.items() if loss is not None}
    assert len(found) > len(losses) - 3
    assert {name: text for name, text in found.items() if text} == {}


@pytest.mark.parametrize("name", PAGES)
def test_the_player_has_a_page_with_a_picture(name):
    player = viz.play(loss_of(next(row for row in ROWS if row.name == name)))
    assert len(player.frames) >= 5
    assert registry[name].public in player.html or registry[name].name in player.html


def test_every_operation_has_a_formula():
    assert [op.name for op in registry.values() if not op.latex] == []
    told = {row.operation: [row.forward, *row.rules.values()] for row in formulas()}
    assert {name for name, parts in told.items() if not all(map(to_text, parts))} == set()
    assert {name for name, parts in told.items() if "\\" in "".join(map(to_text, parts))} == set()
