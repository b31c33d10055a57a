"""A module that was copied may gain modules of its own; a keyword that nothing takes is refused.
Read `test_module.py` next.
"""

from __future__ import annotations

import copy
import inspect

import pytest
from looping import looped

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


# Arguments of `to()`, where "float64" stands for the library's dtype and "like" for a tensor.
TO = [
    *[((), {}), ((None,), {}), (("float64",), {}), (("cpu",), {}), ((float,), {}), ((int,), {})],
    *[(("cpu", "float64"), {}), ((None, "float64"), {}), ((None, None), {}), (("like",), {})],
    *[(("float32", False, True), {}), (("float32", True), {}), (("float32", False, False), {})],
    *[(("cpu", "float32", False, True), {}), (("cpu", None, True, True), {}), (("like", True), {})],
    *[((), {"dtype": "float64"}), ((), {"dtype": None}), ((), {"device": "cpu", "copy": True})],
    *[((), {"copy": True}), ((), {"tensor": "like"}), (("cpu",), {"dtype": "float64"})],
    *[(("float32",), {"copy": True}), (("cpu",), {"copy": False}), ((), {"memory_format": None})],
    *[(("float32", "float64"), {}), (("float32",), {"dtype": "float64"}), (("float32", "cpu"), {})],
    *[(("cpu", "cpu"), {}), (("cpu", False), {}), (("float32", False, False, False), {})],
    *[(("float32", False, True), {"copy": True}), ((), {"memory_format": 3}), ((), {"copy": 1})],
    *[
        ((), {"copy": "yes"}),
        ((), {"non_blocking": None}),
        ((), {"other": 5}),
        (("like", "like"), {}),
    ],
    *[((), {"dtype": "cpu"}), ((), {"device": "float64"}), ((), {"dytpe": "float64"}), ((5,), {})],
    *[(("nowhere",), {}), (([],), {}), (({},), {}), ((), {"device": 5}), (("float32", None), {})],
    *[(("like", "float64"), {}), ((), {"tensor": "like", "dtype": "float64"}), ((str,), {})],
    *[(("cuda",), {}), ((), {"device": "cuda"}), (("cpu", "float64", False, False, False), {})],
]


def call_to(library, made, args, keywords):
    """Return what `made.to` came to: its dtype and whether it is another, or the error's class."""
    stands_for = {"like": lambda: library.ones(1, dtype=library.float64)}
    stands_for |= {
        name: lambda name=name: getattr(library, name) for name in ("float32", "float64")
    }

    def real(value):
        return stands_for[value]() if isinstance(value, str) and value in stands_for else value

    try:
        given = made.to(*map(real, args), **{name: real(each) for name, each in keywords.items()})
    except (TypeError, RuntimeError, AssertionError) as error:  # the last: of PyTorch without CUDA
        return "TypeError" if isinstance(error, TypeError) else "RuntimeError"
    kept = getattr(given, "weight", given)
    return str(kept.dtype).rpartition(".")[2], given is made


@pytest.mark.parametrize("number", range(len(TO)))
def test_to_does_and_refuses_what_pytorchs_does(number):
    torch = pytest.importorskip("torch")
    args, keywords = TO[number]
    kinds = [lambda L: L.ones(2), lambda L: L.nn.Linear(2, 2)]
    if args[2:] == (False,) or keywords.get("copy") is False:
        del kinds[1]  # PyTorch's Module refuses to be told that no copy is wanted
    for make in kinds:
        theirs, ours = (call_to(library, make(library), args, keywords) for library in (torch, tnn))
        assert ours == theirs, TO[number]


def test_a_module_stays_of_floats():
    with pytest.raises(TypeError, match="int64"):
        tnn.nn.Linear(2, 2).to(tnn.int64)
    with pytest.raises(RuntimeError, match="deepcopy"):
        tnn.nn.Linear(2, 2).to(copy=True)


X = tnn.ones(2, 2)
CALLS = {name: getattr(tnn, name) for name in tnn.__all__ if callable(getattr(tnn, name))}
CALLS |= {f"nn.{name}": getattr(tnn.nn, name) for name in dir(tnn.nn) if name[0].isupper()}
CALLS |= {
    f"Tensor.{name}": getattr(X, name)
    for name in dir(X)
    if name[0] != "_" and name != "imag" and hasattr(X, name)
}
del CALLS["nn.Identity"]  # which takes anything, as PyTorch's does
del CALLS["Event"], CALLS["Stream"]  # of a GPU, which refuse whatever they are given
del CALLS["OutOfMemoryError"]  # whose signature Python cannot tell


NAMES = [name for name in CALLS if callable(CALLS[name])]
NAMES = [name for name in NAMES if name.rstrip("_") == name or name.rstrip("_") not in CALLS]


@looped("name", NAMES)  # x.add_() takes what x.add() does
def test_a_keyword_that_nothing_takes_is_refused_by_name(name):
    parameters = inspect.signature(CALLS[name]).parameters.values()
    needed = [p for p in parameters if p.default is p.empty]
    given = [X for p in needed if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = {p.name: 1 for p in needed if p.kind is p.KEYWORD_ONLY}
    with pytest.raises(TypeError, match="no_such_keyword"):
        CALLS[name](*given, **named, no_such_keyword=1)
