"""What holds for every rule: text, arguments, dtypes, complex numbers, recorded steps, refusals.
Read `test_optimizer_matrix.py` next, for the numbers.
"""

import inspect

import numpy as np
import pytest
from rules import GRIDS

import tinygrad_nn as tnn

RULES = sorted(GRIDS)
ELEMENTWISE = [name for name in RULES if getattr(tnn.optim, name).elementwise]
TAKES = {name: inspect.signature(getattr(tnn.optim, name)).parameters for name in RULES}
every = pytest.mark.parametrize("name", RULES)
elementwise = pytest.mark.parametrize("name", ELEMENTWISE)
OTHERS = {"RMSprop": {"momentum": 0.9, "centered": True}, "SGD": {"momentum": 0.9}}


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def steps(library, name, arrays, count=4, options=None, dtype=None, recorded=False):
    """Step parameters of these values with drawn gradients; return them and their state."""
    rng = np.random.default_rng(0)
    params = [library.tensor(each, dtype=dtype and getattr(library, dtype)) for each in arrays]
    for p in params:
        p.requires_grad_()
    optimizer = getattr(library.optim, name)(params, **(options or OTHERS.get(name, {})))

    def closure():
        for p in params:
            grad = rng.standard_normal(tuple(p.shape)) + 0.1
            if np.iscomplexobj(p.detach().numpy()):
                grad = grad + 1j * rng.standard_normal(tuple(p.shape))
            p.grad = library.tensor(grad, dtype=p.dtype)
        return 0.0

    for _ in range(count):
        closure()
        optimizer.step(closure) if name == "LBFGS" else optimizer.step()
    return params, optimizer


def arrays_of(params, optimizer):
    found = [p.detach().numpy() for p in params]
    for state in optimizer.state_dict()["state"].values():
        found += [value.numpy() for value in state.values() if hasattr(value, "numpy")]
    return found


@every
def test_arguments_and_text_are_pytorch_s(torch, name):
    ours, theirs = (inspect.signature(getattr(lib.optim, name)) for lib in (tnn, torch))
    assert list(ours.parameters) == list(theirs.parameters)
    for key, mine in ours.parameters.items():
        assert (mine.kind, mine.default) == (
            theirs.parameters[key].kind,
            theirs.parameters[key].default,
        ), key
    texts = [
        repr(getattr(lib.optim, name)([lib.ones(2, 2, requires_grad=True)], lr=0.5))
        for lib in (tnn, torch)
    ]
    assert texts[0] == texts[1]


@every
def test_the_saved_groups_are_pytorch_s(torch, name):
    saved = [
        getattr(lib.optim, name)([lib.ones(2, 2, requires_grad=True)]).state_dict()
        for lib in (tnn, torch)
    ]
    assert saved[0]["param_groups"] == saved[1]["param_groups"]
    assert saved[0]["state"].keys() == saved[1]["state"].keys()


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_number_widens_a_parameter(name, dtype):
    options = {"lr": np.float64(0.1), **OTHERS.get(name, {})}
    params, optimizer = steps(tnn, name, [np.ones((2, 2))], 2, options, dtype)
    assert params[0].dtype is getattr(tnn, dtype)
    for value in optimizer.state[params[0]].values():
        if isinstance(value, tnn.Tensor) and value.ndim:
            assert value.dtype is getattr(tnn, dtype)


@elementwise
@pytest.mark.parametrize("case", ["plain", "uphill", "one number", "turned"])
def test_complex_parameters_are_pytorch_s(torch, name, case):
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal((3, 2)) + 1j * rng.standard_normal((3, 2)), np.ones(2) * 1j]
    if case == "one number":
        arrays = [np.array(1 + 2j)]
    if case == "turned":
        arrays = [arrays[0].T]
    options = dict(OTHERS.get(name, {}))
    if case == "uphill":
        options["maximize"] = True
    found = [arrays_of(*steps(lib, name, arrays, options=options)) for lib in (tnn, torch)]
    for mine, other in zip(*found, strict=True):
        assert mine.dtype == other.dtype
        np.testing.assert_allclose(mine, other, 1e-10, 1e-12)


@every
def test_matrices_in_any_order_of_memory_are_stepped_alike(name):
    x = np.arange(12.0).reshape(3, 4) / 10

    def moved(library, array):
        rng = np.random.default_rng(0)
        p = library.tensor(array) if array.flags.c_contiguous else library.from_numpy(array)
        p.requires_grad_()
        optimizer = getattr(library.optim, name)([p], **OTHERS.get(name, {}))

        def closure():
            p.grad = library.from_numpy(np.asfortranarray(rng.standard_normal((3, 4))))
            return 1.0

        for _ in range(3):
            closure()
            optimizer.step(closure)
        return p.detach().numpy()

    np.testing.assert_allclose(moved(tnn, x), moved(tnn, np.asfortranarray(x.copy())), 1e-12)


@elementwise
def test_a_large_parameter_moves_as_a_small_one(name):
    p, q = (np.full(shape, 0.5, np.float32) for shape in ((1 << 11, 1 << 9), (1, 2)))
    assert p.nbytes >= 4 << 20
    gradients = np.random.default_rng(0).standard_normal(3)
    ends = []
    for array in (p, q):
        x = tnn.tensor(array).requires_grad_()
        optimizer = getattr(tnn.optim, name)([x], **OTHERS.get(name, {}))
        for each in gradients:
            x.grad = tnn.full_like(x, each)
            optimizer.step()
        found = arrays_of([x], optimizer)
        assert all((each == each.reshape(-1)[0]).all() for each in found)
        ends.append([each.reshape(-1)[0] for each in found])
    assert ends[0] == ends[1]


