"""A program runs inside a profiler as it does outside; what it would be told is told to be absent.
Read `test_compiling.py` next.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import profiler as autograd_profiler
from tinygrad_nn.errors import NotHereError
from tinygrad_nn.profiler import ProfilerActivity, profile, record_function, schedule


def test_nothing_is_measured_and_that_is_said(tmp_path):
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as prof:
        with record_function("model"):
            y = tnn.ones(2) + 1
        prof.step()
    assert y.tolist() == [2.0, 2.0]
    assert prof.step_num == 1
    assert list(prof.key_averages()) == prof.events() == []
    assert "nothing is measured" in prof.key_averages().table(sort_by="cpu_time_total")
    for call in (prof.export_chrome_trace, prof.export_stacks):
        with pytest.raises(NotImplementedError, match="nothing is measured here"):
            call(str(tmp_path / "trace.json"))


def test_the_older_names_are_the_same():
    assert autograd_profiler.profile is profile
    assert autograd_profiler.record_function is record_function


def test_a_function_can_be_decorated(library):
    @library.profiler.record_function("double")
    def double(x):
        return 2 * x

    assert double(3) == 6


@pytest.mark.parametrize(
    "options",
    [
        {"wait": 1, "warmup": 1, "active": 2},
        {"wait": 0, "warmup": 0, "active": 1},
        {"wait": 2, "warmup": 1, "active": 3, "repeat": 2, "skip_first": 4},
        {"wait": 3, "warmup": 1, "active": 1, "repeat": 1, "skip_first_wait": 1},
    ],
)
@pytest.mark.filterwarnings("ignore:Profiler won't be using warmup")
def test_a_schedule_is_pytorch_s(options):
    torch = pytest.importorskip("torch")
    ours, theirs = schedule(**options), torch.profiler.schedule(**options)
    assert [ours(step).name for step in range(30)] == [theirs(step).name for step in range(30)]


def test_a_schedule_that_records_nothing_is_refused():
    with pytest.raises(ValueError, match="active 0"):
        schedule(wait=0, warmup=0, active=0)


def test_a_trace_is_asked_for_and_never_written(tmp_path):
    trace = tnn.profiler.tensorboard_trace_handler(str(tmp_path))
    with tnn.profiler.profile(on_trace_ready=trace) as measured:
        measured.step()
    assert not list(tmp_path.iterdir())
    with pytest.raises(NotHereError, match="nothing is measured here"):
        trace(measured)
