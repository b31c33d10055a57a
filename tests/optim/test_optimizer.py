"""Parameter groups, gradients, saved state and text of optimizers; what they refuse.
Read `../test_parity.py` next: whole training runs.
"""

import copy
import pickle

import numpy as np
import pytest

import tinygrad_nn as tnn


def parameter(library, *values):
    return library.nn.Parameter(library.tensor(values or (1.0, 2.0)))


def make_net(library, seed=0):
    nn = library.nn
    library.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def train(library, net, optimizer, steps, seed=0):
    x = library.tensor(np.random.default_rng(seed).standard_normal((steps, 5, 3)).astype("f"))
    for i in range(steps):
        optimizer.zero_grad()
        (net(x[i]) ** 2).mean().backward()
        optimizer.step()
    return [p.tolist() for p in net.parameters()]


# --- groups ---------------------------------------------------------------------------------------


def test_each_group_has_its_own_options(library):
    a, b = parameter(library), parameter(library)
    optimizer = library.optim.SGD(
        [{"params": [a], "lr": 0.5}, {"params": b, "momentum": 0.0, "note": "mine"}],
        lr=0.1,
        momentum=0.9,
    )
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.1]
    assert [group["momentum"] for group in optimizer.param_groups] == [0.9, 0.0]
    assert optimizer.param_groups[1]["note"] == "mine"
    for p in (a, b):
        p.grad = library.ones(2)
    optimizer.step()
    assert a.tolist() == [0.5, 1.5]
    assert b.tolist() == pytest.approx([0.9, 1.9])


def test_a_group_added_later_is_trained_from_then_on(library):
    a, b = parameter(library), parameter(library)
    optimizer = library.optim.SGD([a], lr=0.5)
    optimizer.add_param_group({"params": b})
    b.grad = library.ones(2)
    optimizer.step()
    assert a.tolist() == [1.0, 2.0]
    assert b.tolist() == [0.5, 1.5]


def test_a_learning_rate_changed_in_the_group_counts_from_the_next_step(library):
    x = parameter(library)
    optimizer = library.optim.SGD([x], lr=0.5)
    x.grad = library.ones(2)
    optimizer.step()
    for group in optimizer.param_groups:
        group["lr"] *= 0.5
    optimizer.step()
    assert x.tolist() == [0.25, 1.25]


def test_a_generator_of_parameters_is_read_once(library):
    net = make_net(library)
    optimizer = library.optim.SGD(net.parameters(), lr=0.1)
    assert [id(p) for p in optimizer.param_groups[0]["params"]] == [id(p) for p in net.parameters()]


# --- gradients ------------------------------------------------------------------------------------


def test_zero_grad_drops_gradients_or_fills_them_with_zeros(library):
    x = parameter(library)
    optimizer = library.optim.SGD([x], lr=0.1)
    x.grad = gradient = library.ones(2)
    optimizer.zero_grad(set_to_none=False)
    assert x.grad is gradient
    assert x.grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert x.grad is None


def test_zero_grad_reaches_a_parameter_frozen_meanwhile(library):
    x = parameter(library)
    optimizer = library.optim.SGD([x], lr=0.1)
    x.grad = library.ones(2)
    x.requires_grad_(False)
    optimizer.zero_grad()
    optimizer.step()
    assert x.grad is None
    assert x.tolist() == [1.0, 2.0]


@pytest.mark.filterwarnings("ignore:Using backward:UserWarning")  # PyTorch's, of create_graph
def test_zeros_leave_the_graph_of_a_gradient(library):
    x = parameter(library)
    (x**3).sum().backward(create_graph=True)
    assert x.grad.requires_grad
    library.optim.SGD([x], lr=0.1).zero_grad(set_to_none=False)
    assert not x.grad.requires_grad
    assert x.grad.tolist() == [0.0, 0.0]


# --- saved state ----------------------------------------------------------------------------------


