"""Averages of models beside PyTorch's, and the schedule that goes with them.
Read `test_lr_scheduler.py` first.
"""

import copy

import numpy as np
import pytest

import tinygrad_nn as tnn


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


class Counting:
    """A model with a parameter of each of two dtypes, and a buffer."""

    def __new__(cls, library):
        class Model(library.nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = library.nn.Parameter(library.zeros(3, dtype=library.float64))
                self.bias = library.nn.Parameter(library.zeros(()))
                self.register_buffer("seen", library.zeros(2))
                self.register_buffer("count", library.tensor(0))

            def forward(self, x):
                return x * self.weight + self.bias

        return Model()


FUNCTIONS = {
    "the mean": lambda swa: {},
    "the mean of buffers too": lambda swa: {"use_buffers": True},
    "the mean by name": lambda swa: {"avg_fn": swa.get_swa_avg_fn()},
    "the mean of many": lambda swa: {"multi_avg_fn": swa.get_swa_multi_avg_fn()},
    "fading": lambda swa: {"avg_fn": swa.get_ema_avg_fn(0.7)},
    "fading of many": lambda swa: {"multi_avg_fn": swa.get_ema_multi_avg_fn(0.7)},
    "fading of buffers": lambda swa: {
        "multi_avg_fn": swa.get_ema_multi_avg_fn(0.25),
        "use_buffers": True,
    },
    "one's own": lambda swa: {"avg_fn": lambda average, new, count: average + new * count},
}


def averages(library, make, steps=6):
    swa = library.optim.swa_utils
    model = Counting(library)
    averaged = swa.AveragedModel(model, **make(swa))
    rng = np.random.default_rng(0)
    found = []
    for _ in range(steps):
        with library.no_grad():
            for tensor in model.state_dict().values():
                values = rng.standard_normal(tuple(tensor.shape)) * 10
                tensor.copy_(library.tensor(np.asarray(values)))
        averaged.update_parameters(model)
        found.append({key: each.numpy().copy() for key, each in averaged.state_dict().items()})
    x = library.ones(3, dtype=library.float64)
    return found, averaged(x).detach().numpy()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_averages_are_pytorch_s(torch, function):
    ours, theirs = (averages(library, FUNCTIONS[function]) for library in (tnn, torch))
    for mine, other in zip(ours[0], theirs[0], strict=True):
        assert list(mine) == list(other)
        for key in mine:
            assert mine[key].dtype == other[key].dtype
            tolerance = 1e-6 if mine[key].dtype == np.float32 else 1e-12
            np.testing.assert_allclose(mine[key], other[key], tolerance, tolerance)
    np.testing.assert_allclose(ours[1], theirs[1], 1e-6)


def test_an_average_does_not_share_the_model_s_memory(library):
    model = library.nn.Linear(2, 1)
    averaged = library.optim.swa_utils.AveragedModel(model)
    averaged.update_parameters(model)
    with library.no_grad():
        model.weight.fill_(7.0)
    assert 7.0 not in averaged.module.weight.flatten().tolist()
    assert averaged.n_averaged.item() == 1
    assert averaged.module.weight.requires_grad


def test_an_average_is_saved_and_goes_on(library):
    swa = library.optim.swa_utils
    model = library.nn.Linear(2, 1)
    averaged = swa.AveragedModel(model)
    averaged.update_parameters(model)
    other = swa.AveragedModel(library.nn.Linear(2, 1))
    other.load_state_dict(averaged.state_dict())
    assert other.n_averaged.item() == 1
    assert other.module.weight.tolist() == model.weight.tolist()


@pytest.mark.parametrize("decay", [-0.1, 1.5])
@pytest.mark.parametrize("name", ["get_ema_avg_fn", "get_ema_multi_avg_fn"])
def test_a_share_outside_0_to_1_is_refused(library, name, decay):
    with pytest.raises(ValueError, match="decay"):
        getattr(library.optim.swa_utils, name)(decay)


def test_two_functions_are_refused():
    swa = tnn.optim.swa_utils
    with pytest.raises(ValueError, match="avg_fn"):
        swa.AveragedModel(
            tnn.nn.Linear(1, 1), avg_fn=swa.get_swa_avg_fn(), multi_avg_fn=swa.get_swa_avg_fn()
        )


# --- the schedule ---------------------------------------------------------------------------------

SCHEDULES = [
    {"swa_lr": 0.5},
    {"swa_lr": [0.5, 0.01], "anneal_epochs": 7},
    {"swa_lr": 0.5, "anneal_epochs": 13, "anneal_strategy": "linear"},
    {"swa_lr": 0.5, "anneal_epochs": 0},
]


def scheduled(library, options):
    params = [library.ones(1, requires_grad=True) for _ in range(2)]
    optimizer = library.optim.SGD([{"params": params[0]}, {"params": params[1], "lr": 0.2}], lr=1.0)
    return optimizer, library.optim.swa_utils.SWALR(optimizer, **options)


@pytest.mark.parametrize("options", SCHEDULES)
def test_every_rate_is_pytorch_s(torch, options):
    (ours, mine), (theirs, other) = (scheduled(library, options) for library in (tnn, torch))
    for step in range(100):
        ours.step()
        theirs.step()
        mine.step()
        other.step()
        assert mine.get_last_lr() == other.get_last_lr(), step
        if step == 5:
            states = copy.deepcopy([mine.state_dict(), other.state_dict()])
            assert states[0] == states[1]
            mine.load_state_dict(states[1])
            other.load_state_dict(states[0])


@pytest.mark.parametrize(
    "options", [{"anneal_strategy": "step"}, {"anneal_epochs": -1}, {"anneal_epochs": 1.5}]
)
def test_what_makes_no_schedule_is_refused(library, options):
    with pytest.raises(ValueError, match="anneal"):
        scheduled(library, {"swa_lr": 0.1, **options})
    with pytest.raises(ValueError, match="swa_lr"):
        scheduled(library, {"swa_lr": [0.1]})


# --- statistics of batches ------------------------------------------------------------------------


def norms(library):
    """A model with norms of several momenta, one of them in eval mode inside a model in train."""
    nn = library.nn
    model = nn.Sequential(
        nn.BatchNorm1d(3, momentum=0.3),
        nn.Sequential(nn.BatchNorm1d(3, momentum=None, affine=False), nn.Dropout(0.0)),
        nn.BatchNorm1d(3, track_running_stats=False),
        nn.InstanceNorm1d(3, track_running_stats=True),
    )
    model[1].eval()
    return model


def batches(library):
    """A batch bare, with a label in a list, and in a tuple: each of another number of rows."""
    rng = np.random.default_rng(3)
    xs = [library.tensor(rng.standard_normal((n, 3, 5)).tolist()) * 2 + 1 for n in (4, 7, 2)]
    return [xs[0], [xs[1], "labels"], (xs[2],)]


def statistics_after(library, model):
    for name, buffer in model.named_buffers():
        buffer.fill_(9.0 if "running" in name else 5)
    library.optim.swa_utils.update_bn(batches(library), model)
    return {name: value.numpy().tolist() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("instance", [True, False])
def test_statistics_are_pytorch_s(torch, training, instance):
    ours, theirs = norms(tnn).train(training), norms(torch).train(training)
    found = [
        statistics_after(library, model if instance else model[:3])
        for library, model in ((tnn, ours), (torch, theirs))
    ]
    assert found[0].keys() == found[1].keys()
    for name, values in found[0].items():
        assert values == pytest.approx(found[1][name], rel=1e-5, abs=1e-6), name
    kept = [
        [(each.training, getattr(each, "momentum", "")) for each in m.modules()]
        for m in (ours, theirs)
    ]
    assert kept[0] == kept[1]


def test_statistics_are_means_over_all_batches():
    model = tnn.nn.Sequential(tnn.nn.BatchNorm1d(1, momentum=0.1), tnn.nn.Identity()).eval()
    model[0].running_mean.fill_(100.0)
    rows = tnn.tensor([[1.0], [1.0]])
    given = [rows, [rows * 2, "a label"], (rows * 6,)]
    tnn.optim.swa_utils.update_bn(given, model)
    assert model[0].running_mean.item() == pytest.approx(3.0)
    assert model[0].num_batches_tracked == 3
    assert model[0].momentum == 0.1
    assert not model.training
    assert not model[0].training


def test_a_batch_that_fails_leaves_momenta_and_mode_as_they_were():
    model = tnn.nn.Sequential(tnn.nn.BatchNorm1d(1, momentum=0.3)).eval()
    with pytest.raises(ValueError, match="batch_norm"):
        tnn.optim.swa_utils.update_bn([tnn.ones(2, 5)], model)
    assert (model[0].momentum, model.training) == (0.3, False)


def test_without_such_a_layer_no_batch_is_asked_for(library):
    def batches():
        raise AssertionError("asked")
        yield

    library.optim.swa_utils.update_bn(batches(), library.nn.Linear(1, 1))


def test_names_are_pytorch_s(torch):
    assert set(tnn.optim.swa_utils.__all__) == set(torch.optim.swa_utils.__all__)
