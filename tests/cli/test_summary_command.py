"""`tinygrad-nn summary`: the layers of a model printed as text, or written as a page.
Read `../viz/test_summary.py` for what its lines say.
"""

import pytest

MODEL = """
import tinygrad_nn as tnn

model = tnn.nn.Sequential(tnn.nn.Linear(4, 3), tnn.nn.Tanh())
other = 3


class Net(tnn.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = tnn.nn.Linear(2, 1)

    def forward(self, x):
        return self.layer(x)


def build():
    return Net()


def fails():
    raise RuntimeError("no such data")
"""


def test_a_network_of_given_sizes_is_printed(program):
    run = program("summary", "--model", "784-128-10")
    assert (run.code, run.err) == (0, "")
    assert "Parameters: 101,770" in run.out
    assert "├─0: Linear" in run.out


@pytest.mark.parametrize(
    ("name", "size", "parameters"),
    [("mine.py", "2,4", 15), ("mine.py:build", "5,2", 3), ("mine.py:Net", "5,2", 3)],
)
def test_a_model_of_a_program_is_printed(program, write, name, size, parameters):
    write(MODEL)
    run = program("summary", name, "--input-size", size)
    assert (run.code, run.err) == (0, "")
    assert f"Parameters: {parameters}\n" in run.out


@pytest.mark.parametrize(
    ("name", "start"), [("model.txt", "===="), ("model.html", "<!doctype html>"), ("M.HTML", "<!")]
)
def test_the_ending_says_what_is_written(program, tmp_path, name, start):
    run = program("summary", "--out", name)
    assert (run.code, run.out) == (0, f"wrote {name}: the summary of 4 calls\n")
    text = (tmp_path / name).read_text("utf-8")
    assert text.startswith(start)
    assert ("<h1>A network of 64-10-10 units</h1>" in text) == name.lower().endswith("html")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mine.py"], "the shape of its input is needed, as --input-size 8,1,28,28"),
        (["mine.py", "--input-size", "2,5"], "mine.py, called with (2, 5): "),
        (["mine.py", "--input-size", "2,5"], "(in 0: Linear, which was given (2, 5))"),
        (["mine.py:other", "--input-size", "2"], "other is of type int, not a Module; what is one"),
        (
            ["mine.py:nothing", "--input-size", "2"],
            "mine.py:nothing: there is no nothing; what is one there: model",
        ),
        (["mine.py:fails", "--input-size", "2"], "RuntimeError: no such data"),
        (["there.py", "--input-size", "2"], "'there.py': there is no such file in "),
    ],
)
def test_what_goes_wrong_is_one_line(program, write, words, said):
    write(MODEL)
    run = program("summary", *words)
    assert run.code == 1
    assert said in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("size", ["", "a", "1,,2", "-1", "2,"])
def test_what_is_no_shape_is_refused(program, size):
    run = program("summary", f"--input-size={size}")
    assert run.code == 2
    assert "a shape expected, such as 8,1,28,28" in run.err
