"""`tinygrad-nn play`: a page that steps through a training step, one's own or on three digits.
Read `test_explain_command.py` next, or `../viz/test_player_frames.py` for what the steps show.
"""

import re

import pytest


def page(tmp_path, name="play.html"):
    return (tmp_path / name).read_text("utf-8")


def test_without_options_it_plays_a_step_on_three_digits(program, tmp_path):
    run = program("play")
    assert (run.code, run.err) == (0, "")
    assert re.fullmatch(r"wrote play\.html: \d+ steps; the arrow keys go .*\n", run.out)
    assert page(tmp_path).startswith("<!doctype html>")
    for text in ("How one training step computes the loss", "images", "0.weight", "(3, 64)"):
        assert text in page(tmp_path)


def test_the_steps_are_two_for_each_operation_and_the_start_and_the_end(program):
    count = program("play", "--model", "4-3-2").out
    more = program("play", "--model", "4-3-3-2").out
    steps = [int(re.search(r"(\d+) steps", text)[1]) for text in (count, more)]
    assert steps[1] - steps[0] == 4  # a linear and a relu, forward and backward


def test_the_page_is_where_it_was_asked_for(program, tmp_path):
    run = program("play", "--model", "3-2", "--out", "Player.HTML")
    assert run.out.startswith("wrote Player.HTML: ")
    assert [path.name for path in tmp_path.iterdir()] == ["Player.HTML"]


def test_the_same_options_write_the_same_page(program, tmp_path):
    for name in ("a.html", "b.html"):
        assert program("play", "--model", "3-2", "--out", name).code == 0
    assert page(tmp_path, "a.html") == page(tmp_path, "b.html")


def test_the_page_needs_neither_an_engine_nor_the_network(program, without, tmp_path):
    without("pygraphviz", "matplotlib")
    assert program("play", "--model", "3-2").code == 0
    assert not re.search(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|@import""", page(tmp_path))


@pytest.mark.parametrize("name", ["play.svg", "play", "play.htm"])
def test_another_ending_is_refused(program, name):
    run = program("play", "--out", name)
    assert run.code == 2
    assert "argument --out: a file name that ends in .html expected" in run.err
    assert run.err.count("\n") == 1


def test_more_operations_than_anyone_steps_through_are_refused(program, tmp_path):
    (tmp_path / "mine.py").write_text(
        "import tinygrad_nn as t\nloss = t.tensor(1.0, requires_grad=True)\n"
        "for _ in range(400):\n    loss = loss * 1.01\n"
    )
    run = program("play", "mine.py")
    assert run.code == 1
    assert run.err.startswith("tinygrad-nn: loss of mine.py: this computation has 400 operations")
    assert run.err.count("\n") == 1


def test_a_missing_folder_is_one_line(program):
    run = program("play", "--model", "3-2", "--out", "nowhere/play.html")
    assert run.code == 1
    assert run.err == "tinygrad-nn: nowhere/play.html: No such file or directory\n"
