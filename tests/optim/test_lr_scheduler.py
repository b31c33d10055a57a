"""Schedules of learning rates: every rate of PyTorch's, exactly; saving, warnings and refusals.
Read `schedules.py` first, the table of them.
"""

import copy
import pickle

import pytest
from schedules import SCHEDULES, Schedule

import tinygrad_nn as tnn
from tinygrad_nn.optim import lr_scheduler

STEPS = 100
every = pytest.mark.parametrize("name", SCHEDULES)


def sgd(library, lr=0.1, **options):
    return library.optim.SGD([library.ones(1, requires_grad=True)], lr=lr, **options)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def plain(state):
    """A state without what belongs to one library: functions and objects of its own."""
    if isinstance(state, dict):
        return {key: plain(value) for key, value in state.items() if key != "_scale_fn_ref"}
    return [plain(each) for each in state] if isinstance(state, list) else state


@every
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_every_rate_is_pytorch_s(torch, name, optimizer):
    ours, theirs = (Schedule(library, name, optimizer) for library in (tnn, torch))
    assert ours.rates() == theirs.rates()
    for number in range(STEPS):
        ours.step(number)
        theirs.step(number)
        assert ours.rates() == theirs.rates(), number


@every
def test_the_state_is_pytorch_s_and_goes_both_ways(torch, name):
    ours, theirs = (Schedule(library, name) for library in (tnn, torch))
    for number in range(25):
        ours.step(number)
        theirs.step(number)
    mine, other = (each.scheduler.state_dict() for each in (ours, theirs))
    assert plain(mine) == plain(other)
    resumed = [Schedule(library, name) for library in (tnn, torch)]
    for each, saved, state in zip(resumed, (theirs, ours), (other, mine), strict=True):
        each.scheduler.load_state_dict(copy.deepcopy(plain(state)))
        groups = saved.optimizer.state_dict()["param_groups"]
        each.optimizer.load_state_dict({"state": {}, "param_groups": groups})
    for number in range(25, 60):
        for each in (ours, *resumed):
            each.step(number)
        assert [each.rates() for each in resumed] == [ours.rates()] * 2, number


@every
def test_a_rate_in_a_tensor_is_changed_in_place(name):
    with_floats = Schedule(tnn, name)
    first = Schedule.__new__(Schedule)
    first.name = name
    params = [tnn.ones(1, requires_grad=True) for _ in range(2)]
    rates = [tnn.tensor(rate, dtype=tnn.float64) for rate in (0.1, 0.05)]
    groups = [{"params": p, "lr": rate} for p, rate in zip(params, rates, strict=True)]
    first.optimizer = tnn.optim.SGD(groups, momentum=0.9)
    first.scheduler = SCHEDULES[name](tnn, first.optimizer)
    for number in range(15):
        with_floats.step(number)
        first.step(number)
        expected = with_floats.rates()[0]
        assert [rate.item() for rate in rates] == pytest.approx(expected, rel=1e-12)
        assert [group["lr"] for group in first.optimizer.param_groups] == rates


CLOSED = [name for name in SCHEDULES if name.split()[0][:4] in ("Step", "Mult", "Cons", "Line")]
CLOSED += ["ExponentialLR", "PolynomialLR", "CosineAnnealingLR", "LambdaLR"]


@pytest.mark.parametrize("name", sorted(set(CLOSED) - {"MultiplicativeLR"}))
@pytest.mark.filterwarnings("ignore:.*epoch:UserWarning")
def test_an_epoch_that_is_named_is_gone_to(torch, name):
    ours, theirs = (Schedule(library, name) for library in (tnn, torch))
    for epoch in (3, 40, 7, 0):
        for each in (ours, theirs):
            each.optimizer.step()
            each.scheduler.step(epoch)
        assert ours.rates() == theirs.rates()
    with pytest.warns(UserWarning, match="epoch"):
        ours.scheduler.step(4)


@pytest.mark.parametrize("epochs", [(0.0, 0.5, 1.25, 9.5, 22.75, 3.0), (30, 6.9, 7.0, 21.0)])
@pytest.mark.parametrize("name", ["WarmRestarts", "WarmRestarts of one length"])
def test_restarts_take_fractions_of_epochs(torch, name, epochs):
    ours, theirs = (Schedule(library, name) for library in (tnn, torch))
    for epoch in epochs:
        for each in (ours, theirs):
            each.optimizer.step()
            each.scheduler.step(epoch)
        assert ours.rates() == theirs.rates()


WITHOUT_LAST_EPOCH = ("ReduceLROnPlateau", "SequentialLR", "ChainedScheduler")


