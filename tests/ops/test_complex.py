"""Complex numbers: values, dtypes and gradients equal PyTorch's, of the first and second order.
Read `test_planted_faults.py` next, where wrong rules for them are planted.

PyTorch's gradient of a real L by a complex z = x + iy is dL/dx + i dL/dy.
"""

from itertools import product

import numpy as np
import pytest
from looping import looped
from op_checks import (
    array,
    assert_close,
    assert_same,
    check_against_differences,
    check_second_against_differences,
    derivatives,
    drawn_like,
    leaf,
    outputs_of,
    run,
)
from op_rows import FLOATS, Case, cases
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry
from tinygrad_nn.errors import DTypeError

torch = pytest.importorskip("torch")

ONE_DTYPE = {"einsum", "solve_triangular"}  # for all; PyTorch asks it of some, or misreads
# Their vectors may be turned by any phase: `test_complex_matrices.py` has what may not.
OF_NO_PHASE = {"svd", "eig", "eigh"}
ROWS = [
    row
    for row in TABLE + COMPOSED
    if row.name not in OF_NO_PHASE
    and not row.is_complex
    and any(draw in FLOATS for draw in row.operands)
]


def kinds(row):
    """Which operands get an imaginary part: all of them, and each alone."""
    places = range(len(row.operands))
    every = tuple(True for _ in places)
    alone = [tuple(i == place for i in places) for place in places]
    return [every, *alone] if len(alone) > 1 else [every]


def complex_cases(row):
    """The row's cases on complex numbers, without those that ask for a dtype."""
    return [
        case
        for which in kinds(row)
        for case in cases([row.on_complex_numbers(which)])
        if "dtype" not in case.sample.attributes
        and any(which[: len(case.sample.shapes)])
        and (row.name, which) != ("overlay", (False, True))  # a write that is refused
        and (
            not row.name.startswith(("einsum", "conv")) or all(which[: len(case.sample.shapes)])
        )  # one dtype for all; PyTorch asks it of some
        and (row.name not in ONE_DTYPE or all(which))
    ]


def in_pytorch(case, operands, order):
    try:
        return run(torch, case, operands, order)
    except (RuntimeError, NotImplementedError, TypeError, ValueError):
        return None


