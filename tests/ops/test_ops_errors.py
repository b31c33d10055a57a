"""What a wrong call gets: the right class, at the call, naming the operation and the values.
Read `test_conventions.py` next.
"""

import re

import numpy as np
import pytest
from op_checks import leaf
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DimensionError, DTypeError, ShapeError

F = tnn.nn.functional
BINARY = [row for row in TABLE if row.elementwise and len(row.operands) == 2]
X = tnn.zeros(2, 3)
TRUTH = tnn.tensor([True, False])


def z(*shape, dtype=tnn.float32):
    return tnn.zeros(*shape, dtype=dtype)


def i(*values):
    return tnn.tensor(values)


# What is called, the error, and the words that its message holds.
ERRORS = [
    # element by element
    (lambda: tnn.exp("a"), DTypeError, "exp str"),
    (lambda: tnn.add(X, "a"), DTypeError, "add str 'a'"),
    (lambda: tnn.mul(X, None), DTypeError, "mul NoneType"),
    (lambda: tnn.neg(TRUTH), DTypeError, "neg bool"),
    (lambda: TRUTH - TRUTH, DTypeError, "sub bool"),
    (lambda: ~X, DTypeError, "bitwise_not float32"),
    (lambda: X & X, DTypeError, "bitwise_and float32"),
    (lambda: i(1, 2) ** -1, DTypeError, "pow int64 -1"),
    (lambda: TRUTH**TRUTH, DTypeError, "pow bool"),
    (lambda: tnn.clamp(X), ArgumentError, "clamp min max"),
    (lambda: tnn.clamp(X, z(4)), ShapeError, "clamp (2, 3) (4,)"),
    (lambda: tnn.clamp(X, "a"), DTypeError, "clamp 'a'"),
    (lambda: tnn.where(X > 0, z(4), z(3)), ShapeError, "where (2, 3) (4,) (3,)"),
    (lambda: tnn.where(X, X, X), DTypeError, "where bool float32"),
    (lambda: tnn.where(X > 0, X, "a"), DTypeError, "where 'a'"),
    # reductions
    (lambda: tnn.sum(X, 5), DimensionError, "sum 5 2 -2 1"),
    (lambda: tnn.sum(X, (0, -2)), ShapeError, "sum twice (0, -2)"),
    (lambda: tnn.sum(X, 1.5), DTypeError, "sum dim 1.5"),
    (lambda: tnn.mean(X, dim=2), DimensionError, "mean 2"),
    (lambda: tnn.mean(i(1, 2)), DTypeError, "mean int64 float()"),
    (lambda: tnn.var(i(1, 2)), DTypeError, "var int64"),
    (lambda: tnn.var(X, dim=-3), DimensionError, "var -3"),
    (lambda: tnn.amax(X, 3), DimensionError, "amax 3"),
    (lambda: tnn.amax(z(0)), DimensionError, "amax (0,)"),
    (lambda: tnn.amin(z(2, 0), 1), DimensionError, "amin (2, 0)"),
    (lambda: tnn.max(z(0)), DimensionError, "max (0,)"),
    (lambda: tnn.max(z(2, 0), dim=1), DimensionError, "max (2, 0) 1"),
    (lambda: tnn.argmax(z(0)), DimensionError, "argmax (0,)"),
    (lambda: tnn.argmin(X, 4), DimensionError, "argmin 4"),
    (lambda: tnn.logsumexp(X, 7), DimensionError, "logsumexp 7"),
    (lambda: tnn.softmax(X, 3), DimensionError, "softmax 3"),
    (lambda: tnn.softmax(i(1, 2), 0), DTypeError, "softmax int64"),
    (lambda: tnn.log_softmax(tnn.tensor(1), 0), DTypeError, "log_softmax int64"),
    # other shapes
    (lambda: tnn.reshape(X, (4, 2)), ShapeError, "reshape (4, 2) 6"),
    (lambda: tnn.reshape(X, (-1, 4)), ShapeError, "reshape (-1, 4) 6"),
    (lambda: tnn.reshape(X, (-1, -1)), ShapeError, "reshape -1 (-1, -1)"),
    (lambda: tnn.reshape(z(0, 3), (-1, 0)), ShapeError, "reshape -1 (-1, 0)"),
    (lambda: tnn.reshape(X, (1.5, 4)), DTypeError, "reshape 1.5"),
    (lambda: X.view(4), ShapeError, "view (4,) 6"),
    (lambda: X.t().view(6), ShapeError, "view (6,) (3, 2) (1, 3) reshape"),
    (lambda: tnn.flatten(X, 1, 0), ShapeError, "flatten 1 0"),
    (lambda: tnn.transpose(X, 0, 2), DimensionError, "transpose 2"),
    (lambda: tnn.permute(X, (0, 0)), ShapeError, "permute (0, 0) (2, 3)"),
    (lambda: tnn.permute(X, (0, 5)), DimensionError, "permute 5"),
    (lambda: tnn.unsqueeze(X, 4), DimensionError, "unsqueeze 4"),
    (lambda: tnn.squeeze(X, 2), DimensionError, "squeeze 2"),
    (lambda: X.expand(4, 3), ShapeError, "expand (2, 3) (4, 3)"),
    (lambda: X.expand(3), ShapeError, "expand (2, 3) (3,)"),
    (lambda: X.expand(-1, 2, 3), ShapeError, "expand (2, 3) (-1, 2, 3)"),
    (lambda: tnn.cat([]), ShapeError, "cat []"),
    (lambda: tnn.cat([X, z(2, 4)]), ShapeError, "cat 1 (2, 4) (2, 3) 0"),
    (lambda: tnn.cat([X, X], 2), DimensionError, "cat 2"),
    (lambda: tnn.cat([tnn.tensor(1.0)] * 2), ShapeError, "cat 0-d stack"),
    (lambda: tnn.cat([X, 5]), DTypeError, "cat 1 int"),
    (lambda: tnn.stack([]), ShapeError, "stack []"),
    (lambda: tnn.stack([X, z(2, 4)]), ShapeError, "stack 1 (2, 4) (2, 3)"),
    (lambda: tnn.stack([X, X], 4), DimensionError, "stack 4"),
    # positions
    (lambda: X[5], DimensionError, "index 5 0 2"),
    (lambda: X[:, [0, -4]], DimensionError, "index -4 1 3"),
    (lambda: X[0, 0, 0], DimensionError, "index 3 2 (2, 3)"),
    (lambda: X[tnn.tensor([True, False, True])], DimensionError, "index mask (3,) (2, 3) 0"),
    (lambda: X[1.5], DimensionError, "index float 1.5"),
    (lambda: X[X], DimensionError, "index float32"),
    (lambda: X[0:1.5], DTypeError, "index 1.5"),
    (lambda: X[::-1], ArgumentError, "index step -1 flip"),
    (lambda: X[[0, 1], [0, 1, 2]], DimensionError, "index (2,) (3,)"),
    (lambda: tnn.gather(X, 0, i(0, 1)), ShapeError, "gather (2,) (2, 3)"),
    (lambda: tnn.gather(X, 0, X), DTypeError, "gather int64 float32"),
    (lambda: tnn.gather(X, 1, tnn.full((2, 3), 5)), DimensionError, "gather 5 1 3"),
    (lambda: tnn.gather(X, 1, z(3, 3, dtype=tnn.int64)), ShapeError, "gather (3, 3) (2, 3)"),
    (lambda: tnn.index_select(X, 0, TRUTH), DTypeError, "index_select int64 bool"),
    (lambda: tnn.index_select(X, 0, z(1)), DTypeError, "index_select int64 float32"),
    (lambda: tnn.index_select(X, 0, i([0])), ShapeError, "index_select vector (1, 1)"),
    (lambda: tnn.index_add(X, 0, TRUTH, X), DTypeError, "index_add int64 bool"),
    (lambda: tnn.index_add(X, 0, i(0, 1), X.long()), DTypeError, "index_add source int64 float32"),
    (lambda: X.scatter_add(0, X.long(), X.double()), DTypeError, "scatter_add src float64 float32"),
    (lambda: tnn.cat(X), DTypeError, "cat list tuple (2, 3)"),
    (lambda: tnn.div(TRUTH, TRUTH, rounding_mode="floor"), DTypeError, "div bool"),
    (lambda: tnn.add(X, X, alpha=[2]), DTypeError, "add alpha number [2]"),
    (lambda: tnn.add(X, X, alpha=2j), DTypeError, "add alpha 2j complex"),
    # products
    (lambda: X @ z(4, 5), ShapeError, "matmul (2, 3) (4, 5) 3 4"),
    (lambda: z(3) @ z(4), ShapeError, "matmul (3,) (4,)"),
    (lambda: X @ z(4), ShapeError, "matmul (2, 3) (4,)"),
    (lambda: z(2, 3, 4) @ z(3, 4, 5), ShapeError, "matmul (2, 3, 4) (3, 4, 5)"),
    (lambda: tnn.tensor(1.0) @ z(3), ShapeError, "matmul () (3,)"),
    (lambda: X @ z(3, 2).double(), DTypeError, "matmul float32 float64"),
    (lambda: tnn.matmul(X, 5), DTypeError, "matmul int 5"),
    (lambda: F.linear(z(2, 5), z(4, 3)), ShapeError, "linear (2, 5) (4, 3)"),
    (lambda: F.linear(X, z(4, 3), z(5)), ShapeError, "linear (5,) (4, 3)"),
    (lambda: F.linear(z(3, 4), z(4, 4, 4)), ShapeError, "linear (3, 4) (4, 4, 4)"),
    (lambda: F.linear(tnn.tensor(1.0), z(4, 3)), ShapeError, "linear () (4, 3)"),
    (lambda: F.linear(X, z(4, 3).double()), DTypeError, "linear float32 float64"),
    (lambda: F.linear(X, 5), DTypeError, "linear int 5"),
    # losses
    (lambda: F.mse_loss(X, X, reduction="avg"), ArgumentError, "mse_loss none mean sum 'avg'"),
    (lambda: F.mse_loss(i(1), i(1)), DTypeError, "mse_loss int64"),
    (lambda: F.cross_entropy(X, i(0, 1, 2)), ShapeError, "cross_entropy (3,) (2, 3) (2,)"),
    (lambda: F.cross_entropy(z(3, 3), z(3)), DTypeError, "cross_entropy int64 float32"),
    (lambda: F.cross_entropy(z(1, 3), i(3)), DimensionError, "cross_entropy 3 0 2"),
    (lambda: F.cross_entropy(z(1, 3), i(-1)), DimensionError, "cross_entropy -1 3 0 2"),
    (lambda: F.cross_entropy(X, i(0, 1), weight=z(2)), ShapeError, "cross_entropy (3,) (2,)"),
    (lambda: F.cross_entropy(X, i(0, 1), label_smoothing=2.0), ArgumentError, "cross_entropy 2.0"),
    (lambda: F.cross_entropy(tnn.tensor(1.0), tnn.tensor(0)), ShapeError, "cross_entropy 0-d"),
    (lambda: F.nll_loss(X, z(2)), DTypeError, "nll_loss int64 float32"),
    (lambda: F.nll_loss(X, i(0)), ShapeError, "nll_loss (1,) (2, 3) (2,)"),
    (lambda: F.nll_loss(X.long(), i(0, 1)), DTypeError, "nll_loss int64"),
    (
        lambda: F.binary_cross_entropy_with_logits(z(2, 1), z(2)),
        ShapeError,
        "binary_cross_entropy_with_logits (2,) (2, 1)",
    ),
]


