"""Random programs agree with PyTorch, and would not if something were wrong.
Read `../autograd/test_writing_state_machine.py` next, where hypothesis draws them.
"""

import contextlib
import io

import numpy as np
import pytest
from beside_torch import torch

import tinygrad_nn as tnn
from fuzz import table_phrases
from fuzz.__main__ import main
from fuzz.judging import difference, disagreement, drawn
from fuzz.planted import FAULTS
from fuzz.program import Index, Leaf, Name, Program, Statement
from fuzz.running import explained, programs_until_found, quiet, run
from fuzz.shrinking import shrunk


def explanations(seeds):
    return [explained(seed) for seed in run(seeds).found]


def test_a_thousand_programs_agree_with_pytorch():
    assert explanations(range(1000)) == []


@pytest.mark.slow
def test_twenty_thousand_programs_agree_with_pytorch():
    assert explanations(range(1000, 21_000)) == []


def test_programs_say_what_there_is_to_say():
    """Most run to their end, most statements are taken, and most of the table is drawn from."""
    with quiet():
        outcomes = [drawn(seed) for seed in range(300)]
    statements = [each for outcome in outcomes for each in outcome.program.statements]
    assert max(len(outcome.program.statements) for outcome in outcomes) == 8
    assert sum(outcome.refused for outcome in outcomes) < 0.15 * len(statements)
    assert sum(not outcome.ended for outcome in outcomes) > 0.6 * len(outcomes)
    assert sum(not each.makes for each in statements) > 0.1 * len(statements)
    assert len(table_phrases.CALLS) > 200
    assert len(table_phrases.WRITES) > 40


def test_a_seed_draws_the_same_program_again():
    with quiet():
        assert str(drawn(7).program) == str(drawn(7).program)


def printed(program, library):
    """Return what a program prints that is run as it reads."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(str(program).replace("import torch", ""), {"torch": library})
    return out.getvalue()


@pytest.mark.parametrize("name", ["tanh forgets the square", "x[1:] is a copy"])
def test_a_fault_is_found_and_shrunk_to_a_program_that_runs(name):
    """It runs as it is printed, in either library, and needs no more than three statements."""
    with FAULTS[name]():
        seed = programs_until_found(200) - 1
        with quiet():
            program = shrunk(drawn(seed).program)
        assert len(program.statements) <= 3
        assert len(program.leaves) == 1
        with quiet():
            assert disagreement(program)
        assert str(program) in explained(seed)
    with quiet():
        assert not disagreement(program)
    assert printed(program, torch) == printed(program, tnn) != ""


@pytest.mark.slow
def test_every_planted_fault_is_found():
    assert len(FAULTS) == 40
    missed = []
    for name, planted in FAULTS.items():
        with planted():
            if programs_until_found(20_000) is None:  # as many as are run without a fault
                missed.append(name)
    assert missed == []


def test_planting_leaves_no_trace():
    for planted in FAULTS.values():
        with planted():
            pass
    assert explanations(range(50)) == []


def test_a_program_reads_as_it_runs():
    x, y = Name("t0"), Name("t1")
    program = Program(
        (Leaf(x, np.ones((2, 3)), True),),
        (
            Statement("{x} * 2", {"x": x}, (y,)),
            Statement("{x}[{index}] += {v}", {"x": y, "index": Index((slice(1, None), 0)), "v": x}),
            Statement("{x}.unbind({d})", {"x": y, "d": 0}, (Name("t2"), Name("t3")), False, True),
        ),
    )
    lines = str(program).splitlines()
    assert lines[2:8] == [
        "t0 = torch.tensor([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], dtype=torch.float64, "
        "requires_grad=True)",
        "t1 = t0 * 2",
        "t1[1:, 0] += t0",
        "with torch.no_grad():",
        "    t2, t3 = t1.unbind(0)",
        "roots = [x for x in [t1, t2, t3] if x.requires_grad]",
    ]
    assert difference(program) == ""  # both refuse the second statement


def test_the_command_counts_and_says_what_it_found(capsys):
    assert main(["--programs", "60", "--seed", "5"]) == 0
    assert "60 programs" in (said := capsys.readouterr().out)
    assert "0 disagreements" in said
    with FAULTS["div is 1e-3 off"]():
        seed = programs_until_found(500) - 1
        assert main(["--programs", "1", "--seed", str(seed)]) == 1
    said = capsys.readouterr().out
    assert f"seed {seed}:" in said
    assert "import torch" in said
