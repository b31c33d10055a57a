"""A trained network in a file that says what it is, so that no options are needed to use it again.
Read `digit_picture.py` next, which makes its input of a picture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tinygrad_nn import nn

from ..errors import DataError
from ..saving.safetensors_file import load_file, naming, opened, save_file
from ..saving.safetensors_format import read_header
from .experiment import Split, make_network

LAYERS, PIXELS, DATA, SCALE = "layers", "pixels", "data", "scale"
INK = "0 (paper) to 1 (ink)"


@dataclass(frozen=True)
class Network:
    """A network that reads digits, and the height and width of its images."""

    model: nn.Sequential
    height: int
    width: int


def save_network(model: nn.Sequential, data: Split, path: Path) -> None:
    """Write a network's weights and what it is."""
    first, _, last = model
    said = {
        LAYERS: f"{first.in_features}-{first.out_features}-{last.out_features}",
        PIXELS: f"{data.height} x {data.width}",
        DATA: data.source,
        SCALE: INK,
    }
    save_file(model.state_dict(), path, said)


def load_network(path: Path) -> Network:
    """Read a network that `save_network` wrote; raise DataError where the file names none."""
    with opened(path) as (file, size), naming(path):
        said = read_header(file, size).metadata
    layers = re.fullmatch(r"[0-9]{1,8}-([0-9]{1,8})-10", said.get(LAYERS, ""))
    pixels = re.fullmatch(r"([0-9]{1,4}) x ([0-9]{1,4})", said.get(PIXELS, ""))
    if layers is None or pixels is None or said.get(SCALE) != INK:
        raise DataError(
            f"{path} does not say which network its weights are of; expected the model.safetensors "
            "that tinygrad-nn train writes"
        )
    hidden, height, width = int(layers[1]), int(pixels[1]), int(pixels[2])
    tensors = load_file(path)
    model = make_network(height * width, hidden, "default")
    if {name: each.shape for name, each in tensors.items()} != {
        name: each.shape for name, each in model.state_dict().items()
    }:
        raise DataError(f"{path}: its weights are not those of the network {layers[0]} it names")
    model.load_state_dict(tensors)
    return Network(model, height, width)