# Where PyTorch takes complex numbers and we do not (yet), and the other way round.
TAKES_THEM = {
    *("neg", "reciprocal", "exp", "log", "sqrt", "sin", "cos", "square", "abs", "tanh", "sigmoid"),
    *("add", "sub", "mul", "div", "pow", "where", "sum", "mean", "cumsum", "reshape", "view"),
    *("flatten", "transpose", "permute", "flip", "unsqueeze", "squeeze", "expand", "expanded"),
    *("cat", "stack", "unbind", "split", "getitem", "add_at", "gather", "place_along", "pad_to"),
    *("scatter_add", "index_select", "index_add", "overlay", "matmul", "linear", "chunk"),
    "gather(nowhere)",
    *("clone", "dropout(of none)"),
    *("placed", "diagonal", "diag_embed", "tril", "triu", "roll", "repeat", "repeat_each"),
    *("unfold", "unfold_backward", "strided_view", "restrided", "blocks_on_diagonal"),
    *("scatter", "index_copy", "index_fill", "take", "put", "index_put", "masked_fill"),
    *("masked_select", "masked_scatter", "fill", "nonzero", "argwhere", "nonzero_static"),
    *("constant_pad_nd", "pad_with_own", "fold_padding", "embedding_bag"),
    *("exp2", "expm1", "log2", "log10", "log1p", "logaddexp", "rsqrt", "tan", "sinh", "cosh"),
    *("asin", "acos", "atan", "asinh", "acosh", "atanh", "sinc", "isclose", "ldexp"),
    *("lerp", "lerp(number)", "addcmul", "addcdiv", "float_power", "rsub(alpha)"),
    *("inv", "det", "slogdet", "einsum", "dropout(of none)", "addmm", "addmv", "baddbmm", "cross"),
    *("pinv", "matrix_exp", "solve", "solve_triangular", "linalg_cholesky", "cholesky_solve"),
    *("lu_factor", "qr", "vector_norm", "fft_c2c"),
    *("add(alpha)", "sub(alpha)", "real(of a real tensor)", "conj(of a real tensor)"),
    *("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
    *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"),
    *("windows", "fold_windows", "unfold()", "fold()", "resample"),
    *("pixel_shuffle()", "pixel_unshuffle()", "channel_shuffle()"),
    *("sgn(of a real tensor)", "angle(of a real tensor)", "cumsum_from_end"),
    *("var", "std", "var_mean", "std_mean", "prod", "cumprod", "recurrence", "vector_norm"),
    *("count_nonzero", "dist", "renorm", "diff", "trapezoid"),
    *("cumulative_trapezoid", "gradient", "cov", "corrcoef"),
}
NOT_YET = {  # PyTorch takes complex numbers; here they are refused
    *("logsumexp", "logcumsumexp", "dropout", "scaled_dot_product_attention", "rms_norm"),
    *("lstm_cell", "lstm_layer", "gru_layer", "elman_layer"),
}


@looped("order", [1, 2])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_pytorch_does_with_complex_numbers_is_done(row, order):
    compared = 0
    for case in complex_cases(row):
        operands = case.draw()
        theirs = in_pytorch(case, operands, order)
        if theirs is None:
            continue
        if row.name in NOT_YET:
            with pytest.raises(DTypeError, match=registry[row.name].public):
                run(tnn, case, operands)
            continue
        compared += 1
        assert_same(run(tnn, case, operands, order), theirs, case)
    assert bool(compared) == (row.name in TAKES_THEM)


@pytest.mark.parametrize("row", [row for row in ROWS if row.name in TAKES_THEM], ids=str)
def test_complex64_stays_complex64(row):
    for case in complex_cases(row):
        narrow = [
            x.astype({"c": np.complex64, "f": np.float32}.get(x.dtype.kind, x.dtype))
            for x in case.draw()
        ]
        theirs = in_pytorch(case, narrow, 1)
        if theirs is not None:
            assert_same(run(tnn, case, narrow), theirs, case, rtol=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in ROWS if row.name in TAKES_THEM], ids=str)
def test_complex_gradients_agree_with_differences(row):
    """By real and imaginary parts, so that PyTorch's convention follows from the chain rule."""
    for case in complex_cases(row):
        if in_pytorch(case, case.draw(), 1) is not None:
            check_against_differences(case)
            check_second_against_differences(case)


@pytest.mark.parametrize("row", [row for row in ROWS if row.name not in TAKES_THEM], ids=str)
def test_what_pytorch_refuses_gives_no_gradient_or_a_right_one(row):
    for case in complex_cases(row)[:2]:
        operands = case.draw()
        try:
            run(tnn, case, operands)
        except (RuntimeError, ValueError):
            continue  # refused in our own words
        check_against_differences(case)


# --- creation, facts, conversions -----------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda f: f.tensor([1 + 2j]),
        lambda f: f.tensor(1j),
        lambda f: f.tensor([[1, 2j], [0.5, True]]),
        lambda f: f.tensor([1.5, 2], dtype=f.complex128),
        lambda f: f.tensor([1j], dtype=f.complex64),
        lambda f: f.zeros(2, dtype=f.complex64),
        lambda f: f.ones(2, 3, dtype=f.complex128),
        lambda f: f.full((2,), 1 - 1j),
        lambda f: f.full((2,), 2.0, dtype=f.complex64),
        lambda f: f.eye(2, dtype=f.complex64),
        lambda f: f.ones_like(f.tensor([1j])),
        lambda f: f.zeros_like(f.tensor([1.0]), dtype=f.complex64),
        lambda f: f.as_tensor(np.array([1j, 2])),
        lambda f: f.from_numpy(np.array([1j, 2], np.complex64)),
        lambda f: f.tensor([f.tensor(1j), 2]),
        lambda f: f.tensor(np.complex64(1j)),
    ],
)
def test_a_complex_tensor_is_made_as_in_pytorch(make):
    ours, theirs = make(tnn), make(torch)
    assert str(ours.dtype) == str(theirs.dtype)
    assert ours.tolist() == theirs.tolist()
    assert ours.is_complex() == theirs.is_complex() is True
    assert ours.is_floating_point() == theirs.is_floating_point() is False


