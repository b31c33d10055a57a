"""Handwritten digits read by the layers of `layers_by_hand.py`, one image at a time, no autograd.
Run it with `python examples/digits_by_hand.py`; `zeros_and_ones.py` next has a convolution.

It learns from 1,000 images and prints the error, and how many of the held-out images it reads. The
program that it follows (mnist.py of TheIndependentCode/Neural-Network) has 784-40-10 units, tanh, a
rate of 0.1 and 100 epochs, and prints its guess and the label of 20 images, without a count.
"""

import argparse

import numpy as np
from layers_by_hand import MSE, Dense, Tanh, backward, forward
from sigmoid_digits import images

import tinygrad_nn as tnn
from tinygrad_nn import nn


def difference_from_autograd(layers, x, y):
    """Return the largest difference of a gradient after one image went forward and backward."""
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    leaves = [
        tnn.tensor(array, requires_grad=True)
        for layer in dense
        for array in (layer.weight, layer.bias)
    ]
    W1, b1, W2, b2 = leaves
    output = ((tnn.tensor(x) @ W1.T + b1).tanh() @ W2.T + b2).tanh()
    nn.functional.mse_loss(output, tnn.tensor(y)).backward()

    error = MSE()
    error.forward(forward(layers, x), y)
    backward(layers, error.backward())
    by_hand = [g for layer in dense for g in (layer.weight_gradient, layer.bias_gradient)]
    return max(abs(a - b.grad.numpy()).max() for a, b in zip(by_hand, leaves, strict=True))


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=["digits", "mnist"], default="digits")
    parser.add_argument("--count", type=int, default=1000, help="images to learn from at most")
    parser.add_argument("--hidden", type=int, default=40)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--picture", metavar="FILE", help="draw what the hidden units look for")
    arguments = parser.parse_args(argv)

    training, labels, held_out, held_out_labels = images(arguments.data)
    side = training.shape[1]
    training = np.float64(training[: arguments.count]).reshape(-1, 1, side * side)  # rows of one
    held_out = np.float64(held_out).reshape(-1, side * side)
    targets = np.eye(10)[labels[: arguments.count], np.newaxis]

    tnn.manual_seed(0)
    drawn = nn.Linear(side * side, arguments.hidden), nn.Linear(arguments.hidden, 10)
    first, second = (
        Dense(*(parameter.detach().double().numpy() for parameter in linear.parameters()))
        for linear in drawn
    )
    layers = [first, Tanh(), second, Tanh()]
    error = MSE()
    print(f"{side * side}-{arguments.hidden}-10 units; {len(training):,} images to learn from")
    largest = difference_from_autograd(layers, training[0], targets[0])
    print(f"largest difference of a gradient from autograd, for one image: {largest:.1e}")

    for epoch in range(1, arguments.epochs + 1):
        total = 0.0
        for x, y in zip(training, targets, strict=True):
            total += error.forward(forward(layers, x), y)
            backward(layers, error.backward())
            for layer in layers:
                layer.descend(arguments.rate)
        right = forward(layers, held_out).argmax(1) == held_out_labels
        if epoch in (1, 2, 5, 10, 20, 50, arguments.epochs):
            print(
                f"epoch {epoch:3}: error {total / len(training):.4f}, held out {right.mean():.1%}"
            )
    print(
        f"{right[:20].sum()} of the first 20 held-out images right, "
        f"{right.mean():.1%} of all {len(right):,}"
    )

    if arguments.picture:
        draw(arguments.picture, first.weight.reshape(-1, side, side))


def draw(path, weights):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 2.2), layout="constrained")
    figure.suptitle("Weights of ten hidden units: red for ink, blue for paper", fontsize=9)
    for axes, weight in zip(figure.subplots(2, 5).flat, weights, strict=False):
        most = abs(weight).max()
        axes.imshow(weight, "RdBu_r", vmin=-most, vmax=most, interpolation="nearest")
        axes.axis("off")
    figure.savefig(path, dpi=60)


if __name__ == "__main__":
    main()
