"""`tinygrad-nn train`: train the network, and leave its history, weights and pictures in a folder.
Read `check.py` next.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import tinygrad_nn as tnn

from ..errors import MissingExtraError
from ..saving.whole_files import write_file
from ..viz.drawing.saving import WRITERS
from ..viz.plots.figures import as_png, new_figure
from ..viz.plots.heat_maps import plot_confusion_matrix
from ..viz.plots.weights import plot_weights
from ..viz.structure.graph_building import build_graph_contents
from .arguments import add_command, add_experiment_options, called, positive_number, whole_number
from .experiment import describe, prepare
from .network_file import save_network
from .progress import progress
from .sheets import learning_curve, prediction_sheet
from .subject import STEP, of_step
from .training import Training, as_csv

MODEL = "model.safetensors"
SHOWN = 40  # held-out images in predictions.png

DESCRIPTION = """\
Train a network with one hidden layer to read handwritten digits, by gradient descent.

Some images are held out: the network never learns from them, so they show how well it reads
digits that it has not seen: 1,000 of MNIST's first 42,000, 299 of the 1,797 in the package.
"""

EXAMPLES = """\
examples:
  tinygrad-nn train
  tinygrad-nn train --hidden 32 --learning-rate 0.5
  tinygrad-nn train --batch-size 32 --iterations 2000
  tinygrad-nn train --data mnist --init write-up --out mnist-run
  tinygrad-nn train --data train.csv

