"""Programs that import torchvision run, and what of it is not here is told in one line.
Read `../compat/test_aliasing.py` for the imports of torch.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from written_sets import write_mnist

import tinygrad_nn as tnn
from tinygrad_nn.compat.aliasing import as_torch

ROOT = Path(__file__).parents[2]
SHAPES = """\
import torchvision
import torchvision.transforms as T
import torchvision.datasets as dset
import torchvision.utils as vutils
import torchvision.models as models
import torchvision.transforms.functional as TF
from torchvision import datasets, transforms, utils, models
from torchvision import transforms as T
from torchvision.datasets import MNIST, FashionMNIST, CIFAR10, ImageFolder
from torchvision.datasets.mnist import MNIST
from torchvision.transforms import Compose, ToTensor, Normalize, Lambda
from torchvision.transforms import v2
from torchvision.transforms import functional as TF
from torchvision.transforms.functional import InterpolationMode
from torchvision.utils import save_image, make_grid
"""
PROGRAM = """\
import torch
import torch.nn.functional as F
import torchvision
from torchvision import datasets, transforms
from torchvision.utils import save_image

transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.13,), (0.31,))])
train = datasets.MNIST("data", train=True, download=True, transform=transform)
loader = torch.utils.data.DataLoader(train, batch_size=3, num_workers=0)
net = torch.nn.Linear(784, 10)
for images, labels in loader:
    F.cross_entropy(net(images.flatten(1)), labels).backward()
print(torchvision.__version__, images.shape, net.weight.grad.shape)
"""


@pytest.mark.parametrize("line", SHAPES.splitlines())
def test_every_import_shape_of_programs_works(line):
    found = {}
    with as_torch():
        exec(line, found)
    homes = {
        getattr(each, "__module__", getattr(each, "__name__", ""))
        for name, each in found.items()
        if name != "__builtins__"
    }
    assert homes
    assert all(home.startswith("tinygrad_nn.vision") for home in homes)


def test_the_modules_are_the_package_s_own():
    with as_torch():
        import torchvision
        import torchvision.transforms

        assert torchvision is tnn.vision
        assert torchvision.transforms is tnn.vision.transforms
        assert torchvision.transforms.v2.Compose is tnn.vision.transforms.Compose
        assert torchvision.__version__.partition(".")[0] == "0"


def run(program, folder):
    (folder / "mine.py").write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tinygrad_nn", "run", "mine.py"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def test_a_program_that_trains_on_mnist_runs(tmp_path):
    write_mnist(tmp_path / "data" / "MNIST" / "raw")
    done = run(PROGRAM, tmp_path)
    assert done.returncode == 0, done.stderr
    shapes = "torch.Size([3, 1, 28, 28]) torch.Size([10, 784])"
    assert done.stdout == f"{tnn.vision.__version__} {shapes}\n"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            "from torchvision.transforms import RandomRotaton",
            "tinygrad_nn.vision.transforms has no RandomRotaton: of torchvision there is here what "
            "most programs use; the nearest that is here: RandomRotation",
        ),
        (
            "import torchvision.models as models\n\n\nmodels.vgg16()",
            "tinygrad_nn.vision.models has no vgg16: of torchvision there is here what most "
            "programs use; the nearest that is here: ResNet, resnet18, resnet34, resnet50",
        ),
        (
            "from torchvision.models import resnet18\nresnet18(pretrained=True)",
            "resnet18: there are no trained weights here; leave weights=None, and load those",
        ),
        ("import torchvision.ops", "tinygrad_nn.vision has no ops: of torchvision there is here"),
    ],
)
def test_what_is_missing_is_one_line_and_exit_code_1(tmp_path, program, said):
    done = run(program, tmp_path)
    where = len(program.splitlines())
    assert done.returncode == 1
    assert done.stderr.startswith(f"tinygrad-nn: mine.py:{where}: {said}"), done.stderr
    assert len(done.stderr.splitlines()) == 1
