"""A network that obeys a law: a swinging weight on a spring, from its differential equation alone.
Run it with `python examples/physics.py`; `docs/autograd.md` says what create_graph=True does.

The law is u'' + 2 d u' + w^2 u = 0 with u(0) = 1 and u'(0) = 0, and no point of the curve is
given. The loss is how far the network is from obeying it: it holds first and second derivatives of
the network's output, and is itself differentiated, for the weights. It prints that loss on the
way, then the largest error against the solution that calculus gives.
"""

import argparse
import math

import tinygrad_nn as torch
from tinygrad_nn import nn, optim

DAMPING, FREQUENCY, END = 0.3, 2.0, 5.0


def exact(t):
    swing = math.sqrt(FREQUENCY**2 - DAMPING**2)
    return torch.exp(-DAMPING * t) * (torch.cos(swing * t) + DAMPING / swing * torch.sin(swing * t))


class Motion(nn.Module):
    """u(t) = 1 + t^2 / (1 + t^2) network(t): it begins right whatever the network says."""

    def __init__(self, hidden):
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh()
        )
        self.output = nn.Linear(hidden, 1)

    def forward(self, t):
        return 1 + t**2 / (1 + t**2) * self.output(self.network(2 * t / END - 1))


def disobedience(model, t):
    """Return the mean square of u'' + 2 d u' + w^2 u at the times t."""
    t = t.requires_grad_()
    u = model(t)
    (velocity,) = torch.autograd.grad(u.sum(), t, create_graph=True)
    (acceleration,) = torch.autograd.grad(velocity.sum(), t, create_graph=True)
    law = acceleration + 2 * DAMPING * velocity + FREQUENCY**2 * u
    return (law**2).mean()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--picture", metavar="FILE", help="draw the motion")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    model = Motion(arguments.hidden).double()
    times = torch.linspace(0, END, 64, dtype=torch.float64)[:, None]
    optimizer = optim.LBFGS(model.parameters(), line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = disobedience(model, times)
        loss.backward()
        return loss

    for step in range(arguments.steps):
        loss = optimizer.step(closure)  # LBFGS asks for the loss some 20 times in a step
        if step % 4 == 0:
            print(f"step {step:3}: loss {loss.item():.1e}")

    t = torch.linspace(0, END, 201, dtype=torch.float64)[:, None]
    with torch.no_grad():
        found = model(t)
    print(f"largest error of u(t) from 0 to {END:.0f}: {(found - exact(t)).abs().max().item():.1e}")

    if arguments.picture:
        draw(arguments.picture, t, found)


def draw(path, t, found):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(t.numpy(), exact(t).numpy(), color="tab:gray", linewidth=5, alpha=0.5, label="exact")
    axes.plot(t.numpy(), found.numpy(), color="tab:red", label="network")
    axes.set(xlabel="t", ylabel="u(t)", title="Learned from its equation alone")
    axes.legend()
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
