"""How long a statement takes, what is printed of it, and the tables that compare statements.
Read `../data/test_following.py` beside it.
"""

import pickle
import random
import subprocess
import sys

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, NotHereError
from tinygrad_nn.utils import benchmark


def ticking(step):
    """Return a timer that is `step` seconds later each time it is asked."""
    now = 0.0

    def timer():
        nonlocal now
        now += step
        return now

    return timer


def test_timeit_returns_the_time_of_one_run_after_a_warm_up():
    calls = []
    timer = benchmark.Timer("note(1)", globals={"note": calls.append}, timer=ticking(8.0))
    found = timer.timeit(400)
    assert len(calls) == 4 + 400
    assert (found.number_per_run, found.times, found.median) == (400, [0.02], 0.02)


def test_a_statement_sees_setup_globals_and_the_library_as_torch():
    found = benchmark.Timer(
        """
        assert torch.equal(y, 2 * x)
        """,
        """
        y = x + x
        """,
        globals={"x": tnn.ones(2)},
    ).timeit(2)
    assert found.setup == "y = x + x"
    assert found.title == "assert torch.equal(y, 2 * x)"


def test_blocked_autorange_fills_the_time_with_blocks():
    noted = []
    timer = benchmark.Timer("x * y", "x = y = 2")
    found = timer.blocked_autorange(lambda *each: noted.append(each), min_run_time=0.02)
    assert sum(found.raw_times) >= 0.02
    assert [seconds for _, seconds in noted] == found.raw_times
    assert {number for number, _ in noted} == {found.number_per_run}
    assert found.number_per_run >= 100


@pytest.mark.parametrize(("threshold", "least"), [(0.5, 4), (0.0, 30)])
def test_adaptive_autorange_goes_on_until_the_times_agree_or_it_took_too_long(threshold, least):
    timer = benchmark.Timer("pass", timer=ticking(0.1))
    found = timer.adaptive_autorange(threshold, max_run_time=3.0)
    assert len(found.raw_times) >= least


def test_threads_are_set_for_the_measurement_only():
    before, seen = tnn.get_num_threads(), []
    asked = {"note": lambda: seen.append(tnn.get_num_threads())}
    benchmark.Timer("note()", globals=asked, num_threads=1).timeit(1)
    assert set(seen) == {1}
    assert tnn.get_num_threads() == before


def test_a_measurement_survives_pickle():
    found = benchmark.Measurement(10, [1.0, 2.0], benchmark.TaskSpec("f()", "pass", label="F"))
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: benchmark.Timer(print), ArgumentError, r"not builtin.*globals=\{'f': f\}"),
        (lambda: benchmark.Timer(global_setup="int x;"), ArgumentError, "int x;.*C\\+\\+"),
        (lambda: benchmark.Timer(language="c++"), NotHereError, "language='c\\+\\+'.*Python"),
        (lambda: benchmark.Timer().collect_callgrind(), NotHereError, "Valgrind"),
        (lambda: benchmark.Timer().repeat(), NotImplementedError, "blocked_autorange"),
        (lambda: benchmark.Timer().autorange(), NotImplementedError, "blocked_autorange"),
        (lambda: benchmark.Compare([1.0]), ArgumentError, "Measurements, not float"),
    ],
)
def test_what_is_not_measured_says_so(make, error, words):
    with pytest.raises(error, match=words):
        make()


# --- beside PyTorch -------------------------------------------------------------------------------


def measurements(measurement, task, spread=0.4):
    """Return times of two labels, environments, numbers of threads, and one that was not taken."""
    draw = random.Random(0)
    found = []
    for label, envs in (("add", (None,)), (None, ("old", "new one"))):
        for threads, env in ((1, envs[0]), (4, envs[0]), (4, envs[-1])):
            for sub in ("first", "the second"):
                for column in ("a", "the other"):
                    if (threads, sub, column) == (4, "first", "a"):
                        continue
                    width = spread if threads == 4 else 0.02
                    times = [draw.uniform(1, 1 + width) * 10 ** -draw.randint(2, 4) for _ in "123"]
                    times += [draw.uniform(1, 1 + width) * 1e-3 for _ in range(9)]
                    spec = task(
                        stmt="f(x)", setup="import f", label=label, sub_label=sub,
                        description=column, env=env, num_threads=threads,
                    )  # fmt: skip
                    found.append(measurement(10, times, spec))
    return found


OPTIONS = [
    (),
    ("trim_significant_figures",),
    ("colorize",),
    ("highlight_warnings",),
    ("trim_significant_figures", "highlight_warnings", "colorize"),
]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_table_is_the_one_that_pytorch_writes(options):
    pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.utils.benchmark")
    from torch.utils.benchmark.utils.common import TaskSpec

    tables = []
    for library, task in ((benchmark, benchmark.TaskSpec), (theirs, TaskSpec)):
        table = library.Compare(measurements(library.Measurement, task))
        for option in options:
            getattr(table, option)()
        tables.append(str(table))
    assert tables[0] == tables[1]


def test_a_measurement_prints_as_pytorchs_does():
    pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.utils.benchmark")
    from torch.utils.benchmark.utils.common import TaskSpec

    for spread in (0.01, 0.3, 0.9):
        ours = measurements(benchmark.Measurement, benchmark.TaskSpec, spread)
        for mine, other in zip(
            ours, measurements(theirs.Measurement, TaskSpec, spread), strict=True
        ):
            assert repr(mine).splitlines()[1:] == repr(other).splitlines()[1:]
            assert mine.significant_figures == other.significant_figures
            assert mine.has_warnings == other.has_warnings


def test_programs_import_it_as_pytorchs(tmp_path):
    program = tmp_path / "timed.py"
    program.write_text(
        "import torch.utils.benchmark as benchmark\n"
        "from torch.utils.benchmark import Timer\n"
        "print(Timer('torch.ones(3)').timeit(2).number_per_run)\n",
        "utf-8",
    )
    command = [sys.executable, "-m", "tinygrad_nn", "run", str(program)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "2\n"
