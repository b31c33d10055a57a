"""`tinygrad-nn explain`: the derivation printed as text, or written as Markdown or HTML.
Read `../viz/test_explanation.py` for what its lines say.
"""

import io
import re
import sys

import pytest

LINES = ["dZ2 = A2 − Y", "dW2 = (dZ2ᵀ A1)/m", "db2 = (Σ dZ2)/m", "dW1 = (dZ1ᵀ X)/m"]


@pytest.mark.parametrize(
    ("words", "images"), [([], "(3, 64)"), (["--model", "784-10-10"], "(3, 784)")]
)
def test_the_derivation_is_printed(program, tmp_path, words, images):
    run = program("explain", *words)
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith(f"Given\n  X   {images}")
    for line in LINES:
        assert line in run.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "start", "said"),
    [
        ("derivation.txt", "Given\n", "dZ2 = A2 − Y"),
        ("derivation.md", "**Given**\n", "$"),
        ("derivation.html", "<!doctype html>\n", "<math"),
        ("DERIVATION.MD", "**Given**\n", "$"),
    ],
)
def test_the_ending_says_what_is_written(program, tmp_path, name, start, said):
    run = program("explain", "--out", name)
    assert (run.code, run.err) == (0, "")
    assert re.fullmatch(rf"wrote {name}: the derivation in \d+ lines\n", run.out)
    text = (tmp_path / name).read_text("utf-8")
    assert text.startswith(start)
    assert said in text
    assert text.endswith("\n")


def test_what_is_printed_is_what_is_written(program, tmp_path):
    printed = program("explain", "--model", "3-2").out
    program("explain", "--model", "3-2", "--out", "derivation.txt")
    assert (tmp_path / "derivation.txt").read_text("utf-8") == printed


def test_the_page_needs_no_network_and_is_harmless(program, tmp_path):
    (tmp_path / "mine.py").write_text(
        "import tinygrad_nn as t\nw = t.ones(2, requires_grad=True)\n"
        "w.name = '</section><script>alert(1)</script>'\nloss = (w * w).sum()\n"
    )
    assert program("explain", "mine.py", "--out", "derivation.html").code == 0
    text = (tmp_path / "derivation.html").read_text("utf-8")
    assert "<title>loss of mine.py</title>" in text
    assert "<script" not in text
    assert not re.search(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|@import""", text)


def test_where_the_terminal_has_no_letters_for_formulas_the_line_names_a_file(program, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    run = program("explain", "--model", "3-2")
    assert run.code == 1
    assert run.err.startswith("tinygrad-nn: what is printed here is ascii, without '")
    assert run.err.endswith("write a file: --out derivation.txt\n")


@pytest.mark.parametrize("name", ["derivation.pdf", "derivation"])
def test_another_ending_is_refused(program, name):
    run = program("explain", "--out", name)
    assert run.code == 2
    assert "argument --out: a file name that ends in .txt, .md, .html expected" in run.err
    assert run.err.count("\n") == 1


def test_a_missing_folder_is_one_line(program):
    run = program("explain", "--model", "3-2", "--out", "nowhere/derivation.md")
    assert run.code == 1
    assert run.err == "tinygrad-nn: nowhere/derivation.md: No such file or directory\n"
