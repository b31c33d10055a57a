"""Every program in the documents runs and prints what stands below it, so that none goes stale.
Read `test_examples.py` next, which does the same for the longer programs in `examples/`.

In a fence marked `python`, lines with >>> are a doctest; other programs are run, and a `text` fence
right behind one is what it prints. In one marked `console`, `$ tinygrad-nn ...` is run. All blocks
of a document share their names, as if they were typed one after the other.
"""

import doctest
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from runpy import run_path
from typing import NamedTuple

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import elementwise, op, registry
from tinygrad_nn.cli import main

ROOT = Path(__file__).parents[1]
FOLDERS = ("", "tinygrad_nn", "tinygrad_nn/autograd", "examples")  # where a named file may lie
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"@op\(|\w+ = elementwise\(")  # how an operation's entry in ops/ begins
INCLUDED = re.compile(r'^--8<-- "(.*)"$', re.MULTILINE)
NAMED_FILE = re.compile(r"`((?:\w+/)*\w+\.(?:py|md)|(?:\w+/)+)`")
# What depends on the machine: times, and the rounding that differences are down to.
MEASURED = re.compile(r"\d+(\.\d+)? m?s\b|\d\.\d+e[-+]\d+")


class Block(NamedTuple):
    """A fenced block: its language, its text, and the number of its first line."""

    language: str
    text: str
    line: int


def blocks_of(document: str) -> list[Block]:
    return [
        Block(match[1], match[2], document.count("\n", 0, match.start(2)) + 1)
        for match in FENCE.finditer(document)
    ]


def run_document(document: str, name: str, names: dict[str, object]) -> list[str]:
    """Run the blocks one after the other; return what went otherwise than the document says."""
    failures, printed = [], None
    for block in blocks_of(document):
        where = f"{name}, line {block.line}"
        if block.language == "text" and printed is not None:
            failures += differences(block.text, printed, where)
        printed = None
        if block.language == "console":
            for command, expected in commands_of(block.text):
                failures += differences(expected, run_command(command), f"{where}: {command}")
        elif block.language == "python" and ">>> " in block.text:
            failures += run_doctest(block, name, names)
        elif block.language == "python":
            printed = run_program(block, name, names)
    return failures


def run_doctest(block: Block, name: str, names: dict[str, object]) -> list[str]:
    test = doctest.DocTestParser().get_doctest(block.text, names, name, name, block.line - 1)
    report = StringIO()
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(test, out=report.write, clear_globs=False)
    names.update(test.globs)  # get_doctest copies them
    return [report.getvalue()] if runner.failures else []


def run_program(block: Block, name: str, names: dict[str, object]) -> str:
    if QUOTED.match(block.text):  # where all files import these
        names = {"np": np, "op": op, "elementwise": elementwise, "__name__": name}
        for defined in re.findall(r"^(?:def )?(\w+)(?:\(| = )", block.text, re.MULTILINE):
            registry.pop(defined, None)
    code = compile("\n" * (block.line - 1) + block.text, name, "exec")
    with redirect_stdout(StringIO()) as printed:
        exec(code, names)
    return printed.getvalue()


def commands_of(text: str) -> list[tuple[str, str]]:
    """Split what a terminal shows into commands and what each prints."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def run_command(command: str) -> str:
    """Run `tinygrad-nn ...` in this process, which starts sooner, and return what it prints."""
    program, *words = command.split()
    assert program == "tinygrad-nn", command
    with redirect_stdout(StringIO()) as printed:
        try:
            code = main(words)
        except SystemExit as leaving:
            code = leaving.code
    assert code in (None, 0, 1), command
    return printed.getvalue()


def differences(expected: str, printed: str, where: str) -> list[str]:
    """Compare as doctest does, `...` for anything, but for figures that depend on the machine."""
    checker = doctest.OutputChecker()
    want, got = (MEASURED.sub("#", text) for text in (expected, printed))
    if checker.check_output(want, got, doctest.ELLIPSIS):
        return []
    example = doctest.Example("", expected)
    return [f"{where}\n{checker.output_difference(example, printed, doctest.ELLIPSIS)}"]


@pytest.fixture
def as_they_were(tmp_path, monkeypatch):
    """Let a document write files and register operations without a trace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TINYGRAD_NN_DATA", raising=False)
    operations, state = dict(registry), tnn.get_rng_state()
    yield
    registry.clear()
    registry.update(operations)
    tnn.set_rng_state(state)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.usefixtures("as_they_were")
def test_what_a_document_says_is_what_happens(path):
    failures = run_document(path.read_text("utf-8"), path.name, {})
    assert failures == [], "\n".join(failures)


@pytest.mark.parametrize("document", ["README.md", "docs/index.md"])
@pytest.mark.usefixtures("as_they_were")
def test_the_first_program_prints_the_same_in_pytorch(document):
    pytest.importorskip("torch").set_num_threads(1)
    page = (ROOT / document).read_text("utf-8")
    (block,) = (each for each in blocks_of(page) if "optim.SGD" in each.text)
    program = block.text.replace("tinygrad_nn as torch", "torch")
    program = program.replace("from tinygrad_nn", "from torch")
    program = program.replace("torch.datasets.digits()", "digits()")
    assert "tinygrad_nn" not in program
    names = {"digits": tnn.datasets.digits}
    printed = run_program(block._replace(text=program), document, names)
    assert printed == run_program(block, document, {})