written to the folder --out:
  history.csv        loss and accuracies (0 to 1) every 10 iterations (of over 1,000: 100 times)
  model.safetensors  the weights and biases
  curve.png          the history as a picture
  predictions.png    some held-out images, and what the network takes them for
  confusion.png      which held-out digits it takes for which
  weights.png        what each hidden unit looks for, as an image
  graph.svg          how one training step computes the loss; graph.dot is the same as text
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "train",
        run,
        summary="train a network to read digits",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    add_experiment_options(parser)
    parser.add_argument(
        "--iterations",
        type=whole_number(1),
        default=500,
        metavar="N",
        help="how many steps of gradient descent to take (default: 500)",
    )
    parser.add_argument(
        "--batch-size",
        type=whole_number(1),
        metavar="N",
        help="how many images each step learns from (default: all of them)",
    )
    parser.add_argument(
        "--learning-rate",
        type=positive_number,
        default=0.1,
        metavar="X",
        help="how far a step goes: the gradient times this (default: 0.1)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("tinygrad-nn-run"),
        metavar="DIR",
        help="the folder to write to; files of an earlier run in it are replaced "
        "(default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    data, model = prepare(arguments)
    print(describe(data, model), flush=True)
    results = Results(arguments.out)
    inputs = {"images": data.training_images, "labels": data.training_labels}
    step = build_graph_contents(of_step(model, inputs, STEP).computation, title=STEP)
    for suffix in (".dot", ".svg"):  # first: if the folder cannot be written to, say so now
        results.write(f"graph{suffix}", partial(WRITERS[suffix], step))

    training = Training(model, data, arguments.learning_rate, arguments.batch_size)
    started = time.perf_counter()
    try:
        with progress(arguments.iterations) as show:
            training.run(arguments.iterations, show)
    except KeyboardInterrupt:
        training.measure()
        write_run(results, training)
        results.write("curve.png", lambda: draw_curve(training))
        raise KeyboardInterrupt(
            f" after {training.iteration} of {arguments.iterations} iterations; the history and "
            f"the weights so far are in {results.folder}"
        ) from None
    seconds = time.perf_counter() - started
    write_run(results, training)
    results.write("curve.png", lambda: draw_curve(training))
    first, last = training.history[0], training.history[-1]
    if not last.loss <= first.loss:  # nan is not
        print(
            f"tinygrad-nn: the training diverged: the loss went from {first.loss:.3g} to "
            f"{last.loss:.3g} in {last.iteration:,} iterations, for the steps are too large; try "
            f"--learning-rate {arguments.learning_rate / 10:g}",
            file=sys.stderr,
        )
        return 1
    results.write("predictions.png", lambda: draw_predictions(training))
    results.write("confusion.png", lambda: draw_confusion(training))
    results.write("weights.png", lambda: draw_weights(training))
    program = called()
    same = "" if arguments.data == "digits" else f" --data {shlex.quote(arguments.data)}"
    print(
        f"result:  training accuracy {last.training_accuracy:.1%}, held-out accuracy "
        f"{last.held_out_accuracy:.1%} after {last.iteration:,} iterations "
        f"({seconds:.1f} s, {1000 * seconds / last.iteration:.2f} ms each)\n"
        f"wrote:   {', '.join(results.written)} in {results.folder}\n"
        f"next:    {program} train{same} --hidden 32 --learning-rate 0.5  # more of both\n"
        f"         {program} predict {shlex.quote(str(results.folder / MODEL))} IMAGE  # your own\n"
        f"         {program} check{same}  # are its gradients right?"
    )
    return 0


class Results:
    """The folder of a run; what needs an extra that is missing is left out, and a line says so."""

    def __init__(self, folder: Path) -> None:
        fresh = not folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise NotADirectoryError(
                f"--out must name a folder, and a file is in the way of {str(folder)!r}"
            ) from None
        if fresh:  # what a run leaves is nothing to commit; a folder of one's own may be
            write_file(folder / ".gitignore", b"*\n")
        self.folder = folder
        self.written: list[str] = []

    def write(self, name: str, make: Callable[[], bytes]) -> None:
        """Write what `make` returns, whole or not at all."""
        try:
            content = make()
        except MissingExtraError as error:
            print(f"tinygrad-nn: {name} is left out: {error}", file=sys.stderr)
            return
        write_file(self.folder / name, content)
        self.written.append(name)


def write_run(results: Results, training: Training) -> None:
    """Write the history and the weights."""
    results.write("history.csv", as_csv(training.history).encode)
    save_network(training.model, training.data, results.folder / MODEL)
    results.written.append(MODEL)


def draw_curve(training: Training) -> bytes:
    """Return the picture of the history."""
    iterations, losses, trained, held_out = zip(*training.history, strict=True)
    history = {
        "iteration": iterations,
        "loss (cross-entropy, in nats)": losses,
        "training accuracy": trained,
        "held-out accuracy": held_out,
    }
    count = len(training.data.training_images)
    return learning_curve(history, f"Learning to read digits from {count:,} images")


def draw_confusion(training: Training) -> bytes:
    """Return the picture of which held-out digits are taken for which."""
    data, figure = training.data, new_figure(8.5, 8)
    with tnn.no_grad():
        guesses = training.model(data.held_out_images).argmax(1)
    plot_confusion_matrix(data.held_out_labels, guesses, ax=figure.add_subplot())
    return as_png(figure)


def draw_weights(training: Training) -> bytes:
    """Return the picture of what each hidden unit looks for."""
    data, figure = training.data, new_figure(8, 5)
    shape = (data.height, data.width)
    axes = plot_weights(training.model[0].weight, image_shape=shape, ax=figure.add_subplot())
    axes.set_title("What each hidden unit looks for")
    return as_png(figure)


def draw_predictions(training: Training) -> bytes:
    """Return the picture of the first held-out images."""
    data = training.data
    images, labels = data.held_out_images[:SHOWN], data.held_out_labels[:SHOWN]
    with tnn.no_grad():
        guesses = training.model(images).argmax(1)
    right, shown = int((guesses == labels).sum().item()), len(labels)
    title = (
        f"{right} of these {shown} images are read right. Of all {len(data.held_out_labels):,} "
        f"images held out from training, {training.history[-1].held_out_accuracy:.1%} are."
    )
    pixels = images.reshape(-1, data.height, data.width)
    return prediction_sheet(pixels.numpy(), labels.numpy(), guesses.numpy(), title)
