"""A custom Function with a gradient of its own choosing, which trains weights of one bit each.
Run it with `python examples/one_bit.py`; `own_operation.py` shows how such a gradient is checked.

A sign is flat on both sides of zero, so its true gradient is zero, and nothing would be learned.
The Function passes the gradient straight through instead: Y. Bengio, N. Léonard, A. Courville,
"Estimating or propagating gradients through stochastic neurons" (2013). It prints the accuracy on
digits that were not shown, of ordinary weights, and of weights that are -1 or 1: with the true
gradient, and straight through.
"""

import argparse

import tinygrad_nn as torch
import tinygrad_nn.nn.functional as F
from tinygrad_nn import nn, optim
from tinygrad_nn.datasets import digits


class StraightSign(torch.autograd.Function):
    """-1 or 1 going forward; going back the identity, but not where |x| is above 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)


WEIGHTS = {"ordinary": None, "true gradient": torch.sign, "straight through": StraightSign.apply}


class Dense(nn.Module):
    """A layer that applies `weigh` to its weights before it uses them."""

    def __init__(self, inputs, outputs, weigh):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-0.1, 0.1))
        self.weigh = weigh

    def forward(self, x):
        if self.weigh is None:
            return x @ self.weight.T
        return x @ self.weigh(self.weight).T / x.shape[1] ** 0.5


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--picture", metavar="FILE", help="draw weights of the first layer")
    arguments = parser.parse_args(argv)

    torch.manual_seed(0)
    data = digits()
    pixels = torch.from_numpy(data.images).flatten(1).float() / 8 - 1  # -1 is paper, 1 is ink
    labels = torch.from_numpy(data.labels)
    order = torch.randperm(len(labels))
    train, held_out = order[:-500], order[-500:]

    drawn = {}
    for name, weigh in WEIGHTS.items():
        torch.manual_seed(0)
        first = Dense(64, arguments.hidden, weigh)
        model = nn.Sequential(first, nn.ReLU(), Dense(arguments.hidden, 10, weigh))
        optimizer = optim.Adam(model.parameters(), lr=3e-3)
        for _ in range(arguments.epochs):
            for chosen in train[torch.randperm(len(train))].split(32):
                loss = F.cross_entropy(model(pixels[chosen]), labels[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        with torch.no_grad():
            right = model(pixels[held_out]).argmax(1) == labels[held_out]
        bits = 32 if weigh is None else 1
        print(f"{name:18} {bits:2} bits a weight: held-out accuracy {right.float().mean():.1%}")
        drawn[name] = first.weight.detach() if weigh is None else first.weight.detach().sign()

    if arguments.picture:
        draw(arguments.picture, drawn)


def draw(path, drawn):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 2.2), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("straight through", "ordinary"), strict=True):
        apart = F.pad(drawn[name][:16].view(4, 4, 8, 8), (1, 1, 1, 1))
        axes.imshow(apart.permute(0, 2, 1, 3).reshape(40, 40).numpy(), cmap="gray_r")
        axes.axis("off")
        axes.set_title(f"Weights, {name}", fontsize=9)
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
