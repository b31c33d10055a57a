"""SGD takes PyTorch's steps, over 200 of them and every combination of its options.
Read `test_optimizer.py` next: groups, state, and what is refused.
"""

import itertools

import numpy as np
import pytest

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")
torch.set_num_threads(1)

OPTIONS = {
    "lr": (0.01, 0.1),
    "momentum": (0.0, 0.5, 0.9),
    "dampening": (0.0, 0.3),
    "weight_decay": (0.0, 0.05),
    "nesterov": (False, True),
    "maximize": (False, True),
}


def is_allowed(options):
    return not options["nesterov"] or (options["momentum"] and not options["dampening"])


GRID = [
    options
    for values in itertools.product(*OPTIONS.values())
    if is_allowed(options := dict(zip(OPTIONS, values, strict=True)))
]
FEW = [options for options in GRID if options["lr"] == 0.1 and not options["maximize"]]


def descend(library, steps, options, dtype="float64"):
    """Follow a bounded, curved, noisy surface; return the parameters after every step."""
    noise = np.random.default_rng(1).standard_normal((steps, 3, 2)).astype(dtype)
    start = np.random.default_rng(0).standard_normal((3, 2)).astype(dtype)
    matrix = library.nn.Parameter(library.tensor(start))
    vector = library.nn.Parameter(library.tensor(start[0]))
    optimizer = library.optim.SGD([matrix, vector], **options)
    path = []
    for i in range(steps):
        optimizer.zero_grad()
        z = matrix * vector + library.tensor(noise[i])
        (library.tanh(z) * library.tensor(noise[0])).sum().backward()
        optimizer.step()
        path.append([p.detach().numpy().copy() for p in (matrix, vector)])
    return path


def assert_same_path(options, dtype, tolerance, steps=200):
    ours, theirs = (descend(library, steps, options, dtype) for library in (tnn, torch))
    for step, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        for a, b in zip(mine, other, strict=True):
            assert a.dtype == b.dtype == dtype
            np.testing.assert_allclose(a, b, tolerance, tolerance, err_msg=f"step {step}")


