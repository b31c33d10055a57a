"""Drawing in place and anew: PyTorch's numbers for the same seed, and its place in the stream.
Read `../test_random.py` next, the generator below.
"""

from importlib.util import find_spec
from itertools import product

import numpy as np
import pytest
from bfloat16_arrays import as_array

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

METHODS = [
    *(("uniform_", ()), ("uniform_", (-2.0, 3.0)), ("normal_", (1.0, 2.0))),
    *(("exponential_", (2.0,)), ("geometric_", (0.3,)), ("cauchy_", (1.0, 2.0))),
    *(("log_normal_", (0.2, 0.5)), ("bernoulli_", (0.3,)), ("random_", ()), ("random_", (7,))),
    *(("random_", (-3, 100)), ("random_", (5, None))),
]
DTYPES = ("float32", "float64", "float16", "int64", "int32", "int8", "uint8", "bool")
if find_spec("ml_dtypes") is not None:
    DTYPES += ("bfloat16",)
SHAPES = [((3,), False), ((33,), False), ((5, 7), True)]


def filled(library, name, given, dtype, shape, turned):
    """What a method made, and the next draw; what was said if it refused."""
    library.manual_seed(7)
    x = library.zeros(*shape, dtype=getattr(library, dtype))
    x = x.t() if turned else x
    try:
        made = getattr(x, name)(*given)
    except (RuntimeError, TypeError, ValueError) as error:
        return str(error)
    return as_array(made), library.rand(2).numpy()


@pytest.mark.parametrize(("name", "given"), METHODS)
def test_a_tensor_is_filled_with_pytorchs_numbers(name, given):
    for dtype, (shape, turned) in product(DTYPES, SHAPES):
        ours = filled(tnn, name, given, dtype, shape, turned)
        theirs = filled(torch, name, given, dtype, shape, turned)
        where = f"{dtype} {shape}"
        assert isinstance(ours, str) == isinstance(theirs, str), where
        if isinstance(ours, str):
            assert name in ours
        else:
            rtol = {"bfloat16": 1e-2, "float16": 2e-3, "float32": 1e-6, "float64": 1e-12}.get(
                dtype, 0
            )
            np.testing.assert_allclose(ours[0], theirs[0], rtol, atol=rtol, err_msg=where)
            np.testing.assert_array_equal(ours[1], theirs[1], where)


def drawn(library, dtype, shape):
    p = library.from_numpy(np.random.default_rng(0).uniform(0, 1, shape).astype(dtype))
    library.manual_seed(3)
    yield from (library.bernoulli(p), library.bernoulli(p, 0.3), p.bernoulli(0.5))
    yield from (
        library.zeros(shape, dtype=library.int64).bernoulli_(p),
        p.t().bernoulli(),
        library.poisson(p.t() * 9),
    )
    yield from (library.poisson(p * 5), library.poisson(p * 50))
    yield from (library.normal(p, 2.0), library.normal(1.0, p), library.normal(p, p))
    yield from (library.normal(1.0, 2.0, shape), p.multinomial(2), library.multinomial(p, 1))
    yield from (library.multinomial(p, 20, replacement=True), library.rand(2))
    yield library.normal(p, 1.0, generator=library.Generator().manual_seed(5))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(5, 7), (2, 3)])
def test_what_is_drawn_anew_is_pytorchs(dtype, shape):
    for i, (ours, theirs) in enumerate(
        zip(drawn(tnn, dtype, shape), drawn(torch, dtype, shape), strict=True)
    ):
        assert str(ours.dtype).endswith(str(theirs.dtype).rpartition(".")[2])
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), 1e-6, 1e-6, err_msg=str(i))


def test_the_gradient_of_what_was_drawn_is_zero():
    x = tnn.full((3,), 0.5, requires_grad=True)
    for made in (
        tnn.bernoulli(x),
        tnn.poisson(x),
        tnn.normal(x, 1.0),
        tnn.normal(0.0, x),
        tnn.binomial(9 * x, x),
    ):
        (g,) = tnn.autograd.grad(made.sum(), x)
        assert g.tolist() == [0.0, 0.0, 0.0]
    y = x * 2
    y.normal_()
    assert tnn.autograd.grad(y.sum(), x)[0].tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(RuntimeError, match="uniform_"):
        x.uniform_()


def test_out_is_written():
    out = tnn.zeros(2, dtype=tnn.int64)
    assert tnn.multinomial(tnn.ones(4), 2, out=out) is out
    assert out.tolist() != [0, 0]
    y = tnn.zeros(3)
    assert tnn.bernoulli(tnn.ones(3), out=y) is y
    assert y.tolist() == [1.0, 1.0, 1.0]
    assert tnn.normal(5.0, 0.0, out=y) is y
    assert y.tolist() == [5.0, 5.0, 5.0]


