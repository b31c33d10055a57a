"""After `use_as_torch`, and inside `as_torch`, PyTorch's names lead to this package's modules.
Read `../cli/test_run_command.py` next, which runs programs so.
"""

import subprocess
import sys
import textwrap
from importlib.util import find_spec
from types import ModuleType

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.compat import aliasing, use_as_torch
from tinygrad_nn.compat.aliasing import as_torch

SHAPES = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import functional as F
import torch.optim as optim
from torch.utils.data.dataloader import DataLoader
from torch.optim.lr_scheduler import StepLR
from torch.nn.utils import weight_norm
from torch.nn.parameter import Parameter
from torch.autograd import Variable
import torch.autograd as autograd
from torch.distributions import Categorical
import torch.utils.data
import torch, torch.nn as nn
from torch import nn, optim
from torch import Tensor
from torch.nn import *
"""


def in_a_fresh_process(program):
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("library", ["torch", "tinygrad_nn"])
@pytest.mark.parametrize("line", SHAPES.splitlines())
def test_every_import_shape_of_programs_works(line, library):
    found = {}
    with as_torch():
        exec(line.replace("torch", library), found)
        used = [each for each in found.values() if hasattr(each, "__module__")]
        assert all(each.__module__.startswith("tinygrad_nn") for each in used)
        modules = [each for each in found.values() if isinstance(each, ModuleType)]
        assert modules or used
        assert {each.__name__.partition(".")[0] for each in modules} <= {"tinygrad_nn", library}


REACHED = """nn optim optim.lr_scheduler utils.data autograd nn.init nn.utils cuda backends
accelerator linalg fft distributions nn.functional special func random"""


@pytest.mark.parametrize("path", REACHED.split())
def test_one_import_exposes_what_programs_reach_through_it(path):
    program = f"""
        from tinygrad_nn.compat import use_as_torch
        use_as_torch()
        import torch
        print(torch.{path}.__name__)
    """
    assert in_a_fresh_process(program) == f"tinygrad_nn.{path}\n"


def test_modules_and_classes_are_the_same_under_both_names():
    with as_torch():
        import torch
        from torch.nn.utils import weight_norm
        from torch.optim.sgd import SGD

        assert torch.nn is tnn.nn
        assert SGD is tnn.optim.SGD
        assert weight_norm is tnn.nn.utils.weight_norm
        assert isinstance(torch.ones(2), tnn.Tensor)
        assert torch.float32 is tnn.float32


def test_modules_keep_what_they_say_of_themselves():
    with as_torch():
        import torch.nn.functional as functional

    assert functional.__spec__.name == functional.__name__ == "tinygrad_nn.nn.functional"


def test_the_version_is_that_of_the_pytorch_that_is_followed():
    with as_torch():
        import torch

        assert torch.__version__ == torch.version.__version__ == "2.13.0"
        assert torch.version.cuda is None
    assert tnn.__version__ != "2.13.0"


def test_what_is_not_here_is_no_module():
    with as_torch():
        assert find_spec("torch.nn") is not None
        assert find_spec("torch.monitor") is None
        with pytest.raises(ModuleNotFoundError, match=r"torch\.monitor"):
            import torch.monitor  # noqa: F401


def test_what_a_module_of_ours_lacks_is_not_taken_for_the_module(monkeypatch):
    def lacks_matplotlib(name):
        raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")

    with as_torch():
        monkeypatch.setattr(aliasing, "import_module", lacks_matplotlib)
        with pytest.raises(ModuleNotFoundError, match="matplotlib"):
            import torch.viz.plots.later  # noqa: F401


def test_afterwards_everything_is_as_it_was():
    def of_torch():
        return {name: each for name, each in sys.modules.items() if name.startswith("torch")}

    before, finders = of_torch(), list(sys.meta_path)
    with as_torch():
        import torch.nn.functional

        assert torch.nn is tnn.nn
    assert of_torch() == before
    assert sys.meta_path == finders


def test_pytorch_that_is_imported_already_is_refused(monkeypatch):
    torch = ModuleType("torch")
    torch.__file__ = "somewhere/torch/__init__.py"
    monkeypatch.setitem(sys.modules, "torch", torch)
    with pytest.raises(RuntimeError, match=r"somewhere/torch.*before the first import of torch"):
        use_as_torch()


def test_it_can_be_asked_for_twice():
    program = """
        from tinygrad_nn.compat import use_as_torch
        use_as_torch()
        import torch
        use_as_torch()
        import torch.nn as nn
        print(nn.Linear(2, 1)(torch.ones(3, 2)).shape)
    """
    assert in_a_fresh_process(program) == "torch.Size([3, 1])\n"
