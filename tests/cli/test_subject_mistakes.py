"""What has no graph or no way back: wrong names, programs that fail or end, losses after training.
Read `test_graph_command.py` next.
"""

import json

import pytest
from own_programs import MISFIT, OPERATIONS, STEP, TRAINING, named, one_line

from tinygrad_nn.cli.arguments import called

# --- mistakes, each one line ----------------------------------------------------------------------


@pytest.mark.parametrize("given", ["notes.txt", "folder.py", "mine.py:", "mine.py:1"])
def test_what_is_no_file_is_refused(program, write, tmp_path, given):
    write(STEP)
    (tmp_path / "notes.txt").write_text("loss")
    (tmp_path / "folder.py").mkdir()
    run = program("graph", given)
    assert run.code == 1
    assert one_line(run).endswith("is no Python file; expected FILE.py or FILE.py:NAME\n")


@pytest.mark.parametrize("command", ["graph", "play", "explain", "summary"])
def test_a_file_that_is_not_there_is_said_to_be_not_there(program, tmp_path, command):
    run = program(command, "missing.py")
    assert run.code == 1
    assert one_line(run) == f"tinygrad-nn: 'missing.py': there is no such file in {tmp_path}\n"


@pytest.mark.parametrize("command", ["graph", "play", "explain"])
def test_a_file_that_holds_only_a_model_is_told_what_to_add(program, write, command):
    write("from tinygrad_nn import nn\nnet = nn.Linear(2, 1)\n")
    run = program(command, "mine.py")
    assert run.code == 1
    assert "mine.py: net is a model, and there is no loss" in one_line(run)
    assert "add one, such as loss = nn.MSELoss()(net(inputs), targets)" in run.err
    assert "summary mine.py:net --input-size" in run.err


def test_a_function_that_returns_nothing_is_told_to_return_the_loss(program, write):
    write(f"{STEP}\ndef main():\n    loss = error()\n")
    run = program("play", "mine.py:main")
    assert run.code == 1
    assert one_line(run) == (
        "tinygrad-nn: mine.py:main: main() returns None; have it return the loss, as its last "
        "line: return loss\n"
    )


KINDS = f"""{STEP}
import numpy
loss_1 = error()
number, nothing, array, data = 3.0, None, numpy.ones(2), tnn.ones(2)
def pair(): return error(), 1
def of(x): return x
def helper(x=2): return error()
"""
THERE = "what can be drawn there: loss_1, error (a function), pair (a function), helper"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("los_1", "los_1 is not there after the file ran as if imported; "),
        ("number", "number is of type float, not a tensor that was computed from one "),
        ("nothing", "nothing is None, not a tensor"),
        ("array", "array is of type numpy.ndarray, not a tensor"),
        ("data", "data is a tensor without a graph, not a tensor"),
        ("model", "model is of type tinygrad_nn.nn.layers.container.Sequential, not a tensor"),
        ("of", "of is a function that takes arguments, not a tensor"),
    ],
)
def test_another_name_is_refused_with_those_that_can_be_drawn(program, write, name, said):
    write(KINDS)
    run = program("graph", f"mine.py:{name}")
    assert run.code == 1
    assert one_line(run).startswith(f"tinygrad-nn: mine.py:{name}: {said}")
    assert THERE in run.err


def test_a_function_that_returns_no_tensor_is_refused(program, write):
    write(KINDS)
    run = program("explain", "mine.py:pair")
    assert run.code == 1
    assert "what pair() returns is of type tuple, not a tensor" in one_line(run)


def test_where_nothing_can_be_drawn_that_is_said(program, write):
    write("x = 3\n")
    assert "; nothing there can be drawn" in one_line(program("graph", "mine.py"))


def test_a_long_list_of_names_is_cut(program, write):
    write(f"{STEP}\n" + "".join(f"loss_{i} = error()\n" for i in range(30)))
    run = program("graph", "mine.py")
    assert "loss_9" in one_line(run)
    assert "loss_10" not in run.err


@pytest.mark.parametrize("ending", ["sys.exit()", "sys.exit(2)", "raise SystemExit('done')"])
@pytest.mark.parametrize("place", ["", "def loss(): "])
def test_a_program_that_ends_itself_does_not_end_the_command(program, write, place, ending):
    write(f"import sys\n{place}{ending}\n")
    run = program("graph", "mine.py")
    assert run.code == 1
    assert one_line(run).startswith("tinygrad-nn: mine.py ended itself, sys.exit(")
    assert 'if __name__ == "__main__"' in run.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"x = (1\n", "mine.py: SyntaxError: '(' was never closed (mine.py, line 1)"),
        (b"x = '\xff'\n", "mine.py: SyntaxError: "),
    ],
)
def test_a_file_that_is_no_python_is_one_line_and_no_graph(program, tmp_path, text, said):
    (tmp_path / "mine.py").write_bytes(text)
    run = program("graph", "mine.py")
    assert run.code == 1
    assert said in one_line(run)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


