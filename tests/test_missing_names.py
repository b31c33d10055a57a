"""A name of PyTorch's that is not here yet says so, and names the nearest that is.
Read `test_public_names.py` next, for the names that are here.
"""

import copy
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import MissingImportError, MissingNameError
from tinygrad_nn.places import missing
from tinygrad_nn.places.paths import pytorch_paths

FILE = Path(missing.__file__).with_name("pytorch_names.txt")
CLASSES = ("Tensor", "nn.Module", "optim.Optimizer")
MODULES = (
    *("", "nn", "nn.functional", "nn.init", "nn.utils", "optim", "autograd", "linalg"),
    "distributions",
)
SUBMODULES = {  # those that PyTorch has whatever was imported before
    "": """accelerator amp autograd backends compiler cuda distributed distributions export fft func
    functional fx hub jit library linalg masked monitor mps multiprocessing nested nn onnx optim
    overrides profiler quantization random serialization signal sparse special testing utils xpu""",
    "nn": "attention functional init modules parallel parameter quantized utils",
    "optim": "lr_scheduler swa_utils",
    "autograd": "forward_ad function functional graph profiler variable",
}
HEADER = "# PyTorch 2.13's public names; python tests/test_missing_names.py writes them anew.\n"


def reach(library, path):
    for name in path.split(".") if path else []:
        library = getattr(library, name)
    return library


def names_in_pytorch(torch, path):
    """The names that programs write: not those that PyTorch imports, or has for itself."""
    owner = reach(torch, path)
    listed = set(getattr(owner, "__all__", ()))
    for name in dir(owner):
        value = getattr(owner, name)
        if (getattr(value, "__module__", None) or "torch").startswith("torch"):
            listed.add(name)
    listed = {name for name in listed if not isinstance(getattr(owner, name), ModuleType)}
    inner = r"_|.*(cudnn|fbgemm|mkldnn|miopen|quantize|Storage|_copy$|_notes$|torch_f)"
    listed.update(SUBMODULES.get(path, "").split())
    if not path:
        inner += r"|(?!.*Tensor$|Generator|Size|Stream|Event|Grad)[A-Z]"
    return {name for name in listed if not re.match(inner, name)}


def written_anew(torch):
    places = (*MODULES, "optim.lr_scheduler", *CLASSES)
    lines = [f"{path}: {' '.join(sorted(names_in_pytorch(torch, path)))}\n" for path in places]
    return HEADER + "".join(lines)


def test_the_list_is_pytorch_s():
    torch = pytest.importorskip("torch")
    assert FILE.read_text("utf-8") == written_anew(torch)


LACKING = [
    (path, name)
    for path in (*MODULES, *CLASSES)
    for name in sorted(missing.pytorch_names()[path] - missing.vars_of(reach(tnn, path)))
    if name not in getattr(reach(tnn, path), "__all__", ())  # some are imported when asked for
]

WHOLE = {"nn.init", "nn.Module", "distributions"}  # nothing is lacking there


def test_a_place_that_lacks_nothing_is_said_to_be_whole():
    assert {path for path, _ in LACKING} == {*MODULES, *CLASSES} - WHOLE


@pytest.mark.parametrize("path", sorted({*MODULES, *CLASSES} - WHOLE))
def test_a_name_of_pytorch_s_that_is_not_here_says_so(path):
    owner = reach(tnn, path)
    names = [name for where, name in LACKING if where == path]
    for name in names:
        assert not hasattr(owner, name)
        assert name not in vars_of_module(owner)
        with pytest.raises(AttributeError) as raised:
            getattr(owner, name)
        said = str(raised.value)
        place = f"tinygrad_nn.{path}".rstrip(".")
        assert said.startswith(f"{place} has no {name} yet: PyTorch has it, tinygrad_nn does not")
        for near in re.findall(r"tinygrad_nn[.\w]+", said.partition("here: ")[2]):
            assert reach(tnn, near.removeprefix("tinygrad_nn.")) is not None


def vars_of_module(owner):
    return vars(owner) if isinstance(owner, ModuleType) else ()


@pytest.mark.parametrize(
    ("path", "name", "near"),
    [
        ("", "softpluss", r"tinygrad_nn has no softpluss, and neither has PyTorch"),
        ("", "mse_loss", r"mse_loss.*here: .*tinygrad_nn\.nn\.functional\.mse_loss"),
        ("nn", "Linaer", r"here: Linear"),
        ("nn", "CrossMapLRN2d", r"tinygrad_nn\.nn has no CrossMapLRN2d yet"),
        ("optim", "SparseAdam", r"tinygrad_nn\.optim has no SparseAdam yet"),
        ("Tensor", "sparse_mask", r"tinygrad_nn\.Tensor has no sparse_mask yet: PyTorch has it"),
        ("", "monitor", r"tinygrad_nn has no monitor yet"),
    ],
)
def test_the_nearest_that_is_here_is_named(path, name, near):
    with pytest.raises(AttributeError, match=near) as raised:
        getattr(reach(tnn, path), name)
    assert raised.value.name == name


