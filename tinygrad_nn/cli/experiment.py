"""The experiment of every command: digits split by a seed, and a network with one hidden layer.
Read `training.py` next, which trains it.

The lines that draw random numbers are, in this order, those of the same program in PyTorch, so that
with the same seed it trains on the same images from the same weights.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.datasets import LabelledImages, digits, mnist
from tinygrad_nn.errors import DataError, MissingExtraError

MOST_IMAGES = 42_000  # the length of Kaggle's train.csv; MNIST's own files have 60,000
MOST_HELD_OUT = 1_000
CLASSES = 10


@dataclass(frozen=True, eq=False)
class Split:
    """Images as rows of float32 pixels, 0 (paper) to 1 (ink), and int64 labels, in two parts."""

    training_images: tnn.Tensor
    training_labels: tnn.Tensor
    held_out_images: tnn.Tensor
    held_out_labels: tnn.Tensor
    height: int
    width: int
    source: str


def prepare(arguments: argparse.Namespace) -> tuple[Split, nn.Sequential]:
    """Return the data and the fresh network that the options ask for."""
    brightest = 16 if arguments.data == "digits" else 255
    data = load(arguments.data)
    tnn.manual_seed(arguments.seed)
    parts = split(data, brightest)
    return parts, make_network(parts.height * parts.width, arguments.hidden, arguments.init)


def load(data: str) -> LabelledImages:
    """Return the images that `--data` names: digits, mnist, or a path."""
    if data == "digits":
        return digits()
    if data != "mnist" and not Path(data).exists():
        raise DataError(
            f"--data {data!r} is not there; it can be digits, mnist, a folder with the four MNIST "
            "files, or a CSV file like Kaggle's train.csv"
        )
    try:
        return mnist(None if data == "mnist" else data)
    except (DataError, MissingExtraError) as error:
        if data != "mnist" or os.environ.get("TINYGRAD_NN_DATA"):
            raise
        lacking = isinstance(error, MissingExtraError)
        why = 'without pip install "tinygrad_nn[cli]"' if lacking else "now: no mirror answers"
        raise DataError(
            f"MNIST is not on this machine, and cannot be downloaded {why}; name a folder that "
            "holds its four files, plain or gzip: --data FOLDER"
        ) from error


def split(data: LabelledImages, brightest: int) -> Split:
    """Shuffle the first 42,000 images, and hold out 1,000 of them, or a sixth of a smaller set.

    The first of the shuffled ones are held out. Raises DataError for fewer than 6 images.
    """
    images = tnn.from_numpy(data.images[:MOST_IMAGES]).flatten(1)
    labels = tnn.from_numpy(data.labels[:MOST_IMAGES])
    held_out = min(MOST_HELD_OUT, len(images) // 6)
    if not held_out:
        raise DataError(
            f"{' and '.join(data.sources)}: {len(images)} images are too few; 6 is the least: one "
            "to hold out for five to train on"
        )
    order = tnn.randperm(len(images))
    images = images[order].float() / brightest
    labels = labels[order]
    return Split(
        training_images=images[held_out:],
        training_labels=labels[held_out:],
        held_out_images=images[:held_out],
        held_out_labels=labels[:held_out],
        height=data.images.shape[1],
        width=data.images.shape[2],
        source=" and ".join(data.sources),
    )


def make_network(pixels: int, hidden: int, init: str) -> nn.Sequential:
    """Return the network: pixels, a hidden layer with ReLU, and a score for each of 10 digits.

    Its softmax is in the loss, nn.CrossEntropyLoss. With `init` "write-up", W1, b1, W2 and b2 are
    drawn anew, in this order, uniformly from -0.5 to 0.5.
    """
    model = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, CLASSES))
    if init == "write-up":
        with tnn.no_grad():
            for parameter in model.parameters():
                parameter.copy_(tnn.rand_like(parameter) - 0.5)
    return model


def describe(parts: Split, model: nn.Sequential) -> str:
    """Say in two lines what is trained on what."""
    first, _, last = model
    trained, held_out = len(parts.training_images), len(parts.held_out_images)
    weights = sum(parameter.numel() for parameter in model.parameters())
    return (
        f"data:    {trained:,} images to train on, {held_out:,} held out, of {parts.height} x "
        f"{parts.width} pixels, from {parts.source}\n"
        f"network: {first.in_features} pixels, {first.out_features} hidden units (ReLU), "
        f"{last.out_features} digits: {weights:,} weights and biases"
    )
