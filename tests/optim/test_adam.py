"""Adam and AdamW beside PyTorch: a table of options, in one parameter and in many.
Read `test_optimizer.py` next, what all rules share.
"""

import copy

import numpy as np
import pytest

import tinygrad_nn as tnn

OPTIONS = {
    "as it is": {},
    "a larger lr": {"lr": 0.1},
    "no memory": {"betas": (0.0, 0.0)},
    "other means": {"betas": (0.5, 0.9), "eps": 1e-3},
    "decay": {"weight_decay": 0.1},
    "decay apart": {"weight_decay": 0.1, "decoupled_weight_decay": True},
    "amsgrad": {"amsgrad": True},
    "uphill": {"maximize": True, "weight_decay": 0.1},
    "as one kernel": {"fused": True, "amsgrad": True},
    "many at once": {"foreach": True},
}
SHAPES = [(2, 3), (3,), (), (5, 1), (0, 2), (70, 70)]


def run(library, name, options, steps=20, dtype="float64", differentiable=False):
    rng = np.random.default_rng(0)
    params = [
        library.tensor(rng.standard_normal(shape), dtype=getattr(library, dtype))
        for shape in SHAPES
    ]
    for p in params:
        p.requires_grad_()
    optimizer = getattr(library.optim, name)(params, **options)
    for step in range(steps):
        for i, p in enumerate(params):
            grad = rng.standard_normal(p.shape) / (1 + step)
            p.grad = None if i == 1 and step % 3 == 1 else library.tensor(grad, dtype=p.dtype)
        optimizer.step()
    state = optimizer.state_dict()["state"]
    arrays = {(i, key): each.numpy() for i in state for key, each in state[i].items()}
    return [p.detach().numpy() for p in params], arrays


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
@pytest.mark.parametrize("options", OPTIONS)
def test_twenty_steps_are_pytorch_s(name, options):
    torch = pytest.importorskip("torch")
    given = {**OPTIONS[options]}
    if name == "AdamW":
        given.pop("decoupled_weight_decay", None)
    ours, our_state = run(tnn, name, given)
    theirs, their_state = run(torch, name, given)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, 1e-12, 1e-14)
    assert list(our_state) == list(their_state)
    for key, mine in our_state.items():
        assert mine.dtype == their_state[key].dtype
        np.testing.assert_allclose(mine, their_state[key], 1e-12, 1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_parameters_keep_their_dtype(library, dtype):
    x = library.ones(3, dtype=getattr(library, dtype)).requires_grad_()
    y = library.ones(2, dtype=getattr(library, dtype)).requires_grad_()
    optimizer = library.optim.Adam([x, y], lr=np.float64(0.5), eps=1e-3)
    for _ in range(2):
        for p in (x, y):
            p.grad = library.ones_like(p)
        optimizer.step()
    assert x.dtype == optimizer.state[x]["exp_avg"].dtype == getattr(library, dtype)
    assert x.tolist() == [pytest.approx(0.0, abs=0.02)] * 3


def test_complex_parameters_are_pairs_of_real_ones(library):
    z = library.tensor([1 + 2j, -1j], dtype=library.complex128).requires_grad_()
    pairs = library.tensor([[1.0, 2.0], [0.0, -1.0]], dtype=library.float64).requires_grad_()
    optimizer = library.optim.Adam([z, pairs], lr=0.1, amsgrad=True)
    for _ in range(3):
        z.grad = library.tensor([3 - 1j, 0.5 + 0j], dtype=library.complex128)
        pairs.grad = library.tensor([[3.0, -1.0], [0.5, 0.0]], dtype=library.float64)
        optimizer.step()
    z, pairs = z.detach().numpy(), pairs.detach().numpy()
    np.testing.assert_allclose(np.stack([z.real, z.imag], 1), pairs, 1e-12)


def test_rows_of_a_large_parameter_are_all_stepped(library):
    x = library.zeros(1100, 1000).requires_grad_()
    x.grad = library.ones(1100, 1000)
    library.optim.Adam([x], lr=0.5).step()
    assert x.detach().numpy() == pytest.approx(-0.5)


def test_small_parameters_stepped_as_one_are_each_as_if_alone(library):
    def make(count):
        params = [library.tensor([float(i), 1.0]).requires_grad_() for i in range(count)]
        return params, library.optim.Adam(params, lr=0.1)

    many, together = make(3)
    alone = [make(3) for _ in range(3)]
    for step in range(4):
        for i, p in enumerate(many):
            if (i + step) % 3:
                p.grad = library.tensor([step + 1.0, i - 1.0])
            else:
                p.grad = None
            alone[i][0][i].grad = p.grad
        together.step()
        for _, optimizer in alone:
            optimizer.step()
    for i, p in enumerate(many):
        assert p.tolist() == alone[i][0][i].tolist()
        mine, other = together.state[p], alone[i][1].state[alone[i][0][i]]
        assert {k: v.tolist() for k, v in mine.items()} == {k: v.tolist() for k, v in other.items()}


def test_two_parameters_of_one_memory_are_stepped_one_after_the_other(library):
    memory = library.zeros(2)
    first, second = (library.nn.Parameter(memory) for _ in range(2))
    optimizer = library.optim.Adam([first, second], lr=0.5)
    first.grad, second.grad = library.ones(2), library.ones(2)
    optimizer.step()
    assert memory.tolist() == pytest.approx([-1.0, -1.0])


@pytest.mark.filterwarnings("ignore:.*(duplicate|twice):UserWarning")
def test_a_parameter_given_twice_is_stepped_twice(library):
    def end(*places):
        params = [library.zeros(2).requires_grad_() for _ in range(2)]
        optimizer = library.optim.Adam([params[i] for i in places], lr=0.5)
        for p in params:
            p.grad = library.ones(2)
        for _ in range(2 if len(places) == 1 else 1):
            optimizer.step()
        return params[0].tolist()

    assert end(0, 1, 0) == end(0)


def test_a_learning_rate_in_a_tensor_is_read_at_every_step(library):
    x = library.zeros(2).requires_grad_()
    rate = library.tensor(0.5)
    optimizer = library.optim.Adam([x], lr=rate)
    x.grad = library.ones(2)
    optimizer.step()
    rate.fill_(0.0)
    optimizer.step()
    assert x.tolist() == pytest.approx([-0.5, -0.5])
    assert optimizer.state_dict()["param_groups"][0]["lr"] is rate


def test_a_recorded_step_has_a_gradient(library):
    start = library.tensor([1.0, -2.0], dtype=library.float64, requires_grad=True)
    grad = library.tensor([0.5, 3.0], dtype=library.float64, requires_grad=True)
    x = start.clone()
    optimizer = library.optim.Adam([x], lr=0.1, eps=0.5, differentiable=True)
    for _ in range(2):
        x.grad = grad
        optimizer.step()
    (x * x).sum().backward()
    g, e, lr = grad.detach().numpy(), 0.5, 0.1
    end = start.detach().numpy() - 2 * lr * g / (np.abs(g) + e)
    np.testing.assert_allclose(start.grad.numpy(), 2 * end, 1e-5)
    np.testing.assert_allclose(
        grad.grad.numpy(), -2 * end * 2 * lr * e / (np.abs(g) + e) ** 2, 1e-4
    )


def test_the_state_goes_both_ways():
    torch = pytest.importorskip("torch")

    def make(library):
        x = library.ones(3, dtype=library.float64).requires_grad_()
        return x, library.optim.AdamW([x], lr=0.1, amsgrad=True)

    (x, ours), (y, theirs) = make(tnn), make(torch)
    for step in range(6):
        x.grad = tnn.tensor([1.0, -2.0, step], dtype=tnn.float64)
        y.grad = torch.tensor([1.0, -2.0, step], dtype=torch.float64)
        ours.step()
        theirs.step()
        mine, other = copy.deepcopy(ours.state_dict()), copy.deepcopy(theirs.state_dict())
        assert mine["param_groups"] == other["param_groups"]
        for state, convert in (
            (mine, lambda t: torch.from_numpy(t.numpy())),
            (other, lambda t: tnn.from_numpy(t.numpy())),
        ):
            state["state"] = {0: {k: convert(v) for k, v in state["state"][0].items()}}
        ours.load_state_dict(other)
        theirs.load_state_dict(mine)
        np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), 1e-12)


def test_adamw_stays_decoupled_with_the_state_of_an_adam(library):
    x = library.ones(1).requires_grad_()
    adam, adamw = library.optim.Adam([x]), library.optim.AdamW([x])
    adamw.load_state_dict(adam.state_dict())
    assert adamw.param_groups[0]["decoupled_weight_decay"] is True
    assert adamw.param_groups[0]["weight_decay"] == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"lr": -1.0}, ValueError),
        ({"lr": tnn.ones(2)}, (TypeError, ValueError)),
        ({"eps": -1e-8}, ValueError),
        ({"weight_decay": -1}, ValueError),
        ({"betas": (0.9, 1.0)}, ValueError),
        ({"betas": (-0.1, 0.9)}, ValueError),
        ({"betas": 0.9}, (TypeError, ValueError)),
        ({"betas": (0.9, "0.9")}, (TypeError, ValueError)),
        ({"fused": True, "foreach": True}, RuntimeError),
        ({"fused": True, "differentiable": True}, RuntimeError),
    ],
)
@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_bad_options_are_refused(name, options, error):
    with pytest.raises(error, match=rf"{name}(\(\))?: .*{next(iter(options))}"):
        getattr(tnn.optim, name)([tnn.ones(1)], **options)
