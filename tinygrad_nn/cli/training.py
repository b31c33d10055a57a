"""The training loop, as in any program of this kind, and the history that it keeps.
Read `progress.py` next, which shows how it goes, or `train.py`, which runs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn import nn, optim

from .experiment import Split


class Measurement(NamedTuple):
    """What the weights reached after so many iterations are worth; accuracies are from 0 to 1."""

    iteration: int
    loss: float
    training_accuracy: float
    held_out_accuracy: float


class Training:
    """Gradient descent on the cross-entropy; what was done so far is there when it is interrupted.

    `history` measures every 10th iteration, and the first and the last; with more than 1,000 every
    hundredth part, so that measuring stays cheap. Each iteration is one step: over all training
    images, or over a batch, drawn from an order that is shuffled anew for every round.
    """

    def __init__(
        self, model: nn.Sequential, data: Split, learning_rate: float, batch_size: int | None = None
    ) -> None:
        self.model = model
        self.data = data
        self.loss_function = nn.CrossEntropyLoss()
        self.optimizer = optim.SGD(model.parameters(), lr=learning_rate)
        self.batches = batches(data.training_images, data.training_labels, batch_size)
        self.iteration = 0
        self.history: list[Measurement] = []

    @np.errstate(all="ignore")
    def run(self, iterations: int, show: Callable[[Measurement], None]) -> None:
        """Train, and show each measurement; stop early once the loss is no longer a number."""
        every = max(10, iterations // 100)
        show(self.measure())
        for images, labels in islice(self.batches, iterations):
            self.optimizer.zero_grad()
            loss = self.loss_function(self.model(images), labels)
            loss.backward()
            self.optimizer.step()
            self.iteration += 1
            if self.iteration % every == 0 or self.iteration == iterations:
                show(self.measure())
                if not math.isfinite(self.history[-1].loss):
                    break

    def measure(self) -> Measurement:
        """Add to the history how good the weights are now, and return it."""
        data = self.data
        with tnn.no_grad():
            scores = self.model(data.training_images)
            measured = Measurement(
                self.iteration,
                self.loss_function(scores, data.training_labels).item(),
                accuracy(scores, data.training_labels),
                accuracy(self.model(data.held_out_images), data.held_out_labels),
            )
        if self.history and self.history[-1].iteration == self.iteration:
            del self.history[-1]  # an interrupted step may have changed the weights since
        self.history.append(measured)
        return measured


def batches(
    images: tnn.Tensor, labels: tnn.Tensor, size: int | None
) -> Iterator[tuple[tnn.Tensor, tnn.Tensor]]:
    """Yield (images, labels) for one step after the other, without end."""
    while True:
        if size is None:
            yield images, labels
            continue
        order = tnn.randperm(len(images))
        for start in range(0, len(images), size):
            chosen = order[start : start + size]
            yield images[chosen], labels[chosen]


def accuracy(scores: tnn.Tensor, labels: tnn.Tensor) -> float:
    """Return the part of the rows of scores whose largest is the label's."""
    return float((scores.argmax(1) == labels).sum().item()) / len(labels)


def as_csv(history: list[Measurement]) -> str:
    """Return the history as CSV: a header, then a row for each measurement."""
    rows = [",".join(Measurement._fields), *(",".join(map(repr, row)) for row in history)]
    return "\n".join(rows) + "\n"