@pytest.mark.parametrize(
    "call",
    [
        lambda f, z: z.to(f.complex64),
        lambda f, z: z.to(f.complex128),
        lambda f, z: z.real,
        lambda f, z: z.imag,
        lambda f, z: z.abs(),
        lambda f, z: z.angle(),
        lambda f, z: z == z.conj(),
        lambda f, z: z != 1,
        lambda f, z: z.isnan(),
        lambda f, z: z.logical_not(),
        lambda f, z: z.bool(),
        lambda f, z: z.real.to(f.complex64),
        lambda f, z: z * 2,
        lambda f, z: z + 1.5,
        lambda f, z: 1j * z,
        lambda f, z: 1j / z,
        lambda f, z: 1j - z.real,
        lambda f, z: z.real * 1j,
        lambda f, z: z.real.float() * 1j,
        lambda f, z: z.real.long() + 1j,
        lambda f, z: z.real.float() + z,
        lambda f, z: z**2,
        lambda f, z: z**0.5,
        lambda f, z: z**0,
        lambda f, z: 2**z,
        lambda f, z: z**1j,
        lambda f, z: z @ z.T,
        lambda f, z: z.mT.sum(dim=0, keepdim=True),
        lambda f, z: z[0, 1:],
        lambda f, z: z[z.real > 0],
        lambda f, z: z.mean(1),
        lambda f, z: f.cat([z, z.real]),
        lambda f, z: f.stack([z, z.conj()], 1),
        lambda f, z: f.where(z.real > 0, z, 0),
        lambda f, z: z.sgn(),
        lambda f, z: f.exp(z) / f.sqrt(z) - f.log(z) * f.tanh(z),
        lambda f, z: f.sin(z) * f.cos(z),
        lambda f, z: z.clone().add_(1j),
        lambda f, z: z.clone().mul_(z.real),
        lambda f, z: z.contiguous(),
        lambda f, z: z.reshape(-1).unsqueeze(0).expand(2, 6),
        lambda f, z: z.detach(),
    ],
)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_values_and_gradients_of_complex_programs_equal_pytorch(call, dtype):
    random = np.random.default_rng(4)
    data = (random.standard_normal((2, 3)) + 1j * random.standard_normal((2, 3))).astype(dtype)
    narrow = dtype == "complex64"
    found = []
    for framework in (tnn, torch):
        z = leaf(framework, data)
        y = call(framework, z)
        gradients = []
        if y.requires_grad:
            drawn = drawn_like(np.random.default_rng(1), y)
            given = [y], [z], [leaf(framework, drawn)]
            gradients = derivatives(framework, *given, 2) or [None, None]
            z = leaf(framework, data)
            gradients += derivatives(framework, [call(framework, z)], [z], given[2], 1)
        found.append([y, *gradients])
    for one, other in zip(*found, strict=True):
        if one is None or other is None:
            present = one if other is None else other
            assert present is None or not array(present).any()
            continue
        assert str(one.dtype) == str(other.dtype)
        assert_close(array(one), array(other), "a program", rtol=1e-4 if narrow else 1e-10)


@pytest.mark.parametrize(
    "library",
    [tnn, torch],
)
def test_two_complex_numbers_are_not_compared(library):
    z = library.tensor([1j, 2])
    for call in (
        *(lambda: z < z, lambda: z >= 1, lambda: z > z, lambda: z <= z),
        *(lambda: library.maximum(z, z), lambda: library.minimum(z, z)),
    ):
        with pytest.raises(RuntimeError):
            call()


def test_what_needs_an_order_is_refused(library):
    z = library.tensor([1j, 2])
    for call in (
        lambda: z.amax(),
        lambda: z.max(),
        lambda: z.min(dim=0),
        lambda: z.argmax(),
        lambda: z.sort(),
        lambda: z.clamp(0, 1),
        lambda: z.sign(),
        lambda: library.relu(z),
        lambda: library.tensor([1.0]).imag,
    ):
        with pytest.raises(RuntimeError):
            call()


def test_an_imaginary_number_is_true(library):
    z = library.tensor([1j, 0j, 1.0, -0.0])
    assert z.bool().tolist() == [True, False, True, False]
    assert library.tensor([1j, 0], dtype=library.bool).tolist() == [True, False]
    assert z.logical_not().tolist() == [False, True, False, True]


