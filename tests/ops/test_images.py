"""What the table cannot say of images: places outside, windows of nan and -inf, every combination.
Read `test_layers_used.py` next, where layers are used as programs use them.
"""

from itertools import product

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DimensionError, ShapeError

torch = pytest.importorskip("torch")
F = tnn.nn.functional


def drawn(*shape):
    return np.random.default_rng(5).standard_normal(shape)


def assert_same(name, operands, *given, **named):
    """The same values and gradients as PyTorch's, for the same random cotangent."""
    found = []
    for library in (tnn, torch):
        leaves = [library.from_numpy(each.copy()).requires_grad_() for each in operands]
        made = getattr(library.nn.functional, name)(*leaves, *given, **named)
        outputs = list(made) if isinstance(made, tuple) else [made]
        cotangent = library.from_numpy(drawn(*outputs[0].shape))
        outputs += library.autograd.grad(outputs[0], leaves, cotangent)
        found.append([each.detach().numpy() for each in outputs])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, 1e-9, 1e-9, err_msg=f"{name} {given} {named}")


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_a_grid_reaches_beyond_the_image_as_in_pytorch(mode):
    image, volume = drawn(2, 3, 4, 5), drawn(2, 3, 4, 5, 2)
    for padding, aligned in product(("zeros", "border", "reflection"), (True, False)):
        assert_same("grid_sample", [image, 1.5 * drawn(2, 3, 4, 2)], mode, padding, aligned)
        if mode != "bicubic":
            assert_same("grid_sample", [volume, 1.5 * drawn(2, 3, 4, 2, 3)], mode, padding, aligned)


def test_windows_of_nan_and_of_nothing_above_minus_inf_are_chosen_from_as_in_pytorch():
    x = drawn(1, 2, 7, 8)
    x[0, 0, :3, :3] = -np.inf
    x[0, 1, 3, 4] = x[0, 1, 4, 4] = np.nan
    for k, s, p, d, ceil in product((2, 3), (1, 2), (0, 1), (1, 2), (True, False)):
        for indices in (True, False):
            assert_same("max_pool2d", [x], k, s, p, d, ceil, indices)
    assert_same("adaptive_max_pool2d", [x], (3, 5), True)


def test_images_take_pytorch_s_size_for_every_factor():
    x = drawn(1, 2, 7, 8)
    for factor, mode in product((0.5, 1.7, (2.0, 0.4)), ("bilinear", "bicubic")):
        for again, smooth in product((True, None), (True, False)):
            named = {"mode": mode, "recompute_scale_factor": again, "antialias": smooth}
            assert_same("interpolate", [x], None, factor, **named)
    x[0, 0, 2, 2] = np.inf
    with np.errstate(invalid="ignore"):
        assert_same("interpolate", [x], (14, 4), mode="bilinear")


def test_an_unpooled_image_has_the_size_asked_for():
    values, indices = F.max_pool2d(tnn.from_numpy(drawn(1, 2, 5, 5)), 2, return_indices=True)
    with pytest.raises(DimensionError, match="max_unpool2d: index"):
        F.max_unpool2d(values, indices, 2)  # 4 x 4, where 5 x 5 was pooled
    assert F.max_unpool2d(values, indices, 2, output_size=(5, 5)).shape == (1, 2, 5, 5)
    with pytest.raises(ShapeError, match=r"max_unpool2d: output_size \(9, 5\)"):
        F.max_unpool2d(values, indices, 2, output_size=(9, 5))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: F.max_pool2d(x, 2, padding=2), ArgumentError, "max_pool2d: padding is at most"),
        (lambda x: F.avg_pool2d(x, 9), ShapeError, r"avg_pool2d: a kernel of \(9, 9\)"),
        (lambda x: F.interpolate(x, 3, mode="linear"), ShapeError, r"interpolate: mode 'linear'"),
        (lambda x: F.interpolate(x), ArgumentError, "interpolate: give either"),
        (lambda x: F.pixel_shuffle(x, 2), ShapeError, "pixel_shuffle: 2 channels"),
        (lambda x: F.fold(x, 4, 2), ShapeError, "fold: an input of"),
        (lambda x: F.unfold(x, 9), ShapeError, r"unfold: blocks of \(9, 9\)"),
        (lambda x: F.lp_pool2d(x, 2, 9), ShapeError, "lp_pool2d: a kernel of"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, error, says):
    with pytest.raises(error, match=says):
        call(tnn.ones(1, 2, 5, 5))
