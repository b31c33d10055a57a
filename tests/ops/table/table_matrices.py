"""Rows of the matrix products and decompositions, and of einsum.
Read `table_layers.py` next.
"""

from __future__ import annotations

from typing import Any

from op_rows import Row, at, invertible, real

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


def _svd(A: Any, full_matrices: bool) -> Any:
    """PyTorch's, each pair of columns with the sign that NumPy gives it: either is right."""
    import numpy as np
    import torch

    U, S, Vh = torch.linalg.svd(A, full_matrices)
    theirs = torch.from_numpy(np.linalg.svd(A.detach().numpy(), full_matrices)[0])
    sign = (theirs * U.detach()).sum(-2).sign()
    return U * sign.unsqueeze(-2), S, Vh * sign.unsqueeze(-1)


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
    Row("einsum", real, real, real, real, torch=_einsum, samples=SUMS),
]  # fmt: skip
