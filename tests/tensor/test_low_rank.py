"""`svd_lowrank` and `pca_lowrank` draw PyTorch's random vectors and find its decomposition.
Read `../ops/test_ops_matrices.py` next, for whole decompositions.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

SHAPES = [(7, 5), (5, 7), (2, 6, 4), (6, 6)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "call",
    [
        lambda f, x: f.svd_lowrank(x, q=3),
        lambda f, x: f.svd_lowrank(x, q=2, niter=0),
        lambda f, x: f.svd_lowrank(x, q=2, M=x.mean(-2, keepdim=True)),
        lambda f, x: f.pca_lowrank(x),
        lambda f, x: f.pca_lowrank(x, q=2, center=False, niter=3),
    ],
)
def test_the_decomposition_is_pytorchs(call, shape):
    data = np.random.default_rng(0).standard_normal(shape)
    found = []
    for library in (tnn, torch):
        library.manual_seed(3)
        U, S, V = call(library, library.from_numpy(data))
        # a vector is free in its sign, and altogether where its singular value is 0
        found.append([each.numpy() for each in (S, (U * S.unsqueeze(-2)) @ V.mT)])
        assert library.allclose(V.mT @ V, library.eye(V.shape[-1], dtype=library.float64))
    for ours, theirs in zip(*found, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)


def test_gradients_go_through_it():
    x = tnn.tensor([[3.0, 1.0], [1.0, 2.0], [0.0, 1.0]], dtype=tnn.float64, requires_grad=True)
    assert tnn.autograd.gradcheck(lambda x: tnn.svd_lowrank(x, q=2)[1], (x,))


@pytest.mark.parametrize("q", [4, -1])
def test_as_many_directions_as_there_are_can_be_asked_for(q):
    with pytest.raises(ValueError, match=rf"0 <= q <= 2 expected for shape \(3, 2\), got q={q}"):
        tnn.pca_lowrank(tnn.ones(3, 2), q=q)


@pytest.mark.parametrize("function", [tnn.pca_lowrank, tnn.svd_lowrank])
@pytest.mark.parametrize("niter", [-1, 10**30])
def test_a_number_of_rounds_that_cannot_be_is_refused(function, niter):
    with pytest.raises(ValueError, match=r"niter from 0 to 10,000 expected, got "):
        function(tnn.ones(3, 2), q=1, niter=niter)
