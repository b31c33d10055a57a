"""A list inside an index stands for one array; one of other parts is told that parts are a tuple.
Read `test_ops_indexing.py` next, for all other indices beside PyTorch.
"""

import pytest

import tinygrad_nn as tnn

PARTS = [
    [slice(0, 1)],
    [slice(0, 1), 0],
    [None, 0],
    [..., 0],
    [0, [1, 2]],
    [[0], [0, 1]],
    [[0, 1], [slice(0, 1)]],
    [tnn.tensor([0, 1]), slice(None)],
    [2**70],
    [1.5],
    ["a"],
    [{}],
    [object()],
    [1j],
]


@pytest.mark.parametrize("parts", PARTS)
def test_a_list_that_is_no_array_is_told_what_parts_are(parts):
    x = tnn.zeros(3, 3)
    for index in ((parts,), (slice(None), parts)):
        with pytest.raises(IndexError, match=r"an index of several parts is a tuple, x\[0, :\] or"):
            x[index]
        with pytest.raises(IndexError, match="index: a list stands for one array of ints or bools"):
            x[index] = 1.0
    assert not x.numpy().any()


def test_the_way_out_is_pytorch_s_too(library):
    x = library.arange(9).reshape(3, 3)
    assert x[(slice(0, 1), 0)].tolist() == [0]
    assert x[[0, 2]].tolist() == [[0, 1, 2], [6, 7, 8]]
    assert x[[True, False, False]].tolist() == [[0, 1, 2]]
    assert tuple(x[[]].shape) == (0, 3)
