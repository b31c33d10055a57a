"""A straight line through noisy points: the whole training loop, with one weight and one bias.
Run it with `python examples/linear_regression.py`; `xor.py` next asks for more than a line.

It prints the loss on the way, then the line found beside the one that the points came from and
beside the one that least squares gives.
"""

import argparse

import tinygrad_nn as torch
from tinygrad_nn import nn, optim


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--picture", metavar="FILE", help="draw the points and the line")
    arguments = parser.parse_args(argv)

    # y = 3 x - 1 and noise
    torch.manual_seed(0)
    x = torch.rand(arguments.points, 1) * 2 - 1
    y = 3 * x - 1 + 0.3 * torch.randn(arguments.points, 1)

    model = nn.Linear(1, 1)
    criterion = nn.MSELoss()
    optimizer = optim.SGD(model.parameters(), lr=0.3)

    for step in range(arguments.steps + 1):
        loss = criterion(model(x), y)
        if step % 50 == 0:
            print(f"step {step:4}: mean squared error {loss.item():.4f}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    # Least squares needs no steps: it solves for the slope and the intercept at once.
    slope, intercept = torch.linalg.lstsq(torch.cat([x, torch.ones_like(x)], 1), y).solution
    print("the points:     y = 3.000 x - 1.000")
    print(f"least squares:  y = {slope.item():.3f} x {intercept.item():+.3f}")
    print(f"learned line:   y = {model.weight.item():.3f} x {model.bias.item():+.3f}")

    if arguments.picture:
        draw(arguments.picture, x, y, model)


def draw(path, x, y, model):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.scatter(x.numpy(), y.numpy(), s=10, color="tab:gray")
    ends = torch.tensor([[-1.0], [1.0]])
    axes.plot(ends.numpy(), model(ends).detach().numpy(), color="tab:red")
    axes.set(xlabel="x", ylabel="y", title="A line learned from 100 points")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