def test_a_file_that_cannot_be_read_is_one_line(program, write, monkeypatch):
    def refuse(*arguments, **keywords):
        raise PermissionError(13, "Permission denied", "mine.py")

    write(STEP)
    monkeypatch.setattr("runpy.run_path", refuse)
    run = program("graph", "mine.py")
    assert run.code == 1
    assert "mine.py: PermissionError: " in one_line(run)


def test_ctrl_c_in_a_program_is_polite(program, write):
    write("raise KeyboardInterrupt\n")
    run = program("play", "mine.py")
    assert (run.code, run.err) == (130, "tinygrad-nn: stopped by Ctrl-C\n")


# --- a program that fails -------------------------------------------------------------------------


def test_a_program_that_fails_is_drawn_up_to_there(program, write, tmp_path):
    write(MISFIT)
    run = program("graph", "mine.py", "--out", "g.json")
    assert run.code == 1
    said = "tinygrad-nn: mine.py:5: ShapeError: matmul: shapes (4, 2) and (3, 2) cannot"
    assert one_line(run).startswith(said)
    assert run.out == "wrote g.json: the graph up to what failed\n"
    graph = json.loads((tmp_path / "g.json").read_text("utf-8"))
    assert named(graph, "operation", "failed") == ["matmul", "exp", "matmul"]
    assert named(graph, "leaf") == ["w"]
    assert graph["nodes"][-1]["kind"] == "failed"
    assert [node["label"] for node in graph["nodes"] if node["name"] == "exp"] == ["hidden"]


def test_a_function_that_fails_is_drawn_too(write, drawn):
    write(MISFIT.replace("loss =", "def error(): return"))
    assert named(drawn("mine.py:error", code=1), "failed") == ["matmul"]


def test_a_failure_outside_of_all_operations_names_its_line(program, write):
    write("import no_such_package\n")
    run = program("graph", "mine.py", "--out", "g.dot")
    assert run.code == 1
    assert one_line(run).startswith("tinygrad-nn: mine.py:1: ModuleNotFoundError: No module ")


def test_an_error_of_many_lines_is_told_on_one(program, write):
    write("raise ValueError('first\\nsecond\\x1b[31m')\n")
    run = program("graph", "mine.py", "--out", "g.dot")
    assert "ValueError: first second" in one_line(run)
    assert "\x1b" not in run.err


@pytest.mark.parametrize("command", ["play", "explain"])
def test_what_failed_has_no_backward_pass_and_the_line_names_the_command_that_draws_it(
    program, write, tmp_path, command
):
    write(MISFIT, "my program.py")
    run = program(command, "my program.py")
    assert run.code == 1
    assert "my program.py:5: ShapeError: matmul: " in one_line(run)
    assert run.err.endswith(f"; see: {called()} graph 'my program.py'\n")
    assert [path.name for path in tmp_path.iterdir()] == ["my program.py"]


# --- after training -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["play", "explain"])
def test_after_training_the_line_says_why_there_is_no_way_back_and_what_to_name(
    program, write, command
):
    write(TRAINING)
    run = program(command, "mine.py")
    assert run.code == 1
    assert one_line(run).startswith("tinygrad-nn: loss of mine.py: the backward pass of mse_loss ")
    assert "what it kept was freed" in run.err
    assert "changed since (by an optimizer's step?)" in run.err
    assert "a function that returns it can be named, too: mine.py:NAME" in run.err
    assert program(command, "mine.py:error").code == 0


@pytest.mark.parametrize("command", ["play", "explain"])
def test_after_backward_alone_the_way_back_is_there(program, write, command):
    write(
        STEP.partition("\n\n\n")[0] + "\nloss = criterion(model(pixels), target)\nloss.backward()"
    )
    assert program(command, "mine.py").code == 0


def test_after_training_the_graph_shows_the_gradients(write, drawn):
    write(TRAINING)
    graph = drawn("mine.py")
    assert named(graph, "operation") == OPERATIONS
    assert [node["name"] for node in graph["nodes"] if node["gradient"]] == named(
        graph, "parameter"
    )


@pytest.mark.parametrize("command", ["play", "explain"])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("loss = model(pixels)", "starts at one number, not at a tensor of shape (5, 1)"),
        ("loss = model[0].bias", "of mine.py: "),
    ],
)
def test_what_has_no_backward_pass_is_one_line(program, write, command, line, said):
    write(f"{STEP}\n{line}\n")
    run = program(command, "mine.py")
    assert run.code == 1
    assert said in one_line(run)
