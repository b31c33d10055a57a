"""D2: 2k steps are k steps, a file, a new process and k steps more, bit for bit.
Read `resumed_training.py` beside it, the program of that process.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from resumed_training import CASES, PARTS

STRAIGHT = "0-14"
RESUMED = ("5-10", "7-14")  # a pass has 7 batches: in the middle of a pass, and at its end


def trained(folder, workers, *runs):
    """The losses of runs in a process of their own, by run, optimizer and schedule."""
    program = Path(__file__).with_name("resumed_training.py")
    run = subprocess.run(
        [sys.executable, str(program), str(folder), str(workers), *runs],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lines = (line.split() for line in run.stdout.splitlines())
    return {tuple(line[:3]): line[3:] for line in lines}


@pytest.fixture(scope="module", params=[0, pytest.param(2, marks=pytest.mark.slow)])
def training(request, tmp_path_factory):
    """The folder of all files, and the losses of a straight run and of those that went on."""
    folder = tmp_path_factory.mktemp("runs")
    losses = trained(folder, request.param, STRAIGHT)
    without = (f"{RESUMED[0]}-{part}" for part in PARTS)
    return folder, losses | trained(folder, request.param, *RESUMED, *without)


def goes_on_as_straight(training, case, run):
    """Whether a run's losses, and the file after its last step, are those of the straight run."""
    folder, losses = training
    begin, end = map(int, run.split("-")[:2])
    name = "-".join(case)
    files = [(folder / f"{each}.{end}").read_bytes() for each in (name, f"{name}.{run}")]
    return losses[run, *case] == losses[STRAIGHT, *case][begin:end] and files[0] == files[1]


@pytest.mark.parametrize("case", CASES, ids="-".join)
@pytest.mark.parametrize("run", RESUMED)
def test_d2_training_goes_on_where_it_stopped(training, case, run):
    assert goes_on_as_straight(training, case, run)


@pytest.mark.parametrize("part", PARTS)
def test_d2_a_part_that_is_not_taken_over_is_noticed(training, part):
    assert not goes_on_as_straight(training, CASES[0], f"{RESUMED[0]}-{part}")
