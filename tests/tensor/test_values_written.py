"""What may be written into a tensor: numbers that its dtype holds, and nothing else.
Read `../autograd/test_inplace.py` next.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from beside_torch import torch

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError


def set_one(x, value):
    x[0] = value


def set_some(x, value):
    x[1:] = value


def set_masked(library):
    def write(x, value):
        x[library.tensor([True, False, True])] = value

    return write


def set_picked(x, value):
    x[[0, 2]] = value


WAYS = {
    "x[0] = v": lambda library: set_one,
    "x[1:] = v": lambda library: set_some,
    "x[mask] = v": set_masked,
    "x[list] = v": lambda library: set_picked,
    "x.fill_(v)": lambda library: lambda x, value: x.fill_(value),
    "x.copy_(v)": lambda library: lambda x, value: x.copy_(value),
}
DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool", "complex64"]
GOOD = [0, 1, -1, 2, 1.5, -0.5, True, 127, 0.0, math.inf, -math.inf, math.nan, 1j]
LARGE = [128, 255, 256, 300, -129, 255.0, 256.0, 65504.0, 1e5, 1e39, 1e300, -1e300, 2**31, 2**63]
NO_NUMBERS = [None, "5", b"5", {}, object(), int, np.array(["a"]), np.array([None]), len]


def written(library, way, dtype, value):
    x = library.zeros(3, dtype=getattr(library, dtype))
    try:
        WAYS[way](library)(x, value)
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        return error
    return np.asarray(x)


@pytest.mark.filterwarnings("ignore:Casting complex values:UserWarning")  # PyTorch's
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("way", WAYS)
def test_a_number_is_written_as_in_pytorch_or_refused(way, dtype):
    for value in GOOD + LARGE:
        ours, theirs = (written(library, way, dtype, value) for library in (tnn, torch))
        if isinstance(ours, Exception):
            assert isinstance(ours, DTypeError), (value, ours)
            wraps = "copy" in way or value == 2**63  # in PyTorch; and float16 is inf, but in fill_
            wraps |= dtype == "float16" and abs(value) > 65504
            assert isinstance(theirs, Exception) or wraps, (value, ours, theirs)
        elif isinstance(theirs, Exception):  # a whole number that a float holds all the same
            assert isinstance(value, int), (value, ours, theirs)
            assert dtype.startswith(("float", "complex")), (value, ours, theirs)
        else:
            np.testing.assert_array_equal(ours, theirs, str(value))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_number_is_refused_and_nothing_written(way, dtype):
    for value in NO_NUMBERS:
        x = tnn.ones(3, dtype=getattr(tnn, dtype))
        with pytest.raises((DTypeError, TypeError)) as caught:
            WAYS[way](tnn)(x, value)
        assert isinstance(caught.value, DTypeError)
        assert np.asarray(x).tolist() == [1, 1, 1]
