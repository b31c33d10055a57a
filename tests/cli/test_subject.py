"""What `graph`, `play` and `explain` are asked to look at: one's own program, or sizes of layers.
Read `test_subject_mistakes.py` next.
"""

import os
import sys
import webbrowser

import pytest
from own_programs import MISFIT, OPERATIONS, STEP, named, one_line

COMMANDS = ("graph", "play", "explain")


# --- one's own program ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", ":loss", ":another", ":error"])
def test_a_variable_or_what_a_function_returns_is_drawn_by_the_programs_own_names(
    write, drawn, name
):
    write(f"{STEP}\nloss = another = error()\n")
    graph = drawn(f"mine.py{name}")
    assert named(graph, "operation") == OPERATIONS
    assert named(graph, "data") == ["pixels", "target"]
    assert named(graph, "parameter") == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert graph["title"] == f"{name[1:] or 'loss'} of mine.py"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_a_program(program, write, command):
    write(f"{STEP}\nprint('the program ran')\nloss = error()\n")
    run = program(command, "mine.py", *(["--out", "g.dot"] if command == "graph" else []))
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("the program ran\n")
    assert run.out.count("the program ran") == 1


def test_a_name_may_begin_with_an_underscore(write, drawn):
    write(f"{STEP}\n_hidden = error()\n")
    assert named(drawn("mine.py:_hidden"), "operation") == OPERATIONS


def test_a_lambda_and_a_partial_function_are_called(write, drawn):
    write(f"{STEP}\nimport functools\na = lambda: error()\nb = functools.partial(error)\n")
    for name in "ab":
        assert named(drawn(f"mine.py:{name}"), "operation") == OPERATIONS


def test_what_stands_under_the_guard_does_not_run(program, write):
    write(f"{STEP}\nif __name__ == '__main__':\n    raise SystemExit('run as a program')\n")
    assert program("explain", "mine.py:error").code == 0


def test_a_program_finds_its_neighbours_and_itself_also_inside_its_functions(write, drawn):
    write("scale = 3.0\n", "folder/neighbour_a.py")
    write("scale = 5.0\n", "folder/neighbour_b.py")
    write(
        "import sys, tinygrad_nn as tnn\nfrom neighbour_a import scale\n"
        "w = tnn.ones(2, requires_grad=True)\n"
        "def loss():\n"
        "    import neighbour_b\n"
        "    return (w * scale * neighbour_b.scale).sum() + len(sys.argv)\n",
        "folder/mine.py",
    )
    assert named(drawn("folder/mine.py"), "operation") == ["mul", "mul", "sum", "add"]
    for name in ("neighbour_a", "neighbour_b"):
        del sys.modules[name]


@pytest.mark.parametrize("ending", ["loss = error()", "1 / 0", "sys.exit(3)"])
def test_the_process_is_left_as_it_was(program, write, tmp_path, ending):
    write(
        f"{STEP}\nimport os, sys\nsys.argv.append('more')\nsys.path.append('elsewhere')\n"
        f"os.mkdir('inside')\nos.chdir('inside')\n{ending}\n"
    )
    arguments, search, modules = list(sys.argv), list(sys.path), set(sys.modules)
    program("graph", "mine.py", "--out", "g.json")
    assert (sys.argv, sys.path, os.getcwd()) == (arguments, search, str(tmp_path))
    assert "mine" not in set(sys.modules) - modules
    assert (tmp_path / "g.json").exists() == ("exit" not in ending)


def test_two_programs_of_one_name_are_not_mixed_up(write, drawn):
    write("import tinygrad_nn as t\nloss = t.ones(1, requires_grad=True).exp()\n", "a/same.py")
    write("import tinygrad_nn as t\nloss = t.ones(1, requires_grad=True).tanh()\n", "b/same.py")
    assert named(drawn("a/same.py"), "operation") == ["exp"]
    assert named(drawn("b/same.py"), "operation") == ["tanh"]


