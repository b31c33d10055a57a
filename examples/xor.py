"""XOR, which no straight line separates, learned by a hidden layer of a few units.
Run it with `python examples/xor.py`; `layers_by_hand.py` does it with layers that are written out.

It prints the loss on the way, then the four answers: 1 if exactly one of the two inputs is 1. A
model without a hidden layer is trained beside it, and stays at a loss of log 2, a coin's.
"""

import argparse

import tinygrad_nn as torch
from tinygrad_nn import nn, optim

INPUTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


def train(model, steps):
    """Train on all four rows in every step, and return the loss of each."""
    criterion = nn.BCEWithLogitsLoss()  # the sigmoid is in the loss
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(steps):
        loss = criterion(model(INPUTS), TARGETS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=4)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--picture", metavar="FILE", help="draw what is answered in between")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    line = nn.Linear(2, 1)
    network = nn.Sequential(
        nn.Linear(2, arguments.hidden), nn.Tanh(), nn.Linear(arguments.hidden, 1)
    )
    straight, bent = train(line, arguments.steps), train(network, arguments.steps)
    print("step   loss of a line   loss with a hidden layer")
    for step in range(0, arguments.steps, 50):
        print(f"{step:4}   {straight[step]:14.4f}   {bent[step]:24.4f}")

    with torch.no_grad():
        answers = network(INPUTS).sigmoid()
    for (a, b), answer in zip(INPUTS.tolist(), answers, strict=True):
        print(f"{a:.0f} xor {b:.0f}: {answer.item():.3f}")
    right = ((answers > 0.5) == (TARGETS > 0.5)).sum().item()
    print(f"{right} of 4 right, loss {bent[-1]:.4f}; without a hidden layer {straight[-1]:.4f}")

    if arguments.picture:
        draw(arguments.picture, network)


def draw(path, network):
    from matplotlib.figure import Figure

    axis = torch.linspace(-0.5, 1.5, 60)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        answers = network(grid).sigmoid().reshape(60, 60).T
    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    picture = axes.contourf(axis, axis, answers.numpy(), levels=10, vmin=0, vmax=1, cmap="RdBu")
    axes.scatter(*INPUTS.T.numpy(), c=TARGETS[:, 0].numpy(), cmap="RdBu", edgecolors="black", s=80)
    axes.set(xlabel="first input", ylabel="second input", title="XOR")
    figure.colorbar(picture, label="answer")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
