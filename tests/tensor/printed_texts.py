"""Arrays and how PyTorch prints them, letter for letter.
Read `test_printing.py` next, which holds ours against these.
"""

import math

import numpy as np

nan, inf = math.nan, math.inf


def f16(*values):
    return np.array(values, np.float16)


def f32(*values):
    return np.array(values, np.float32)


TEXTS = [
    # no dimension
    (np.array(1, np.float32), "tensor(1.)"),
    (np.array(3.14159, np.float32), "tensor(3.1416)"),
    (np.array(1e-20, np.float32), "tensor(1.0000e-20)"),
    (np.array(nan, np.float32), "tensor(nan)"),
    (np.array(0.1), "tensor(0.1000, dtype=torch.float64)"),
    (np.array(7), "tensor(7)"),
    (np.array(True), "tensor(True)"),
    # whole numbers, and numbers with a fraction
    (f32(1, 2), "tensor([1., 2.])"),
    (f32(1.5, 2, nan), "tensor([1.5000, 2.0000,    nan])"),
    (f32(0.5, -inf, nan), "tensor([0.5000,   -inf,    nan])"),
    (f32(-0.0, 0, nan, inf, -inf, 12), "tensor([-0.,  0., nan, inf, -inf, 12.])"),
    # zeros and nan have no say in the width
    (f32(-0.0, 0, nan), "tensor([-0., 0., nan])"),
    (f32(0, 0, -3), "tensor([ 0.,  0., -3.])"),
    # where powers of ten begin
    (f32(1000, 1), "tensor([1000.,    1.])"),
    (f32(1001, 1), "tensor([1.0010e+03, 1.0000e+00])"),
    (f32(1e8), "tensor([100000000.])"),
    (f32(1e8 + 8), "tensor([1.0000e+08])"),
    (np.array([1e-4]), "tensor([0.0001], dtype=torch.float64)"),
    (f32(1e-4), "tensor([1.0000e-04])"),  # the nearest float32 is under 1e-4
    (f32(1.5e-45), "tensor([1.4013e-45])"),
    (np.array([1e-308, 1e308]), "tensor([1.0000e-308, 1.0000e+308], dtype=torch.float64)"),
    (f16(65504, 2), "tensor([6.5504e+04, 2.0000e+00], dtype=torch.float16)"),
    (f16(1e-3, 0.1), "tensor([0.0010, 0.1000], dtype=torch.float16)"),
    # integers and bool
    (np.array([1, -2, 3]), "tensor([ 1, -2,  3])"),
    (np.array([True, False]), "tensor([ True, False])"),
    (np.array([0, 255], np.uint8), "tensor([  0, 255], dtype=torch.uint8)"),
    (np.array([-128], np.int8), "tensor([-128], dtype=torch.int8)"),
    (np.array([2**63], np.uint64), "tensor([9223372036854775808], dtype=torch.uint64)"),
    # nothing to show
    (f32(), "tensor([])"),
    (np.zeros((0, 3), np.float32), "tensor([], size=(0, 3))"),
    (np.zeros((2, 0, 3), np.float32), "tensor([], size=(2, 0, 3))"),
    (np.zeros(0), "tensor([], dtype=torch.float64)"),
    (np.zeros((0, 3), np.int64), "tensor([], size=(0, 3), dtype=torch.int64)"),
    (np.zeros(0, bool), "tensor([], dtype=torch.bool)"),
    # lines
    (
        np.ones(20, np.float32),
        "tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.,\n"
        "        1., 1.])",
    ),
    (
        np.zeros(25, np.float32),
        f"tensor([{'0., ' * 23}0.,\n        0.])",  # 24 to a line, as if 1 wide
    ),
    (
        np.arange(12, dtype=np.float32).reshape(2, 3, 2),
        "tensor([[[ 0.,  1.],\n"
        "         [ 2.,  3.],\n"
        "         [ 4.,  5.]],\n"
        "\n"
        "        [[ 6.,  7.],\n"
        "         [ 8.,  9.],\n"
        "         [10., 11.]]])",
    ),
    (
        np.zeros((2, 2, 1, 2), np.int32),
        "tensor([[[[0, 0]],\n"
        "\n"
        "         [[0, 0]]],\n"
        "\n"
        "\n"
        "        [[[0, 0]],\n"
        "\n"
        "         [[0, 0]]]], dtype=torch.int32)",
    ),
    # more than 1000 elements
    (np.arange(1001), "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
    (
        np.zeros((501, 2), np.float32),
        "tensor([[0., 0.],\n"
        "        [0., 0.],\n"
        "        [0., 0.],\n"
        "        ...,\n"
        "        [0., 0.],\n"
        "        [0., 0.],\n"
        "        [0., 0.]])",
    ),
    (
        np.arange(2008).reshape(2, 1, 1004),
        "tensor([[[   0,    1,    2,  ..., 1001, 1002, 1003]],\n"
        "\n"
        "        [[1004, 1005, 1006,  ..., 2005, 2006, 2007]]])",
    ),
]

TEXTS_UNDER_OPTIONS = [
    ({"precision": 2}, f32(1.555, 2), "tensor([1.55, 2.00])"),
    ({"precision": 0}, f32(1.5, 2.5), "tensor([2, 2])"),
    ({"precision": 8}, f32(0.1), "tensor([0.10000000])"),  # the digits of 0.1 in float32
    ({"precision": 10}, f32(0.1), "tensor([0.1000000015])"),
    ({"threshold": 4, "edgeitems": 1}, np.arange(5), "tensor([0,  ..., 4])"),
    ({"threshold": 4, "edgeitems": 1}, np.arange(4), "tensor([0, 1, 2, 3])"),
    ({"threshold": 0, "edgeitems": 2}, np.arange(4), "tensor([0, 1, 2, 3])"),
    ({"threshold": 0}, np.array(4), "tensor(4)"),
    ({"edgeitems": 0}, np.arange(2), "tensor([0, 1], size=(2,))"),
    ({"edgeitems": 0}, np.zeros((501, 2)), "tensor([...], size=(501, 2), dtype=torch.float64)"),
    ({"edgeitems": 0}, np.arange(1001), "tensor([...], size=(1001,))"),
    ({"edgeitems": 0}, f32(), "tensor([])"),
    ({"linewidth": 0}, np.arange(2), "tensor([0,\n        1])"),
    ({"linewidth": 13}, np.arange(4), "tensor([0, 1,\n        2, 3])"),
    ({"linewidth": 12}, np.arange(2), "tensor([0,\n        1])"),
    ({"linewidth": 14}, np.arange(3)[None], "tensor([[0, 1,\n         2]])"),
    ({"linewidth": 13}, np.arange(2)[None], "tensor([[0,\n         1]])"),
    ({"sci_mode": True}, f32(1, 2.5), "tensor([1.0000e+00, 2.5000e+00])"),
    ({"sci_mode": True}, f32(0, nan), "tensor([0., nan])"),
    ({"sci_mode": False}, f32(1e9, 0.5), "tensor([1000000000.0000,          0.5000])"),
    ({"sci_mode": False}, f32(1e9, 1), "tensor([1000000000.,          1.])"),
    ({"profile": "short"}, f32(0.125, -2), "tensor([ 0.12, -2.00])"),
    ({"profile": "short"}, np.arange(1001), "tensor([   0,    1,  ...,  999, 1000])"),
    ({"profile": "short", "precision": 3}, f32(0.5), "tensor([0.500])"),
]
