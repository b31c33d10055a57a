"""Indices drawn at random: numbers, slices, None, Ellipsis, masks and arrays, in any order.
Read `../test_ops_indexing.py` next, which holds them beside PyTorch.
"""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

ALL = slice(None)


@st.composite
def slices(draw, size):
    ends = st.none() | st.integers(-size - 2, size + 2)
    return slice(draw(ends), draw(ends), draw(st.none() | st.integers(1, 3)))


@st.composite
def positions(draw, size):
    """An array of positions; their shapes all broadcast to (2, 3)."""
    shape = draw(st.sampled_from([(2, 3), (3,), (2, 1), (1,), (1, 3), ()]))
    if size == 0:
        return np.zeros((0,), np.int64)
    return draw(arrays(np.int64, shape, elements=st.integers(-size, size - 1)))


@st.composite
def shapes_and_indices(draw):
    """A shape and an index into it: parts for its dimensions from the left, new ones between."""
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    index, dim, ellipsis = [], 0, False
    while len(index) < 6:
        kinds = ["stop", "none", "bool"] + ([] if ellipsis else ["ellipsis"])
        if dim < len(shape):
            kinds += ["slice", "slice", "array", "mask"] + (["int", "int"] if shape[dim] else [])
        kind = draw(st.sampled_from(kinds))
        if kind == "stop":
            break
        used = 1
        if kind == "none":
            part, used = None, 0
        elif kind == "bool":
            part, used = draw(st.booleans()), 0
        elif kind == "ellipsis":
            part, ellipsis = ..., True
            used = draw(st.integers(0, len(shape) - dim))
        elif kind == "slice":
            part = draw(slices(shape[dim]))
        elif kind == "int":
            part = draw(st.integers(-shape[dim], shape[dim] - 1))
        elif kind == "array":
            part = draw(positions(shape[dim]))
        else:
            used = draw(st.integers(1, min(2, len(shape) - dim)))
            part = draw(arrays(np.bool_, shape[dim : dim + used]))
        index.append(part)
        dim += used
    return shape, tuple(index)


def into(framework, index):
    return tuple(
        framework.from_numpy(part) if isinstance(part, np.ndarray) else part for part in index
    )


def numbers(shape):
    return np.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape)
