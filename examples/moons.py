"""Two half moons told apart by a small network, and the boundary between them, drawn.
Run it with `python examples/moons.py`; `gan.py` makes points instead of telling them apart.

It prints the loss and the accuracy on points that were not learned from.
"""

import argparse
import math

import tinygrad_nn as torch
from tinygrad_nn import nn, optim
from tinygrad_nn.utils.data import DataLoader, TensorDataset


def moons(count, noise=0.15):
    """Return points (count, 2) on two half circles, one turned and moved, and which it is."""
    label = torch.arange(count) % 2
    angle = math.pi * torch.rand(count)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    points = torch.where(label[:, None] == 0, upper, lower)
    return points + noise * torch.randn(count, 2), label


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=500)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--picture", metavar="FILE", help="draw the points and the boundary")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    points, labels = moons(arguments.points)
    held_out_points, held_out_labels = moons(1000)
    loader = DataLoader(TensorDataset(points, labels), batch_size=32, shuffle=True)

    model = nn.Sequential(
        nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2)
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.01)

    for epoch in range(1, arguments.epochs + 1):
        total = 0.0
        for batch, answers in loader:
            loss = criterion(model(batch), answers)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        if epoch % 5 == 0:
            print(f"epoch {epoch:3}: loss {total / len(points):.4f}")

    with torch.no_grad():
        accuracy = (model(held_out_points).argmax(1) == held_out_labels).float().mean().item()
    print(f"held-out accuracy {accuracy:.1%}")

    if arguments.picture:
        draw(arguments.picture, model, points, labels)


def draw(path, model, points, labels):
    from matplotlib.figure import Figure

    across, up = torch.linspace(-1.6, 2.6, 120), torch.linspace(-1.2, 1.7, 90)
    grid = torch.cartesian_prod(across, up)
    with torch.no_grad():
        chance = model(grid).softmax(1)[:, 1].reshape(120, 90).T
    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.contourf(across, up, chance.numpy(), levels=20, cmap="RdBu", alpha=0.6)
    axes.contour(across, up, chance.numpy(), levels=[0.5], colors="black")
    axes.scatter(*points.T.numpy(), c=labels.numpy(), cmap="RdBu", s=6)
    axes.set_title("Two moons and the boundary learned")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
