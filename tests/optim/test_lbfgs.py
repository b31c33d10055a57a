"""L-BFGS: how often it asks for the loss, what it keeps, and what it refuses.
Read `optimizer_matrix.py` next, where it runs beside PyTorch for long.
"""

import copy

import numpy as np
import pytest

import tinygrad_nn as tnn

SEARCHES = [None, "strong_wolfe"]


def rosenbrock(library, options, dtype="float64", start=(-1.2, 1.0)):
    """Return a parameter, its optimizer, and the closure of Rosenbrock's valley."""
    x = library.tensor(start, dtype=getattr(library, dtype)).requires_grad_()
    optimizer = library.optim.LBFGS([x], **options)
    calls = []

    def closure():
        optimizer.zero_grad()
        loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
        loss.backward()
        calls.append(loss.item())
        return loss

    return x, optimizer, closure, calls


OPTIONS = {
    "line search": {"line_search_fn": "strong_wolfe"},
    "few tries": {"line_search_fn": "strong_wolfe", "max_eval": 4},
    "small steps": {"lr": 0.02, "max_iter": 7},
    "short memory": {"line_search_fn": "strong_wolfe", "history_size": 1, "max_iter": 5},
    "no memory of many": {"line_search_fn": "strong_wolfe", "max_iter": 1},
    "a tensor": {"lr": 0.05, "line_search_fn": "strong_wolfe"},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_loss_on_the_way_is_pytorch_s(name):
    torch = pytest.importorskip("torch")
    found = []
    for library in (tnn, torch):
        options = dict(OPTIONS[name])
        if name == "a tensor":
            options["lr"] = library.tensor(0.05, dtype=library.float64)
        x, optimizer, closure, calls = rosenbrock(library, options)
        first = [optimizer.step(closure).item() for _ in range(4)]
        state = optimizer.state_dict()["state"][0]
        found.append((first, calls, x.tolist(), state["func_evals"], state["n_iter"]))
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, 1e-7, 1e-12)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_step_returns_the_loss_that_it_began_with(library, search):
    _, optimizer, closure, calls = rosenbrock(library, {"line_search_fn": search, "lr": 1e-3})
    assert optimizer.step(closure).item() == calls[0]
    assert len(calls) == optimizer.state_dict()["state"][0]["func_evals"]


def test_the_valley_is_walked_to_its_end(library):
    x, optimizer, closure, _ = rosenbrock(library, {"line_search_fn": "strong_wolfe"})
    for _ in range(5):
        optimizer.step(closure)
    assert x.tolist() == pytest.approx([1.0, 1.0], abs=1e-3)


def test_at_the_bottom_the_loss_is_asked_for_once(library):
    _, optimizer, closure, calls = rosenbrock(library, {}, start=(1.0, 1.0))
    optimizer.step(closure)
    assert len(calls) == 1


def test_a_parameter_without_a_gradient_stays(library):
    x, y = (library.ones(2, requires_grad=True) for _ in range(2))
    optimizer = library.optim.LBFGS([x, y])

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert x.tolist() == pytest.approx([0.0, 0.0], abs=1e-5)
    assert y.tolist() == [1.0, 1.0]


def test_complex_parameters_are_pairs_of_real_ones(library):
    z = library.tensor([3 + 4j], dtype=library.complex128).requires_grad_()
    optimizer = library.optim.LBFGS([z], line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = (z - (1 - 2j)).abs().square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert z.detach().numpy()[0] == pytest.approx(1 - 2j)


def test_the_closure_is_called_with_recording(library):
    _, optimizer, closure, _ = rosenbrock(library, {})
    with library.no_grad():
        optimizer.step(closure)


@pytest.mark.parametrize("search", SEARCHES)
def test_the_state_goes_both_ways(search):
    torch = pytest.importorskip("torch")

    def moved(state, library):
        if isinstance(state, dict):
            return {key: moved(value, library) for key, value in state.items()}
        if isinstance(state, list):
            return [moved(each, library) for each in state]
        is_tensor = isinstance(state, (tnn.Tensor, torch.Tensor))
        return library.tensor(state.numpy().copy()) if is_tensor else state

    options = {"lr": 0.5 if search else 1e-3, "max_iter": 4, "line_search_fn": search}
    x, ours, closure, _ = rosenbrock(tnn, options)
    y, theirs, their_closure, _ = rosenbrock(torch, options)
    for _ in range(4):
        ours.step(closure)
        theirs.step(their_closure)
        mine, other = copy.deepcopy((ours.state_dict(), theirs.state_dict()))
        assert set(mine["state"][0]) | {"al"} == set(other["state"][0]) | {"al"}
        ours.load_state_dict(moved(other, tnn))
        theirs.load_state_dict(moved(mine, torch))
        np.testing.assert_allclose(x.tolist(), y.tolist(), 1e-8)


def test_it_resumes_where_it_was_saved(library):
    options = {"max_iter": 3, "line_search_fn": "strong_wolfe"}
    x, optimizer, closure, _ = rosenbrock(library, options)
    optimizer.step(closure)
    saved, place = copy.deepcopy(optimizer.state_dict()), x.tolist()
    optimizer.step(closure)
    y, resumed, other, _ = rosenbrock(library, options, start=place)
    resumed.load_state_dict(saved)
    resumed.step(other)
    assert y.tolist() == x.tolist()


def test_what_it_does_not_take_is_refused(library):
    x, y = (library.ones(2, requires_grad=True) for _ in range(2))
    with pytest.raises(ValueError, match="group"):
        library.optim.LBFGS([{"params": [x]}, {"params": [y]}])
    with pytest.raises(ValueError, match=r"lr|learning rate"):
        library.optim.LBFGS([x], lr=-1)
    with pytest.raises(TypeError):
        library.optim.LBFGS([x]).step()

    def search_by_another_name():
        _, optimizer, closure, _ = rosenbrock(library, {"line_search_fn": "golden"})
        optimizer.step(closure)

    with pytest.raises(RuntimeError, match="strong_wolfe"):
        search_by_another_name()
