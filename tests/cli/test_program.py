"""The command line as a whole: help, usage errors, and that nothing is loaded before it is needed.
Read `test_train_command.py` next.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.cli import main
from tinygrad_nn.cli.arguments import called

COMMANDS = ("train", "check", "graph", "play", "explain")
ALL = (*COMMANDS, "predict", "summary")


def in_a_process(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(words, capture_output=True, text=True, timeout=120)


def test_python_m_tinygrad_nn_helps():
    run = in_a_process(sys.executable, "-m", "tinygrad_nn", "--help")
    assert run.returncode == 0
    assert run.stdout.startswith("usage: tinygrad-nn ")
    assert run.stderr == ""


def test_importing_the_package_loads_neither_the_command_line_nor_pictures():
    code = "import sys, tinygrad_nn; print([name for name in sys.modules])"
    loaded = in_a_process(sys.executable, "-c", code).stdout
    assert "'tinygrad_nn.nn'" in loaded
    for name in ("tinygrad_nn.cli", "matplotlib", "graphviz", "pygraphviz"):
        assert f"'{name}'" not in loaded


def test_without_a_command_it_helps(program):
    run = program()
    assert (run.code, run.err) == (0, "")
    assert run.out == program("--help").out


@pytest.mark.parametrize("command", [(), *((name,) for name in ALL)])
def test_help_fits_into_80_columns(program, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, program(*command, "--help").out.splitlines())) <= 80


def test_a_command_is_named_as_it_was_called(monkeypatch, tmp_path):
    script = tmp_path / "bin" / "tinygrad-nn"
    script.parent.mkdir()
    script.touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PATH", "")
    assert called() == str(script)
    monkeypatch.setenv("PATH", str(script.parent))
    assert called() == "tinygrad-nn"
    monkeypatch.setattr(sys, "argv", ["tinygrad_nn/__main__.py"])
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert called() == "python -m tinygrad_nn"
    monkeypatch.setenv("PATH", "")
    assert called() == f"{os.path.relpath(sys.executable)} -m tinygrad_nn"


def test_ctrl_c_while_the_commands_are_imported_is_polite(monkeypatch, capsys):
    class Interrupt:
        def find_spec(self, name, path=None, target=None):
            if name == "tinygrad_nn.cli.program":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "tinygrad_nn.cli.program", raising=False)
    monkeypatch.delattr("tinygrad_nn.cli.program", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupt(), *sys.meta_path])
    assert main([]) == 130
    assert capsys.readouterr().err == "tinygrad-nn: stopped by Ctrl-C\n"


def test_help_names_every_command_with_examples(program):
    run = program("--help")
    assert run.code == 0
    for command in COMMANDS:
        assert f"  tinygrad-nn {command} " in run.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_description_and_examples(program, command):
    run = program(command, "--help")
    assert run.code == 0
    assert f"examples:\n  tinygrad-nn {command}\n" in run.out
    for option in ("--data", "--hidden", "--seed"):
        assert option in run.out


def test_the_version_is_the_packages(program):
    assert program("--version").out.strip() == f"tinygrad_nn {tnn.__version__}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["learn"], "invalid choice: 'learn'"),
        (["train", "--iteration-count", "3"], "unrecognized arguments"),
        (["train", "--iterations", "-5"], "--iterations: a whole number from 1"),
        (["train", "--iterations", "0"], "--iterations: a whole number from 1"),
        (["train", "--iterations", "many"], "got 'many'"),
        (["train", "--hidden", "0"], "--hidden: a whole number from 1"),
        (["train", "--batch-size", "2.5"], "--batch-size: a whole number from 1"),
        (["train", "--seed", "-1"], "--seed: a whole number from 0"),
        (["train", "--learning-rate", "0"], "--learning-rate: a number above 0"),
        (["train", "--learning-rate", "nan"], "--learning-rate: a number above 0"),
        (["train", "--learning-rate", "inf"], "--learning-rate: a number above 0"),
        (["train", "--init", "zeros"], "--init: invalid choice: 'zeros'"),
        (["check", "--formulas", "left"], "--formulas: invalid choice: 'left'"),
        (["graph", "--out", "graph.gif"], "ends in .dot, .svg, .png, .pdf, .html, .json expected"),
        (["graph", "--out", "graph"], "ends in .dot, .svg, .png, .pdf, .html, .json expected"),
    ],
)
def test_a_usage_error_is_one_line_with_the_way_out(program, words, said):
    run = program(*words)
    assert run.code == 2
    assert run.out == ""
    assert run.err.startswith("tinygrad-nn: ")
    assert run.err.count("\n") == 1
    assert said in run.err
    assert "--help" in run.err


@pytest.mark.parametrize("command", COMMANDS)
def test_data_that_is_not_there_is_one_line_with_the_way_out(program, command, tmp_path):
    run = program(command, "--data", "nowhere/train.csv")
    assert run.code == 1
    assert run.err.startswith("tinygrad-nn: --data 'nowhere/train.csv' is not there; ")
    assert run.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_the_files_names_those_it_needs(program, tmp_path):
    run = program("train", "--data", tmp_path)
    assert run.code == 1
    assert "train-images-idx3-ubyte" in run.err
    assert run.err.count("\n") == 1


def test_a_bad_cell_of_a_csv_file_is_named(program, kaggle_csv):
    path = kaggle_csv(12)
    path.write_text(path.read_text().replace("\n", "\nseven,", 1))
    run = program("train", "--data", path)
    assert run.code == 1
    assert f"tinygrad-nn: {path}: line 2, column" in run.err
    assert run.err.count("\n") == 1


def test_too_few_images_are_refused(program, kaggle_csv):
    run = program("train", "--data", kaggle_csv(5))
    assert run.code == 1
    assert "5 images are too few; 6 is the least" in run.err


def test_a_network_that_does_not_fit_into_memory_is_one_line(program, monkeypatch):
    def refuse(*sizes):
        raise MemoryError("Unable to allocate 5 TiB")

    monkeypatch.setattr(tnn.nn, "Linear", refuse)
    run = program("train", "--hidden", "1000000000")
    assert run.code == 1
    assert run.err == (
        "tinygrad-nn: not enough memory (Unable to allocate 5 TiB); try a smaller --hidden or "
        "--batch-size\n"
    )


def test_an_interrupt_before_training_is_polite(program, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(tnn, "manual_seed", interrupt)
    run = program("graph")
    assert run.code == 130
    assert run.err == "tinygrad-nn: stopped by Ctrl-C\n"
