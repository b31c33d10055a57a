"""Zeros told from ones by a convolution and sigmoids, with binary cross-entropy.
Run it with `python examples/zeros_and_ones.py`; `lenet.py` next reads all ten digits.

It learns from one image at a time and prints the loss, then how many of 200 held-out images are
right. The program that it follows (mnist_conv.py of TheIndependentCode/Neural-Network) has the same
layers, 100 images of each to learn from, a rate of 0.1 and 20 epochs, and prints its guess and the
label of 200 others, without a count.
"""

import argparse

import numpy as np
from sigmoid_digits import images

import tinygrad_nn as torch
from tinygrad_nn import nn, optim


def zeros_and_ones(images, labels, count):
    """Return the first so many zeros and ones (N, 1, side, side), then which they are, (N, 2)."""
    chosen = np.concatenate([np.flatnonzero(labels == digit)[:count] for digit in (0, 1)])
    return torch.from_numpy(images[chosen])[:, None], torch.eye(2)[torch.from_numpy(labels[chosen])]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=["digits", "mnist"], default="digits")
    parser.add_argument("--kernels", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--picture", metavar="FILE", help="draw what the kernels make of a digit")
    arguments = parser.parse_args(argv)

    parts = images(arguments.data)
    if arguments.data == "digits":  # of 1,797 images 360 are zeros and ones: all are needed
        pixels, labels = np.concatenate(parts[::2]), np.concatenate(parts[1::2])
        parts = pixels[1050:], labels[1050:], pixels[:1050], labels[:1050]
    training, targets = zeros_and_ones(*parts[:2], 100)
    held_out, answers = zeros_and_ones(*parts[2:], 100)
    side = training.shape[-1]
    print(f"{len(training)} images of {side} x {side} to learn from, {len(held_out)} held out")

    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, arguments.kernels, kernel_size=3),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Linear(arguments.kernels * (side - 2) ** 2, arguments.hidden),
        nn.Sigmoid(),
        nn.Linear(arguments.hidden, 2),
        nn.Sigmoid(),
    )
    criterion = nn.BCELoss()
    optimizer = optim.SGD(model.parameters(), lr=arguments.rate)
    for epoch in range(1, arguments.epochs + 1):
        total = 0.0
        for i in torch.randperm(len(training)).tolist():
            loss = criterion(model(training[i : i + 1]), targets[i : i + 1])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        if epoch in (1, 2, 5, 10, arguments.epochs):
            print(f"epoch {epoch:2}: loss {total / len(training):.4f}")

    with torch.no_grad():
        right = (model(held_out).argmax(1) == answers.argmax(1)).sum().item()
    print(f"{right} of {len(held_out)} held-out images right: {right / len(held_out):.1%}")

    if arguments.picture:
        draw(arguments.picture, model, held_out[[0, -1]])


def draw(path, model, shown):
    from matplotlib.figure import Figure

    with torch.no_grad():
        maps = model[1](model[0](shown))
    columns = min(maps.shape[1], 5) + 1
    figure = Figure(figsize=(4.8, 1.9), layout="constrained")
    figure.suptitle("A zero and a one, and what the kernels make of them", fontsize=9)
    for row, image, channels in zip(figure.subplots(2, columns), shown, maps, strict=True):
        for axes, picture in zip(row, [image[0], *channels], strict=False):
            axes.imshow(picture.numpy(), cmap="gray_r")
            axes.axis("off")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
