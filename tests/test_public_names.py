"""Every public name is PyTorch's or documented as our own, and takes the arguments PyTorch's takes.
Read `test_parity.py` beside it: programs that use the names.
"""

import importlib
import inspect
import subprocess
import sys
from types import ModuleType

import pytest
from golden_names import GOLDEN, OPERATORS, TENSOR

import tinygrad_nn as tnn
from tinygrad_nn.places.missing import vars_of

torch = pytest.importorskip("torch")
for each in (
    *("nn.utils.prune", "onnx", "fx", "utils.benchmark", "utils.checkpoint", "export"),
    "quantization",
):
    pytest.importorskip(f"torch.{each}")  # PyTorch imports them only when asked, and we some
    importlib.import_module(f"tinygrad_nn.{each}")

PLACES = (
    "",
    "nn",
    "nn.functional",
    "nn.init",
    "nn.utils",
    "nn.utils.parametrize",
    "nn.utils.parametrizations",
    "nn.utils.prune",
    "optim",
    "autograd",
    "autograd.forward_ad",
    "autograd.functional",
    "autograd.graph",
    "linalg",
    "fft",
    "func",
    "special",
    *("accelerator", "amp", "backends.cuda", "backends.cudnn", "backends.mkldnn", "backends.mps"),
    *("compiler", "cpu", "cuda", "cuda.amp", "distributed", "export", "functional", "fx", "hub"),
    *("jit", "mps", "nn.parallel", "onnx", "overrides", "profiler", "quantization"),
    *("serialization", "utils.benchmark", "utils.checkpoint", "xpu"),
)
CLASSES = (
    "nn.Module",
    "nn.Sequential",
    "nn.Parameter",
    "nn.Linear",
    "nn.Conv2d",
    "nn.LayerNorm",
    "nn.Dropout",
    "optim.Optimizer",
    "optim.SGD",
)

# Names that PyTorch has not.
OUR_OWN = {
    "": {"datasets", "formulas", "summary", "vision", "viz"},
    "nn.Parameter": {"explain"},
    "nn.init": {"fan_in_and_fan_out"},
    "autograd": {
        *("Comparison", "GradcheckError", "compare", "elementwise", "is_grad_enabled", "op"),
        "registry",
    },
    "optim.Optimizer": {"keeps_nothing", "start", "update"},
    "optim.SGD": {"keeps_nothing", "start", "update"},
}
PICKLING = {  # nothing is pickled
    *("pickle_module", "pickle_protocol", "_use_new_zipfile_serialization"),
    "_disable_byteorder_record",
}
# Arguments that PyTorch takes and we do not.
LEFT_OUT = {
    ".save": PICKLING,
    "serialization.save": PICKLING,
    "autograd.backward": {"grad_variables"},  # the old name of grad_tensors
}
NOT_COMPARED = {
    ".dtype",  # nobody makes one
    ".memory_format",  # nor this
    ".no_grad",  # takes the function that it decorates without brackets: PyTorch hides that
    "autograd.no_grad",
}


def reach(library, path):
    for name in path.split(".") if path else []:
        library = getattr(library, name)
    return library


def public_names(path):
    place = reach(tnn, path)
    if isinstance(place, type):
        return {
            name
            for name in vars_of(place)
            if not name.startswith("_") and callable(getattr(place, name))
        }
    names = getattr(place, "__all__", None) or [
        name
        for name, value in vars(place).items()
        if getattr(value, "__module__", None) == place.__name__
    ]
    return {name for name in names if not name.startswith("_")}


EVERY = [(path, name) for path in (*PLACES, *CLASSES) for name in sorted(public_names(path))]


def test_a_public_name_is_pytorch_s_or_our_own():
    wrong = [
        (path, name)
        for path, name in EVERY
        if hasattr(reach(torch, path), name) == (name in OUR_OWN.get(path, ()))
    ]
    assert not wrong


def test_a_public_function_or_class_has_a_docstring():
    lacking = []
    for path, name in EVERY:
        value = getattr(reach(tnn, path), name)
        inherited = isinstance(reach(tnn, path), type) and hasattr(Exception, name)
        if callable(value) and not inherited and not (value.__doc__ or "").strip():
            lacking.append((path, name))
    assert not lacking


def parameters(value):
    """The arguments of a function or class, or None where Python cannot tell."""
    try:
        found = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return None
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return None if any(p.kind in variable for p in found) else found


def _plain(default):
    """A default that is a function, a dtype or of an enum, by its name: each library's own."""
    if isinstance(default, (tnn.dtype, torch.dtype)):
        return str(default)
    return getattr(default, "__name__", getattr(default, "name", default))


def differences(ours, theirs, left_out):
    """What a call that PyTorch takes would meet here."""
    kept = [p for p in theirs if p.name not in left_out]
    if [p.name for p in ours] != [p.name for p in kept]:
        yield f"arguments {[p.name for p in ours]} are {[p.name for p in kept]} in PyTorch"
        return
    for mine, other in zip(ours, kept, strict=True):
        if _plain(mine.default) != _plain(other.default):
            yield f"{mine.name} is {mine.default!r} by default, {other.default!r} in PyTorch"
        if mine.kind != other.kind:
            yield f"{mine.name} is {mine.kind.description}, {other.kind.description} in PyTorch"


COMPARABLE = [
    (path, name)
    for path, name in EVERY
    if hasattr(reach(torch, path), name)
    and f"{path}.{name}" not in NOT_COMPARED
    and parameters(getattr(reach(tnn, path), name)) is not None
    and parameters(getattr(reach(torch, path), name)) is not None
]