RECORDED = [name for name in RULES if "differentiable" in TAKES[name]]
REFUSES_A_SECOND = {"Adamax", "RMSprop", "Rprop"}  # in PyTorch, for what a step wrote in place


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_steps_have_pytorch_s_gradients(torch, name):
    found = []
    for library in (tnn, torch):
        start = library.tensor([0.5, -1.5], dtype=library.float64, requires_grad=True)
        grads = library.tensor([[0.3, 2.0], [0.4, -1.0]], dtype=library.float64)
        grads.requires_grad_()
        x = start.clone()
        options = {"differentiable": True, **OTHERS.get(name, {})}
        if "weight_decay" in TAKES[name]:
            options["weight_decay"] = 0.1
        optimizer = getattr(library.optim, name)([x], **options)
        for grad in grads[: 1 if name in REFUSES_A_SECOND else 2]:
            x.grad = grad
            optimizer.step()
        (x * library.tensor([1.0, 3.0], dtype=x.dtype)).sum().backward()
        found.append([x.detach().numpy(), start.grad.numpy(), grads.grad.numpy()])
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, 1e-4, 1e-6)  # PyTorch counts steps in float32


@every
def test_options_that_choose_an_implementation_change_nothing(name):
    flags = [flag for flag in ("foreach", "fused", "capturable") if flag in TAKES[name]]
    plain = arrays_of(*steps(tnn, name, [np.ones((2, 2))]))
    for flag in flags:
        options = {flag: True, **OTHERS.get(name, {})}
        other = arrays_of(*steps(tnn, name, [np.ones((2, 2))], options=options))
        assert [each.tolist() for each in other] == [each.tolist() for each in plain]


@pytest.mark.parametrize("name", [name for name in RULES if name != "LBFGS"])
def test_groups_have_their_own_options(torch, name):
    found = []
    for library in (tnn, torch):
        params = [library.ones(2, 2, dtype=library.float64, requires_grad=True) for _ in range(3)]
        groups = [{"params": params[:1], "lr": 0.25}, {"params": params[1:]}]
        optimizer = getattr(library.optim, name)(groups, lr=0.01)
        for step in range(3):
            for i, p in enumerate(params):
                p.grad = library.full_like(p, step - i - 0.5) if (step + i) % 3 else None
            if step == 2:
                optimizer.param_groups[1]["lr"] = 0.5
            optimizer.step()
        found.append(np.stack([p.detach().numpy() for p in params]))
    np.testing.assert_allclose(*found, 1e-3 if name == "Muon" else 1e-10)


NOT_NEGATIVE = [
    (name, option)
    for name in RULES
    for option in ("lr", "eps", "weight_decay", "momentum", "lr_decay", "rho")
    if option in TAKES[name] and (name, option) != ("Muon", "eps")  # which PyTorch takes
]


@pytest.mark.parametrize(("name", "option"), NOT_NEGATIVE)
def test_a_negative_option_is_refused(library, name, option):
    bad = (None, -1.0) if name == "Adafactor" and option == "eps" else -1.0
    with pytest.raises(ValueError, match=r"-1"):
        getattr(library.optim, name)([library.ones(2, 2, requires_grad=True)], **{option: bad})


MORE = {
    "Adamax": {"betas": (1.0, 0.9)},
    "NAdam": {"momentum_decay": -1},
    "RAdam": {"betas": (0.9, -0.1)},
    "Adagrad": {"initial_accumulator_value": -1},
    "Adadelta": {"rho": 1.5},
    "RMSprop": {"alpha": -0.5},
    "Rprop": {"etas": (1.5, 1.2)},
    "Adafactor": {"d": 0.5},
}


@pytest.mark.parametrize("name", MORE)
def test_what_a_rule_cannot_do_with_is_refused(library, name):
    with pytest.raises(ValueError, match=name if library is tnn else r"\w"):
        getattr(library.optim, name)([library.ones(2, requires_grad=True)], **MORE[name])


def test_adafactor_takes_no_complex_parameters(library):
    x = library.ones(2, dtype=library.complex64, requires_grad=True)
    x.grad = library.ones(2, dtype=library.complex64)
    with pytest.raises(RuntimeError, match=r"complex|real"):
        library.optim.Adafactor([x]).step()


def test_adagrad_has_its_sums_from_the_start(library):
    x = library.ones(2, requires_grad=True)
    optimizer = library.optim.Adagrad([x], initial_accumulator_value=0.5)
    assert optimizer.state_dict()["state"][0]["sum"].tolist() == [0.5, 0.5]
    assert optimizer.state[x]["step"].item() == 0.0


def test_steps_saved_as_numbers_go_on(library):
    x = library.ones(2, requires_grad=True)
    optimizer = library.optim.Adam([x])
    saved = optimizer.state_dict()
    zeros = {"exp_avg": library.zeros(2), "exp_avg_sq": library.zeros(2)}
    optimizer.load_state_dict({**saved, "state": {0: {"step": 3, **zeros}}})
    x.grad = library.ones(2)
    optimizer.step()
    assert optimizer.state[x]["step"].item() == 4.0
