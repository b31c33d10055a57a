"""Tensors handed to other libraries and taken from them by DLPack, and as Python's indices.
Read `../saving/` next.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same, leaf, torch

import tinygrad_nn as tnn

MADE: dict[str, Callable[[Any], Any]] = {
    "floats": lambda library: library.tensor([1.0, 2.0]),
    "integers": lambda library: library.tensor([[1, 2], [3, 4]]),
    "bool": lambda library: library.tensor([True, False]),
    "complex": lambda library: library.tensor([1 + 2j]),
    "float16": lambda library: library.ones(2, dtype=library.float16),
    "uint8": lambda library: library.ones(2, dtype=library.uint8),
    "a scalar": lambda library: library.tensor(3.0),
    "empty": lambda library: library.ones(0, 2),
    "a view": lambda library: library.tensor([[1, 2], [3, 4]]).t()[1:],
    "with steps": lambda library: library.arange(6)[::2],
    "expanded": lambda library: library.ones(1).expand(3),
    "a leaf": lambda library: leaf(library, 1.0),
    "computed": lambda library: leaf(library, 1.0) * 2,
}
TAKEN: dict[str, Callable[[Any, Any], Any]] = {
    "by NumPy": lambda library, t: np.from_dlpack(t).tolist(),
    "by PyTorch": lambda library, t: torch.from_dlpack(t).tolist(),
    "by itself": lambda library, t: library.from_dlpack(t),
    "by itself, copied": lambda library, t: library.from_dlpack(t, copy=True),
    "and written": lambda library, t: (np.from_dlpack(t), t.mul_(3))[0].tolist(),
    "its device": lambda library, t: [int(part) for part in t.__dlpack_device__()],
}


@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
def test_tensors_are_handed_on_by_dlpack(taken):
    for make in MADE.values():

        def program(library, make=make):
            try:
                return taken(library, make(library))
            except BufferError:
                return "refused"

        assert_same(program)


def test_a_tensor_that_requires_a_gradient_is_not_handed_on_in_any_mode():
    with tnn.no_grad(), pytest.raises(BufferError, match=r"\.detach\(\)"):
        np.from_dlpack(leaf(tnn, 1.0))


def test_memory_is_shared_unless_copied():
    array = np.ones(2)
    shared, apart = tnn.from_dlpack(array), tnn.from_dlpack(array, copy=True)
    array[0] = 5.0
    theirs = torch.ones(2)
    from_theirs = tnn.from_dlpack(theirs)
    theirs.add_(1)
    assert (shared.tolist(), apart.tolist()) == ([5.0, 1.0], [1.0, 1.0])
    assert from_theirs.tolist() == [2.0, 2.0]
    if np.lib.NumpyVersion(np.__version__) >= "2.1.0":  # before, NumPy marks it read-only
        from_theirs.add_(1)
        assert theirs.tolist() == [3.0, 3.0]


@pytest.mark.parametrize("given", [3, [1.0], "text", None], ids=repr)
def test_what_has_no_dlpack_is_refused(given):
    error = assert_same(lambda library: library.from_dlpack(given))
    assert "from_dlpack() takes an array" in str(error)


INDICES: dict[str, Callable[[Any], Any]] = {
    "an integer": lambda library: library.tensor(2),
    "one in a list": lambda library: library.tensor([[1]]),
    "uint8": lambda library: library.tensor(1, dtype=library.uint8),
    "bool": lambda library: library.tensor(True),
    "too large": lambda library: library.tensor(9),
    "several": lambda library: library.tensor([1, 2]),
    "none": lambda library: library.tensor([], dtype=library.int64),
    "a float": lambda library: library.tensor(1.0),
    "several floats": lambda library: library.tensor([1.0, 2.0]),
    "complex": lambda library: library.tensor(1 + 0j),
    "a leaf": lambda library: leaf(library, 1.0),
}


def test_a_tensor_is_an_index_where_pytorchs_is():
    for make in INDICES.values():
        assert_same(lambda library, make=make: [4, 5, 6, 7][make(library)])
        assert_same(lambda library, make=make: operator.index(make(library)))
        assert_same(lambda library, make=make: list(range(make(library))))


def test_frombuffer_shares_the_memory_of_a_buffer():
    buffer = bytearray(b"\x01\x00\x02\x00\x03\x00")
    made = tnn.frombuffer(buffer, dtype=tnn.int16, count=2, offset=2)
    assert made.tolist() == [2, 3]
    buffer[2] = 7
    assert made.tolist() == [7, 3]


@pytest.mark.parametrize("given", [{"count": 4}, {"offset": 9}, {"offset": 1}])
def test_frombuffer_refuses_what_the_buffer_does_not_hold(given):
    with pytest.raises(ValueError, match=r"frombuffer\(\): "):
        tnn.frombuffer(bytearray(6), dtype=tnn.int16, **given)


def test_every_tensor_is_strided():
    assert tnn.ones(2).layout is tnn.strided
    assert repr(tnn.strided) == "torch.strided"
    assert copy.deepcopy(tnn.strided) is tnn.strided
    assert tnn.ones(2)[tnn.newaxis].shape == (1, 2)
