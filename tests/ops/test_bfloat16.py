"""bfloat16 in every operation beside PyTorch's, and what is said where ml_dtypes is missing.
Read `test_float16_gradients.py` next: what rules are given.
"""

import subprocess
import sys

import numpy as np
import pytest
from bfloat16_arrays import HALVES, UNIT, as_tensor, needs_bfloat16, numpy_dtype
from op_checks import array, leaf, outputs_of, widest
from op_rows import cases
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError, ExchangeError, GraphError

WITHOUT_BFLOAT16 = {"det", "solve"}  # but of empty matrices; PyTorch refuses others
WITHOUT_BFLOAT16 |= {"matrix_exp"}  # inf in PyTorch


def in_doubles(array):
    return array.astype(float) if array.dtype.name == "bfloat16" else array


def differentiated(framework, case, operands, change=np.array):
    """The outputs and gradients, from cotangents that bfloat16 holds."""
    tensors = [leaf(framework, change(x)) for x in operands]
    outputs = outputs_of(framework, case, tensors)
    roots = [y for y in outputs if y.requires_grad]
    random = np.random.default_rng(1)
    drawn = [random.standard_normal(tuple(y.shape)) for y in roots]
    narrow = [np.asarray(x).astype(tnn.bfloat16) for x in drawn]
    cotangents = [as_tensor(framework, x).to(y.dtype) for x, y in zip(narrow, roots, strict=True)]
    leaves = [x for x in tensors if x.requires_grad] if roots else []
    grad = framework.autograd.grad
    return outputs, grad(roots, leaves, cotangents, allow_unused=True) if leaves else ()


def assert_near(ours, theirs, exact, units, what):
    """Within some units of the largest; or as near to the truth, as PyTorch rounds on the way."""
    assert ours.shape == theirs.shape, what
    one, other, truth = map(widest, (ours, theirs, exact))
    scale = np.abs(other[np.isfinite(other)]).max(initial=0)
    with np.errstate(invalid="ignore"):
        is_near = np.abs(one - other) <= units * UNIT["bfloat16"] * scale
        is_near |= np.abs(one - truth) <= np.abs(other - truth)
    is_near |= (one == other) | (np.isnan(one) & np.isnan(other))
    assert is_near.all(), f"{what}: {one[~is_near]} is {other[~is_near]} in PyTorch"


@needs_bfloat16
@pytest.mark.parametrize("row", [r for r in TABLE + COMPOSED if not r.is_complex], ids=str)
def test_every_operation_is_pytorchs_in_bfloat16(row):
    torch = pytest.importorskip("torch")
    if row.name in WITHOUT_BFLOAT16:
        return
    for case in cases([row]):
        drawn = case.draw()
        if any(x.dtype.kind == "c" for x in drawn):
            continue
        narrow = [x.astype(tnn.bfloat16) if x.dtype.kind == "f" else x for x in drawn]
        try:
            theirs = differentiated(torch, case, narrow)
        except (RuntimeError, TypeError):
            continue  # not in PyTorch
        ours = differentiated(tnn, case, narrow)
        exact = differentiated(torch, case, narrow, in_doubles)
        for units, *found in zip((1, 2), ours, theirs, exact, strict=True):
            for i, (one, other, truth) in enumerate(zip(*found, strict=True)):
                if one is not None and other is not None:
                    what = f"{case}, {'gradient' if units == 2 else 'output'} {i}"
                    assert str(one.dtype) == str(other.dtype), what
                    assert_near(array(one), array(other), array(truth), units, what)


