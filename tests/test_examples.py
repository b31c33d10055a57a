"""Every example opens alike and is listed; those of one size run as a student runs them.
Read `test_example_programs.py` next, for those whose size is a flag, which run on small data.
"""

import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from runpy import run_path

import pytest
from PIL import Image

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SCRIPTS = [path for path in EXAMPLES if "def main(" not in path.read_text("utf-8")]


@cache
def printed_by(name: str) -> str:
    """Run an example in an interpreter of its own, where a warning is an error."""
    run = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        # BLAS threads do not pay for products as small as these, and stall on a busy machine.
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONIOENCODING": "utf-8",
            "OPENBLAS_NUM_THREADS": "1",
        },
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return run.stdout


def numbers(pattern: str, text: str) -> list[float]:
    """Return the one group of every match as a number."""
    return [float(found) for found in re.findall(pattern, text)]


def part(text: str, start: str, end: str = "\n\n") -> str:
    """Return what stands between two headings."""
    return text.partition(start)[2].partition(end)[0]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_runs_and_prints_lines_that_fit_a_screen(path):
    lines = printed_by(path.stem).splitlines()
    assert len(lines) > 5
    assert max(map(len, lines)) < 150


@pytest.mark.parametrize("name", ["decision", "write_up", "own_operation"])
def test_a_script_draws_where_a_file_is_named(name, tmp_path, monkeypatch):
    picture = tmp_path / "picture.png"
    monkeypatch.setattr(sys, "argv", [name, "--picture", str(picture)])
    dtype, operations = tnn.get_default_dtype(), dict(registry)
    with redirect_stdout(StringIO()), tnn.random.fork_rng():
        run_path(str(ROOT / "examples" / f"{name}.py"))
    tnn.set_default_dtype(dtype)
    registry.clear()
    registry.update(operations)
    assert len(Image.open(picture).convert("RGB").getcolors(1 << 20)) > 20


def test_every_example_is_listed_with_its_picture():
    listed = (ROOT / "examples" / "README.md").read_text("utf-8")
    for path in EXAMPLES:
        assert f"{path.stem}.py" in listed, "run python examples/all.py"
    pictures = re.findall(r'src="(pictures/[\w-]+\.png)"', listed)
    assert len(pictures) == len(set(pictures)) > 15
    for picture in pictures:
        assert (ROOT / "examples" / picture).stat().st_size < 60_000


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_opens_with_two_sentences_that_say_how_to_run_it(path):
    first, second = path.read_text("utf-8").splitlines()[:2]
    assert first.startswith('"""')
    assert first.endswith(".")
    assert second.startswith(f"Run it with `python examples/{path.name}`")
    assert second.endswith(".")


# --- decision.py ----------------------------------------------------------------------------------


def test_the_chosen_weights_decide_eight_times():
    text = printed_by("decision")
    rows = re.findall(r"^ +([01]) +([01]) +([01]) +(\S+) +(yes|no)$", text, re.MULTILINE)
    assert len(rows) == 8
    for dry, friend, train, total, answer in rows:
        expected = 5 * int(dry) + 3 * int(friend) + 3 * int(train) - 6.5
        assert float(total) == expected
        assert answer == ("yes" if expected > 0 else "no")


@pytest.mark.parametrize("method", ["\ngradient descent", "stochastic gradient descent"])
def test_both_ways_of_descending_learn_the_decision(method):
    text = part(printed_by("decision"), method, "  w = ")
    costs = numbers(r"cost (\S+),", text)
    assert costs[0] == 0.25  # the fresh neuron answers 1/2 to everything
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < 0.005
    assert numbers(r"(\d) of 8 decisions right", text)[-1] == 8


def test_the_chain_rule_by_hand_is_what_autograd_finds():
    text = printed_by("decision")
    by_hand = re.findall(r"by hand (\[.*\])", text)
    by_autograd = re.findall(r"autograd (\[.*\])", text)
    assert len(by_hand) == 5
    assert by_hand == by_autograd
    assert numbers(r"largest difference: (\S+)", text)[0] < 1e-15


# --- write_up.py ----------------------------------------------------------------------------------


def test_formulas_and_autograd_train_the_same_network():
    text = printed_by("write_up")
    rows = re.findall(r"^ *(\d+)   +(\d\.\d+)   (\d\.\d+)   +(\S+)%$", text, re.MULTILINE)
    assert [int(row[0]) for row in rows] == [0, 100, 200, 300, 400, 500]
    by_autograd, by_hand = ([float(row[column]) for row in rows] for column in (1, 2))
    assert by_autograd == pytest.approx(by_hand, rel=1e-10)
    assert by_autograd == sorted(by_autograd, reverse=True)
    assert float(rows[-1][3]) > 85
    assert numbers(r"largest difference of a loss: (\S+)", text)[0] < 1e-12


def test_the_formulas_are_right_and_the_published_biases_wrong():
    right, wrong = printed_by("write_up").split("as they were published")
    verdict = r"^(\w\d) .*(right|WRONG)$"
    assert dict(re.findall(verdict, right, re.MULTILINE)) == dict.fromkeys(
        ("W1", "b1", "W2", "b2"), "right"
    )
    assert dict(re.findall(verdict, wrong, re.MULTILINE)) == {
        "W1": "right",
        "b1": "WRONG",
        "W2": "right",
        "b2": "WRONG",
    }
    assert "b2: by hand has shape ()" in wrong


# --- own_operation.py -----------------------------------------------------------------------------


def test_both_spellings_of_an_operation_have_its_slope():
    text = printed_by("own_operation")
    slopes = [
        numbers(r"(-?\d\.\d{5})", part(text, f"\n{name} ", "\n"))
        for name in ("composed of", "Function", "@op")
    ]
    # x s'(x) + s(x), s the sigmoid, at -4, -1, 0, 1, 4
    assert slopes == [[-0.05266, 0.07233, 0.5, 0.92767, 1.05266]] * 3


def test_gradcheck_passes_what_is_right_and_refuses_the_mistake():
    text = printed_by("own_operation")
    verdicts = re.findall(r"^(\S.*?) {2,}(right|WRONG)", text, re.MULTILINE)
    assert [verdict for _, verdict in verdicts] == ["right"] * 3 + ["WRONG"]
    assert "wrong gradient of output 0[1] with respect to input 0[1]" in text
    assert "backward gives -0.1966119332, differences give 0.0723294881" in text
