"""`.save` of a graph, a player, a derivation and a summary: the name's ending says the format.
Read `test_drawing_saving.py` next, for the six formats of a graph.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.viz.notation.latex import IN_FONTS


def loss():
    a, b = tnn.tensor(2.0, requires_grad=True), tnn.tensor(-3.0, requires_grad=True)
    return a * b + b


SHOWN = {
    "graph": (lambda: viz.graph(loss()), (".dot", ".svg", ".png", ".pdf", ".html", ".json")),
    "player": (lambda: viz.play(loss()), (".html",)),
    "derivation": (lambda: viz.explain(loss()), (".txt", ".md", ".html")),
    "summary": (lambda: viz.summary(nn.Linear(2, 3), (4, 2)), (".txt", ".html")),
}


@pytest.mark.parametrize("kind", SHOWN)
@pytest.mark.parametrize("name", ["shown.gif", "shown", "html"])
def test_another_ending_is_refused_and_those_that_can_be_written_are_named(tmp_path, kind, name):
    make, endings = SHOWN[kind]
    with pytest.raises(ValueError, match=f"{kind}'s file ends in .*{', '.join(endings)}, got"):
        make().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_player_is_no_picture(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.html, got '.*x\.png'"):
        viz.play(loss()).save(tmp_path / "x.png")


@pytest.mark.parametrize("kind", ["player", "derivation", "summary"])
def test_each_ending_is_written_and_the_path_returned(tmp_path, kind):
    make, endings = SHOWN[kind]
    for ending in endings:
        path = make().save(str(tmp_path / f"shown{ending.upper()}"))
        text = path.read_text("utf-8")
        assert text.endswith("\n")
        assert text.startswith("<!doctype html>") is (ending == ".html")


def test_a_derivation_has_the_same_words_in_a_file(tmp_path):
    explanation = loss().explain(title="All <of> it")
    assert explanation.save(tmp_path / "a.txt").read_text("utf-8") == f"{explanation}\n"
    assert explanation.save(tmp_path / "a.md").read_text("utf-8") == f"{explanation.markdown()}\n"
    page = explanation.save(tmp_path / "a.html").read_text("utf-8")
    assert explanation.html().replace(IN_FONTS, "") in page
    assert "<title>All &lt;of&gt; it</title>" in page