def test_a_state_dict_numbers_the_parameters(library):
    a, b, c = (parameter(library) for _ in range(3))
    optimizer = library.optim.SGD(
        [{"params": [a, b]}, {"params": [c], "lr": 0.5}], lr=0.1, momentum=0.9
    )
    c.grad = library.ones(2)
    optimizer.step()
    state = optimizer.state_dict()
    assert sorted(state) == ["param_groups", "state"]
    assert [group["params"] for group in state["param_groups"]] == [[0, 1], [2]]
    assert list(state["state"]) == [2]
    assert state["state"][2]["momentum_buffer"].tolist() == [1.0, 1.0]
    assert state["param_groups"][1] == {
        "lr": 0.5,
        "momentum": 0.9,
        "dampening": 0,
        "weight_decay": 0,
        "nesterov": False,
        "maximize": False,
        "foreach": None,
        "differentiable": False,
        "fused": None,
        "params": [2],
    }


def test_without_momentum_there_is_no_state(library):
    net = make_net(library)
    optimizer = library.optim.SGD(net.parameters(), lr=0.1)
    train(library, net, optimizer, 1)
    assert optimizer.state_dict()["state"] == {}
    assert optimizer.state[net[0].weight] == {}


@pytest.mark.parametrize("nesterov", [False, True])
def test_training_resumes_exactly_where_it_was_saved(library, nesterov):
    def make(seed):
        net = make_net(library, seed)
        return net, library.optim.SGD(
            net.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01, nesterov=nesterov
        )

    net, optimizer = make(0)
    train(library, net, optimizer, 5)
    saved = copy.deepcopy((net.state_dict(), optimizer.state_dict()))
    expected = train(library, net, optimizer, 5, seed=1)
    other, resumed = make(1)
    resumed.param_groups[0]["lr"] = 7.0
    other.load_state_dict(saved[0])
    resumed.load_state_dict(saved[1])
    assert resumed.param_groups[0]["lr"] == 0.05
    assert train(library, other, resumed, 5, seed=1) == expected


def test_loaded_state_has_the_dtype_of_its_parameter(library):
    x = parameter(library)
    optimizer = library.optim.SGD([x], lr=0.1, momentum=0.9)
    state = optimizer.state_dict()
    state["state"] = {0: {"momentum_buffer": library.ones(2, dtype=library.float64)}}
    optimizer.load_state_dict(state)
    assert optimizer.state[x]["momentum_buffer"].dtype == library.float32