@pytest.mark.parametrize(
    "name", [name for name in SCHEDULES if name.split()[0] not in WITHOUT_LAST_EPOCH]
)
def test_a_schedule_goes_on_from_last_epoch(torch, name):
    found = []
    for library in (tnn, torch):
        first = Schedule(library, name)
        for number in range(12):
            first.step(number)
        options = copy.copy(SCHEDULES[name].__closure__)
        given = {cell.cell_contents for cell in options if isinstance(cell.cell_contents, str)}
        (kind,) = given
        rest = [cell.cell_contents for cell in options]
        args = next(each for each in rest if isinstance(each, tuple))
        keywords = next(each for each in rest if isinstance(each, dict))
        made = getattr(library.optim.lr_scheduler, kind)
        first.scheduler = made(first.optimizer, *args, **keywords, last_epoch=11)
        rates = [first.rates()]
        for number in range(12, 30):
            first.step(number)
            rates.append(first.rates())
        found.append(rates)
    assert found[0] == found[1]


def test_it_needs_the_initial_rates_to_go_on(library):
    with pytest.raises(KeyError, match="initial_lr"):
        library.optim.lr_scheduler.StepLR(sgd(library), 3, last_epoch=4)


def test_the_imports_that_programs_write():
    import tinygrad_nn.optim.lr_scheduler as schedules
    from tinygrad_nn.optim.lr_scheduler import StepLR, _LRScheduler

    assert schedules.StepLR is StepLR is tnn.optim.lr_scheduler.StepLR
    assert issubclass(_LRScheduler, schedules.LRScheduler)


def test_names_are_pytorch_s(torch):
    assert set(lr_scheduler.__all__) == set(torch.optim.lr_scheduler.__all__)


# --- warnings -------------------------------------------------------------------------------------


def test_a_schedule_stepped_first_is_warned_of_once(library):
    scheduler = library.optim.lr_scheduler.StepLR(sgd(library), 3)
    with pytest.warns(UserWarning, match=r"optimizer\.step\(\)"):
        scheduler.step()
    scheduler.step()


def test_steps_before_the_schedule_was_made_do_not_count(library):
    optimizer = sgd(library)
    optimizer.step()
    scheduler = library.optim.lr_scheduler.StepLR(optimizer, 3)
    with pytest.warns(UserWarning, match=r"optimizer\.step\(\)"):
        scheduler.step()


def test_a_step_that_was_replaced_is_warned_of(library):
    optimizer = sgd(library)
    scheduler = library.optim.lr_scheduler.StepLR(optimizer, 3)
    optimizer.step = lambda: None
    optimizer.step()
    with pytest.warns(UserWarning, match=r"optimizer\.step"):
        scheduler.step()


def test_a_step_of_one_s_own_is_seen(library):
    class Own(library.optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {"lr": 1.0})

        def step(self, closure=None):
            return None

    optimizer = Own([library.ones(1, requires_grad=True)])
    scheduler = library.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] == 0.5


def test_asking_for_the_next_rates_is_warned_of(library):
    scheduler = library.optim.lr_scheduler.ExponentialLR(sgd(library), 0.5)
    with pytest.warns(UserWarning, match=r"get_last_lr\(\)"):
        scheduler.get_lr()


def test_a_schedule_of_one_s_own_gives_get_lr(library):
    class Halving(library.optim.lr_scheduler._LRScheduler):
        def get_lr(self):
            return [base / 2**self.last_epoch for base in self.base_lrs]

    optimizer = sgd(library, 1.0)
    scheduler = Halving(optimizer)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    assert scheduler.get_last_lr() == [0.125]


# --- saving ---------------------------------------------------------------------------------------


class Decay:
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, epoch):
        return self.rate**epoch


@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR"])
def test_of_functions_objects_are_saved_with_their_state(library, name):
    schedules = library.optim.lr_scheduler
    saved = getattr(schedules, name)(sgd(library), Decay(0.5)).state_dict()
    assert saved["lr_lambdas"] == [{"rate": 0.5}]
    other = getattr(schedules, name)(sgd(library), Decay(0.9))
    other.load_state_dict(saved)
    assert other.lr_lambdas[0].rate == 0.5
    plain_function = getattr(schedules, name)(sgd(library), lambda epoch: 1.0)
    assert plain_function.state_dict()["lr_lambdas"] == [None]


def test_a_scale_that_is_an_object_is_saved_with_its_state(library):
    def make(rate):
        return library.optim.lr_scheduler.CyclicLR(
            sgd(library, momentum=0.9), 0.1, 0.2, scale_fn=Decay(rate)
        )

    saved = copy.deepcopy(make(0.5).state_dict())
    assert saved["_scale_fn_custom"] == {"rate": 0.5}
    other = make(0.9)
    other.load_state_dict(saved)
    assert other.scale_fn(2) == 0.25


def test_a_schedule_and_its_optimizer_can_be_copied_together():
    optimizer = sgd(tnn)
    scheduler = tnn.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    other, schedule = copy.deepcopy((optimizer, scheduler))
    assert schedule.optimizer is other
    other.step()
    schedule.step()
    assert other.param_groups[0]["lr"] == 0.05
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert pickle.loads(pickle.dumps(scheduler.state_dict())) == scheduler.state_dict()


# --- what is refused ------------------------------------------------------------------------------

