"""New tensors of a tensor, the classes of tensors before dtypes, resizing, what tensors tell.
Read `test_creation.py` next.
"""

from __future__ import annotations

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError, GraphError

PROGRAMS = [
    lambda f: [f.tensor([1, 2]).new_zeros(2, 3), f.ones(1).new_ones((2,), dtype=f.int8)],
    lambda f: [f.tensor([1, 2]).new_full((2,), 7), f.ones(1).double().new_tensor([1, 2])],
    lambda f: [f.tensor([1, 2]).new([3, 4]), f.ones(2).new().shape, f.ones(2).new(2, 3).shape],
    lambda f: [f.ones(1).new_empty_strided((2, 3), (1, 2)).stride()],
    lambda f: [f.empty_strided((2, 3), (1, 2)).stride(), f.empty_permuted((2, 3), (1, 0)).stride()],
    lambda f: [f.scalar_tensor(3), f.scalar_tensor(3, dtype=f.int64), f.full((2,), 1j)],
    lambda f: [f.logspace(0, 2, 5), f.logspace(1, 3, 3, 2, dtype=f.int64)],
    lambda f: [f.linspace(0, 1 + 2j, 3), f.linspace(1j, 2, 4, dtype=f.complex128)],
    lambda f: [f.tril_indices(3, 4, 1), f.triu_indices(3, 2, -1), f.vander(f.tensor([2, 3]), 3)],
    lambda f: [f.FloatTensor([1, 2]), f.LongTensor([1, 2]), f.ByteTensor(2).shape],
    lambda f: [f.ones(2).type(), f.ones(2).type("torch.LongTensor"), f.ones(2).type(f.int8)],
    lambda f: [f.arange(2).type(f.Tensor), f.arange(2).type("torch.Tensor")],
    lambda f: [f.ones(2).type(f.DoubleTensor), f.tensor([True]).type(), f.tensor([1j]).type()],
    lambda f: [isinstance(f.ones(2), f.FloatTensor), isinstance(f.ones(2), f.LongTensor)],
    lambda f: [isinstance(f.ones(2), f.Tensor), isinstance(3, f.FloatTensor)],
    lambda f: [f.tensor([1.7, -1.7]).char(), f.tensor([300.0]).short(), f.ones(1).cdouble()],
    lambda f: [f.ones(2, 3, 2, 2).double(memory_format=f.channels_last).stride()],
    lambda f: [f.ones(2, 3)[1:, 1].storage_offset(), f.ones(2).untyped_storage().size()],
    lambda f: [f.ones(2).nbytes, f.ones(2).itemsize, f.ones(2, 3).ndimension(), f.ones(1).is_cpu],
    lambda f: [f.can_cast(a, b) for a in DTYPES(f) for b in DTYPES(f)],
    lambda f: [f.is_tensor(f.ones(1)), f.is_tensor(3)],
    lambda f: [f.numel(f.ones(2)), f.is_complex(f.ones(1)), f.ones(1).get_device()],
    lambda f: [f.arange(6.0).resize_(2, 2), f.arange(6).resize_as_(f.ones(3, 2))],
    lambda f: [f.arange(6.0)[2:].resize_(2), f.arange(2.0).resize_(3)[:2]],
    lambda f: [f.asarray([1, 2]), f.asarray(f.ones(2), dtype=f.int64), f.asarray(3.0, copy=True)],
    lambda f: [f.zeros(2, out=f.ones(3, dtype=f.int64)[:2]), f.full((2,), 3, out=f.empty(2))],
    lambda f: [f.nn.functional.one_hot(f.tensor([[0, 2]])), f.is_floating_point(f.ones(1))],
    lambda f: [f.nn.functional.one_hot(f.tensor(1), 4), f.ones(4).resize_(0)],
]  # fmt: skip


def DTYPES(f):  # noqa: N802
    return f.bool, f.uint8, f.int64, f.float16, f.float64, f.complex64


@pytest.mark.parametrize("index", range(len(PROGRAMS)))
def test_what_is_made_and_told_is_pytorchs(index):
    assert_same(PROGRAMS[index])


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_numbers_are_drawn_as_in_pytorch(dtype):
    def program(f):
        f.manual_seed(3)
        kind = getattr(f, dtype)
        return f.rand(3, dtype=kind), f.randn(5, dtype=kind), f.randn(40, dtype=kind), f.rand(1)

    assert_same(program, rtol=1e-6)


def test_what_cannot_be_is_refused():
    x = tnn.ones(2)
    with pytest.raises(DTypeError, match=r"chalf\(\): NumPy has no"):
        x.chalf()
    with pytest.raises(DTypeError, match="FloatTensor"):
        tnn.FloatTensor(tnn.tensor([1]))
    with pytest.raises(GraphError, match="cannot grow"):
        x[:1].resize_(5)
    with pytest.raises(GraphError, match="resize_: a tensor that requires"):
        tnn.ones(2, requires_grad=True).resize_(1)
    with pytest.raises(ValueError, match=r"asarray\(\): copy=False"):
        tnn.asarray([1], copy=False)
    with pytest.raises(RuntimeError, match="class 5 is not one of"):
        tnn.nn.functional.one_hot(tnn.tensor([5]), 3)
