"""What every file of the project keeps to: how it opens, how long it is, what it never does.
Read `conftest.py` next, for the settings that the other tests share.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "tinygrad_nn"
SOURCE = (PACKAGE, "tests", "examples", "benchmarks")
LONGEST_FILE = 400
FOR_DEVELOPERS = ("test", "docs", "browser", "dev")  # extras that no file of the package needs

# From the bottom up. A name stands for a module and all below it that has no entry of its own; a
# module imports from its own entry and from those listed before it. PACKAGE is `__init__.py`.
LAYERS = (
    *("errors", "places.table", "places.missing", "places.absent", "places.paths"),
    *("warn", "arrays", "random"),
    *("autograd.grad_mode", "autograd.node", "autograd.tensor_base", "autograd.outputs"),
    *("autograd.parameters", "autograd.packing", "autograd.op", "autograd.anomaly"),
    *("autograd.views", "autograd.recording", "autograd.older_calls"),
    *("autograd.operands", "autograd.written_call", "autograd.written_pull", "autograd.recorder"),
    *("autograd.declaring", "autograd.gradients", "autograd.passes", "autograd.engine"),
    *("autograd.writing", "autograd.context", "autograd.function_call", "autograd.function"),
    *("ops", "linalg", "special"),
    *("tensor.device", "tensor.printing", "tensor.numpy_functions", "tensor.numpy_protocol"),
    *("tensor.differentiable", "tensor.storage", "tensor.facts", "tensor.copy_protocol"),
    "tensor.destination",
    *("tensor.drawing", "tensor.making", "tensor.conversions", "tensor.tensor"),
    *("tensor", "testing", "func", "autograd.forward_ad", "fft", "signal", "autograd"),
    *("distributions", "distributed", "nn", "optim", "places"),
    *("saving", "datasets", "utils", "vision"),
    *("amp", "backends", "cuda"),
    *("profiler", "multiprocessing", "settings"),
    "utils.benchmark",
    *("teaching",),
    *(PACKAGE, "viz", "compat"),
    *("cli", "__main__"),
)
WRITES_FUNCTIONS = f"{PACKAGE}.autograd.recorder"  # from a template, as dataclasses does
SLOTS = {"arguments", "extra", "inputs", "saved"}  # of a Node

PICKLES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
TEXT = {".cfg", ".md", ".py", ".toml", ".yaml", ".yml"}
NUMPY_STATE = {"set_printoptions", "setbufsize", "seterr", "seterrcall"}
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home|root|Users|work|opt|mnt|tmp)/|\b[A-Z]:\\Users\b")


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {module_name(path): path for path in python_files(PACKAGE)}
TREES = {name: ast.parse(path.read_text("utf-8"), str(path)) for name, path in PATHS.items()}


def imports(tree: ast.AST, package: str, modules: set[str]) -> set[str]:
    """The modules that the code in `package` imports anywhere, for type checkers too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            inner = {f"{base}.{alias.name}" for alias in node.names}
            found |= inner & modules
            if inner - modules:
                found.add(base)
    return found


def import_graph() -> dict[str, set[str]]:
    """Each module of the package with all that it imports."""
    graph = {}
    for name, tree in TREES.items():
        package = name if PATHS[name].name == "__init__.py" else name.rpartition(".")[0]
        graph[name] = imports(tree, package, set(TREES))
    return graph


def layer(module: str) -> int | None:
    """The place in LAYERS of the longest name that `module` is or is below."""
    if module == PACKAGE:
        return LAYERS.index(PACKAGE)
    parts = module.split(".")[1:]
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((LAYERS.index(name) for name in names if name in LAYERS), None)


def forbidden(tree: ast.AST) -> Iterator[str]:
    """What no file of the package does, each with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found = PICKLES & {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                found = PICKLES & {module.partition(".")[0]}
            case ast.Name(id="eval" | "exec" as called):
                found = {called}
            case ast.Attribute(value=ast.Name(id="builtins"), attr="eval" | "exec" as called):
                found = {called}
            case ast.keyword(arg="allow_pickle"):
                found = {"allow_pickle"}
            case ast.Assert():
                found = {"assert"}
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name):
                found = NUMPY_STATE & {name}
            case _:
                continue
        yield from (f"{name} on line {node.lineno}" for name in found)


def reads_slots(tree: ast.AST) -> Iterator[str]:
    """Where a Node's slots are read, or `extra_of` is imported."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if name in SLOTS:
                if re.search(r"(node|edge|grad_fn|leaf|\.pop\(\))$", ast.unparse(value)):
                    yield f"{ast.unparse(node)} on line {node.lineno}"
            case ast.alias(name="extra_of"):
                yield f"extra_of on line {node.lineno}"