@pytest.mark.parametrize(("call", "error", "words"), ERRORS, ids=[words for _, _, words in ERRORS])
def test_a_wrong_call_says_what_is_wrong(call, error, words):
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert type(caught.value) is error
    for part in re.findall(r"\([^)]*\)|\S+", words):
        assert part in message, f"{part} is not in {message!r}"
    assert "ufunc" not in message
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("shapes", [((2, 3), (4,)), ((2, 3), (3, 3)), ((2, 1, 3), (4, 2))], ids=str)
@pytest.mark.parametrize("row", BINARY, ids=str)
def test_shapes_that_do_not_broadcast_are_both_named(row, shapes):
    operands = [
        leaf(tnn, draw(np.random.default_rng(0), shape))
        for draw, shape in zip(row.operands, shapes, strict=True)
    ]
    with pytest.raises(ShapeError) as caught:
        row.call(tnn)(*operands)
    for part in (row.name, *map(str, shapes), "do not broadcast"):
        assert part in str(caught.value)


@pytest.mark.parametrize("error", [ShapeError, DTypeError, DimensionError])
def test_an_error_is_pytorchs_class_and_pythons_own(error):
    natural = {ShapeError: ValueError, DTypeError: TypeError, DimensionError: IndexError}[error]
    assert issubclass(error, RuntimeError)
    assert issubclass(error, natural)