def test_a_call_takes_what_it_takes_in_pytorch():
    found = []
    for path, name in COMPARABLE:
        ours, theirs = (parameters(getattr(reach(library, path), name)) for library in (tnn, torch))
        left_out = LEFT_OUT.get(f"{path}.{name}", set())
        found += [(path, name, each) for each in differences(ours, theirs, left_out)]
    assert not found


def test_many_calls_are_compared():
    assert len(COMPARABLE) > 100


def test_a_difference_is_seen():
    def ours(a, b=1): ...
    def other_default(a, b=2): ...
    def other_name(a, c=1): ...
    def other_kind(a, *, b=1): ...

    for theirs in (other_default, other_name, other_kind):
        assert len(list(differences(parameters(ours), parameters(theirs), set()))) == 1


def test_all_lists_what_is_there():
    imported = {
        name
        for name in dir(tnn)
        if not name.startswith("_") and not isinstance(getattr(tnn, name), ModuleType)
    }
    modules = {name for name in tnn.__all__ if isinstance(getattr(tnn, name), ModuleType)}
    assert imported == set(tnn.__all__) - modules
    assert modules >= {"autograd", "nn", "optim"}
    assert len(tnn.__all__) == len(set(tnn.__all__))
    for path in ("nn", "nn.functional", "optim", "autograd"):
        place = reach(tnn, path)
        assert all(hasattr(place, name) for name in place.__all__), path


# --- every public name, spelt out: a name comes or goes where this list says so -------------------

INSIDE = {  # what the layers below need of a Tensor
    *("array", "node", "version", "view_base", "view_recorded", "view_steps", "views"),
}


@pytest.mark.parametrize("path", GOLDEN)
def test_the_public_names_are_those_of_the_golden_list(path):
    assert sorted(reach(tnn, path).__all__) == sorted(GOLDEN[path].split())


def test_the_methods_of_a_tensor_are_those_of_the_golden_list():
    listed = {name for name in dir(tnn.Tensor) if not name.startswith("_")}
    assert {name for name in listed if hasattr(tnn.Tensor, name)} == set(TENSOR.split())
    own = {name for kind in tnn.Tensor.__mro__[:-1] for name in vars(kind)}
    python = {"init", "slots", "module", "doc", "dict", "weakref", "annotations"}
    python |= {"static_attributes", "firstlineno", "slotnames"}  # the last once one was copied
    special = {name.strip("_") for name in own if name.startswith("__")} - python
    assert special == set(OPERATORS.split())


def test_what_a_tensor_has_beyond_pytorchs_is_known():
    more = {name for name in TENSOR.split() if not hasattr(torch.Tensor, name)}
    assert more == {*INSIDE, "explain"}


# --- the ways in which programs import ------------------------------------------------------------

IMPORTS = [
    "import tinygrad_nn, tinygrad_nn.nn as nn; nn.Linear",
    "import tinygrad_nn.nn.functional as F; F.relu",
    "from tinygrad_nn.nn import functional as F; F.cross_entropy",
    "from tinygrad_nn import nn, optim, autograd; nn.Module, optim.SGD, autograd.backward",
    "import tinygrad_nn.optim as optim; optim.SGD",
    "import tinygrad_nn.autograd as autograd; autograd.grad",
    "from tinygrad_nn.nn.parameter import Parameter; Parameter",
    "from tinygrad_nn.autograd import Variable; Variable",
    "from tinygrad_nn.optim import SGD, Optimizer; SGD",
    "from tinygrad_nn import Tensor, no_grad, float32, tensor; Tensor",
    "from tinygrad_nn.autograd.function import Function; Function",
    "from tinygrad_nn import *; tensor, zeros",
]


@pytest.mark.parametrize("program", IMPORTS)
@pytest.mark.parametrize("name", ["tinygrad_nn", "torch"])
def test_programs_import_as_from_pytorch(program, name):
    exec(program.replace("tinygrad_nn", name), {})


def test_one_import_brings_all_of_it():
    program = (
        "import tinygrad_nn as torch; torch.nn.Linear, torch.nn.functional.relu, "
        "torch.nn.init.zeros_, torch.nn.parameter.Parameter, torch.optim.SGD, "
        "torch.autograd.grad, torch.autograd.Variable, torch.autograd.function.Function"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=120)


def test_a_module_in_place_of_torch_needs_no_edit(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", tnn)
    monkeypatch.setitem(sys.modules, "torch.nn", tnn.nn)
    names = {}
    exec("import torch, torch.nn as nn\nx = nn.Linear(2, 1)(torch.ones(3, 2))", names)
    assert type(names["x"]) is tnn.Tensor


# --- Variable -------------------------------------------------------------------------------------


def test_a_variable_is_the_tensor_itself_in_all_but_name(library):
    Variable = library.autograd.Variable
    x = library.ones(2)
    made = Variable(x, requires_grad=True)
    assert made.requires_grad
    assert not x.requires_grad
    x[0] = 5.0
    assert made.tolist() == [5.0, 1.0]
    assert isinstance(x, Variable)
    assert not isinstance(3, Variable)
    assert not Variable(made * 2).requires_grad
    with pytest.raises(TypeError):
        Variable([1.0])
    with pytest.raises(RuntimeError):
        Variable(library.tensor([1]), requires_grad=True)
    with pytest.warns(UserWarning, match="volatile"):
        Variable(x, volatile=True)
