"""LeNet, the convolutional network of 1998, reads handwritten digits.
Run it with `python examples/lenet.py`; `autoencoder.py` next compresses the same digits.

It learns from the 1,797 images of 8 x 8 pixels in the package, or with `--data mnist` from MNIST,
and prints the loss and the accuracy on images that it was not shown, then the digits it mistakes.
"""

import argparse

import tinygrad_nn as torch
import tinygrad_nn.nn.functional as F
from tinygrad_nn import nn, optim
from tinygrad_nn.datasets import digits, mnist
from tinygrad_nn.utils.data import DataLoader, TensorDataset, random_split


class LeNet(nn.Module):
    """Two convolutions, each halved by a pooling layer, then three dense layers."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.dense1 = nn.Linear(16 * 4 * 4, 120)
        self.dense2 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # 28 x 28 -> 24 x 24 -> 12 x 12
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # -> 8 x 8 -> 4 x 4
        x = x.flatten(1)
        return self.output(F.relu(self.dense2(F.relu(self.dense1(x)))))


def sets(name, count):
    """Return training and held-out images (N, 1, 28, 28) from 0 to 1, with their labels."""
    if name == "mnist":
        pair = mnist(split="train"), mnist(split="test")
        images = [torch.from_numpy(each.images)[:, None] / 255 for each in pair]
        train, held_out = (
            TensorDataset(each, torch.from_numpy(data.labels))
            for each, data in zip(images, pair, strict=True)
        )
        return torch.utils.data.Subset(train, range(min(count, len(train)))), held_out
    data = digits()
    small = torch.from_numpy(data.images)[:, None].float() / 16
    large = F.interpolate(small, size=(28, 28), mode="bilinear")
    whole = TensorDataset(large, torch.from_numpy(data.labels))
    rest = len(whole) - 500
    train, held_out = random_split(whole, [rest, 500])
    return torch.utils.data.Subset(train, range(min(count, rest))), held_out


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=["digits", "mnist"], default="digits")
    parser.add_argument("--count", type=int, default=60_000, help="images to learn from at most")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--picture", metavar="FILE", help="draw the digits that are mistaken")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    train, held_out = sets(arguments.data, arguments.count)
    model = LeNet()
    optimizer = optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(1, arguments.epochs + 1):
        total = 0.0
        for images, labels in DataLoader(train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        print(f"epoch {epoch:2}: loss {total / len(train):.4f}")

    images, labels = next(iter(DataLoader(held_out, batch_size=len(held_out))))
    with torch.no_grad():
        guesses = torch.cat([model(part) for part in images.split(500)]).argmax(1)
    wrong = (guesses != labels).nonzero()[:, 0]
    for each in wrong[:5].tolist():
        print(f"image {each}: a {labels[each].item()}, read as {guesses[each].item()}")
    print(f"held-out accuracy {1 - len(wrong) / len(labels):.1%} of {len(labels):,} images")

    if arguments.picture:
        draw(arguments.picture, images, labels, guesses, wrong)


def draw(path, images, labels, guesses, wrong):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 2.4), layout="constrained")
    figure.suptitle("Digits that are mistaken", fontsize=10)
    for axes, each in zip(figure.subplots(2, 5).flat, wrong.tolist(), strict=False):
        axes.imshow(images[each, 0].numpy(), cmap="gray_r", interpolation="nearest")
        axes.set_title(f"{labels[each].item()} read as {guesses[each].item()}", fontsize=7)
    for axes in figure.axes:
        axes.axis("off")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
