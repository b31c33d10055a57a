"""Whole programs, the same code with PyTorch and with this package: the same seed, the same losses.
Read `test_public_names.py` next: the names that such programs use.
"""

from types import FunctionType

import numpy as np
import pytest

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")
torch.set_num_threads(1)


def run_with_both(program, *arguments):
    """Call `program`, whose global name `torch` is this package first and then PyTorch."""
    shared = {name: value for name, value in program.__globals__.items() if name != "torch"}
    return [
        FunctionType(program.__code__, {**shared, "torch": library}, argdefs=program.__defaults__)(
            *arguments
        )
        for library in (tnn, torch)
    ]


def images(count, pixels=784, classes=10):
    """Draw numbers in place of images: the classes differ in their means."""
    random = np.random.default_rng(0)
    labels = random.integers(0, classes, count)
    means = random.standard_normal((classes, pixels))
    return means[labels] + random.standard_normal((count, pixels)), labels


# --- programs, as they are written for PyTorch ----------------------------------------------------


def train_classifier(steps, dtype, batch=32):
    torch.manual_seed(0)
    pixels, labels = images(320)
    x = torch.tensor(pixels, dtype=getattr(torch, dtype))
    y = torch.tensor(labels)
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 128),
        torch.nn.ReLU(),
        torch.nn.Linear(128, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 10),
    ).to(getattr(torch, dtype))
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    losses = []
    for _ in range(steps):
        chosen = torch.randint(0, len(x), (batch,))
        optimizer.zero_grad()
        loss = criterion(model(x[chosen]), y[chosen])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(dim=1) == y).sum().item()
    return losses, right, [parameter.tolist() for parameter in model.parameters()]


def learn_xor(steps):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = torch.nn.Linear(2, 3)
            self.output = torch.nn.Linear(3, 1)

        def forward(self, x):
            return self.output(torch.tanh(self.hidden(x)))

    torch.manual_seed(1)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).double()
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]]).double()
    net = Net().double()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    criterion = torch.nn.BCEWithLogitsLoss()
    losses = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, (net(x) > 0).flatten().tolist() == [False, True, True, False]


def train_two_layers_by_hand(steps):
    """784-10-10, images in columns, all parameters uniform in ±0.5, no optimizer."""
    torch.manual_seed(2)
    pixels, labels = images(100)
    x = torch.tensor(pixels.T, dtype=torch.float64) / 4
    y = torch.tensor(labels)
    sizes = [(10, 784), (10, 1), (10, 10), (10, 1)]
    parameters = [(torch.rand(size) - 0.5).double().requires_grad_() for size in sizes]
    losses = []
    for _ in range(steps):
        w1, b1, w2, b2 = parameters
        hidden = torch.relu(w1 @ x + b1)
        scores = torch.nn.functional.log_softmax(w2 @ hidden + b2, dim=0)
        loss = -scores[y, torch.arange(len(y))].mean()
        for gradient, parameter in zip(
            torch.autograd.grad(loss, parameters), parameters, strict=True
        ):
            with torch.no_grad():
                parameter -= 0.1 * gradient
        losses.append(loss.item())
    return losses


def regress_with_two_groups(steps):
    torch.manual_seed(3)
    x = torch.randn(40, 5)
    y = x @ torch.arange(5.0) + 0.1 * torch.randn(40)
    net = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    optimizer = torch.optim.SGD(
        [{"params": net[0].parameters(), "lr": 0.05}, {"params": net[2].parameters()}],
        lr=0.01,
        momentum=0.5,
        nesterov=True,
    )
    losses = []
    for step in range(steps):
        if step == steps // 2:
            for group in optimizer.param_groups:
                group["lr"] /= 10
        net.zero_grad()
        loss = torch.nn.functional.mse_loss(net(x).squeeze(1), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# --- what comes out -------------------------------------------------------------------------------


def test_a_classifier_has_pytorch_s_losses_over_200_steps():
    (ours, right, weights), (theirs, expected, their_weights) = run_with_both(
        train_classifier, 200, "float64"
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)
    assert ours[-1] < 0.1 * ours[0]
    assert right == expected > 300
    for mine, other in zip(weights, their_weights, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-11)


def test_a_float32_classifier_has_pytorch_s_first_20_losses():
    (ours, _, _), (theirs, _, _) = run_with_both(train_classifier, 20, "float32")
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_xor_is_learned_along_pytorch_s_path():
    (ours, learned), (theirs, _) = run_with_both(learn_xor, 300)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)
    assert learned


def test_two_layers_by_hand_have_pytorch_s_losses():
    ours, theirs = run_with_both(train_two_layers_by_hand, 100)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)
    assert ours[-1] < 0.5 * ours[0]


def test_a_regression_with_two_groups_has_pytorch_s_first_losses():
    ours, theirs = run_with_both(regress_with_two_groups, 20)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.slow
def test_a_float32_classifier_stays_as_close_as_pytorch_to_itself():
    """Rounding grows alike: 300 float32 steps leave both equally far from the float64 path."""
    (ours, _, _), (theirs, _, _) = run_with_both(train_classifier, 300, "float32")
    (exact, _, _), _ = run_with_both(train_classifier, 300, "float64")
    our_error, their_error = (
        np.abs(np.array(losses) - np.array(exact)).max() for losses in (ours, theirs)
    )
    assert our_error < 3 * their_error + 1e-6


def test_the_comparison_sees_a_wrong_step():
    (ours, _, _), _ = run_with_both(train_classifier, 5, "float64")
    (_, _, _), (theirs, _, _) = run_with_both(train_classifier, 5, "float64", 31)
    assert not np.allclose(ours, theirs, rtol=1e-10)