@pytest.mark.parametrize(
    "name", ["a b.py", "a:b.py", "it's.py", '"<b>&.py', "été 🔥.py", "-o.py", "$(x).py", "a\nb.py"]
)
@pytest.mark.skipif(os.name == "nt", reason="no file of such a name can be made there")
def test_any_file_name_is_taken_as_it_is(program, write, tmp_path, name):
    write(f"{STEP}\nloss = error()\n", name)
    for suffix in (".html", ".json", ".dot"):
        run = program("graph", f"./{name}", "--out", f"./{name}{suffix}")
        assert (run.code, run.err) == (0, "")
        assert run.out.count("\n") == 1
        assert (tmp_path / f"{name}{suffix}").exists()
    assert program("play", tmp_path / name).code == 0
    assert "<b>" not in (tmp_path / "play.html").read_text("utf-8").partition("<body")[2]


# --- sizes of layers ------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "count"), [("3-2", 2), ("2-3-2", 4), ("784-10-10-5", 6)])
def test_a_network_of_given_sizes(drawn, given, count):
    graph = drawn("--model", given)
    sizes = [int(size) for size in given.split("-")]
    shapes = {node["name"]: node["shape"] for node in graph["nodes"] if node["shape"]}
    assert len(named(graph, "parameter")) == count
    assert shapes["images"] == [3, sizes[0]]
    assert shapes["0.weight"] == [sizes[1], sizes[0]]
    assert named(graph, "operation").count("relu") == len(sizes) - 2
    assert given in graph["title"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_network_of_one_output_learns_a_number(program, command):
    assert program(command, "--model", "2-3-1").code == 0


def test_its_loss_is_the_squared_error(drawn):
    graph = drawn("--model", "2-3-1")
    assert named(graph, "operation") == ["linear", "relu", "linear", "mse_loss"]
    assert named(graph, "data") == ["inputs", "targets"]


def test_the_seed_draws_the_network(drawn):
    first, again, other = (drawn("--model", "3-2", "--seed", seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    "given", ["3", "", "-", "3-", "3-0", "0-3", "3--2", "3-x", "3 - 2", "3-2.5", "9" * 5000]
)
def test_sizes_that_are_none_are_refused(program, given):
    run = program("play", f"--model={given}")
    assert run.code == 2
    assert "argument --model: sizes of layers expected, such as 784-10-10" in one_line(run)
    assert len(run.err) < 250


@pytest.mark.parametrize("given", ["10000-10000-10", "50000001-2", "-".join(["1000"] * 60)])
def test_more_weights_than_a_machine_holds_are_refused(program, given):
    run = program("graph", "--model", given)
    assert run.code == 2
    assert "argument --model: at most 50,000,000 weights" in one_line(run)


def test_a_file_and_sizes_are_a_mistake_in_the_command(program, write):
    write(STEP)
    run = program("graph", "mine.py", "--model", "3-2")
    assert run.code == 2
    assert "not allowed with" in one_line(run)


# --- the browser ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["graph", "--out", "g.html"], "g.html"),
        (["play", "--out", "a b#?.html"], "a%20b%23%3F.html"),
        (["explain", "--out", "e.md"], "e.md"),
        (["explain"], "explain.html"),
    ],
)
def test_open_shows_what_was_written(program, monkeypatch, tmp_path, words, name):
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda address: shown.append(address) or True)
    run = program(*words, "--model", "3-2", "--open")
    assert (run.code, run.err) == (0, "")
    assert shown == [f"{tmp_path.as_uri()}/{name}"]


def test_a_failure_is_shown_as_well(program, write, monkeypatch):
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda address: shown.append(address) or True)
    write(MISFIT)
    assert program("graph", "mine.py", "--out", "g.html", "--open").code == 1
    assert len(shown) == 1


def test_without_open_nothing_is_shown(program, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda address: pytest.fail("a browser was opened"))
    assert program("play", "--model", "3-2").code == 0


def test_without_a_browser_the_file_is_there_and_a_line_says_so(program, monkeypatch, tmp_path):
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    run = program("play", "--model", "3-2", "--open")
    assert run.code == 1
    assert "play.html is written, but no browser was found" in one_line(run)
    assert (tmp_path / "play.html").exists()
