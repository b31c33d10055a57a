"""What linalg, fft and the products compose of operations of the table: values and gradients.
Read `table/table_matrices.py` beside it, the operations themselves.
"""

import numpy as np
import pytest
from op_checks import array, assert_close, drawn_like, leaf

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")


def signal(x):
    return x.reshape(-1)


CALLS = {
    "tensordot": lambda f, x, y: f.tensordot(x, y, ([1], [0])),
    "tensordot of a number": lambda f, x, y: f.tensordot(x, y, 2),
    "inner": lambda f, x, y: f.inner(x, y),
    "vdot": lambda f, x, y: f.vdot(x[0], y[0]),
    "vecdot": lambda f, x, y: f.linalg.vecdot(x, y, dim=0),
    "trace": lambda f, x, y: f.trace(x[:3]),
    "kron": lambda f, x, y: f.kron(x, y[0]),
    "cross": lambda f, x, y: f.cross(x[:3], y[:3], dim=0),
    "addr": lambda f, x, y: f.addr(x, y[0], x[1], beta=0.5, alpha=2),
    "addbmm": lambda f, x, y: f.addbmm(x, x.reshape(2, 4, 2), y.reshape(2, 2, 4), beta=0.5),
    "addmm of beta 0": lambda f, x, y: f.addmm(x / 0, x, y, beta=0, alpha=1.5),
    "in place": lambda f, x, y: x.clone().addmm_(x, y, alpha=2),
    "multi_dot": lambda f, x, y: f.linalg.multi_dot([x[0], x, y[:, :2], y[:2, 0]]),
    "chain_matmul": lambda f, x, y: f.chain_matmul(x, y, x),
    "matrix_power": lambda f, x, y: f.linalg.matrix_power(x, 5),
    "its inverse": lambda f, x, y: f.matrix_power(x, -2),
    "its identity": lambda f, x, y: f.linalg.matrix_power(x, 0),
    "vander": lambda f, x, y: f.linalg.vander(x[0], N=3),
    "tensorinv": lambda f, x, y: f.linalg.tensorinv(x.reshape(2, 2, 4)),
    "tensorsolve": lambda f, x, y: f.linalg.tensorsolve(x.reshape(4, 2, 2), y[0]),
    "inv_ex": lambda f, x, y: f.linalg.inv_ex(x),
    "solve_ex": lambda f, x, y: f.linalg.solve_ex(x, y),
    "triangular_solve": lambda f, x, y: f.triangular_solve(y, x, upper=False, transpose=True),
    "lstsq": lambda f, x, y: f.linalg.lstsq(x[:, :2], y)[:2],
    "lstsq of full rank": lambda f, x, y: f.linalg.lstsq(x[:, :2], y, driver="gels")[:2],
    "lstsq of many": lambda f, x, y: f.linalg.lstsq(x[:2], y[:2])[0],
    "logdet": lambda f, x, y: f.logdet(x @ x.T.conj()),
    "cholesky_ex": lambda f, x, y: f.linalg.cholesky_ex(x @ x.T.conj()),
    "cholesky of the upper": lambda f, x, y: f.cholesky(x @ x.T.conj(), upper=True),
    "cholesky_inverse": lambda f, x, y: f.cholesky_inverse(f.cholesky(x @ x.T.conj())),
    "linalg.lu": lambda f, x, y: f.linalg.lu(x[:3])[1:],
    "lu_solve": lambda f, x, y: f.lu_solve(y, *f.linalg.lu_factor(x)),
    "lu_solve of the adjoint": lambda f, x, y: f.linalg.lu_solve(
        *f.linalg.lu_factor(x), y, left=False, adjoint=True
    ),
    "lu_unpack": lambda f, x, y: f.lu_unpack(*f.linalg.lu_factor(x))[1:],
    "householder_product": lambda f, x, y: f.linalg.householder_product(x[:, :2], y[0, :2]),
    "ormqr": lambda f, x, y: f.ormqr(x[:, :2], y[0, :2], y, True, True),
    "eigvals": lambda f, x, y: abs(f.linalg.eigvals(x)).sum(),
    "eigvalsh": lambda f, x, y: f.linalg.eigvalsh(x + x.T.conj()),
    "svdvals": lambda f, x, y: f.linalg.svdvals(x),
    "cond of 2": lambda f, x, y: f.linalg.cond(x),
    **{
        f"matrix_norm {p}": lambda f, x, y, p=p: f.linalg.matrix_norm(x, p, keepdim=True)
        for p in ("fro", "nuc", 1, -1, 2, -2, float("inf"), -float("inf"))
    },
    "norm": lambda f, x, y: f.linalg.norm(x),
    "norm of rows": lambda f, x, y: f.linalg.norm(x, 3, 1),
    **{
        f"fft.{name}": lambda f, x, y, name=name: getattr(f.fft, name)(x, norm="ortho")
        for name in [
            "fft",
            "ifft",
            "hfft",
            "irfft",
            "fft2",
            "ifft2",
            "hfft2",
            "irfft2",
            "fftn",
            "ifftn",
            "hfftn",
            "irfftn",
        ]
    },
    "fft of 3": lambda f, x, y: f.fft.fft(x, 3, 0),
    "fft of 6": lambda f, x, y: f.fft.ifft2(x, (6, 3)),
    "irfft of 5": lambda f, x, y: f.fft.irfft(x, 5),
    **{
        f"fft.{name}": lambda f, x, y, name=name: getattr(f.fft, name)(abs(x), norm="forward")
        for name in ["rfft", "ihfft", "rfft2", "ihfft2", "rfftn", "ihfftn"]
    },
    "fftshift": lambda f, x, y: f.fft.ifftshift(f.fft.fftshift(x[:, :3]), dim=1),
    "stft": lambda f, x, y: f.stft(
        signal(x), 6, 3, window=abs(y[0]), win_length=4, return_complex=True, onesided=False
    ),
    "stft at the edge": lambda f, x, y: f.stft(
        signal(abs(x)), 4, center=False, normalized=True, return_complex=True
    ),
    "istft": lambda f, x, y: f.istft(
        f.stft(signal(abs(x)), 4, pad_mode="constant", return_complex=True), 4, length=14
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["float64", "complex128"])
@pytest.mark.parametrize("name", CALLS)
def test_value_and_gradient_are_pytorchs(name, kind):
    random = np.random.default_rng(8)
    x, y = (3 * np.eye(4) + random.standard_normal((4, 4)) for _ in range(2))
    if kind == "complex128":
        x, y = (z + 1j * random.standard_normal((4, 4)) for z in (x, y))
    found = []
    for framework in (tnn, torch):
        operands = [leaf(framework, z) for z in (x, y)]
        made = CALLS[name](framework, *operands)
        outputs = list(made) if isinstance(made, tuple) else [made]
        roots = [each for each in outputs if each.requires_grad]
        drawn = np.random.default_rng(1)
        cotangents = [leaf(framework, drawn_like(drawn, each)).detach() for each in roots]
        grads = framework.autograd.grad(roots, operands, cotangents, allow_unused=True)
        found.append([*outputs, *grads])
    for one, other in zip(*found, strict=True):
        if one is None or other is None:
            assert one is None or not array(one).any()
            continue
        assert str(one.dtype) == str(other.dtype)
        assert_close(array(one), array(other), name, rtol=1e-9)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "bartlett", "kaiser"])
def test_a_window_is_pytorchs(name, periodic):
    for size in (0, 1, 2, 7):
        one, other = (
            getattr(f, f"{name}_window")(size, periodic, dtype=f.float64) for f in (tnn, torch)
        )
        assert_close(one.numpy(), other.numpy(), (name, size))
        one, other = (
            getattr(f.signal.windows, name)(size, sym=periodic, dtype=f.float64)
            for f in (tnn, torch)
        )
        assert_close(one.numpy(), other.numpy(), (name, size))
