"""What public programs import besides PyTorch, in the little form that they use it, where it lacks.
Read `program_runner.py` next, which puts these in their place before a program starts.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from tinygrad_nn.datasets import mnist


def put_in_place(torch: ModuleType, homes: dict[str, str]) -> None:
    """Enter each stand-in under the name of a module that is neither installed nor in `homes`."""
    if "torchvision" not in homes and find_spec("torchvision") is None:
        vision = _torchvision(torch)
        sys.modules["torchvision"] = vision
        for name in ("datasets", "transforms", "utils"):
            sys.modules[f"torchvision.{name}"] = getattr(vision, name)
    if "torch" not in homes and find_spec("tensorboard") is None:
        writer = SimpleNamespace(SummaryWriter=_SummaryWriter)
        sys.modules["torch.utils.tensorboard"] = writer  # type: ignore[assignment]


class _SummaryWriter:
    """Writes nothing: what a program logs is not compared."""

    def __init__(self, log_dir: str | None = None) -> None:
        self.log_dir = log_dir

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        pass

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def _torchvision(torch: Any) -> Any:
    """Return MNIST over files that are there, and what the programs do with its images."""
    from PIL import Image

    class MNIST(torch.utils.data.Dataset):
        def __init__(
            self, root: str, train: bool = True, transform: Any = None, download: bool = False
        ) -> None:
            found = mnist(Path(root, "MNIST", "raw"), split="train" if train else "test")
            self.data = torch.from_numpy(found.images)
            self.targets = torch.from_numpy(found.labels)
            self.transform = transform

        def __getitem__(self, index: int) -> tuple[Any, int]:
            image = Image.fromarray(self.data[index].numpy())
            return self.transform(image), int(self.targets[index])

        def __len__(self) -> int:
            return len(self.data)

    class ToTensor:
        def __call__(self, image: Any) -> Any:
            return torch.from_numpy(np.array(image)[None]).to(torch.float32).div(255)

    class Normalize:
        def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
            self.mean = torch.tensor(mean).view(-1, 1, 1)
            self.std = torch.tensor(std).view(-1, 1, 1)

        def __call__(self, image: Any) -> Any:
            return image.clone().sub_(self.mean).div_(self.std)

    class Compose:
        def __init__(self, transforms: list[Any]) -> None:
            self.transforms = transforms

        def __call__(self, image: Any) -> Any:
            for each in self.transforms:
                image = each(image)
            return image

    def save_image(images: Any, path: str, nrow: int = 8) -> None:
        grey = images[:, 0].mul(255).add(0.5).clamp(0, 255).to(torch.uint8).numpy()
        rows = [np.hstack(grey[i : i + nrow]) for i in range(0, len(grey), nrow)]
        Image.fromarray(np.vstack(rows)).save(path)

    vision: Any = ModuleType("torchvision")
    vision.datasets = SimpleNamespace(MNIST=MNIST)
    vision.transforms = SimpleNamespace(ToTensor=ToTensor, Normalize=Normalize, Compose=Compose)
    vision.utils = SimpleNamespace(save_image=save_image)
    return vision
