"""Convolutions of many images, rows and columns give PyTorch's numbers: they are computed by parts.
Read `test_large_operands.py` beside it: other operations that go another way where there is much.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")


class Case(NamedTuple):
    """The shapes of input and weight, and the arguments of the call."""

    x: tuple[int, ...]
    weight: tuple[int, ...]
    given: Mapping[str, Any] = MappingProxyType({})
    name: str = "conv2d"


CASES = {
    "images in parts, the last a smaller one": Case((21, 3, 20, 20), (6, 3, 5, 5), {"padding": 2}),
    "rows in parts": Case((9, 16, 30, 31), (16, 16, 3, 3), {"padding": 1}),
    "more rows than one": Case((2, 64, 40, 40), (8, 64, 3, 3)),
    "columns in pieces": Case((16, 6, 14, 14), (16, 6, 5, 5)),
    "every second place": Case((33, 4, 21, 21), (8, 4, 3, 3), {"padding": 1, "stride": 2}),
    "strides of two kinds": Case(
        (5, 8, 33, 20), (8, 8, 3, 2), {"stride": (3, 1), "padding": (0, 1)}
    ),
    "spread out": Case((10, 8, 24, 24), (8, 8, 3, 3), {"padding": 2, "dilation": 2}),
    "in groups": Case((17, 12, 16, 16), (24, 3, 3, 3), {"padding": 1, "groups": 4}),
    "each channel for itself": Case((17, 24, 16, 16), (24, 1, 3, 3), {"padding": 1, "groups": 24}),
    "the same size": Case((12, 5, 19, 18), (7, 5, 4, 2), {"padding": "same"}),
    "pointwise": Case((12, 16, 20, 20), (8, 16, 1, 1)),
    "pointwise, in groups": Case((12, 16, 20, 20), (8, 4, 1, 1), {"groups": 4}),
    "fewer places than filters": Case((2, 32, 6, 6), (96, 32, 3, 3), {"padding": 1}),
    "no image": Case((0, 32, 6, 6), (96, 16, 3, 3), {"padding": 1, "groups": 2}),
    "one image": Case((8, 40, 40), (8, 8, 3, 3)),
    "one dimension": Case((19, 8, 300), (16, 8, 3), {"padding": 1}, "conv1d"),
    "three dimensions": Case((5, 4, 12, 11, 10), (8, 4, 3, 3, 3), {"padding": 1}, "conv3d"),
    "transposed": Case(
        (9, 8, 16, 16), (8, 6, 4, 4), {"stride": 2, "padding": 1}, "conv_transpose2d"
    ),
    "transposed, at every place": Case((9, 8, 20, 20), (8, 6, 3, 3), {}, "conv_transpose2d"),
}


def results(library: Any, case: Case, with_bias: bool) -> list[np.ndarray]:
    """Return the output, and the gradients of input, weight and bias."""
    random = np.random.default_rng(0)
    out = case.weight[1 if "transpose" in case.name else 0]
    shapes = (case.x, case.weight, (out,)) if with_bias else (case.x, case.weight)
    leaves = [
        library.from_numpy(random.standard_normal(shape)).requires_grad_() for shape in shapes
    ]
    y = getattr(library.nn.functional, case.name)(*leaves, **case.given)
    y.backward(library.from_numpy(random.standard_normal(tuple(y.shape))))
    return [y.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


@pytest.mark.parametrize("with_bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_a_large_convolution_gives_pytorchs_numbers(case, with_bias):
    found = (results(library, case, with_bias) for library in (tnn, torch))
    for ours, theirs in zip(*found, strict=True):
        assert ours.flags.c_contiguous
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("given", [(2,), (3, 2, 1), (2, 2, 0, 1, True)], ids=str)
def test_pooling_chooses_as_pytorch_among_ties_and_nan_and_sends_inf_there_alone(given):
    random = np.random.default_rng(0)
    x = random.integers(-3, 3, (16, 6, 27, 28)).astype(np.float32)
    x[random.random(x.shape) < 0.05] = np.nan
    found = []
    for library in (tnn, torch):
        leaf = library.from_numpy(x.copy()).requires_grad_()
        y = library.nn.functional.max_pool2d(leaf, *given)
        g = np.random.default_rng(1).standard_normal(tuple(y.shape)).astype(np.float32)
        g[0, 0, :3] = [[np.inf], [-np.inf], [np.nan]]
        y.backward(library.from_numpy(g))
        found.append((y.detach().numpy(), leaf.grad.numpy()))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)
