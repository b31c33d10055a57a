"""Weights that go to PyTorch and come back, in a safetensors file that both read.
Run it with `python examples/to_pytorch.py`; `docs/saving.md` says what else a file can hold.

A network is trained here on digits and its weights are written. It prints what stands in the file.
Then, where PyTorch is installed, the same network in PyTorch reads the file and gives the same
scores, is trained on, writes a file of its own, and this side reads that. Without PyTorch the file
is read back by this side alone.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import tinygrad_nn as tnn
from tinygrad_nn.datasets import digits
from tinygrad_nn.saving import load_file, save_file

try:
    import torch
    from safetensors import torch as pytorch_files
except ImportError:
    torch = None


def network(nn):
    """The same lines make the network of either library: they differ in what nn is."""
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def train(library, model, pixels, labels, steps):
    """Train a model of either library, with all digits in each step."""
    optimizer = library.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        loss = library.nn.functional.cross_entropy(model(pixels), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with library.no_grad():
        accuracy = (model(pixels).argmax(1) == labels).float().mean().item()
    print(f"{library.__name__:11} trained for {steps} steps: accuracy {accuracy:.1%}")


def scores(library, model, pixels):
    """Return the scores of a model of either library, as an array."""
    with library.no_grad():
        return model(library.from_numpy(pixels)).numpy()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--picture", metavar="FILE", help="draw weights that came back")
    arguments = parser.parse_args(argv)
    with TemporaryDirectory() as folder:
        exchange(Path(folder), arguments.steps, arguments.picture)


def exchange(folder, steps, picture):
    tnn.manual_seed(0)
    data = digits()
    pixels = data.images.reshape(-1, 64).astype("float32") / 16
    model = network(tnn.nn)
    train(tnn, model, tnn.from_numpy(pixels), tnn.from_numpy(data.labels), steps)

    here, there = folder / "here.safetensors", folder / "there.safetensors"
    save_file(model.state_dict(), here)
    print(f"{here.name} holds, in {here.stat().st_size:,} bytes:")
    for name, tensor in load_file(here).items():
        print(f"  {name:9} {tuple(tensor.shape)!s:9} {tensor.dtype}")

    written = scores(tnn, model, pixels)

    if torch is None:
        other = network(tnn.nn)
        other.load_state_dict(load_file(here))
        difference = abs(written - scores(tnn, other, pixels)).max()
        print(f"read back without PyTorch: largest difference of a score {difference:.1e}")
    else:
        other = network(torch.nn)
        other.load_state_dict(pytorch_files.load_file(here))
        difference = abs(written - scores(torch, other, pixels)).max()
        print(f"read by PyTorch: largest difference of a score {difference:.1e}")

        train(torch, other, torch.from_numpy(pixels), torch.from_numpy(data.labels), steps)
        pytorch_files.save_file(other.state_dict(), there)
        model.load_state_dict(load_file(there))
        difference = abs(scores(tnn, model, pixels) - scores(torch, other, pixels)).max()
        print(f"written by PyTorch, read here: largest difference of a score {difference:.1e}")

    if picture:
        draw(picture, model[0].weight.detach().numpy())


def draw(path, weights):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 2.2), layout="constrained")
    figure.suptitle("Weights of the first layer, come back", fontsize=10)
    for axes, unit in zip(figure.subplots(2, 6).flat, weights, strict=False):
        axes.imshow(unit.reshape(8, 8), cmap="RdBu", vmin=-0.6, vmax=0.6)
        axes.axis("off")
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