REFUSED = {
    "no optimizer": (lambda s, o: s.StepLR([0.1], 3), TypeError),
    "too many functions": (lambda s, o: s.LambdaLR(o, [abs, abs]), ValueError),
    "no function": (lambda s, o: s.MultiplicativeLR(o, 0.5), TypeError),
    "a factor above 1": (lambda s, o: s.ConstantLR(o, 1.5), ValueError),
    "a start of 0": (lambda s, o: s.LinearLR(o, 0.0), ValueError),
    "an end above 1": (lambda s, o: s.LinearLR(o, 0.5, 1.5), ValueError),
    "restarts at once": (lambda s, o: s.CosineAnnealingWarmRestarts(o, 0), ValueError),
    "half a period": (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2.5), ValueError),
    "shorter and shorter": (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 0), ValueError),
    "a lowest rate in words": (
        lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 1, "0"),
        ValueError,
    ),
    "an epoch below 0": (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2).step(-1), ValueError),
    "an unknown cycle": (lambda s, o: s.CyclicLR(o, 0.1, 0.2, mode="square"), ValueError),
    "too many rates": (lambda s, o: s.CyclicLR(o, [0.1, 0.2], 0.2), ValueError),
    "no number of steps": (lambda s, o: s.OneCycleLR(o, 0.1, epochs=3), ValueError),
    "no steps": (lambda s, o: s.OneCycleLR(o, 0.1, 0), ValueError),
    "half epochs": (lambda s, o: s.OneCycleLR(o, 0.1, epochs=1.5, steps_per_epoch=2), ValueError),
    "more than all": (lambda s, o: s.OneCycleLR(o, 0.1, 10, pct_start=2.0), ValueError),
    "an unknown way down": (
        lambda s, o: s.OneCycleLR(o, 0.1, 10, anneal_strategy="step"),
        ValueError,
    ),
    "a factor of 1": (lambda s, o: s.ReduceLROnPlateau(o, factor=1.0), ValueError),
    "an unknown mode": (lambda s, o: s.ReduceLROnPlateau(o, "least"), ValueError),
    "an unknown threshold": (
        lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="some"),
        ValueError,
    ),
    "no schedules": (lambda s, o: s.SequentialLR(o, [], []), ValueError),
    "no chain": (lambda s, o: s.ChainedScheduler([], o), ValueError),
    "too many milestones": (lambda s, o: s.SequentialLR(o, [s.StepLR(o, 3)], [2]), ValueError),
    "a plateau within": (
        lambda s, o: s.ChainedScheduler([s.ReduceLROnPlateau(o)]),
        ValueError,
    ),
    "no schedule": (lambda s, o: s.ChainedScheduler([s.StepLR(o, 2), 3], o), TypeError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_schedule_is_refused(library, case):
    program, error = REFUSED[case]
    optimizer = sgd(library, momentum=0.9)
    with pytest.raises(error):
        program(library.optim.lr_scheduler, optimizer)


def test_a_cycle_of_momentum_needs_momentum(library):
    optimizer = library.optim.Adagrad([library.ones(1, requires_grad=True)])
    for make in (
        lambda **options: library.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 0.2, **options),
        lambda **options: library.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 10, **options),
    ):
        with pytest.raises(ValueError, match="momentum"):
            make()
        make(cycle_momentum=False)


def test_schedules_of_another_optimizer_are_refused(library):
    schedules = library.optim.lr_scheduler
    mine, other = sgd(library), sgd(library)
    parts = [schedules.StepLR(mine, 2), schedules.StepLR(other, 2)]
    with pytest.raises(ValueError, match="optimizer"):
        schedules.SequentialLR(mine, parts, [3])
    with pytest.raises(ValueError, match="optimizer"):
        schedules.ChainedScheduler(parts)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_cycle_ends(library):
    scheduler = library.optim.lr_scheduler.OneCycleLR(sgd(library, momentum=0.9), 0.1, 3)
    for _ in range(3):
        scheduler.step()
    with pytest.raises(ValueError, match="4"):
        scheduler.step()


def test_a_plateau_takes_groups_that_come_later(library):
    optimizer = sgd(library)
    scheduler = library.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.05)
    optimizer.add_param_group({"params": library.ones(1, requires_grad=True), "lr": 1.0})
    for _ in range(2):
        scheduler.step(1.0)
    assert [group["lr"] for group in optimizer.param_groups] == [0.05, pytest.approx(0.1)]
    fixed = library.optim.lr_scheduler.ReduceLROnPlateau(sgd(library), patience=0, min_lr=[0.05])
    fixed.optimizer.add_param_group({"params": library.ones(1, requires_grad=True)})
    fixed.step(1.0)
    with pytest.raises(RuntimeError, match="min_lrs"):
        fixed.step(1.0)


def test_schedules_say_that_they_are_of_lr_scheduler():
    schedulers = tnn.optim.lr_scheduler
    for name in schedulers.__all__:
        assert getattr(schedulers, name).__module__ == schedulers.__name__
