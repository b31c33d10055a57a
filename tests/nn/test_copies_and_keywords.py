"""A module that was copied may gain modules of its own; a keyword that nothing takes is refused.
Read `test_module.py` next.
"""

from __future__ import annotations

import copy
import inspect

import pytest

import tinygrad_nn as tnn


def test_a_copy_gains_modules_and_parameters_of_its_own():
    model = tnn.nn.Sequential(tnn.nn.Linear(2, 2))
    other = copy.copy(model)
    other.add_module("last", tnn.nn.ReLU())
    other.scale = tnn.nn.Parameter(tnn.ones(1))
    assert [name for name, _ in model.named_children()] == ["0"]
    assert [name for name, _ in other.named_children()] == ["0", "last"]
    assert len(list(model.parameters())) == 2
    assert other[0] is model[0]
    assert tuple(other(tnn.ones(1, 2)).shape) == tuple(model(tnn.ones(1, 2)).shape) == (1, 2)


@pytest.mark.parametrize("made", [tnn.ones(2), tnn.nn.Linear(2, 2)], ids=["a tensor", "a module"])
def test_to_takes_pytorchs_arguments_and_no_others(made):
    with pytest.raises(TypeError, match="dytpe"):
        made.to(dytpe=tnn.float64)
    with pytest.raises(TypeError):
        made.to(5)
    assert made.to("cpu", tnn.float32, non_blocking=True, copy=False) is made


def test_the_third_of_tos_arguments_asks_for_a_copy():
    x = tnn.ones(2)
    assert x.to(tnn.float32, False, True) is not x
    assert x.to(tnn.float32, False, False) is x


X = tnn.ones(2, 2)
CALLS = {name: getattr(tnn, name) for name in tnn.__all__ if callable(getattr(tnn, name))}
CALLS |= {f"nn.{name}": getattr(tnn.nn, name) for name in dir(tnn.nn) if name[0].isupper()}
CALLS |= {
    f"Tensor.{name}": getattr(X, name)
    for name in dir(X)
    if name[0] != "_" and name != "imag" and hasattr(X, name)
}
del CALLS["nn.Identity"]  # which takes anything, as PyTorch's does


NAMES = [name for name in CALLS if callable(CALLS[name])]
NAMES = [name for name in NAMES if name.rstrip("_") == name or name.rstrip("_") not in CALLS]


@pytest.mark.parametrize("name", NAMES)  # x.add_() takes what x.add() does
def test_a_keyword_that_nothing_takes_is_refused_by_name(name):
    parameters = inspect.signature(CALLS[name]).parameters.values()
    needed = [p for p in parameters if p.default is p.empty]
    given = [X for p in needed if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    with pytest.raises(TypeError, match="no_such_keyword"):
        CALLS[name](*given, no_such_keyword=1)
