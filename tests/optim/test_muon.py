"""Muon: what is near an orthogonal matrix, and what it refuses.
Read `optimizer_matrix.py` next, where it runs beside PyTorch for long.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.optim.muon import COEFFICIENTS, orthogonal, rounded


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (1, 6)])
def test_singular_values_come_near_1(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    made = orthogonal(x, COEFFICIENTS, 5, 1e-7)
    assert made.dtype == x.dtype
    assert made.shape == shape
    values = np.linalg.svd(made, compute_uv=False)
    assert values.min() > 0.3
    assert values.max() < 1.6
    u, _, v = np.linalg.svd(x, full_matrices=False)
    assert np.abs(made - u @ v).max() < 0.4


def test_rounding_is_bfloat16_s():
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    x[:4] = [np.inf, -np.inf, np.nan, 1.00390625]
    expected = torch.tensor(x).bfloat16().float().numpy()
    np.testing.assert_array_equal(rounded(x), expected)


def test_what_it_does_not_take_is_refused(library):
    matrix = library.ones(2, 3, requires_grad=True)
    matrix.grad = library.ones(2, 3)
    with pytest.raises(ValueError, match=r"2D|matrices"):
        library.optim.Muon([library.ones(2, requires_grad=True)])
    with pytest.raises(ValueError, match="golden"):
        library.optim.Muon([matrix], adjust_lr_fn="golden")
    for options in ({"ns_steps": 100}, {"ns_coefficients": (1.0, 2.0)}):
        with pytest.raises(ValueError, match=r"steps|[Cc]oefficients"):
            library.optim.Muon([matrix], **options).step()
    for name in ("lr", "momentum", "weight_decay"):
        with pytest.raises(ValueError, match=r"0"):
            library.optim.Muon([matrix], **{name: -1.0})
    turned = library.ones(2, 2, dtype=library.complex64, requires_grad=True)
    turned.grad = library.ones(2, 2, dtype=library.complex64)
    with pytest.raises(RuntimeError, match=r"[Cc]omplex|real"):
        library.optim.Muon([turned]).step()


def test_a_zero_gradient_only_decays():
    x = tnn.ones(2, 2, requires_grad=True)
    x.grad = tnn.zeros(2, 2)
    tnn.optim.Muon([x], lr=0.5, weight_decay=0.5).step()
    assert x.tolist() == [[0.75, 0.75], [0.75, 0.75]]
