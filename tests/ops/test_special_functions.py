"""Special functions are exact to a few units in the last place; what needs SciPy says so.
Read `test_ops_against_torch.py` next, which has their gradients.
"""

import sys

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import GraphError, MissingExtraError

special = pytest.importorskip("scipy.special")

RIGHT = np.concatenate([np.linspace(0.01, 12.9, 997), np.linspace(13.0, 40.0, 101)])
AROUND_ZERO = np.linspace(-4.0, 4.0, 1001)
SHARES = np.concatenate([np.linspace(1e-9, 1 - 1e-9, 501), 10.0 ** -np.arange(2, 300, 13)])
EXACT = {  # what SciPy has with all its digits: the tails of its erfc have not
    "erf": (special.erf, AROUND_ZERO),
    "erfc": (special.erfc, np.linspace(-4.0, 1.0, 601)),
    "special.erfcx": (special.erfcx, np.linspace(-0.4, 40.0, 601)),
    "erfinv": (special.erfinv, 2.0 * SHARES - 1.0),
    "special.ndtri": (special.ndtri, SHARES),
    "special.ndtr": (special.ndtr, np.linspace(-2.5, 4.0, 501)),
    "special.log_ndtr": (special.log_ndtr, np.linspace(-30.0, 5.0, 501)),
    "lgamma": (special.gammaln, RIGHT[np.abs(RIGHT - 1.5) > 0.8]),
    "digamma": (special.digamma, RIGHT),
}


def reach(name):
    owner = tnn
    for part in name.split("."):
        owner = getattr(owner, part)
    return owner


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", EXACT)
def test_a_function_is_exact_to_a_few_units_in_the_last_place(name, dtype):
    function, numbers = EXACT[name]
    x = numbers.astype(dtype)
    expected = function(x.astype(np.float64))
    found = reach(name)(tnn.from_numpy(x)).numpy()
    assert found.dtype == dtype
    usual = np.isfinite(expected)
    units = np.abs(found[usual].astype(np.float64) - expected[usual])
    units /= np.spacing(np.abs(expected[usual]).astype(dtype))
    np.testing.assert_array_equal(found[~usual], expected[~usual])
    assert units.max() < 16, x[usual][units.argmax()]


def test_logarithms_of_gamma_are_exact_near_its_ones():
    near = 1e-9
    x = tnn.tensor([1 - near, 1 + near, 2 - near, 2 + near], dtype=tnn.float64)
    offsets = x.numpy() - [1, 1, 2, 2]
    slopes = np.array([-np.euler_gamma] * 2 + [1 - np.euler_gamma] * 2)
    np.testing.assert_allclose(tnn.lgamma(x).numpy(), offsets * slopes, rtol=1e-8)


def test_the_tail_of_erfc_has_all_its_digits():
    """Of mpmath, with 30 digits; SciPy and PyTorch lose two or three."""
    x = tnn.tensor([5.3, 22.65826501580307, 26.0], dtype=tnn.float64)
    exact = [6.6130818503408109e-14, 2.6934185475904384e-225, 5.6631924088561428e-296]
    np.testing.assert_allclose(tnn.erfc(x).numpy(), exact, rtol=2e-15)


NEED_SCIPY = {
    "i0": lambda x: tnn.i0(x),
    "special_i1e": lambda x: tnn.special.i1e(x),
    "igamma": lambda x: tnn.igamma(x, x),
    "igammac": lambda x: x.igammac(x),
    "special_zeta": lambda x: tnn.special.zeta(x, x),
    "special_bessel_j0": lambda x: tnn.special.bessel_j0(x),
    "special_airy_ai": lambda x: tnn.special.airy_ai(x),
    "polygamma": lambda x: tnn.polygamma(2, x),
}


@pytest.mark.parametrize("name", NEED_SCIPY)
def test_without_scipy_the_extra_is_named(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    with pytest.raises(MissingExtraError, match=rf"{name}.*pip install.*tinygrad_nn\[special\]"):
        NEED_SCIPY[name](tnn.tensor([1.5]))


def test_without_scipy_the_gamma_functions_have_second_derivatives(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    x = tnn.tensor([1.0], dtype=tnn.float64, requires_grad=True)
    (slope,) = tnn.autograd.grad(tnn.lgamma(x), x, create_graph=True)
    slope.backward()
    assert x.grad.item() == pytest.approx(np.pi**2 / 6, rel=1e-15)


def test_what_has_no_derivative_says_so_at_the_call():
    x = tnn.tensor([1.5], requires_grad=True)
    for function in (tnn.igamma, tnn.igammac, tnn.special.zeta):
        with pytest.raises(GraphError, match=r"no derivative by input.*detach"):
            function(x, x)
        assert function(x.detach(), x).requires_grad
    assert not tnn.special.bessel_j0(x).requires_grad


def test_a_polynomial_of_a_degree_beyond_all_waiting_is_nan():
    degrees = tnn.tensor([-1.0, 2.9, 1e300], dtype=tnn.float64)
    y = tnn.special.chebyshev_polynomial_t(tnn.full((3,), 0.5, dtype=tnn.float64), degrees)
    np.testing.assert_array_equal(y.numpy(), [0.0, -0.5, np.nan])