def asks_for_kinds(tree: ast.AST) -> Iterator[str]:
    """Where `dtype.kind` or np.issubdtype is asked."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr="kind"):
                if ast.unparse(value).endswith("dtype"):
                    yield f"{ast.unparse(node)} on line {node.lineno}"
            case ast.Attribute(attr="issubdtype" | "issctype" | "isdtype" as name):
                yield f"{name} on line {node.lineno}"


def outside(folder: str, rule: Callable[[ast.AST], Iterator[str]]) -> dict[str, list[str]]:
    """What the rule finds in all files but those of a folder."""
    return {
        name: rows
        for name, tree in TREES.items()
        if not f"{name}.".startswith(f"{PACKAGE}.{folder}.") and (rows := list(rule(tree)))
    }


def third_party(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {PACKAGE}


IMPORTED_AS = {"pillow": "PIL"}  # packages of another name than their module's


def declared() -> tuple[set[str], set[str]]:
    """The packages that are always installed, and those that an extra for users adds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]

    def names(requirements: list[str]) -> set[str]:
        found = {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements} - {PACKAGE}
        return {IMPORTED_AS.get(name, name) for name in found}

    for_users = (extra for name, extra in extras.items() if name not in FOR_DEVELOPERS)
    return names(project["dependencies"]), set().union(*map(names, for_users))


def in_a_fresh_interpreter(program: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_there_is_source_to_look_at():
    assert TREES


def test_every_module_opens_with_two_sentences():
    def sentences(tree):
        return len(re.findall(r"[.!?](?=\s|$)", ast.get_docstring(tree) or ""))

    assert [name for name, tree in TREES.items() if sentences(tree) < 2] == []


def test_every_file_that_a_docstring_points_to_exists():
    there = [
        f"/{path.relative_to(ROOT).as_posix()}"
        for folder in SOURCE
        for path in python_files(folder)
    ]
    missing = [
        f"{name} points to {pointer}"
        for name, tree in TREES.items()
        for pointer in re.findall(r"`(?:\.\./)*([\w/]+\.py)`", ast.get_docstring(tree) or "")
        if not any(path.endswith(f"/{pointer}") for path in there)
    ]
    assert missing == []


def test_no_file_is_longer_than_a_reader_takes_in():
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for folder in SOURCE
        for path in python_files(folder)
    }
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_imports_form_no_cycle():
    graph = {name: targets & set(TREES) for name, targets in import_graph().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" is imported by ".join(error.args[1]))


def test_every_module_has_a_layer():
    assert [name for name in TREES if layer(name) is None] == []


def test_imports_point_downwards():
    upwards = [
        f"{name} imports {target}"
        for name, targets in import_graph().items()
        for target in targets & set(TREES)
        if None not in (layer(name), layer(target)) and layer(name) < layer(target)
    ]
    assert upwards == []


def test_every_third_party_import_is_declared():
    always, with_an_extra = declared()
    undeclared = {
        name: strangers
        for name, targets in import_graph().items()
        if (strangers := third_party(targets) - always - with_an_extra)
    }
    assert undeclared == {}


def test_importing_the_package_loads_nothing_heavier_than_numpy():
    program = (
        "import sys, numpy, numpy.random\n"
        "before = set(sys.modules)\n"
        f"import {PACKAGE}\n"
        "print(*(set(sys.modules) - before))"
    )
    # safetensors takes 15 ms, graphviz 60.
    assert third_party(set(in_a_fresh_interpreter(program).split())) <= {"numpy", "safetensors"}


def test_every_module_can_be_imported_without_the_extras():
    blocked = sorted(declared()[1] | {"torch", "PIL"})
    modules = sorted(name for name in TREES if not name.endswith("__main__"))
    program = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({blocked}))\n"
        f"for name in {modules}: importlib.import_module(name)\n"
        "print(len(sys.modules))"
    )
    assert int(in_a_fresh_interpreter(program)) > len(modules)


def test_the_package_never_runs_data_nor_validates_with_assert():
    found = {name: rows for name, tree in TREES.items() if (rows := list(forbidden(tree)))}
    (written,) = found.pop(WRITES_FUNCTIONS)
    assert written.startswith("exec on line ")
    assert found == {}


