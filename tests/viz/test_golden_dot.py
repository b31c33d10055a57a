"""Twelve graphs as DOT, word for word: what is drawn, not where.
Read `golden_graphs.py` first: the programs, and how to write the texts anew.
"""

import pytest
from golden_graphs import FOLDER, GRAPHS


@pytest.mark.parametrize("name", GRAPHS)
def test_the_dot_text_is_the_one_kept(name):
    assert GRAPHS[name]().dot() == (FOLDER / f"{name}.dot").read_text(encoding="utf-8")


def test_there_are_twelve_and_no_others():
    assert len(GRAPHS) == 12
    assert {path.stem for path in FOLDER.iterdir()} == set(GRAPHS)
