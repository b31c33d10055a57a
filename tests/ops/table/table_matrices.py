"""Rows of the matrix products and decompositions, and of einsum.
Read `table_layers.py` next.
"""

from __future__ import annotations

from typing import Any

from op_rows import Row, at, complex_, invertible, real

PRODUCTS = [
    *[at((3,), (3,)), at((2, 3), (3,)), at((3,), (3, 2)), at((2, 3), (3, 4)), at((3, 3), (3, 3))],
    *[at((5, 2, 3), (3,)), at((3,), (5, 3, 2)), at((5, 2, 3), (3, 4)), at((2, 3), (5, 3, 4))],
    *[at((5, 2, 3), (5, 3, 4)), at((6, 1, 2, 3), (5, 3, 4)), at((1, 2, 3), (6, 5, 3, 4))],
    *[at((2, 0), (0, 3)), at((0, 2), (2, 3)), at((2, 0), (0,)), at((0, 2, 3), (3, 0))],
]

SQUARE = [at((2, 3, 3)), at((1, 1)), at((1, 4, 4)), at((2, 1, 2, 2)), at((0, 2, 2))]
SUMS = [
    at((3, 4), (4, 5), equation="ij,jk->ik"),
    at((3, 4), (5, 3), equation="ji,kj->"),
    at((2, 3, 4), (2, 4, 5), equation="bij,bjk->bki"),
    at((2, 3, 20, 5), (2, 3, 19, 5), equation="bhqd,bhkd->bhqk"),
    at((5, 1, 3, 4), (2, 4, 2), equation="xyij,yjk->xyik"),
    at((2, 3, 4), equation="xyi->yx"),
    at((3, 3), equation="ii->"),
    at((3, 3, 3), equation="iii->i"),
    at((3, 3, 2), (2, 4), equation="iij,jk->ki"),
    at((2, 3), equation="ij->i"),
    at((2,), (3,), equation="i,j->ij"),
    at((3,), (3,), equation="i,i->i"),
    at((2,), (2, 3), (3, 4), (4,), equation="a,ab,bc,c->"),
    at((2, 3), (5, 3, 4), (2, 4), equation="bn,anm,bm->ba"),
    at((2, 3), (4, 5), equation="ij,kl->ik"),
    at((1, 1), (1, 4), equation="ij,jk->ik"),
    at((0, 3), (3, 2), equation="ij,jk->ik"),
    at((2, 0), (0, 3), equation="ij,jk->ik"),
    at((), (3,), equation=",i->i"),
]


def _einsum(operands: Any, equation: str) -> Any:
    import torch

    return torch.einsum(equation, *operands)


def _signs(theirs: Any, ours: Any) -> Any:
    """The sign that each column of PyTorch's has to be multiplied with: either is right."""
    import torch

    return (torch.from_numpy(ours) * theirs.detach()).sum(-2).sign()


def _svd(A: Any, full_matrices: bool) -> Any:
    import numpy as np
    import torch

    U, S, Vh = torch.linalg.svd(A, full_matrices)
    sign = _signs(U, np.linalg.svd(A.detach().numpy(), full_matrices)[0])
    return U * sign.unsqueeze(-2), S, Vh * sign.unsqueeze(-1)


def _eigh(A: Any, UPLO: str) -> Any:
    import numpy as np
    import torch

    L, V = torch.linalg.eigh(A, UPLO)
    return L, V * _signs(V, np.linalg.eigh(A.detach().numpy(), UPLO)[1]).unsqueeze(-2)


def _eig(A: Any) -> Any:
    """PyTorch's in NumPy's order."""
    import numpy as np
    import torch

    L, V = torch.linalg.eig(A)
    ours = np.linalg.eigvals(A.detach().numpy())
    places = torch.from_numpy(np.argsort(np.argsort(ours.real, -1), -1))
    order = torch.argsort(L.detach().real, -1).gather(-1, places)
    return L.gather(-1, order), V.gather(-1, order.unsqueeze(-2).expand(V.shape))


def _qr(A: Any, kind: str) -> Any:
    import torch

    return torch.linalg.qr(A, kind)


def _symmetric(framework: Any, A: Any) -> Any:
    """What reads one triangle gives both half of the gradient, as a symmetric matrix has it."""
    return ((A + A.swapaxes(-1, -2).conj()) / 2,)


def _definite(framework: Any, A: Any) -> Any:
    return (A @ A.swapaxes(-1, -2).conj(),)


def _with_triangle(framework: Any, B: Any, L: Any, **given: Any) -> Any:
    return B, framework.tril(L)


def _transform(of: str) -> Any:
    """PyTorch's function of torch.fft that is the same, with its arguments."""

    def call(x: Any, dim: Any, norm: str = "backward", **given: Any) -> Any:
        import torch

        if of == "c2r":
            sizes = [x.shape[d] for d in dim[:-1]] + [given["size"]]
            return torch.fft.irfftn(x, sizes, dim, norm)
        name = "rfftn" if of == "r2c" else "ifftn" if given.get("inverse") else "fftn"
        return getattr(torch.fft, name)(x, None, dim, norm)

    return call