@pytest.mark.parametrize("page", ["layers", "optimizers", "randomness"])
@pytest.mark.usefixtures("as_they_were")
def test_the_program_of_a_page_prints_the_same_in_pytorch(page):
    pytest.importorskip("torch").set_num_threads(1)
    blocks = blocks_of((ROOT / f"docs/{page}.md").read_text("utf-8"))
    (block,) = (each for each in blocks if re.match("import tinygrad_nn as torch\n", each.text))
    program = block.text.replace("import tinygrad_nn as torch", "import torch")
    program = program.replace("from tinygrad_nn", "from torch")
    assert "tinygrad_nn" not in program
    printed = run_program(block._replace(text=program), page, {})
    assert printed == run_program(block, page, {})


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda path: path.name)
def test_the_tables_of_names_are_those_of_the_package(page):
    text = page.read_text("utf-8")
    assert run_path(str(ROOT / "docs/make_tables.py"))["with_tables"](text) == text


def test_every_table_of_names_is_on_a_page():
    pages = "".join(path.read_text("utf-8") for path in DOCUMENTS)
    tables = run_path(str(ROOT / "docs/make_tables.py"))["TABLES"]
    assert sorted(re.findall("<!-- table: (.*) -->", pages)) == sorted(tables)


@pytest.mark.parametrize(
    "document",
    [
        "```python\n>>> 1 + 1\n3\n```\n",
        "```python\n>>> a = 2\n```\n```python\n>>> a\n3\n```\n",
        "```python\nprint(2)\n```\n\n```text\n3\n```\n",
        "```console\n$ tinygrad-nn --version\ntinygrad_nn 99\n```\n",
    ],
    ids=["doctest", "names are shared", "text behind a program", "command"],
)
@pytest.mark.usefixtures("as_they_were")
def test_a_stale_document_is_found(document):
    assert len(run_document(document, "stale.md", {})) == 1


@pytest.mark.usefixtures("as_they_were")
def test_a_program_that_fails_says_where_it_stands_in_the_document():
    with pytest.raises(ZeroDivisionError) as caught:
        run_document("A title\n\n```python\n\n1 / 0\n```\n", "failing.md", {})
    assert [entry.lineno + 1 for entry in caught.traceback][-1] == 5


def test_measured_figures_may_differ_and_others_may_not():
    assert differences("took 1.3 s, off by 2.2e-16", "took 14 s, off by 1.0e-15", "") == []
    assert len(differences("loss 0.5, 3 rows", "loss 0.6, 3 rows", "")) == 1


def test_every_page_is_in_the_navigation():
    listed = re.findall(r"(\w+\.md)", (ROOT / "mkdocs.yml").read_text("utf-8"))
    assert sorted(listed) == sorted(path.name for path in (ROOT / "docs").glob("*.md"))


def write_into(x):
    x = x * 1
    x[0] = 1
    return x


NAMED_IN_THE_TABLE = {
    "`nn.Linear`": lambda f, x: f.nn.Linear(2, 2)(x),
    "`x @ y`": lambda f, x: x @ f.ones(2, 2),
    "`x[0]`": lambda f, x: x[0],
    "`x.reshape(4)`": lambda f, x: x.reshape(4),
    "`x.t()`": lambda f, x: x.t(),
    "`x.T` of a matrix": lambda f, x: x.T,
    "`x.sum(0)`": lambda f, x: x.sum(0),
    "`x.max()`": lambda f, x: x.max(),
    "`x.double()`": lambda f, x: x.double(),
    "`1 - x`": lambda f, x: 1 - x,
    "`x[0] = 1`": lambda f, x: write_into(x),
    "`cross_entropy`": lambda f, x: f.nn.functional.cross_entropy(x, f.tensor([0, 1])),
    "`nn.Conv2d`": lambda f, x: f.nn.Conv2d(1, 1, 1)(x[None, None]),
    "`nn.LayerNorm`": lambda f, x: f.nn.LayerNorm(2)(x),
    "`nn.Dropout`": lambda f, x: f.nn.Dropout()(x),
}


@pytest.mark.parametrize(("column", "library"), [(1, "tinygrad_nn"), (2, "torch")])
def test_nodes_are_named_as_the_table_of_differences_says(column, library):
    f = pytest.importorskip(library)
    page = (ROOT / "docs/differences.md").read_text("utf-8")
    rows = re.findall(r"^\| (.*?) \| `(\w+)` \| `(\w+)` \|$", page, re.MULTILINE)
    x = f.ones(2, 2, requires_grad=True)
    names = {what: make(f, x).grad_fn.name() for what, make in NAMED_IN_THE_TABLE.items()}
    names = {what: name.removeprefix("torch::autograd::") for what, name in names.items()}
    assert names == {row[0]: row[column] for row in rows}


def test_the_number_of_operations_is_counted():
    count = "from tinygrad_nn.autograd import registry; print(len(registry))"
    run = subprocess.run(
        [sys.executable, "-c", count],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    for name in ("README.md", "CHANGELOG.md"):
        assert f"{run.stdout.strip()} operations" in (ROOT / name).read_text("utf-8")


def test_the_pages_that_include_a_file_include_one_that_exists():
    pages = [path.read_text("utf-8") for path in DOCUMENTS]
    included = [ROOT / name for page in pages for name in INCLUDED.findall(page)]
    expected = ["engine.py", "gradients.py", "recorder.py", "written_call.py", "written_pull.py"]
    assert sorted(path.name for path in included if path.exists()) == expected


def test_every_file_that_a_document_names_exists():
    missing = [
        f"{path.name} names {name}"
        for path in DOCUMENTS
        for name in NAMED_FILE.findall(path.read_text("utf-8"))
        if not any((ROOT / folder / name).exists() for folder in FOLDERS)
    ]
    assert missing == []
