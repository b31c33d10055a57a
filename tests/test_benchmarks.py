"""The benchmarks' table of calls: it names every operation, and both libraries compute the same.
Read `../benchmarks/operations.py` beside it. Nothing here is timed.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
from looping import looped

import tinygrad_nn as tnn

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))  # the benchmarks are not installed

from benchmarks import every_operation  # noqa: E402
from benchmarks.hot_operations import LINES as HOT  # noqa: E402
from benchmarks.libraries import OURS, another_checkout  # noqa: E402
from benchmarks.operands import SIZES, Run  # noqa: E402
from benchmarks.operations import LINES, ONLY_IN_RULES, lines_for, without_a_line  # noqa: E402

OUR_LINES = lines_for([tnn])


def parts(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


def array(tensor):
    return tensor.detach().numpy(force=True)


def recorded(tensor):
    """The names of all that a tensor was computed by, back to the leaves."""
    found, pending = set(), [tensor.grad_fn]
    while pending:
        node = pending.pop()
        if node is not None and node.name() not in found:
            found.add(node.name())
            pending += [each for each, _ in node.next_functions]
    return found


def test_every_operation_has_a_line():
    assert without_a_line(tnn) == []


NONE_IN_PYTORCH = {"floor_divide", "heaviside"}  # which raises in backward: nothing to compare


def test_every_operation_with_a_gradient_is_recorded_by_some_line():
    found = set()
    for line in OUR_LINES:
        run = Run(line, tnn, *SIZES["small"], calls=1)
        for output in run.outputs(run.forward()):
            found |= recorded(output)
    expected = {
        name: op.backward_name
        for name, op in tnn.autograd.registry.items()
        if op.differentiable
        and op.call.__module__.startswith("tinygrad_nn.")
        and name not in ONLY_IN_RULES | NONE_IN_PYTORCH
    }
    assert [name for name, node in expected.items() if node not in found] == []


def test_no_title_is_there_twice():
    titles = [line.title for line in LINES]
    assert sorted(set(titles)) == sorted(titles)


@looped("line", OUR_LINES)
def test_both_libraries_compute_the_same(line):
    torch = pytest.importorskip("torch")
    if not line.there(torch):
        pytest.skip("PyTorch has no such function")
    # Three calls in one graph, since PyTorch refuses some writes one after another.
    ours, theirs = (Run(line, library, *SIZES["small"], calls=3) for library in (tnn, torch))
    results = [run.forward() for run in (ours, theirs)]
    pairs = list(zip(*(parts(each[0]) for each in results), strict=True))
    assert bool(ours.ones) == bool(theirs.ones)
    if ours.ones:
        for run, made in zip((ours, theirs), results, strict=True):
            run.backward(made)
        pairs += [(a.grad, b.grad) for a, b in zip(ours.leaves, theirs.leaves, strict=True)]
    for mine, other in pairs:
        if mine is None or other is None:
            assert mine is other
            continue
        assert tuple(mine.shape) == tuple(other.shape)
        assert str(mine.dtype) == str(other.dtype)
        if not line.random:
            np.testing.assert_allclose(array(mine), array(other), rtol=2e-4, atol=2e-5)


def test_the_hot_operations_run_at_their_own_sizes():
    for line in HOT:
        run = Run(line, tnn, 0, 0, calls=1)  # which runs it
        assert all(operand.numel() for operand in run.operands)


def test_a_step_leaves_no_gradient_behind():
    run = Run(next(line for line in OUR_LINES if line.title == "mul"), tnn, *SIZES["small"])
    run.both()
    assert [leaf.grad for leaf in run.leaves] == [None, None]
    assert len(run.forward()) == len(run.ones) == every_operation.CALLS


def test_an_operation_without_a_line_ends_the_program(monkeypatch, capsys):
    monkeypatch.setitem(tnn.autograd.registry, "planted", tnn.autograd.registry["tanh"])
    assert every_operation.run({OURS: tnn}, "", 1, 0.0, ["small"], [], None) == 1
    assert "planted" in capsys.readouterr().err


def test_another_checkout_is_imported_beside_this_one():
    modules = set(sys.modules)
    before = another_checkout(ROOT)
    x = before.tensor([3.0], requires_grad=True)
    (x * x).backward()
    assert x.grad.tolist() == [6.0]
    assert not isinstance(x, tnn.Tensor)
    assert not isinstance(tnn.tensor([3.0]), before.Tensor)
    for name in set(sys.modules) - modules:
        del sys.modules[name]
