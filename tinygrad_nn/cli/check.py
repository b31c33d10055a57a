"""`tinygrad-nn check`: the network's gradients worked out by hand, by autograd and by differences.
Read `../teaching/by_hand.py` for the formulas, then `../autograd/checks/compare.py`: what is right.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.teaching import by_hand

from ..autograd.checks import Comparison, compare
from .arguments import add_command, add_experiment_options
from .experiment import CLASSES, Split, prepare
from .training import Training

IMAGES = 1_000  # few enough for the 1,300 forward passes of the differences to take a second or two
ITERATIONS = 100
NAMES = ("W1", "b1", "W2", "b2")

FORMULAS = {"right": by_hand.bias_gradient, "write-up": by_hand.write_up_bias_gradient}

DESCRIPTION = """\
Work out the gradients of the network in three ways, and compare them:
  by hand   the formulas of a textbook, in NumPy
  autograd  what loss.backward() finds
  numeric   how much the loss changes when a weight is moved a little

in float64, on up to 1,000 training images, for the fresh network and after 100 iterations.
"""

EXAMPLES = """\
examples:
  tinygrad-nn check
  tinygrad-nn check --formulas write-up
  tinygrad-nn check --data mnist --hidden 32

The exit code is 0 if every gradient is right, and 1 otherwise. Differences are relative: the
largest one between two gradients, over the largest entry of either.
"""

WHY_WRONG = """\
why: the write-up's db is one number, the sum of dZ over the images and over the units; the gradient
has a number for each unit, the sum over the images alone. The columns of A2 - Y sum to zero, so its
db2 is always 0, and b2 is never trained. For the right formulas: tinygrad-nn check"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "check",
        run,
        summary="compare gradients by hand, by autograd and by numbers",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    add_experiment_options(parser)
    parser.add_argument(
        "--formulas",
        choices=tuple(FORMULAS),
        default="right",
        help="the formulas by hand: right (the default), or those of the published write-up, whose "
        "gradients of the biases are wrong",
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    data, model = prepare(arguments)
    model.to(tnn.float64)
    data = replace(
        data,
        training_images=data.training_images[:IMAGES].double(),
        training_labels=data.training_labels[:IMAGES],
        held_out_images=data.held_out_images.double(),
    )
    bias_gradient = FORMULAS[arguments.formulas]
    tables = [_compare(model, data, bias_gradient)]
    _show("the fresh network", tables[0])
    Training(model, data, learning_rate=0.1).run(ITERATIONS, show=lambda measured: None)
    tables.append(_compare(model, data, bias_gradient))
    _show(f"after {ITERATIONS} iterations", tables[1])
    wrong = sum(not row.ok for table in tables for row in table)
    count = sum(map(len, tables))
    if not wrong:
        print(f"all {count} gradients are right")
        return 0
    print(f"{wrong} of {count} gradients are WRONG")
    if arguments.formulas == "write-up":
        print(WHY_WRONG)
    return 1


def _compare(model: nn.Sequential, data: Split, bias_gradient: Callable[[Any], Any]) -> Comparison:
    """Compare the gradients of the mean cross-entropy of all training images."""
    images, labels = data.training_images, data.training_labels
    parameters = dict(zip(NAMES, model.parameters(), strict=True))
    W1, b1, W2, b2 = (parameter.detach().numpy() for parameter in parameters.values())
    X, Y = images.numpy().T, np.eye(CLASSES)[labels.numpy()].T  # images are columns by hand
    activations = by_hand.forward(X, W1, b1[:, np.newaxis], W2, b2[:, np.newaxis])
    gradients = by_hand.backward(X, Y, W2, activations, bias_gradient)
    loss_function = nn.CrossEntropyLoss()
    return compare(
        {
            "W1": gradients.dW1,
            "b1": np.reshape(gradients.db1, np.shape(gradients.db1)[:1]),  # a column, as a vector
            "W2": gradients.dW2,
            "b2": np.reshape(gradients.db2, np.shape(gradients.db2)[:1]),
        },
        lambda: loss_function(model(images), labels),
        parameters,
    )


def _show(title: str, table: Comparison) -> None:
    print(f"{title}:")
    for row in table:
        print(
            f"  {row.name} {row.autograd.shape!s:<10}  "
            f"by hand - autograd {row.hand_difference:.1e}  "
            f"numeric - autograd {row.numeric_difference:.1e}  {'right' if row.ok else 'WRONG'}"
        )
        if row.remark:
            print(f"     {row.remark}")
