"""Values and gradients of every operation equal PyTorch's, wherever its operands lie in memory.
Read `test_ops_second_order.py` next.
"""

import numpy as np
import pytest
from bfloat16_arrays import HALVES_HERE, numpy_dtype
from looping import looped
from op_checks import (
    array,
    assert_close,
    check_against_torch,
    leaf,
    on_a_grid,
    outputs_of,
    run,
    widest,
)
from op_rows import cases, for_each_case
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

ROWS = TABLE + COMPOSED
WITHOUT_HALF = {  # in PyTorch neither: LAPACK has none
    *("inv", "det", "slogdet", "svd", "pinv", "matrix_exp", "solve", "solve_triangular", "qr"),
    *("linalg_cholesky", "cholesky_solve", "lu_factor", "eig", "eigh"),
    *("fft_c2c", "fft_r2c", "fft_c2r"),
}
WITHOUT_INTEGERS = {  # PyTorch takes them, dropout only at p=0
    *("dropout", "resample"),
    *(f"{name}{dims}d" for name in ("conv", "conv_transpose", "avg_pool") for dims in (1, 2, 3)),
}


@for_each_case(cases(ROWS))
def test_value_and_gradient_equal_pytorch(case):
    check_against_torch(case)


# --- the same numbers elsewhere in memory ---------------------------------------------------------


def backwards(x):
    """Negative strides."""
    turned = x[(slice(None, None, -1),) * x.ndim]
    return np.array(turned)[(*(slice(None, None, -1),) * x.ndim, ...)]


def repeated(x):
    """Stride 0 along the first dimension; other numbers, but the same for both frameworks."""
    return np.broadcast_to(x[:1], x.shape) if x.ndim and len(x) else x


def read_only(x):
    x = np.array(x)
    x.flags.writeable = False
    return x


AS_IT_LIES = {"view", "view_as_complex"}  # they refuse what lies otherwise, as in PyTorch
SINGULAR = {"solve", "linalg_cholesky", "qr"}  # when repeated, and then without an answer
LAYOUTS = [backwards, repeated, read_only]  # by columns, and spread: in `test_strides.py`


@looped("layout", LAYOUTS)
@pytest.mark.parametrize("row", [row for row in ROWS if row.name not in AS_IT_LIES], ids=str)
def test_memory_layout_does_not_matter(row, layout):
    if layout is repeated and (row.name in SINGULAR or not row.has_ties):
        return
    for case in cases([row]):
        check_against_torch(case, [layout(operand) for operand in case.draw()])


def test_the_layouts_are_what_they_say():
    x = np.arange(6.0).reshape(2, 3)
    assert [layout(x).strides for layout in LAYOUTS] == [*((-24, -8), (0, 8), (24, 8))]
    for layout in (backwards, read_only):
        np.testing.assert_array_equal(layout(x), x)


# --- ties, kinks, zeros and poles -----------------------------------------------------------------


@looped("step", [1.0, 0.5])
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.differentiable and row.has_ties], ids=str
)
def test_ties_and_kinks_follow_pytorch(row, step):
    for case in cases([row]):
        check_against_torch(case, on_a_grid(case.draw(), step))


# --- other dtypes ---------------------------------------------------------------------------------

RTOL = {"float32": 1.3e-6, "float16": 1e-3, "bfloat16": 2**-8}


@looped("dtype", ["float32", *HALVES_HERE])
@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.differentiable and not row.is_complex], ids=str
)
def test_narrow_floats_are_as_exact_as_their_width(row, dtype):
    """Against PyTorch in float64 on the same rounded operands."""
    if dtype != "float32" and row.name in WITHOUT_HALF:
        return
    rtol, dtype = RTOL[dtype], numpy_dtype(dtype)
    for case in cases([row]):
        if "dtype" in case.sample.attributes or (dtype.name, row.name) == (
            "bfloat16",
            "batch_norm",
        ):
            continue  # batch_norm: its statistics are rounded, too
        operands = [x.astype(dtype) if x.dtype.kind == "f" else x for x in case.draw()]
        wide = [x.astype(np.float64) if x.dtype.kind in "fV" else x for x in operands]
        ours, theirs = run(tnn, case, operands), run(torch, case, wide)
        for one, other in zip(ours.outputs, theirs.outputs, strict=True):
            if not other.dtype.is_floating_point and not other.dtype.is_complex:
                assert_close(array(one), array(other), case)  # the same indices
                continue
            assert one.array.real.dtype == dtype, case
            np.testing.assert_allclose(
                widest(array(one)), array(other), rtol, atol=1e-5, err_msg=str(case)
            )
        if dtype == np.float32:
            for gradient, expected in zip(ours.gradients, theirs.gradients, strict=True):
                assert gradient.array.dtype == dtype, case
                wanted = np.zeros(gradient.shape) if expected is None else array(expected)
                assert_close(array(gradient), wanted, case, rtol=1e-5, atol=1e-5)


@looped("dtype", [np.int64, np.int32, np.int8, np.uint8, np.bool_])
@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.has_ties and not row.is_complex], ids=str
)
def test_integers_and_bool_give_what_pytorch_gives(row, dtype):
    """Where PyTorch refuses them nothing is asked but an error of ours, if any."""
    for case in cases([row]):
        if "dtype" in case.sample.attributes:
            continue
        drawn = [
            x if x.dtype == bool else np.abs(np.round(2 * np.nan_to_num(x, posinf=1.0, neginf=1.0)))
            for x in case.draw()
        ]
        operands = [x if x.dtype == bool else np.asarray(x % 4).astype(dtype) for x in drawn]
        try:
            expected = outputs_of(torch, case, [leaf(torch, operand) for operand in operands])
        except RuntimeError:
            expected = None
        if row.name in WITHOUT_INTEGERS:
            with pytest.raises(RuntimeError, match=row.name):
                outputs_of(tnn, case, [leaf(tnn, operand) for operand in operands])
            continue
        if row.name == "einsum" and dtype is not np.int64:
            continue  # PyTorch's dtype is int64 where it takes a sum, its own where a product
        if expected is not None and all(each.numel() == 0 for each in expected):
            continue  # PyTorch looks at no dtype where there is nothing
        try:
            found = outputs_of(tnn, case, [leaf(tnn, operand) for operand in operands])
        except (RuntimeError, ValueError):
            assert expected is None, case
        else:
            for one, other in zip(found, expected or found, strict=True):
                assert str(one.dtype) == str(other.dtype), case
                assert_close(array(one), array(other), case, rtol=1.3e-6, atol=1e-6)


@pytest.mark.slow
@for_each_case(cases(ROWS))
def test_many_draws_and_their_ties_equal_pytorch(case):
    for seed in range(1, 50):
        operands = case.draw(seed)
        check_against_torch(case, operands)
        if not case.row.has_ties:
            continue
        tied = on_a_grid(operands)
        if case.row.name == "det" and not np.linalg.det(tied[0]).all():
            continue  # PyTorch gives a singular matrix the gradient 0, not its cofactors
        check_against_torch(case, tied)
