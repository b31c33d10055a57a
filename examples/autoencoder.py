"""An autoencoder squeezes a digit of 64 pixels through two numbers, and draws it again from them.
Run it with `python examples/autoencoder.py`; `vae.py` next draws digits that nobody wrote.

It prints the mean squared error of a pixel beside that of the best linear squeeze, which are the
two principal components. Nothing is told of what digit an image shows; the picture places each
image by its two numbers, and the digits still part.
"""

import argparse

import tinygrad_nn as torch
import tinygrad_nn.nn.functional as F
from tinygrad_nn import nn, optim
from tinygrad_nn.datasets import digits


class Autoencoder(nn.Module):
    def __init__(self, pixels=64, code=2):
        super().__init__()
        self.encoder = nn.Sequential(
            *(nn.Linear(pixels, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, code)),
        )
        self.decoder = nn.Sequential(
            *(nn.Linear(code, 32), nn.ReLU(), nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, pixels)),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def principal_components(x, count):
    """Return x drawn again from its coordinates along the directions in which it varies most."""
    mean = x.mean(0)
    directions = torch.linalg.svd(x - mean, full_matrices=False).Vh[:count]
    return mean + (x - mean) @ directions.T @ directions


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--picture", metavar="FILE", help="draw the digits and their two numbers")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    data = digits()
    pixels = torch.from_numpy(data.images).flatten(1).float() / 16

    model = Autoencoder()
    criterion = nn.MSELoss()
    optimizer = optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(1, arguments.epochs + 1):
        for batch in pixels[torch.randperm(len(pixels))].split(64):
            loss = criterion(model(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 10 == 0:
            with torch.no_grad():
                print(f"epoch {epoch:3}: error {criterion(model(pixels), pixels).item():.4f}")

    with torch.no_grad():
        drawn = model(pixels)
        error = criterion(drawn, pixels).item()
        linear = criterion(principal_components(pixels, 2), pixels).item()
        codes = model.encoder(pixels)
    print(f"error of a pixel {error:.4f}; of two principal components {linear:.4f}")

    if arguments.picture:
        draw(arguments.picture, pixels, drawn, codes, data.labels)


def draw(path, pixels, drawn, codes, labels):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3), layout="constrained")
    axes, images = figure.subplots(1, 2)
    points = axes.scatter(*codes.T.numpy(), c=labels, cmap="tab10", vmin=-0.5, vmax=9.5, s=4)
    figure.colorbar(points, ticks=range(10))
    axes.set_title("Each image as two numbers", fontsize=9)
    pairs = torch.stack([pixels[:24], drawn[:24]], dim=1).view(6, 4, 2, 8, 8)
    apart = F.pad(pairs, (1, 1, 1, 1)).permute(0, 3, 1, 2, 4)  # down, row, across, which, column
    images.imshow(apart.reshape(60, 80).numpy(), cmap="gray_r", interpolation="nearest")
    images.axis("off")
    images.set_title("Pairs: given, and drawn again", fontsize=9)
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