def test_a_layer_that_is_not_here_is_told_by_the_function_that_computes_it():
    for name, function in (("MaxPool2d", "max_pool2d"), ("BatchNorm1d", "batch_norm")):
        said = missing.missing("nn", name, tnn.nn)
        assert f"tinygrad_nn.nn.functional.{function}" in said


def test_an_instance_says_the_same():
    with pytest.raises(AttributeError, match=r"tinygrad_nn\.Tensor has no sparse_mask yet"):
        tnn.ones(2).sparse_mask  # noqa: B018
    assert getattr(tnn.ones(2), "sparse_mask", None) is None
    optimizer = tnn.optim.SGD([tnn.ones(2, requires_grad=True)], lr=0.1)
    name = next(name for where, name in LACKING if where == "optim.Optimizer")
    with pytest.raises(AttributeError, match=rf"optim.Optimizer has no {name} yet"):
        getattr(optimizer, name)


def test_such_a_name_can_be_given_to_an_instance_and_to_a_subclass():
    class Own(tnn.Tensor):
        def sparse_mask(self):
            return 3

    assert Own([1.0]).sparse_mask() == 3
    x = tnn.ones(2)
    x.sparse_mask = 4
    assert x.sparse_mask == 4
    assert not hasattr(tnn.ones(2), "sparse_mask")


def test_such_a_name_is_not_listed():
    assert "sparse_mask" not in dir(tnn.ones(2))
    assert not hasattr(copy.deepcopy(tnn.ones(2)), "sparse_mask")


@pytest.mark.parametrize("path", sorted({*MODULES} - WHOLE))
def test_an_import_of_such_a_name_says_the_same(path):
    name = next(name for where, name in LACKING if where == path)
    place = f"tinygrad_nn.{path}".rstrip(".")
    program = f"from {place} import {name}"
    with pytest.raises(ImportError, match=rf"{place} has no {name} yet: PyTorch has it"):
        exec(program, {})
    with pytest.raises(ImportError, match=f"{place} has no nothing_such, and neither"):
        exec(f"from {place} import nothing_such", {})


def test_a_program_that_asks_at_its_top_level_is_told():
    program = "import tinygrad_nn\ntinygrad_nn.{}"
    for asked, said in (
        ("monitor", "has no monitor yet"),
        ("nn.CrossMapLRN2d", "nn has no CrossMapLRN2d yet"),
    ):
        run = subprocess.run(
            [sys.executable, "-c", program.format(asked)], capture_output=True, text=True
        )
        assert "MissingNameError" in run.stderr
        assert said in run.stderr


PLACES = [  # what can be imported here and in PyTorch, a file of ours or not
    name
    for name in sorted(
        {each.name for each in pkgutil.walk_packages(tnn.__path__, "tinygrad_nn.")}
        | {f"tinygrad_nn.{path}" for path in pytorch_paths()}
    )
    if not name.endswith("__main__")
]


def test_every_place_of_pytorch_s_says_what_it_lacks_in_attributes_and_in_imports():
    pytest.importorskip("torch")
    seen = 0
    for place in PLACES:
        try:
            importlib.import_module(place.replace("tinygrad_nn", "torch", 1))
        except ImportError:
            continue
        module = importlib.import_module(place)
        for name in ("nothing_such", "_nothing_such"):
            with pytest.raises(MissingNameError, match=f"has no {name}[:,]"):
                getattr(module, name)
            with pytest.raises(MissingImportError, match=f"has no {name}[:,]"):
                exec(f"from {place} import {name}", {})
        assert not hasattr(module, "__nothing__")
        seen += 1
    assert seen > 150


def test_a_private_name_is_told_to_be_one():
    with pytest.raises(MissingImportError, match="no _such: it is private to PyTorch"):
        exec("from tinygrad_nn.optim.sgd import _such", {})


def test_what_python_asks_of_a_module_is_answered_as_ever():
    assert not hasattr(tnn, "__wrapped__")
    assert not hasattr(tnn, "")
    assert importlib.import_module("tinygrad_nn.optim") is tnn.optim
    with pytest.raises(AttributeError, match="module 'tinygrad_nn' has no attribute '__wrapped__'"):
        tnn.__wrapped__  # noqa: B018
    program = "import tinygrad_nn; from tinygrad_nn import viz; print(tinygrad_nn.viz is viz)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "True\n"


if __name__ == "__main__":
    import torch

    FILE.write_text(written_anew(torch), "utf-8")
