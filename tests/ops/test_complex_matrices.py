"""Singular vectors and eigenvectors of complex matrices, by what does not depend on their phase.
Read `test_complex.py` beside it, where all other operations are.
"""

import numpy as np
import pytest
from op_checks import array, assert_close, derivatives, drawn_like, leaf

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")


def projections(vectors):
    """The matrix that projects on the first vector, and the sizes of all elements."""
    first = vectors[..., :1]
    return first @ first.swapaxes(-1, -2).conj(), abs(vectors)


def of_svd(f, A):
    U, S, Vh = f.linalg.svd(A, full_matrices=False)
    return [U[..., :1] @ Vh[..., :1, :], S, abs(U), abs(Vh)]


def of_full_svd(f, A):
    U, S, Vh = f.linalg.svd(A)
    k = S.shape[-1]
    return [U[..., :k] @ Vh[..., :k, :], S]


def of_eigh(f, A):
    L, V = f.linalg.eigh((A + A.swapaxes(-1, -2).conj()) / 2)
    return [L, *projections(V)]


def of_eig(f, A):
    L, V = f.linalg.eig(A)
    order = np.argsort(array(L).real)  # either LAPACK has an order of its own
    columns = [V[:, int(i)].unsqueeze(1) for i in order]
    return [f.stack([L[int(i)] for i in order]), *projections(f.cat(columns, 1))]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    ("of", "shape"),
    [
        *[(of_svd, shape) for shape in [(3, 3), (2, 4, 3), (2, 3, 4)]],
        *[(of_full_svd, shape) for shape in [(4, 3), (2, 4)]],
        *[(of_eigh, (2, 3, 3)), (of_eig, (3, 3))],
    ],
)
def test_what_has_no_phase_has_pytorchs_derivatives(of, shape, order):
    random = np.random.default_rng(6)
    A = random.standard_normal(shape) + 1j * random.standard_normal(shape)
    A += 3 * np.arange(1, shape[-1] + 1) * np.eye(*shape[-2:])
    found = []
    for framework in (tnn, torch):
        x = leaf(framework, A)
        outputs = of(framework, x)
        drawn = np.random.default_rng(1)
        cotangents = [leaf(framework, drawn_like(drawn, y)) for y in outputs]
        found.append([*outputs, *derivatives(framework, outputs, [x], cotangents, order)])
    for one, other in zip(*found, strict=True):
        assert str(one.dtype) == str(other.dtype)
        assert_close(array(one), array(other), (of.__name__, shape), rtol=1e-9)