REFUSED = [
    (lambda f: f.ones(2).random_(3, 3), "random_.*3"),
    (lambda f: f.ones(2).geometric_(1.5), "geometric_.*1.5"),
    (lambda f: f.ones(2).cauchy_(0.0, -1.0), "cauchy_.*-1.0"),
    (lambda f: f.ones(2).log_normal_(0.0, -1.0), "log_normal_.*-1.0"),
    (lambda f: f.ones(2).exponential_(-1.0), "exponential_.*-1.0"),
    (lambda f: f.ones(2).uniform_(2.0, 1.0), "uniform_.*2.0"),
    (lambda f: f.ones(2).normal_(0.0, -1.0), "normal_.*-1.0"),
    (lambda f: f.ones(2).bernoulli_(2.0), "bernoulli_.*2.0"),
    (lambda f: f.ones(2).bernoulli_(f.ones(3)), r"bernoulli_.*\(3,\).*\(2,\)"),
    (lambda f: f.bernoulli(2 * f.ones(2)), "bernoulli.*2"),
    (lambda f: f.poisson(-f.ones(2)), "poisson.*-1"),
    (lambda f: f.normal(f.ones(2), -f.ones(2)), "normal.*-1"),
    (lambda f: f.normal(f.ones(2), f.ones(3)), "normal.*"),
    (lambda f: f.multinomial(f.ones(2), 3), "multinomial.*3.*2"),
    (lambda f: f.binomial(f.ones(2), f.ones(3)), r"binomial.*\(2,\).*\(3,\)"),
    (lambda f: f.binomial(f.ones(2), f.ones(2, dtype=f.float64)), "binomial.*float32.*float64"),
    (lambda f: f.multinomial(f.zeros(2), 1), "multinomial.*0"),
    (lambda f: f.bernoulli(f.tensor([1])), "bernoulli.*int64"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_cannot_be_drawn_is_refused_as_in_pytorch(call, said):
    for library, match in ((tnn, said), (torch, None)):
        with pytest.raises((RuntimeError, TypeError, ValueError), match=match):
            call(library)


def dropped(library, dtype=np.float32):
    f, x = library.nn.functional, library.ones(3, 4, 2, 3, 2)
    library.manual_seed(1)
    yield from (f.dropout1d(x[0, 0, 0]), f.dropout1d(x[0, 0], 0.2), f.dropout2d(x[0], 0.6))
    yield from (f.dropout3d(x), f.dropout3d(x[0]), f.dropout2d(x[0], 1.0), f.dropout2d(x[0], 0.0))
    yield from (f.alpha_dropout(x, 0.3, True), f.feature_alpha_dropout(x, 0.3, True))
    yield from (f.alpha_dropout(x), f.feature_alpha_dropout(x[0], 1.0, True))
    yield from library.native_dropout(x[0], 0.4, True)
    yield from library.native_dropout(x[0], 0.4, False)
    y = library.ones(4, 3)
    assert f.dropout1d(y, 0.5, True, True) is y or library is torch
    yield y
    assert f.alpha_dropout(y, 0.5, True, True) is y
    yield y


def test_dropped_channels_are_pytorchs():
    for i, (ours, theirs) in enumerate(zip(dropped(tnn), dropped(torch), strict=True)):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), 1e-6, err_msg=str(i))


def test_dropout_of_channels_says_what_it_takes_dimensions_for():
    with pytest.warns(UserWarning, match=r"dropout2d.*\(2, 3, 4\)"):
        tnn.nn.functional.dropout2d(tnn.ones(2, 3, 4))
    with pytest.raises(RuntimeError, match=r"dropout1d.*\(2, 3, 4, 5\)"):
        tnn.nn.functional.dropout1d(tnn.ones(2, 3, 4, 5))
    with pytest.raises(ValueError, match=r"alpha_dropout.*1\.5"):
        tnn.nn.functional.alpha_dropout(tnn.ones(2), 1.5)


def test_the_gradient_passes_where_nothing_was_dropped():
    for name in ("dropout2d", "alpha_dropout", "feature_alpha_dropout"):
        found = []
        for library in (tnn, torch):
            x = library.ones(2, 5, 3, 3, requires_grad=True)
            library.manual_seed(2)
            getattr(library.nn.functional, name)(x, 0.4, True).sum().backward()
            found.append(x.grad.numpy())
        np.testing.assert_allclose(*found, rtol=1e-6)
