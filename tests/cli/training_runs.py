"""What a run of `tinygrad-nn train` left in its folder, read back.
Read `test_train_command.py` next.
"""

import csv

import tinygrad_nn as tnn
from tinygrad_nn.cli.experiment import load, make_network, split
from tinygrad_nn.cli.training import accuracy
from tinygrad_nn.saving import load_file


def history(folder) -> list[dict[str, float]]:
    with open(folder / "history.csv", newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def held_out_accuracy(folder, seed=0) -> float:
    """What the saved weights make of the images that `seed` holds out."""
    tnn.manual_seed(seed)
    data = split(load("digits"), brightest=16)
    model = make_network(64, 10, "default")
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return accuracy(model(data.held_out_images), data.held_out_labels)
