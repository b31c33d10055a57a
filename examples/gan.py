"""Two networks against each other: one makes points, the other tells them from points of a ring.
Run it with `python examples/gan.py`; `moons.py` has points that are told apart, not made.

It prints the losses of both, then how far from the centre the points made lie, beside the real
ones, and how many of the ring's eight clusters they reach: a generator that has found one good
point tends to stay there.
"""

import argparse
import math

import tinygrad_nn as torch
import tinygrad_nn.nn.functional as F
from tinygrad_nn import nn, optim

CLUSTERS = 8


def ring(count):
    """Return points (count, 2) around eight places on a circle of radius 1."""
    angle = 2 * math.pi / CLUSTERS * torch.randint(CLUSTERS, (count,))
    return torch.stack([angle.cos(), angle.sin()], dim=1) + 0.05 * torch.randn(count, 2)


def network(inputs, outputs, hidden=64):
    return nn.Sequential(
        *(nn.Linear(inputs, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, hidden)),
        *(nn.LeakyReLU(0.2), nn.Linear(hidden, outputs)),
    )


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--picture", metavar="FILE", help="draw the points of both")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    generator, discriminator = network(8, 2), network(2, 1)
    of_generator = optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.9))
    of_discriminator = optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.9))
    ones, zeros = torch.ones(arguments.batch, 1), torch.zeros(arguments.batch, 1)

    for step in range(1, arguments.steps + 1):
        real, made = ring(arguments.batch), generator(torch.randn(arguments.batch, 8))

        # The discriminator is to answer 1 to real points, 0 to made ones, which are held fast here.
        judged = discriminator(real), discriminator(made.detach())
        loss = F.binary_cross_entropy_with_logits(judged[0], ones)
        loss = loss + F.binary_cross_entropy_with_logits(judged[1], zeros)
        of_discriminator.zero_grad()
        loss.backward()
        of_discriminator.step()

        # The generator is to make points that it answers 1 to.
        fooled = F.binary_cross_entropy_with_logits(discriminator(made), ones)
        of_generator.zero_grad()
        fooled.backward()
        of_generator.step()

        if step % (arguments.steps // 5) == 0:
            print(f"step {step:5}: discriminator {loss.item():.3f}, generator {fooled.item():.3f}")

    with torch.no_grad():
        real, made = ring(1000), generator(torch.randn(1000, 8))
    for name, points in (("real", real), ("made", made)):
        radius = points.norm(dim=1)
        turn = torch.atan2(points[:, 1], points[:, 0]) / (2 * math.pi) * CLUSTERS
        counts = torch.bincount(turn.round().long() % CLUSTERS, minlength=CLUSTERS)
        reached = (counts > 20).sum().item()
        print(f"{name} points: {radius.mean().item():.2f} from the centre", end=" ")
        print(f"(deviation {radius.std().item():.2f}), {reached} of {CLUSTERS} clusters")

    if arguments.picture:
        draw(arguments.picture, real, made)


def draw(path, real, made):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.scatter(*real.T.numpy(), s=4, color="tab:gray", label="real")
    axes.scatter(*made.T.numpy(), s=4, color="tab:red", label="made")
    axes.set_aspect("equal")
    axes.legend(loc="center")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
