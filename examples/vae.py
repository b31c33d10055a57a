"""A variational autoencoder learns what digits look like, and draws ones that nobody wrote.
Run it with `python examples/vae.py`; `gan.py` next learns to draw in another way.

It prints what an image costs in nats, how much of it is for the pixels and how much for the code
(the divergence of the code from a normal distribution). Then it prints how far drawn digits are
from the nearest written one, beside how far written ones and random pixels are.
"""

import argparse

import tinygrad_nn as torch
import tinygrad_nn.nn.functional as F
from tinygrad_nn import nn, optim
from tinygrad_nn.datasets import digits


class VAE(nn.Module):
    def __init__(self, pixels=64, hidden=128, code=8):
        super().__init__()
        self.code = code
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU())
        self.mean = nn.Linear(hidden, code)
        self.log_variance = nn.Linear(hidden, code)
        self.decoder = nn.Sequential(
            nn.Linear(code, hidden), nn.ReLU(), nn.Linear(hidden, pixels), nn.Sigmoid()
        )

    def forward(self, x):
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        code = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(code), mean, log_variance

    def draw(self, count):
        return self.decoder(torch.randn(count, self.code))


def costs(pixels, drawn, mean, log_variance):
    """Return the cost of the pixels given the code, and of the code: both sums over the batch."""
    of_pixels = F.binary_cross_entropy(drawn, pixels, reduction="sum")
    of_code = -0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())
    return of_pixels, of_code


def nearest(images, pixels):
    return torch.cdist(images, pixels).min(1).values.mean().item()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--picture", metavar="FILE", help="draw digits that nobody wrote")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    pixels = torch.from_numpy(digits().images).flatten(1).float() / 16

    model = VAE()
    optimizer = optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(1, arguments.epochs + 1):
        totals = torch.zeros(2)
        for batch in pixels[torch.randperm(len(pixels))].split(64):
            of_pixels, of_code = costs(batch, *model(batch))
            optimizer.zero_grad()
            ((of_pixels + of_code) / len(batch)).backward()
            optimizer.step()
            totals += torch.stack([of_pixels, of_code]).detach()
        if epoch % 10 == 0:
            of_pixels, of_code = (totals / len(pixels)).tolist()
            print(f"epoch {epoch:3}: cost {of_pixels + of_code:.2f}", end=" = ")
            print(f"pixels {of_pixels:.2f} + code {of_code:.2f}")

    with torch.no_grad():
        drawn = model.draw(500)
    between = torch.cdist(pixels, pixels).fill_diagonal_(torch.inf)  # not to itself
    print("distance to the nearest written digit:", end=" ")
    print(f"of a drawn one {nearest(drawn, pixels):.2f},", end=" ")
    print(f"of a written one {between.min(1).values.mean().item():.2f},", end=" ")
    print(f"of random pixels {nearest(torch.rand(500, 64), pixels):.2f}")

    if arguments.picture:
        draw(arguments.picture, drawn)


def draw(path, drawn):
    from matplotlib.figure import Figure

    apart = F.pad(drawn[:60].view(5, 12, 8, 8), (1, 1, 1, 1))  # row, column, pixels of a digit
    rows = apart.permute(0, 2, 1, 3).reshape(50, 120)
    figure = Figure(figsize=(4, 2), layout="constrained")
    axes = figure.subplots()
    axes.imshow(rows.numpy(), cmap="gray_r", interpolation="nearest")
    axes.axis("off")
    axes.set_title("Digits that nobody wrote")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
