"""`run` runs a program that was written for PyTorch; what is missing is told in one line.
Read `test_subject.py` next, for commands that look into such a program.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
XOR = """\
import argparse
import torch
import torch.nn as nn

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=5)
steps = parser.parse_args().steps
torch.manual_seed(0)
x = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
y = torch.tensor([[0.0], [1], [1], [0]])
net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
for step in range(steps):
    loss = nn.functional.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.4f}")
"""


@pytest.fixture
def run(tmp_path):
    """Run a command line in a process of its own, as a user does."""

    def run(*words, python=()):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, *(python or ("-m", "tinygrad_nn", "run")), *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )

    return run


def test_a_program_prints_what_it_prints_with_pytorch(run, write):
    pytest.importorskip("torch")
    write(XOR)
    ours = run("mine.py", "--steps", "20")
    assert ours.returncode == 0, ours.stderr
    assert ours.stdout == run("mine.py", "--steps", "20", python=("-W", "ignore")).stdout
    assert len(ours.stdout.splitlines()) == 20


def test_a_program_finds_itself_its_arguments_and_its_neighbours(run, write):
    write("from torch import ones\nmade = ones(2)\n", "neighbour.py")
    write("import sys, neighbour\nprint(__name__, sys.argv, neighbour.made, __file__)\n")
    done = run("mine.py", "--one", "2")
    assert done.stdout == "__main__ ['mine.py', '--one', '2'] tensor([1., 1.]) mine.py\n"


def test_a_module_is_run_by_its_name(run, write):
    write("", "package/__init__.py")
    write("import torch, sys\nprint(torch.ones(2).sum().item(), sys.argv[1:])\n", "package/go.py")
    assert run("-m", "package.go", "word").stdout == "2.0 ['word']\n"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            "import torch\nx = torch.sparse_coo_tensor([[0]], [1.0], (2,))",
            r"mine.py:2: tinygrad_nn has no sparse_coo_tensor yet: PyTorch has it, tinygrad_nn "
            "does not; the nearest that is here: ",
        ),
        (
            "from torch.optim.optimizer import nothing_such",
            "mine.py:1: tinygrad_nn.optim.optimizer has no nothing_such: ",
        ),
        (
            "from torch.nn.modules.conv import _such",
            "mine.py:1: tinygrad_nn.nn has no _such: it is",
        ),
        ("import torch.monitor", "mine.py:1: tinygrad_nn has no monitor yet: PyTorch has it"),
        (
            "import torch, torch.sparse\ntorch.sparse.mm(torch.ones(2, 2), torch.ones(2, 2))",
            "mine.py:2: sparse.mm() is not here: tensors are dense; index_add and scatter_add",
        ),
        (
            "from torch.masked import masked_tensor\nmasked_tensor([1.0], [True])",
            "mine.py:2: masked.masked_tensor() is not here: tensors have no mask of their own",
        ),
        (
            "import torch\ntorch.nested.nested_tensor([])",
            "mine.py:2: nested.nested_tensor() is not here: the rows of a tensor have one length",
        ),
        ("from torch.nn import Linaer", "mine.py:1: tinygrad_nn.nn has no Linaer, and neither"),
        (
            "import torch\ndef f(x):\n    return x.sparse_mask(x)\nf(torch.ones(2))",
            "mine.py:3: tinygrad_nn.Tensor has no sparse_mask yet",
        ),
        (
            "import sys\nsys.modules['tensorboardX'] = None  # as if it were not installed\n"
            "import torch.utils.tensorboard as t\nt.SummaryWriter()",
            "mine.py:4: SummaryWriter needs tensorboardX: pip install 'tinygrad_nn[tensorboard]'",
        ),
    ],
)
def test_what_is_missing_is_one_line_and_exit_code_1(run, write, program, said):
    write(program)
    done = run("mine.py")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"tinygrad-nn: {said}")
    assert done.stderr.count("\n") == 1


def test_an_error_of_the_program_is_shown_as_python_shows_it_down_to_its_own_line(run, write):
    write("import torch\n\ndef f(a):\n    return a @ torch.ones(3)\n\nf(torch.ones(2))\n")
    done = run("mine.py")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    files = [line.split('"')[1] for line in lines if line.startswith("  File")]
    assert files == ["mine.py", "mine.py"]
    assert "matmul: shapes (2,) and (3,)" in lines[-1]


@pytest.mark.parametrize(("leaves", "code"), [("3", 3), ("", 0), ("'no data'", 1)])
def test_the_exit_code_is_the_program_s(run, write, leaves, code):
    write(f"import sys\nsys.exit({leaves})\n")
    assert run("mine.py").returncode == code


def test_a_file_that_is_not_there_is_one_line(program):
    done = program("run", "nowhere.py")
    assert done.code == 1
    assert done.err.startswith("tinygrad-nn: 'nowhere.py': there is no such file in ")
    assert done.err.count("\n") == 1


def test_the_process_is_afterwards_as_it_was(program, write):
    write("import sys, torch\nsys.path.append('x')\nprint(sys.argv, torch.ones(1))\n")
    before = sys.argv, list(sys.path), sys.modules.get("torch")
    done = program("run", "mine.py", "word")
    assert (done.code, done.out) == (0, "['mine.py', 'word'] tensor([1.])\n")
    assert (sys.argv, sys.path, sys.modules.get("torch")) == before


@pytest.mark.parametrize("command", ["graph", "play", "explain"])
def test_the_other_commands_look_into_programs_of_pytorch_too(program, write, command, tmp_path):
    write("import torch\nw = torch.ones(2, requires_grad=True)\nloss = (w * w).sum()\n")
    done = program(command, "mine.py", *(() if command == "explain" else ("--out", "out.html")))
    assert done.code == 0, done.err


def test_a_summary_is_made_of_a_model_of_pytorch_s(program, write):
    write("from torch import nn\nmodel = nn.Sequential(nn.Linear(2, 3), nn.ReLU())\n")
    done = program("summary", "mine.py", "--input-size", "1,2")
    assert done.code == 0, done.err
    assert "Linear" in done.out
