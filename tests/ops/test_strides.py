"""Results and gradients lie in memory as PyTorch's do, wherever the operands lie.
Read `test_ops_second_order.py` next.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from op_checks import Result, assert_same, drawn_like, outputs_of
from op_rows import Case, cases
from op_table import COMPOSED, TABLE
from table_special import KINDS

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")


def by_rows(x):
    return np.array(x, order="C")


def transposed(x):
    return np.array(x, order="F")


def permuted(x):
    return by_rows(x.swapaxes(-1, -2)).swapaxes(-1, -2) if x.ndim > 1 else by_rows(x)


def sliced(x):
    spread = np.zeros((*x.shape, 2), x.dtype)
    spread[..., 0] = x
    return spread[..., 0]


def expanded(x):
    first = by_rows(x[:1] if x.ndim and len(x) else x)
    strides = (0 if len(first) == 1 else first.strides[0], *first.strides[1:]) if x.ndim else ()
    return np.lib.stride_tricks.as_strided(first, x.shape, strides)


LAYOUTS = (by_rows, transposed, permuted, sliced, expanded)
AS_IT_LIES = {"view", "view_as_complex"}  # they may refuse
INVERTED = {  # of an expanded, singular matrix there is no inverse
    *("inv", "det", "slogdet", "solve", "solve_triangular", "linalg_cholesky", "cholesky_solve"),
    *("qr", "eig", "eigh", "svd", "pinv", "lu_factor"),
}

# NumPy lays out by rows what operands that lie differently make, PyTorch as the first of them lies;
# to look at the strides of both would make every recorded sum 3 % slower.
MIXED = {
    *("add", "sub", "mul", "div", "div_rounded", "pow", "hypot", "maximum", "minimum", "where"),
    *("eq", "ne", "lt", "le", "gt", "ge", "bitwise_and", "bitwise_or", "bitwise_xor"),
    *("floor_divide", "fmod", "remainder", "gcd", "lcm", "atan2", "logaddexp", "logaddexp2"),
    *("xlogy", "copysign", "ldexp", "nextafter", "heaviside", "fmax", "fmin"),
    *("clamp_min", "clamp_max", "bitwise_left_shift", "bitwise_right_shift"),
    *("logical_and", "logical_or", "logical_xor", "isclose", "lerp", "lerp(number)"),
    *("addcmul", "addcdiv", "float_power", "rsub(alpha)"),
    *("add(alpha)", "sub(alpha)", "max(other)", "threshold_backward", "shrink_backward"),
    *(f"special_{kind}" for kind in KINDS),
    *("special_xlog1py", "leaky_relu_backward", "hardtanh_backward", "prelu_kernel", "conv1d"),
    "conv_transpose1d",
    *("mse_loss", "binary_cross_entropy_with_logits", "binary_cross_entropy", "smooth_l1_loss"),
}
OTHERS = {
    "conj": "PyTorch's is a view, which turns the sign when it is read",
    "dropout": "at p=0 PyTorch returns the tensor itself, as nn.functional.dropout does here",
    "einsum": "PyTorch's is a permuted view of a batch of products, ours lies by rows",
    "inv": "LAPACK's columns, which NumPy copies to rows",
    **dict.fromkeys(
        ("lstm_layer", "gru_layer", "elman_layer"),
        "going backwards is spelt as one half of both directions' output, a view",
    ),
    "strided_view": "a view taken again of what lies otherwise is a copy",
    "complex": "ours lies by rows",
    "polar": "ours lies by rows",
    **dict.fromkeys(
        ("svd", "solve", "solve_triangular", "linalg_cholesky", "cholesky_solve", "qr"),
        "LAPACK's columns, which NumPy copies to rows",
    ),
    "lu_factor": "LAPACK's columns; ours is computed by rows",
    **dict.fromkeys(
        (
            *("max_pool1d", "max_pool1d_with_indices", "avg_pool1d", "interpolate()"),
            *("adaptive_avg_pool1d", "adaptive_max_pool1d"),
        ),
        "PyTorch pools an image of one row, in its format for images",
    ),
    "eigh": "LAPACK's columns, which NumPy copies to rows",
    "overlay": "only the gradient of a write in place is made of it",
}
OF_GRADIENTS = {  # and a gradient is laid out once, where it arrives
    "expanded": "only the gradient of a sum, in the order of what is spread",
}
OTHERS |= OF_GRADIENTS


def _strides(tensor: Any) -> Any:
    """Of the dimensions that have more than one element; of nothing, nothing."""
    if tensor is None or 0 in tensor.shape:
        return None
    return tuple(s for s, n in zip(tensor.stride(), tensor.shape, strict=True) if n > 1)


def _run(framework: Any, case: Case, arrays: list[Any]) -> Result:
    leaves = [framework.from_numpy(x).requires_grad_(x.dtype.kind in "fc") for x in arrays]
    outputs = outputs_of(framework, case, leaves)
    roots = [y for y in outputs if y.requires_grad]
    if roots:
        random = np.random.default_rng(0)
        cotangents = [framework.from_numpy(drawn_like(random, y)) for y in roots]
        framework.autograd.backward(roots, cotangents)
    return Result(outputs, [x.grad for x in leaves])


def _layouts_of(case: Case, count: int) -> Any:
    """The same layout for all operands, and each beside the next two."""
    for i, by in itertools.product(range(5), (0, 1, 2) if count > 1 else (0,)):
        layouts = [LAYOUTS[(i + by * place) % 5] for place in range(count)]
        if expanded not in layouts or case.row.name not in INVERTED:
            yield layouts


def _in_rows(strides: Any) -> bool:
    return strides is None or list(strides) == sorted(strides, reverse=True)


@pytest.mark.parametrize("part", range(4))
def test_results_and_gradients_have_pytorchs_values_and_strides(part):
    rows = [row for row in TABLE + COMPOSED if row.name not in AS_IT_LIES][part::4]
    differ = set()
    for case in cases(rows):
        drawn = case.draw()
        for layouts in _layouts_of(case, len(drawn)):
            arrays = [lay(x) for lay, x in zip(layouts, drawn, strict=True)]
            mine, other = (_run(framework, case, arrays) for framework in (tnn, torch))
            if expanded not in layouts:  # PyTorch misreads some of those that it sorts
                assert_same(mine, other, case)
            where = f"{case} {[lay.__name__ for lay in layouts]}"
            gradients, expected = (list(map(_strides, run.gradients)) for run in (mine, other))
            assert gradients == expected, where
            ours, theirs = (list(map(_strides, run.outputs)) for run in (mine, other))
            if ours == theirs:
                continue
            name = case.row.name
            differ.add(name)
            assert name in OTHERS or name in MIXED, f"{where}: {ours}, PyTorch's {theirs}"
            if name in MIXED:
                assert len({(x.shape, x.strides) for x in arrays}) > 1, where
            if name not in OF_GRADIENTS:
                for one, other in zip(ours, theirs, strict=True):
                    assert _in_rows(one) or not _in_rows(other), where
    listed = MIXED | set(OTHERS)  # none is listed that has PyTorch's strides by now
    assert differ == listed & {row.name for row in rows}


def test_what_is_listed_is_tried():
    assert MIXED | set(OTHERS) <= {row.name for row in TABLE + COMPOSED} - AS_IT_LIES


def test_pytorchs_format_for_images_is_kept_where_tensors_are_joined():
    def images(f, *, is_expanded=False):
        if is_expanded:
            return f.zeros(2, 1, 4, 5).expand(2, 3, 4, 5)
        return f.zeros(2, 4, 5, 3).permute(0, 3, 1, 2)

    for dim in range(4):
        for join in (lambda f, *x, dim=dim: f.cat(x, dim), lambda f, *x, dim=dim: f.stack(x, dim)):
            for make in (
                lambda f, join=join: join(f, images(f), images(f)),
                lambda f, join=join: join(f, images(f), f.zeros(2, 3, 4, 5)),
                lambda f, join=join: join(f, *[images(f, is_expanded=True)] * 2),
            ):
                assert _strides(make(tnn)) == _strides(make(torch))


IMAGE_LAYERS = {
    "conv2d": lambda f, x: f.nn.functional.conv2d(x, f.ones(5, 8, 3, 3), padding=1),
    "conv2d, 1 x 1": lambda f, x: f.nn.functional.conv2d(x, f.ones(5, 8, 1, 1)),
    "conv2d in groups": lambda f, x: f.nn.functional.conv2d(x, f.ones(8, 1, 3, 3), groups=8),
    "conv_transpose2d": lambda f, x: f.nn.functional.conv_transpose2d(x, f.ones(8, 5, 2, 2)),
    "group_norm": lambda f, x: f.nn.functional.group_norm(x, 4, f.ones(8), f.ones(8)),
    "batch_norm": lambda f, x: f.nn.BatchNorm2d(8)(x),
    "batch_norm, eval": lambda f, x: f.nn.BatchNorm2d(8).eval()(x),
    "instance_norm": lambda f, x: f.nn.functional.instance_norm(x),
    "max_pool2d": lambda f, x: f.nn.functional.max_pool2d(x, 2),
    "max_pool2d, indices": lambda f, x: f.nn.functional.max_pool2d(x, 2, return_indices=True)[1],
    "avg_pool2d": lambda f, x: f.nn.functional.avg_pool2d(x, 2),
    "adaptive_avg_pool2d": lambda f, x: f.nn.functional.adaptive_avg_pool2d(x, 2),
    "adaptive_max_pool2d": lambda f, x: f.nn.functional.adaptive_max_pool2d(x, 2),
    "nearest": lambda f, x: f.nn.functional.interpolate(x, scale_factor=2),
    "bilinear": lambda f, x: f.nn.functional.interpolate(x, scale_factor=2, mode="bilinear"),
    "bicubic": lambda f, x: f.nn.functional.interpolate(x, scale_factor=2, mode="bicubic"),
    **{
        mode: lambda f, x, mode=mode: f.nn.functional.pad(x, (1, 1, 1, 1), mode=mode)
        for mode in ("constant", "reflect", "replicate", "circular")
    },
    "roll": lambda f, x: f.roll(x, 1, 2),
}


def _images(f: Any, n: int, *, lie: str) -> Any:
    x = f.from_numpy(np.random.default_rng(0).standard_normal((n, 4, 6, 8), np.float32))
    x = x.permute(0, 3, 1, 2)
    return {"rows": x.contiguous(), "channels last": x, "with gaps": x[:, :, :3]}[lie]


@pytest.mark.parametrize("lie", ["rows", "channels last", "with gaps"])
@pytest.mark.parametrize("layer", IMAGE_LAYERS)
def test_layers_of_images_keep_pytorchs_format_for_them(layer, lie):
    for n in (1, 2):
        mine, other = (IMAGE_LAYERS[layer](f, _images(f, n, lie=lie)) for f in (tnn, torch))
        assert _strides(mine) == _strides(other)
        np.testing.assert_allclose(mine.detach(), other.detach(), rtol=1e-4, atol=1e-5)


def test_filters_with_their_channels_innermost_make_an_image_of_that_format():
    for name, shape in (("conv2d", (5, 3, 3, 8)), ("conv_transpose2d", (8, 3, 3, 5))):
        made = []
        for f in (tnn, torch):
            x, weight = _images(f, 2, lie="rows"), f.ones(*shape).permute(0, 3, 1, 2)
            made.append(getattr(f.nn.functional, name)(x, weight))
        assert _strides(made[0]) == _strides(made[1])


def test_dropout_behind_an_attention_of_pixels_draws_what_pytorch_draws():
    kept = []
    for f in (tnn, torch):
        f.manual_seed(0)
        pixels = f.ones(2, 24, 8)  # (N, H W, C), as attention leaves them
        images = pixels.transpose(1, 2).view(2, 8, 4, 6)
        y = f.nn.functional.conv2d(images, f.ones(8, 8, 3, 3), padding=1)
        kept.append(f.nn.functional.dropout(y, 0.5).numpy() != 0)
    np.testing.assert_array_equal(*kept)


@pytest.mark.parametrize("name", ["gather", "take", "masked_fill", "take_along_dim"])
def test_what_is_picked_lies_by_rows_however_its_index_lies(name):
    values, places = np.random.default_rng(0).random((4, 3)), np.argsort(np.eye(4, 3), 1)
    for lay_values, lay_places in itertools.product((by_rows, transposed), repeat=2):
        strides = []
        for library in (tnn, torch):
            x, index = (
                library.from_numpy(lay_values(values)),
                library.from_numpy(lay_places(places)),
            )
            given = {"gather": (1, index), "take_along_dim": (index, 1), "take": (index,)}
            made = getattr(x, name)(*given.get(name, (index > 0, 0.5)))
            strides.append(made.stride())
        assert strides[0] == strides[1] == (3, 1)