def test_a_complex_number_is_its_parts():
    z = tnn.tensor([1 + 2j, 3 - 4j], dtype=tnn.complex128)
    assert z.real.tolist() == [1.0, 3.0]
    assert z.imag.tolist() == [2.0, -4.0]
    assert z.conj().tolist() == [1 - 2j, 3 + 4j]
    assert z.abs().tolist() == [5**0.5, 5.0]
    assert z[0].item() == 1 + 2j
    z.real[0] = 7.0  # a view of the same memory
    assert z[0].item() == 7 + 2j


@pytest.mark.parametrize("kind", ["float64", "complex128"])
def test_a_real_leaf_gets_a_real_gradient(kind):
    """From a complex computation; PyTorch keeps its real part."""
    found = []
    for framework in (tnn, torch):
        x = leaf(framework, np.array([0.5, -1.5]).astype(kind))
        z = leaf(framework, np.array([1 + 2j, 3 - 1j]))
        y = (x * z).exp().sum() * (1 - 2j) + (z.conj() * x).sum()
        y = y.abs() + (y * y).real
        first = framework.autograd.grad(y, (x, z), create_graph=True)
        second = framework.autograd.grad(sum((g * g.conj()).real.sum() for g in first), (x, z))
        found.append([*first, *second])
    for one, other in zip(*found, strict=True):
        assert str(one.dtype) == str(other.dtype)
        assert_close(array(one), array(other), kind)


def test_backward_from_a_complex_number_asks_for_a_gradient(library):
    z = library.tensor(1 + 1j, requires_grad=True)
    with pytest.raises(RuntimeError):
        (z * z).backward()
    (z * z).backward(library.tensor(1.0 + 0j))
    assert z.grad.tolist() == 2 - 2j
    z.abs().backward()
    assert z.grad.dtype is library.complex64


PAIRS = list(product([np.float32, np.float64, np.complex64, np.complex128, np.int64], repeat=2))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_mixed_dtypes_meet_and_part_as_in_pytorch(first, second):
    found = []
    for framework in (tnn, torch):
        x, z = (leaf(framework, np.array([2, 3]).astype(each)) for each in (first, second))
        y = x * z + x / z - x
        variables = [each for each in (x, z) if each.requires_grad]
        gradients = []
        if variables:
            gradients = framework.autograd.grad(y, variables, framework.ones_like(y))
        found.append([y, *gradients])
    for one, other in zip(*found, strict=True):
        assert str(one.dtype) == str(other.dtype)
        assert_close(array(one), array(other), (first, second), rtol=1e-6)


@pytest.mark.parametrize("name", ["sgn", "abs", "angle", "log", "sqrt", "pow"])
def test_zero_is_where_pytorch_puts_it(name):
    found = []
    for framework in (tnn, torch):
        z = leaf(framework, np.array([0j, 1 + 0j, 1j, -1 + 0j]))
        y = z**2 if name == "pow" else getattr(framework, name)(z)
        ones = framework.ones_like(y)
        found.append([y, *framework.autograd.grad(y, z, ones)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(np.isfinite(array(one)), np.isfinite(array(other)))
        finite = np.isfinite(array(other))
        np.testing.assert_allclose(array(one)[finite], array(other)[finite], 1e-10, 1e-12)


PRINTED = [
    [1 + 2j],
    [1.5 - 2.25j, 3j],
    [0j],
    [],
    [[1 + 1j, -2j], [3.5, 1e5j]],
    [complex("nan+infj"), 1j],
    [1e-5 + 1j, 1e6],
    1 + 2j,
    [1e10 + 1e10j],
]


@pytest.mark.parametrize("data", PRINTED, ids=str)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_a_complex_tensor_prints_as_in_pytorch(data, dtype):
    ours, theirs = (f.tensor(data, dtype=getattr(f, dtype)) for f in (tnn, torch))
    assert repr(ours) == repr(theirs)


def test_a_list_of_outputs_is_a_list():
    (row,) = (row for row in TABLE if row.name == "unbind")
    case = Case(row.on_complex_numbers((True,)), row.samples[0])
    assert len(outputs_of(tnn, case, [leaf(tnn, x) for x in case.draw()])) == 2