def test_no_file_above_the_engine_reads_the_slots_of_a_node():
    """`Node.operands()`, `.constants()`, `.kept()` and `engine.observe` say it all."""
    assert outside("autograd", reads_slots) == {}


def test_no_file_above_arrays_asks_numpy_for_the_kind_of_a_dtype():
    """`arrays/kinds.py` is asked: bfloat16 and other array types come in there."""
    assert outside("arrays", asks_for_kinds) == {}


def test_no_file_holds_a_path_of_one_machine():
    folders = (*SOURCE, "docs", ".github")
    written = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    text = [path for path in (*written, *ROOT.iterdir()) if path.suffix in TEXT] + [
        ROOT / ".ci/run"
    ]
    found = [
        f"{path.relative_to(ROOT)}: {match}"
        for path in (*text, ROOT / ".ci/run")
        for match in MACHINE_PATH.findall(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "fault",
    [
        "import pickle",
        "def f():\n    from cloudpickle.cloudpickle import dumps",
        "eval('1')",
        "run = exec",
        "builtins.eval('1')",
        "np.load(file, allow_pickle=False)",
        "assert shape",
        "np.seterr(all='ignore')",
    ],
)
def test_a_planted_fault_is_found(fault):
    assert len(list(forbidden(ast.parse(fault)))) == 1


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (reads_slots, "x.node.saved[0]"),
        (reads_slots, "edge.inputs"),
        (reads_slots, "self.grad_fn.extra.hooks"),
        (reads_slots, "for i in stack.pop().inputs: pass"),
        (reads_slots, "from ..autograd.node import Node, extra_of"),
        (asks_for_kinds, "x.dtype.kind == 'f'"),
        (asks_for_kinds, "dtype.kind in 'iu'"),
        (asks_for_kinds, "x.array.dtype.kind"),
        (asks_for_kinds, "np.issubdtype(x.dtype, np.floating)"),
    ],
)
def test_a_planted_look_inside_is_found(rule, fault):
    assert len(list(rule(ast.parse(fault)))) == 1


def test_a_second_exec_where_functions_are_written_is_found():
    source = PATHS[WRITES_FUNCTIONS].read_text("utf-8")
    assert len(list(forbidden(ast.parse(source)))) == 1
    assert len(list(forbidden(ast.parse(source + "\nexec('1')")))) == 2


def test_a_layer_that_is_listed_is_there():
    there = {name.removeprefix(f"{PACKAGE}.") for name in TREES}
    assert [name for name in LAYERS if name not in there] == []


def test_a_method_named_eval_is_no_fault():
    assert list(forbidden(ast.parse("model.eval()"))) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from . import node", {"p.autograd.node"}),
        ("from . import backward", {"p.autograd"}),
        ("from ..tensor import Tensor", {"p.tensor"}),
        ("from .. import tensor, float32", {"p", "p.tensor"}),
        ("import p.tensor as t", {"p.tensor"}),
        ("def f():\n    from p import tensor", {"p.tensor"}),
        (
            "if TYPE_CHECKING:\n    from . import node\nelse:\n    import p.tensor",
            {"p.autograd.node", "p.tensor"},
        ),
    ],
)
def test_an_import_is_read_as_python_reads_it(code, expected):
    modules = {"p", "p.autograd", "p.autograd.node", "p.tensor"}
    assert imports(ast.parse(code), "p.autograd", modules) == expected


def test_what_few_programs_need_is_imported_when_it_is_asked_for():
    program = (
        "import sys, numpy\n"  # which once imported all of its own, random numbers too
        "before = set(sys.modules)\n"
        "import tinygrad_nn as tnn\n"
        "later = 'viz', 'datasets', 'distributions', 'optim', 'saving', 'testing', 'utils'\n"
        "slow = {'difflib', 'json', 'numpy.random', 'pathlib', 'tempfile', 'zipfile'}\n"
        "slow |= {'safetensors', 'tinygrad_nn.autograd.checks'}\n"
        "slow |= {f'tinygrad_nn.{each}' for each in later}\n"
        "print(*(sys.modules.keys() & slow - before))\n"
        "print(*(getattr(tnn, each).__name__ for each in (*later, 'formulas', 'load')))\n"
    )
    loaded, names = in_a_fresh_interpreter(program).splitlines()
    assert loaded == ""
    assert names == (
        "tinygrad_nn.viz tinygrad_nn.datasets tinygrad_nn.distributions tinygrad_nn.optim "
        "tinygrad_nn.saving tinygrad_nn.testing tinygrad_nn.utils formulas load"
    )
