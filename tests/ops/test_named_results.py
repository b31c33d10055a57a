"""What several results at once are called, and how they print: as PyTorch's `return_types`.
Read `test_names_and_meanings.py` next.
"""

import pytest

import tinygrad_nn as tnn

F, L = (lambda f: f.nn.functional), (lambda f: f.linalg)
CALLS = {
    "aminmax": lambda f, x: f.aminmax(x),
    "cummax": lambda f, x: x.cummax(0),
    "cummin": lambda f, x: x.cummin(1),
    "frexp": lambda f, x: f.frexp(x),
    "geqrf": lambda f, x: f.geqrf(x),
    "histogram": lambda f, x: f.histogram(x, 3),
    "histogramdd": lambda f, x: f.histogramdd(x[:, :2], [2, 2]),
    "kthvalue": lambda f, x: x.kthvalue(2),
    "lu_unpack": lambda f, x: f.lu_unpack(*L(f).lu_factor(x)),
    "max": lambda f, x: x.max(1),
    "median": lambda f, x: x.median(1),
    "min": lambda f, x: f.min(x, 0),
    "mode": lambda f, x: x.mode(1),
    "nanmedian": lambda f, x: x.nanmedian(1),
    "sort": lambda f, x: x.clone().requires_grad_().sort(),
    "topk": lambda f, x: x.topk(2),
    "linalg.cholesky_ex": lambda f, x: L(f).cholesky_ex(x @ x.T + f.eye(3)),
    "linalg.eig": lambda f, x: L(f).eig(f.diag(x[0])),
    "linalg.eigh": lambda f, x: L(f).eigh(f.diag(x[0])),
    "linalg.inv_ex": lambda f, x: L(f).inv_ex(x),
    "linalg.lu": lambda f, x: L(f).lu(x),
    "linalg.lu_factor": lambda f, x: L(f).lu_factor(x),
    "linalg.lu_factor_ex": lambda f, x: L(f).lu_factor_ex(x),
    "linalg.qr": lambda f, x: L(f).qr(x),
    "linalg.slogdet": lambda f, x: L(f).slogdet(x),
    "linalg.solve_ex": lambda f, x: L(f).solve_ex(f.diag(x[0]), f.diag(x[0])),
    "linalg.svd": lambda f, x: L(f).svd(f.diag(x[0])),
    "max_pool1d": lambda f, x: F(f).max_pool1d(x[None], 2, return_indices=True),
    "max_pool2d": lambda f, x: F(f).max_pool2d(x[None], 2, return_indices=True),
    "adaptive_max_pool2d": lambda f, x: F(f).adaptive_max_pool2d(x[None], 2, return_indices=True),
    "lstm_cell": lambda f, x: f.lstm_cell(x, (x, x), x.tile(4, 1), x.tile(4, 1)),
    "std_mean": lambda f, x: f.std_mean(x, 0),
    "unique": lambda f, x: f.unique(x, return_counts=True),
    "unique_consecutive": lambda f, x: f.unique_consecutive(x, return_inverse=True),
    "var_mean": lambda f, x: f.var_mean(x),
}


@pytest.mark.parametrize("name", CALLS)
def test_several_results_print_as_in_pytorch(name):
    torch = pytest.importorskip("torch")
    rows = [[1.0, 3.0, 2.0], [4.0, 1.0, 9.0], [2.0, 7.0, 5.0]]
    printed = [repr(CALLS[name](f, f.tensor(rows, dtype=f.float64))) for f in (tnn, torch)]
    assert printed[0] == printed[1]


def test_places_have_names_where_pytorch_has_none():
    found = tnn.std_mean(tnn.tensor([1.0, 3.0]))
    assert (found.mean.item(), found._fields) == (2.0, ("std", "mean"))
    assert not repr(found).startswith("torch.return_types")
