"""The experiment against the same program in PyTorch: same seed, same split, same numbers.
Read `test_check_command.py` next.
"""

import argparse

import numpy as np
import pytest

from tinygrad_nn.cli.experiment import prepare
from tinygrad_nn.cli.training import Training
from tinygrad_nn.datasets import digits

torch = pytest.importorskip("torch")


def in_pytorch(seed: int, init: str, hidden: int, iterations: int, batch_size: int | None):
    """The program as a student would write it; return the loss and the accuracies reached."""
    data = digits()
    torch.manual_seed(seed)
    order = torch.randperm(1797)
    images = torch.from_numpy(data.images).flatten(1)[order].float() / 16
    labels = torch.from_numpy(data.labels)[order]
    x, y = images[299:], labels[299:]
    model = torch.nn.Sequential(
        torch.nn.Linear(64, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10)
    )
    if init == "write-up":
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.rand_like(parameter) - 0.5)
    loss_function = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    done = 0
    while done < iterations:
        rounds = torch.randperm(len(x)).split(batch_size) if batch_size else [slice(None)]
        for chosen in rounds[: iterations - done]:
            optimizer.zero_grad()
            loss_function(model(x[chosen]), y[chosen]).backward()
            optimizer.step()
            done += 1
    with torch.no_grad():
        return (
            loss_function(model(x), y).item(),
            (model(x).argmax(1) == y).double().mean().item(),
            (model(images[:299]).argmax(1) == labels[:299]).double().mean().item(),
        )


@pytest.mark.parametrize(
    ("seed", "init", "batch_size"),
    [(0, "default", None), (1, "default", 200), (2, "write-up", None), (3, "write-up", 200)],
)
def test_the_numbers_are_pytorchs(seed, init, batch_size):
    options = argparse.Namespace(data="digits", seed=seed, hidden=10, init=init)
    data, model = prepare(options)
    training = Training(model, data, 0.1, batch_size)
    training.run(20, lambda measured: None)
    _, loss, training_accuracy, held_out_accuracy = training.history[-1]
    expected = in_pytorch(seed, init, 10, 20, batch_size)
    np.testing.assert_allclose(loss, expected[0], rtol=1e-5)
    assert training_accuracy == pytest.approx(expected[1], abs=1.5 / 1498)  # one image at most
    assert held_out_accuracy == pytest.approx(expected[2], abs=1.5 / 299)