def test_a_rule_of_ones_own_may_complete_what_is_copied_and_loaded(library):
    class Rule(library.optim.SGD):
        def __setstate__(self, state):
            super().__setstate__(state)
            for group in self.param_groups:
                group.setdefault("warmup", 3)

    optimizer = Rule([parameter(library)], lr=0.5)
    assert copy.deepcopy(optimizer).param_groups[0]["warmup"] == 3
    optimizer.load_state_dict(library.optim.SGD([parameter(library)], lr=0.25).state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.25
    assert optimizer.param_groups[0]["warmup"] == 3


def test_loaded_state_is_a_copy():  # PyTorch shares a buffer of the right dtype
    x, buffer = parameter(tnn), tnn.ones(2)
    optimizer = tnn.optim.SGD([x], lr=0.1, momentum=0.9)
    state = optimizer.state_dict()
    state["state"] = {0: {"momentum_buffer": buffer}}
    optimizer.load_state_dict(state)
    buffer.zero_()
    assert optimizer.state[x]["momentum_buffer"].tolist() == [1.0, 1.0]


def test_a_state_that_says_none_starts_anew(library):
    x = parameter(library)
    optimizer = library.optim.SGD([x], lr=1.0, momentum=0.9)
    state = optimizer.state_dict()
    state["state"] = {0: {"momentum_buffer": None}}
    optimizer.load_state_dict(state)
    x.grad = library.ones(2)
    optimizer.step()
    assert x.tolist() == [0.0, 1.0]


def test_a_state_saved_by_pytorch_goes_on_here():
    torch = pytest.importorskip("torch")
    theirs, ours = make_net(torch), make_net(tnn)
    options = {"lr": 0.05, "momentum": 0.9}
    optimizer = torch.optim.SGD(theirs.parameters(), **options)
    train(torch, theirs, optimizer, 5)
    state = copy.deepcopy(optimizer.state_dict())
    for values in state["state"].values():
        values["momentum_buffer"] = tnn.from_numpy(values["momentum_buffer"].numpy())
    resumed = tnn.optim.SGD(ours.parameters(), lr=1.0)
    resumed.load_state_dict(state)
    weights = {name: tnn.from_numpy(p.numpy()) for name, p in theirs.state_dict().items()}
    ours.load_state_dict(weights)
    expected = train(torch, theirs, optimizer, 5, seed=1)
    for mine, other in zip(train(tnn, ours, resumed, 5, seed=1), expected, strict=True):
        np.testing.assert_allclose(mine, other, 1e-5, 1e-6)


@pytest.mark.parametrize(
    "change",
    [
        lambda state, lib: state.update(param_groups=[]),
        lambda state, lib: state["param_groups"].append(dict(state["param_groups"][0])),
        lambda state, lib: state["param_groups"][0].update(params=[0, 1, 2]),
        lambda state, lib: state["param_groups"][0].update(params=[]),
    ],
)
def test_other_groups_are_refused(library, change):
    x = parameter(library)
    optimizer = library.optim.SGD([x], lr=0.1)
    state = copy.deepcopy(optimizer.state_dict())
    state["param_groups"][0]["lr"] = 9.0
    change(state, library)
    with pytest.raises(ValueError, match="group"):
        optimizer.load_state_dict(state)
    assert optimizer.param_groups[0]["lr"] == 0.1


@pytest.mark.parametrize(
    ("state", "fact"),
    [
        ({0: {"momentum_buffer": tnn.ones(3)}}, r"\(3,\).*\(2,\)"),
        ({5: {"momentum_buffer": tnn.ones(2)}}, "parameter 5"),
    ],
)
def test_state_that_does_not_fit_is_refused_and_changes_nothing(state, fact):
    optimizer = tnn.optim.SGD([parameter(tnn)], lr=0.1, momentum=0.9)
    groups = [{**optimizer.state_dict()["param_groups"][0], "lr": 9.0}]
    with pytest.raises(ValueError, match=fact):
        optimizer.load_state_dict({"state": state, "param_groups": groups})
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert not optimizer.state


@pytest.mark.parametrize("given", [{}, [], None, {"state": {}}])
def test_what_is_no_saved_state_is_refused(given):
    with pytest.raises(TypeError, match="state_dict"):
        tnn.optim.SGD([parameter(tnn)], lr=0.1).load_state_dict(given)


def test_a_model_and_its_optimizer_can_be_copied_together(library):
    net = make_net(library)
    optimizer = library.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    train(library, net, optimizer, 3)
    other, resumed = copy.deepcopy((net, optimizer))
    assert train(library, other, resumed, 3, seed=1) == train(library, net, optimizer, 3, seed=1)


def test_an_optimizer_can_be_pickled(library):
    optimizer = library.optim.SGD([parameter(library)], lr=0.1, momentum=0.9)
    optimizer.param_groups[0]["params"][0].grad = library.ones(2)
    optimizer.step()
    other = pickle.loads(pickle.dumps(optimizer))
    assert other.state_dict()["state"][0]["momentum_buffer"].tolist() == [1.0, 1.0]
    assert repr(other) == repr(optimizer)


# --- text -----------------------------------------------------------------------------------------


def test_the_text_of_an_optimizer_is_pytorch_s():
    torch = pytest.importorskip("torch")

    def texts(library):
        SGD = library.optim.SGD
        a, b = parameter(library), parameter(library)
        return [
            repr(SGD([a])),
            repr(SGD([a], 0.1, 0.9, 0, 1e-4, True)),
            repr(SGD([{"params": [a], "lr": 0.5, "name": "first"}, {"params": b}], lr=1)),
            repr(SGD([a], lr=np.float64(0.1), maximize=True, foreach=False)),
            repr(library.optim.Optimizer([a], {"lr": 1})),
        ]

    assert texts(tnn) == texts(torch)


# --- what is refused ------------------------------------------------------------------------------

REFUSED = {
    "no parameters": (lambda lib: ([], {}), ValueError),
    "an exhausted generator": (lambda lib: (iter(()), {}), ValueError),
    "a tensor": (lambda lib: (lib.ones(2), {}), TypeError),
    "a number": (lambda lib: ([3], {}), TypeError),
    "None": (lambda lib: ([None], {}), TypeError),
    "a list of lists": (lambda lib: ([[parameter(lib)]], {}), TypeError),
    "names": (lambda lib: (make_net(lib).state_dict(), {}), TypeError),
    "a set": (lambda lib: ([{"params": {parameter(lib)}}], {}), TypeError),
    "a negative lr": (lambda lib: ([parameter(lib)], {"lr": -1}), ValueError),
    "negative momentum": (lambda lib: ([parameter(lib)], {"momentum": -0.1}), ValueError),
    "negative decay": (lambda lib: ([parameter(lib)], {"weight_decay": -1}), ValueError),
    "nesterov alone": (lambda lib: ([parameter(lib)], {"nesterov": True}), ValueError),
    "nesterov and dampening": (
        lambda lib: ([parameter(lib)], {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
        ValueError,
    ),
    "a computed tensor": (lambda lib: ([parameter(lib) * 2], {}), ValueError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_optimized_is_refused(library, case):
    arguments, error = REFUSED[case]
    params, options = arguments(library)
    with pytest.raises(error):
        library.optim.SGD(params, **options)


def test_a_parameter_belongs_to_one_group(library):
    x = parameter(library)
    with pytest.raises(ValueError, match="more than one"):
        library.optim.SGD([{"params": [x]}, {"params": [x]}], lr=0.1)
    optimizer = library.optim.SGD([x], lr=0.1)
    with pytest.raises(ValueError, match="more than one"):
        optimizer.add_param_group({"params": [x]})
    with pytest.raises(TypeError, match="dict"):
        optimizer.add_param_group([parameter(library)])
    assert len(optimizer.param_groups) == 1


def test_a_parameter_given_twice_is_warned_of(library):
    x = parameter(library)
    with pytest.warns(UserWarning, match=r"duplicate|twice"):
        library.optim.SGD([x, x], lr=0.1)


def test_nan_as_an_option_is_refused():
    with pytest.raises(ValueError, match="lr"):
        tnn.optim.SGD([parameter(tnn)], lr=float("nan"))


def test_a_rule_of_one_s_own_needs_only_update():
    class SignDescent(tnn.optim.Optimizer):
        def update(self, p, g, group, state):
            p -= group["lr"] * np.sign(g)
            state["steps"] = state.get("steps", 0) + 1

    x = parameter(tnn, 1.0, -1.0)
    optimizer = SignDescent([x], {"lr": 0.5})
    x.grad = tnn.tensor([3.0, -7.0])
    optimizer.step()
    assert x.tolist() == [0.5, -0.5]
    assert optimizer.state_dict()["state"] == {0: {"steps": 1}}
    with pytest.raises(NotImplementedError, match="update"):
        tnn.optim.Optimizer([x], {}).step()


def test_a_step_written_as_pytorch_s_optimizers_are(library):
    class Descent(library.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        def step(self, closure=None):
            with library.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        self.state[p]["steps"] = self.state[p].get("steps", 0) + 1
                        p.add_(p.grad, alpha=-group["lr"])

    x = parameter(library)
    optimizer = Descent([x], lr=0.5)
    x.grad = library.ones(2)
    optimizer.step()
    assert x.tolist() == [0.5, 1.5]
    assert optimizer.state_dict()["state"] == {0: {"steps": 1}}
