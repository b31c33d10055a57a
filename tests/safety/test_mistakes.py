"""Every mistake of the table gets its error where it is made, in our words, and of PyTorch's class.
Read `mistakes.py` first, and `test_where_pytorch_is_silent.py` next.
"""

from __future__ import annotations

import inspect
import traceback

import grad_mistakes
import graph_mistakes
import pytest
import shape_mistakes
import training_mistakes
from mistakes import ROWS, run
from silent_mistakes import SILENT
from watching import what_the_last_line_changed

import tinygrad_nn as tnn

try:
    import torch
except ImportError:
    torch = None

REFUSED = [row for row in ROWS if row.errors]
ALLOWED = [row for row in ROWS if not row.errors]
NUMPYS_WORDS = (
    "ufunc",
    "broadcast together",
    "could not broadcast",
    "core dimension",
    "array element with a sequence",
    "for array of dimension",
    "for axis",
    "array is ",
    "inhomogeneous",
    "read-only",
)
LONGEST_QUOTE = 8  # words in a row that our text may share with PyTorch's

for_rows = pytest.mark.parametrize("row", REFUSED, ids=str)
beside_torch = pytest.mark.skipif(torch is None, reason="could not import 'torch'")


def quoted(text: str, source: str) -> list[str]:
    """Return the runs of words that a text shares with its source."""
    words, length = text.split(), LONGEST_QUOTE + 1
    runs = [" ".join(words[i : i + length]) for i in range(len(words) - length + 1)]
    return [run for run in runs if run in " ".join(source.split())]


def test_every_number_has_a_row():
    assert all((graph_mistakes, grad_mistakes, shape_mistakes, training_mistakes))
    numbers = {row.number for row in ROWS} | set(SILENT)
    assert numbers == {f"S{number:03}" for number in range(1, 115)}


@for_rows
def test_the_class_is_pytorchs_and_pythons(row):
    _, error, _ = run(row, tnn)
    assert error is not None, "nothing was raised"
    for each in row.errors:
        assert isinstance(error, each), f"{error!r} is no {each.__name__}"


@for_rows
def test_the_message_names_what_was_involved(row):
    _, error, caught = run(row, tnn)
    missing = [fact for fact in row.says if fact not in str(error)]
    assert missing == [], f"not in: {error}"
    assert caught == []


@for_rows
def test_the_message_is_not_numpys(row):
    _, error, _ = run(row, tnn)
    assert [words for words in NUMPYS_WORDS if words in str(error)] == []
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


@for_rows
def test_the_error_is_raised_by_the_last_line(row):
    _, error, _ = run(row, tnn)
    source, first = inspect.getsourcelines(row.program)
    frames = traceback.extract_tb(error.__traceback__)
    (line,) = [each.lineno for each in frames if each.name == row.program.__name__]
    assert line == first + len(source) - 1


@for_rows
def test_nothing_has_changed_after_the_error(row):
    assert what_the_last_line_changed(row.program) == []


CHANGES = {
    "values": lambda x: x.detach().zero_(),
    "version": lambda x: x.detach().add_(0),
    "grad": lambda x: (x * 2).sum().backward(),
    "graph": lambda x: x.requires_grad_(False),
    "random numbers": lambda x: tnn.rand(1),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_before_the_error_is_found(change):
    def program(library):
        x = graph_mistakes.leaf(library)
        {}[change(x)]

    assert what_the_last_line_changed(program) != []


@beside_torch
@for_rows
def test_pytorch_raises_the_same_class(row):
    _, ours, _ = run(row, tnn)
    _, theirs, _ = run(row, torch)
    assert theirs is not None
    assert isinstance(ours, type(theirs)), f"{ours!r} is no {type(theirs).__name__}"
    assert quoted(str(ours), str(theirs)) == []


@pytest.mark.parametrize("row", ALLOWED, ids=str)
def test_what_is_allowed_gives_its_value(row):
    value, error, caught = run(row, tnn)
    assert error is None
    assert value == row.value
    assert len(caught) == bool(row.says), caught
    assert [fact for fact in row.says if fact not in caught[0]] == []


@beside_torch
@pytest.mark.parametrize("row", ALLOWED, ids=str)
def test_what_is_allowed_gives_the_same_in_pytorch(row):
    value, _, caught = run(row, torch)
    assert value == row.value
    assert bool(caught) == bool(row.says)


@pytest.mark.parametrize("row", [row for row in ALLOWED if row.says], ids=str)
def test_a_warning_points_at_the_users_line(row):
    with pytest.warns(UserWarning, match=row.says[0]) as caught:
        row.program(tnn)
    assert caught[0].filename == inspect.getsourcefile(row.program)
    source, first = inspect.getsourcelines(row.program)
    assert first < caught[0].lineno < first + len(source)