@pytest.mark.parametrize("options", FEW, ids=str)
def test_200_steps_are_pytorch_s(options):
    assert_same_path(options, "float64", 1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("options", GRID, ids=str)
def test_200_steps_are_pytorch_s_for_every_option(options):
    assert_same_path(options, "float64", 1e-10)


@pytest.mark.parametrize("options", FEW[::3], ids=str)
def test_float32_steps_are_pytorch_s(options):
    assert_same_path(options, "float32", 1e-5, steps=20)


def test_numpy_options_do_not_widen_float32():
    options = {key: np.float64(0.1) for key in ("lr", "momentum", "weight_decay")}
    x = tnn.ones(2, requires_grad=True)
    optimizer = tnn.optim.SGD([x], **options)
    for _ in range(2):
        optimizer.zero_grad()
        (x * x).sum().backward()
        optimizer.step()
    assert x.dtype == tnn.float32
    assert optimizer.state[x]["momentum_buffer"].dtype == tnn.float32
    plain = {key: float(value) for key, value in options.items()}
    ours, expected = (descend(tnn, 5, each, "float32")[-1] for each in (options, plain))
    assert [p.tolist() for p in ours] == [p.tolist() for p in expected]


def test_the_first_momentum_buffer_is_the_gradient_and_dampening_comes_later(library):
    x = library.tensor([1.0], requires_grad=True)
    optimizer = library.optim.SGD([x], lr=0.0, momentum=0.5, dampening=0.25)
    seen = []
    for _ in range(3):
        x.grad = library.tensor([4.0])
        optimizer.step()
        seen.append(optimizer.state[x]["momentum_buffer"].item())
    assert seen == [4.0, 5.0, 5.5]  # 0.5 v + 0.75 g


def test_a_momentum_buffer_is_not_the_gradient_itself(library):
    x = library.tensor([1.0], requires_grad=True)
    optimizer = library.optim.SGD([x], lr=0.1, momentum=0.9)
    x.grad = library.tensor([4.0])
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    assert optimizer.state[x]["momentum_buffer"].item() == 4.0


def test_maximize_climbs_and_weight_decay_still_shrinks(library):
    x = library.tensor([1.0], requires_grad=True)
    optimizer = library.optim.SGD([x], lr=0.5, weight_decay=1.0, maximize=True)
    x.grad = library.tensor([3.0])
    optimizer.step()
    assert x.item() == 1.0 - 0.5 * (-3.0 + 1.0)


def test_a_parameter_without_a_gradient_is_left_alone(library):
    x, y = (library.ones(1, requires_grad=True) for _ in range(2))
    optimizer = library.optim.SGD([x, y], lr=0.1, momentum=0.9, weight_decay=0.5)
    (x * 2).sum().backward()
    optimizer.step()
    assert x.item() != 1.0
    assert y.item() == 1.0
    assert list(optimizer.state_dict()["state"]) == [0]


def test_a_frozen_parameter_stays_where_it_is(library):
    nn = library.nn
    library.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    optimizer = library.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    x = library.ones(1, 2)
    net(x).sum().backward()
    optimizer.step()
    net[0].requires_grad_(False)
    before = net[0].weight.tolist()
    for _ in range(3):
        optimizer.zero_grad()
        net(x).sum().backward()
        optimizer.step()
    assert net[0].weight.tolist() == before
    assert net[0].weight.grad is None


def test_steps_change_the_same_memory(library):
    x = library.ones(2, requires_grad=True)
    view = x.detach()
    x.grad = library.ones(2)
    library.optim.SGD([x], lr=0.5).step()
    assert view.tolist() == [0.5, 0.5]
    assert x.is_leaf
    assert x.requires_grad


EDITS = {
    "add to data": lambda library, p: p.data.__iadd__(1.0),
    "new data": lambda library, p: setattr(p, "data", p.data + 1.0),
    "copy into data": lambda library, p: p.data.copy_(p.data + 1.0),
    "scaled add": lambda library, p: p.data.add_(library.ones(2), alpha=1.0),
    "write an element": lambda library, p: p.data.__setitem__(slice(None), p.data + 1.0),
    "through a state dict": lambda library, p: p.detach().add_(1.0),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_by_hand_is_what_the_next_step_starts_from(library, edit):
    x = library.nn.Parameter(library.tensor([1.0, 2.0]))
    optimizer = library.optim.SGD([x], lr=0.5)
    (x * x).sum().backward()
    optimizer.step()
    EDITS[edit](library, x)
    assert x.tolist() == [1.0, 1.0]
    optimizer.zero_grad()
    (x * x * 2).sum().backward()
    optimizer.step()
    assert x.grad.tolist() == [4.0, 4.0]
    assert x.tolist() == [-1.0, -1.0]


def test_a_step_between_forward_and_backward_is_noticed(library):
    x = library.ones(2, requires_grad=True)
    loss = (x * x).sum()
    x.grad = library.ones(2)
    library.optim.SGD([x], lr=0.5).step()
    with pytest.raises(RuntimeError, match="version"):
        loss.backward()


def test_a_closure_is_called_with_gradients_and_its_loss_returned(library):
    x = library.tensor([3.0], requires_grad=True)
    optimizer = library.optim.SGD([x], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with library.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 9.0
    assert x.item() == pytest.approx(3.0 - 0.1 * 6.0)
    assert optimizer.step() is None


def test_a_learning_rate_may_be_a_tensor(library):
    x = library.ones(1, requires_grad=True)
    x.grad = library.ones(1)
    library.optim.SGD([x], lr=library.tensor(0.25)).step()
    assert x.item() == 0.75


@pytest.mark.parametrize("name", ["lr", "momentum", "dampening", "weight_decay"])
def test_an_option_that_is_no_number_is_refused_by_name(name):
    for bad in ("0.5", None, [1.0], 1j, tnn.ones(2), b"1"):
        for make in (
            lambda given: tnn.optim.SGD([tnn.ones(1)], **{"lr": 0.1, **given}),
            lambda given: tnn.optim.SGD([{"params": [tnn.ones(1)], **given}], lr=0.1),
            lambda given: tnn.optim.SGD([tnn.ones(1)], lr=0.1).load_state_dict(
                {"state": {}, "param_groups": [{"params": [0], **given}]}
            ),
        ):
            with pytest.raises(TypeError, match=rf"SGD.*{name} must be a number"):
                make({name: bad})
    for good in (0, 0.5, np.float32(0.5), tnn.tensor(0.5), tnn.tensor([0.5])):
        tnn.optim.SGD([{"params": [tnn.ones(1)], name: good}], lr=0.1)