def in_a_fresh_interpreter(program):
    run = subprocess.run(
        [sys.executable, "-c", f"import sys\nimport tinygrad_nn as tnn\n{program}"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@needs_bfloat16
def test_ml_dtypes_is_loaded_when_a_program_asks_for_bfloat16():
    """The functions written before that round, too: the mean of 1, 1 and 0.5 is not 0.83333."""
    lines = in_a_fresh_interpreter("""
x = tnn.tensor([1.0, 1.0, 0.5], requires_grad=True)
(x.mean() * x.exp()).sum().backward()
print(tnn.bfloat16, tnn.bfloat16.itemsize, tnn.bfloat16.is_floating_point, tnn.float32 == x.dtype)
print(isinstance(x, tnn.BFloat16Tensor), "ml_dtypes" in sys.modules)
y = x.detach().bfloat16().requires_grad_()
mean = y.mean()
mean.backward()
print(mean.item(), y.grad.tolist()[0], y.sum(dtype=tnn.float64).item(), "ml_dtypes" in sys.modules)
""")
    assert lines.splitlines() == [
        "torch.bfloat16 2 True True",
        "False False",
        "0.83203125 0.333984375 2.5 True",
    ]


def test_what_is_said_where_ml_dtypes_is_missing():
    lines = in_a_fresh_interpreter("""
sys.modules["ml_dtypes"] = None
for call in (tnn.ones(2).bfloat16, lambda: tnn.zeros(2, dtype=tnn.bfloat16)):
    try:
        call()
    except ImportError as error:
        print(type(error).__name__, "tinygrad_nn[bfloat16]" in str(error))
print(tnn.bfloat16, tnn.finfo(tnn.float16).bits, tnn.ones(2) + 1)
""")
    assert lines.splitlines() == [
        "MissingExtraError True",
        "MissingExtraError True",
        "torch.bfloat16 16 tensor([2., 2.])",
    ]


NORMALIZATIONS = {
    "layer_norm": lambda F, x, w, b, m, v: F.layer_norm(x.transpose(1, 2), (6,), w, b),
    "rms_norm": lambda F, x, w, b, m, v: F.rms_norm(x.transpose(1, 2), (6,), w) + 0 * b.sum(),
    "group_norm": lambda F, x, w, b, m, v: F.group_norm(x, 2, w, b),
    "instance_norm": lambda F, x, w, b, m, v: F.instance_norm(x, None, None, w, b),
    "batch_norm": lambda F, x, w, b, m, v: F.batch_norm(x, m, v, w, b),
    "batch_norm, training": lambda F, x, w, b, m, v: F.batch_norm(x, m, v, w, b, True),
}


@pytest.mark.filterwarnings("ignore:Mismatch dtype:UserWarning")  # PyTorch's, of its speed
@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalizations_take_weights_of_float32(name, half):
    torch = pytest.importorskip("torch")
    found = []
    for library in (tnn, torch):
        random = np.random.default_rng(0)
        x = as_tensor(library, random.standard_normal((4, 6, 3)).astype(numpy_dtype(half)))
        w, b, m, v = (as_tensor(library, row) for row in random.random((4, 6)).astype(np.float32))
        leaves = [x.requires_grad_(), w.requires_grad_(), b.requires_grad_()]
        y = NORMALIZATIONS[name](library.nn.functional, *leaves, m, v)
        g = as_tensor(library, random.standard_normal(tuple(y.shape)).astype(numpy_dtype(half)))
        found.append([y, *library.autograd.grad(y, leaves, g.to(y.dtype)), m, v])
    for one, other in zip(*found, strict=True):
        assert str(one.dtype) == str(other.dtype)
        expected = widest(array(other))
        np.testing.assert_allclose(
            widest(array(one)), expected, 0, 2 * UNIT[half] * np.abs(expected).max()
        )
    with pytest.raises(DTypeError, match="give them one dtype"):
        NORMALIZATIONS[name](
            tnn.nn.functional, found[0][0].new_ones(4, 6, 3), *[tnn.ones(6).double()] * 4
        )


@needs_bfloat16
def test_what_bfloat16_cannot_be_is_refused_with_the_way_out():
    x = tnn.ones(2, 2, dtype=tnn.bfloat16)
    refused = [x.numpy, x.__dlpack__, lambda: np.asarray(x), lambda: tnn.linalg.inv(x)]
    refused += [lambda: tnn.fft.fft(x), lambda: tnn.linalg.svd(x), lambda: tnn.linalg.qr(x)]
    for call in refused:
        with pytest.raises((DTypeError, ExchangeError), match=r"\.float\(\)"):
            call()
    with pytest.raises(DTypeError, match="one dtype, got bfloat16 and float32"):
        x @ tnn.ones(2, 2)


@needs_bfloat16
def test_a_check_of_gradients_says_that_16_bits_are_too_few():
    x = tnn.ones(2, dtype=tnn.bfloat16, requires_grad=True)
    with pytest.warns(UserWarning, match="input 0 is bfloat16"):
        assert not tnn.autograd.gradcheck(lambda x: x * x, x, raise_exception=False)


@pytest.mark.parametrize("half", HALVES)
def test_what_was_written_since_is_named_by_its_own_dtype(half):
    x = tnn.ones(2, dtype=getattr(tnn, half), requires_grad=True)
    y = x * 1
    z = y * y
    y += 1
    with pytest.raises(GraphError, match=f"a {half} tensor of shape"):
        z.sum().backward()


@pytest.mark.parametrize("half", HALVES)
def test_attention_with_dropout_rounds_once(half):
    torch = pytest.importorskip("torch")
    found = []
    for library in (tnn, torch):
        library.manual_seed(0)
        drawn = np.random.default_rng(0).standard_normal((3, 4, 6, 8)) * 4
        given = [as_tensor(library, each.astype(numpy_dtype(half))) for each in drawn]
        attend = library.nn.functional.scaled_dot_product_attention
        found.append(array(attend(*given, dropout_p=0.5)).astype(float))
    ours, theirs = found
    np.testing.assert_allclose(ours, theirs, UNIT[half], UNIT[half])
