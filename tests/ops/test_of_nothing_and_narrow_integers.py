"""Functions of no elements, of narrow integers and of what lies apart do what PyTorch's do.
Read `differential_matrix.py` next, which tries all rows of the table so.
"""

import pytest
from beside_torch import assert_same

PROGRAMS = {
    "cov of no observations": lambda f: f.cov(f.ones(3, 0)),
    "corrcoef of none": lambda f: f.corrcoef(f.ones(3, 0)),
    "trapezoid of no samples": lambda f: f.trapezoid(
        f.ones(2, 0, dtype=f.int64), f.zeros(0).long()
    ),
    "whether that is recorded": lambda f: (
        f.trapezoid(f.ones(2, 0, requires_grad=True), f.zeros(0)).requires_grad
    ),
    "histogram of nothing": lambda f: tuple(f.histogram(f.zeros(0), 2)),
    "histogram with a range": lambda f: tuple(f.histogram(f.zeros(0), 2, range=(1.0, 3.0))),
    "gather by no places": lambda f: f.gather(f.ones(1, 3), 1, f.zeros(2, 0, dtype=f.int64)),
    "sum_to_size of a number": lambda f: f.tensor(3, dtype=f.int32).sum_to_size(()),
    "tensordot of int32": lambda f: f.tensordot(
        f.ones(1, 2, dtype=f.int32), f.ones(3, 2, dtype=f.int32), dims=([0, 1], [0, 1])
    ),
    "index_add of uint8 by -1": lambda f: f.index_add(
        f.tensor([3, 4], dtype=f.uint8),
        0,
        f.tensor([0]),
        f.tensor([1], dtype=f.uint8),
        alpha=-1,
    ),
    "places of the largest uint8, all 0": lambda f: f.nn.functional.max_pool2d(
        f.zeros(1, 2, 2, dtype=f.uint8), 3, 2, 1, return_indices=True
    ),
    "view_copy of what lies apart": lambda f: f.view_copy(f.arange(6.0).view(2, 3).t(), (2, 3)),
    "ravel shares memory": lambda f: [
        f.ravel(x).data_ptr() == x.data_ptr() for x in (f.ones(2, 3), f.ones(4, 3)[:, ::2])
    ],
    "exp of expanded integers": lambda f: f.exp(f.ones(1, 3, dtype=f.int64).expand(2, 3)).stride(),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_in_pytorch(name):
    assert_same(PROGRAMS[name], rtol=1e-6)


def test_the_gradient_of_a_real_product_of_complex_numbers_is_of_their_real_parts():
    def program(f):
        z = f.tensor([1.0 + 2.0j, 3.0 - 1.0j], dtype=f.complex128, requires_grad=True)
        z.prod(0, dtype=f.float64).backward()
        return z.grad

    assert_same(program)