SYSTEMS = [
    *[at((3, 3), (3, 2)), at((3, 3), (3,)), at((2, 3, 3), (2, 3)), at((2, 3, 3), (3, 1))],
    *[at((3, 3), (2, 3, 2)), at((3, 3), (2, 3), left=False), at((2, 2, 2), (1, 3, 2), left=False)],
    *[at((0, 2, 2), (0, 2, 3)), at((2, 2), (2, 0))],
]
TRIANGLES = [
    at((3, 3), (3, 2), upper=True),
    at((2, 3, 3), (3, 2), upper=False),
    at((3, 3), (2, 3), upper=True, left=False, unitriangular=True),
    at((3, 3), (2, 2, 3), upper=False, left=False),
    at((0, 2, 2), (0, 2, 1), upper=False, unitriangular=True),
]
TRANSFORMS = [
    *[at((4,), dim=(0,)), at((2, 5), dim=(1,), norm="ortho"), at((3, 4), dim=(0, 1))],
    *[at((2, 3, 4), dim=(2, 0), norm="forward")],
]
NORMS = [
    at((2, 3)),
    at((2, 3), ord=1, dim=0),
    at((2, 3, 2), ord=2, dim=(0, 2), keepdim=True),
    at((2, 3), ord=3.5, dim=1),
    at((3,), ord=-1.5),
    at((2, 3), ord=float("inf"), dim=1),
    at((2, 3), ord=-float("inf"), keepdim=True),
    at((0, 3), dim=0),
    at(()),
]
MATRICES = [
    Row("matmul", real, real, samples=PRODUCTS),
    Row("inv", invertible, torch="linalg.inv", samples=SQUARE),
    Row("det", invertible, torch="linalg.det", samples=SQUARE),
    Row("slogdet", invertible, torch="linalg.slogdet", samples=SQUARE),
    Row("svd", invertible, torch=_svd, samples=[
        at((2, 3, 3), full_matrices=True),
        *[at(shape, full_matrices=False) for shape in [(1, 4, 3), (1, 3, 4), (2, 1, 2, 3), (1, 1)]],
        at((0, 2, 3), full_matrices=False),
    ]),
    Row("addmm", real, real, real, samples=[
        *[at((2, 4), (2, 3), (3, 4)), at((4,), (2, 3), (3, 4), beta=0.5, alpha=2.0)],
        *[at((), (2, 3), (3, 4)), at((2, 1), (2, 3), (3, 4), alpha=-1), at((2, 4), (2, 0), (0, 4))],
    ]),
    Row("addmv", real, real, real, samples=[
        at((2,), (2, 3), (3,)), at((), (2, 3), (3,), beta=0.5, alpha=2.0), at((0,), (0, 3), (3,)),
    ]),
    Row("baddbmm", real, real, real, samples=[
        *[at((5, 2, 4), (5, 2, 3), (5, 3, 4)), at((4,), (5, 2, 3), (5, 3, 4), beta=0.5, alpha=2.0)],
        *[at((1, 2, 1), (5, 2, 3), (5, 3, 4)), at((0, 2, 4), (0, 2, 3), (0, 3, 4))],
    ]),
    Row("cross", real, real, torch="linalg.cross",
        samples=[at((3,), (3,)), at((2, 3), (1, 3)), at((3, 2), (3, 2), dim=0), at((0, 3), (0, 3))],
    ),
    Row("pinv", invertible, torch="linalg.pinv",
        samples=[
        *[at(shape) for shape in [(2, 3, 3), (1, 4, 3), (1, 3, 4), (0, 2, 2)]],
        at((2, 2), rtol=1e-9),
    ]),
    Row("matrix_exp", real, samples=SQUARE),
    Row("solve", invertible, real, torch="linalg.solve", samples=SYSTEMS),
    Row("solve_triangular", invertible, real, torch="linalg.solve_triangular", samples=TRIANGLES),
    Row("linalg_cholesky", invertible, torch="linalg.cholesky", of=_definite,
        samples=[*SQUARE, at((3, 3), upper=True)]),
    Row("cholesky_solve", real, invertible, of=_with_triangle,
        samples=[at((3, 2), (3, 3)), at((2, 3, 2), (2, 3, 3)), at((0, 2, 1), (0, 2, 2))]),
    Row("lu_factor", invertible, torch="linalg.lu_factor",
        samples=[*SQUARE, at((2, 4, 3)), at((1, 3, 4))]),
    Row("qr", invertible, torch=_qr, samples=[
        *[at(shape, kind="reduced") for shape in [(2, 3, 3), (1, 4, 3), (1, 3, 4), (1, 1)]],
        at((3, 3), kind="complete"),
    ]),
    Row("eig", invertible, torch=_eig, samples=SQUARE, then=lambda L, V: (L, V * V.conj())),
    Row("eigh", invertible, torch=_eigh, of=_symmetric,
        samples=[at((2, 3, 3), UPLO="L"), at((3, 3), UPLO="U"), at((0, 2, 2), UPLO="L")]),
    Row("fft_c2c", real, torch=_transform("c2c"), samples=[
        *TRANSFORMS, at((3,), dim=(0,), inverse=True),
    ]),
    Row("fft_r2c", real, torch=_transform("r2c"), samples=TRANSFORMS),
    Row("fft_c2r", complex_, torch=_transform("c2r"), samples=[
        at((4,), dim=(0,), size=7), at((2, 3), dim=(0, 1), size=4, norm="ortho"),
        at((2, 3), dim=(1,), size=5, norm="forward"),
    ]),
    Row("einsum", real, real, real, real, torch=_einsum, samples=SUMS),
]  # fmt: skip
