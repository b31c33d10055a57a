"""Dropout's stream of numbers, the layers as Modules, and what is said of mistakes.
Read `test_layers_and_matrices.py` next: values and gradients of the operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import gradcheck, gradgradcheck
from tinygrad_nn.errors import DTypeError, ShapeError

torch = pytest.importorskip("torch")

HEADS = ((2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7))
MASK = np.random.default_rng(2).random((4, 5)) < 0.6


def leaves(framework: Any, arrays: list[Any]) -> list[Any]:
    return [framework.from_numpy(each.copy()).requires_grad_() for each in arrays]


def numbers(tensor: Any) -> Any:
    return tensor.detach().numpy()


def assert_close(ours: list[Any], theirs: list[Any], tolerance: float) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


# --- dropout --------------------------------------------------------------------------------------


def dropped(framework: Any, shape: Any, dtype: str, p: float, transposed: bool = False) -> Any:
    framework.manual_seed(11)
    x = framework.ones(shape, dtype=getattr(framework, dtype), requires_grad=True)
    y = framework.nn.functional.dropout(x.t() if transposed else x, p)
    (y * y).sum().backward()
    return numbers(y), numbers(x.grad), numbers(framework.rand(3))


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("shape", [(3, 5), (), (0, 2), (40, 50)])
def test_dropout_draws_pytorchs_numbers(shape: Any, dtype: str, p: float) -> None:
    for ours, theirs in zip(
        dropped(tnn, shape, dtype, p), dropped(torch, shape, dtype, p), strict=True
    ):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_dropout_draws_in_the_order_of_memory() -> None:
    ours, theirs = (dropped(framework, (3, 5), "float32", 0.5, True) for framework in (tnn, torch))
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_array_equal(ours[1], theirs[1])


def seeded(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any) -> Any:
        tnn.manual_seed(4)
        return function(*given)

    return call


def test_gradient_of_dropout() -> None:
    drop = seeded(lambda x: tnn.nn.functional.dropout(x * x, 0.4))
    x = leaves(tnn, [np.random.default_rng(0).standard_normal((4, 5))])
    assert gradcheck(drop, x)
    assert gradgradcheck(drop, x)


def test_dropout_outside_training_is_the_input_and_draws_nothing() -> None:
    x, state = tnn.ones(3), tnn.get_rng_state()
    assert tnn.nn.functional.dropout(x, 0.5, training=False) is x
    assert tnn.nn.Dropout(0.5).eval()(x) is x
    np.testing.assert_array_equal(numbers(tnn.get_rng_state()), numbers(state))


def test_dropout_in_place_writes_into_its_input() -> None:
    results = []
    for framework in (tnn, torch):
        framework.manual_seed(7)
        x = framework.ones(20, requires_grad=True)
        y = x * 3
        z = framework.nn.functional.dropout(y, 0.5, inplace=True)
        assert z is y
        z.sum().backward()
        results.append((numbers(y), numbers(x.grad)))
    np.testing.assert_array_equal(results[0], results[1])


@pytest.mark.parametrize("masked", [False, True])
def test_attention_drops_pytorchs_weights(masked: bool) -> None:
    found = []
    for framework in (tnn, torch):
        tensors = leaves(
            framework, [np.random.default_rng(i).standard_normal(s) for i, s in enumerate(HEADS)]
        )
        mask = framework.from_numpy(MASK.copy()) if masked else None
        framework.manual_seed(3)
        y = framework.nn.functional.scaled_dot_product_attention(*tensors, mask, dropout_p=0.3)
        found.append([numbers(y), *map(numbers, framework.autograd.grad((y * y).sum(), tensors))])
    assert_close(*found, 1e-6)


# --- singular matrices ----------------------------------------------------------------------------


@pytest.mark.parametrize("matrices", [[[1, 2], [2, 4]], [[0, 0], [0, 0]], [[[2, 1], [4, 2]]] * 2])
def test_the_determinant_of_a_singular_matrix_has_its_cofactors_for_a_gradient(
    matrices: Any,
) -> None:
    """PyTorch gives zeros; here it is what finite differences give."""
    assert gradcheck(tnn.det, leaves(tnn, [np.array(matrices, np.float64)]))


def test_a_singular_matrix_leaves_the_log_determinants_of_its_batch_their_gradients() -> None:
    batch = np.array([[[1.0, 2.0], [2.0, 4.0]], [[2.0, 1.0], [0.0, 3.0]], [[0.0, 0.0], [0.0, 0.0]]])
    found = []
    for framework in (tnn, torch):
        (A,) = leaves(framework, [batch])
        (slope,) = framework.autograd.grad(framework.linalg.slogdet(A)[1][1:2].sum(), A)
        (all_slopes,) = framework.autograd.grad(framework.linalg.slogdet(A)[1].sum(), A)
        found.append([numbers(slope)[1], numbers(all_slopes)[1]])
        assert not np.isfinite(numbers(all_slopes)[[0, 2]]).any()
        if framework is tnn:  # PyTorch: nan
            assert not numbers(slope)[[0, 2]].any()
    assert_close(*found, 1e-12)


def test_what_catches_pytorchs_error_or_numpys_catches_ours() -> None:
    for caught in (RuntimeError, np.linalg.LinAlgError):
        with pytest.raises(caught, match="inv"):
            tnn.linalg.inv(tnn.zeros(2, 2))


# --- layers ---------------------------------------------------------------------------------------

LAYERS: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = [
    ("Conv2d", (3, 4, 3), {}, (2, 3, 5, 6)),
    ("Conv2d", (4, 6, (3, 2)), {"stride": 2, "padding": (1, 0), "groups": 2}, (2, 4, 5, 6)),
    ("Conv2d", (3, 4, 3), {"padding": "same", "dilation": 2, "bias": False}, (2, 3, 5, 6)),
    ("LayerNorm", (5,), {}, (2, 3, 5)),
    ("LayerNorm", ((3, 5),), {"bias": False, "eps": 0.1}, (2, 3, 5)),
    ("LayerNorm", ([5],), {"elementwise_affine": False}, (2, 5)),
    ("Dropout", (0.3,), {}, (4, 6)),
]


@pytest.mark.parametrize(("name", "arguments", "options", "shape"), LAYERS)
def test_layers_are_pytorchs(name: str, arguments: Any, options: Any, shape: Any) -> None:
    x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    found, states, texts = [], [], []
    for framework in (tnn, torch):
        framework.manual_seed(9)
        layer = getattr(framework.nn, name)(*arguments, **options)
        given = framework.from_numpy(x.copy()).requires_grad_()
        y = layer(given)
        (y * y).sum().backward()
        parameters = dict(layer.named_parameters())
        found.append(
            [numbers(y), numbers(given.grad), *(numbers(p.grad) for p in parameters.values())]
        )
        states.append({key: numbers(value) for key, value in layer.state_dict().items()})
        texts.append(repr(layer))
    assert_close(*found, 1e-4)
    assert list(states[0]) == list(states[1])
    for key, value in states[0].items():
        np.testing.assert_array_equal(value, states[1][key])
    assert texts[0] == texts[1]


# --- mistakes -------------------------------------------------------------------------------------

F = tnn.nn.functional


def ones(*shape: int, dtype: Any = tnn.float32) -> Any:
    return tnn.ones(*shape, dtype=dtype)


DOUBLE = tnn.float64
MISTAKES: list[tuple[Callable[[], Any], type[Exception], tuple[str, ...]]] = [
    (lambda: F.dropout(ones(2), 1.5), ValueError, ("dropout", "1.5")),
    (lambda: F.dropout(tnn.tensor([1, 2])), DTypeError, ("dropout", "int64")),
    (lambda: tnn.nn.Dropout(-1.0), ValueError, ("Dropout", "-1.0")),
    (lambda: F.layer_norm(ones(2, 3), (4,)), ShapeError, ("layer_norm", "(2, 3)", "(4,)")),
    (lambda: F.layer_norm(ones(2, 3), ()), ShapeError, ("layer_norm", "(2, 3)", "()")),
    (
        lambda: F.layer_norm(ones(2, 3), (3,), ones(2)),
        ShapeError,
        ("layer_norm", "weight", "(2,)", "(3,)"),
    ),
    (
        lambda: F.layer_norm(ones(2, 3), (3,), ones(3, dtype=DOUBLE)),
        DTypeError,
        ("layer_norm", "float64", "float32"),
    ),
    (
        lambda: F.conv2d(ones(2, 3, 5, 5), ones(4, 2, 3, 3)),
        ShapeError,
        ("conv2d", "(2, 3, 5, 5)", "(4, 2, 3, 3)"),
    ),
    (lambda: F.conv2d(ones(3, 5), ones(4, 3, 3, 3)), ShapeError, ("conv2d", "(3, 5)")),
    (
        lambda: F.conv2d(ones(1, 3, 2, 5), ones(4, 3, 3, 3)),
        ShapeError,
        ("conv2d", "(3, 3)", "(1, 3, 2, 5)"),
    ),
    (
        lambda: F.conv2d(ones(1, 3, 5, 5), ones(4, 3, 3, 3), ones(3)),
        ShapeError,
        ("conv2d", "(3,)", "(4, 3, 3, 3)"),
    ),
    (
        lambda: F.conv2d(ones(1, 3, 5, 5), ones(4, 3, 3, 3, dtype=DOUBLE)),
        DTypeError,
        ("conv2d", "float32", "float64"),
    ),
    (
        lambda: F.conv2d(ones(1, 3, 5, 5), ones(4, 3, 3, 3), stride=2, padding="same"),
        ValueError,
        ("conv2d", "same", "(2, 2)"),
    ),
    (
        lambda: F.conv2d(ones(1, 3, 5, 5), ones(4, 3, 3, 3), stride=0),
        ValueError,
        ("conv2d", "stride", "0"),
    ),
    (
        lambda: F.conv2d(ones(1, 3, 5, 5), ones(4, 3, 3, 3), padding="full"),
        ValueError,
        ("conv2d", "full"),
    ),
    (
        lambda: F.scaled_dot_product_attention(ones(4, 6), ones(5, 7), ones(5, 6)),
        ShapeError,
        ("scaled_dot_product_attention", "(4, 6)", "(5, 7)"),
    ),
    (
        lambda: F.scaled_dot_product_attention(ones(4, 6), ones(5, 6), ones(5, 6), ones(3, 5)),
        ShapeError,
        ("scaled_dot_product_attention", "(3, 5)"),
    ),
    (
        lambda: F.scaled_dot_product_attention(
            ones(4, 6), ones(5, 6), ones(5, 6), ones(4, 5), is_causal=True
        ),
        ValueError,
        ("scaled_dot_product_attention", "is_causal"),
    ),
    (
        lambda: F.scaled_dot_product_attention(
            ones(4, 6), ones(5, 6), ones(5, 6), tnn.ones(4, 5, dtype=tnn.int64)
        ),
        DTypeError,
        ("scaled_dot_product_attention", "int64"),
    ),
    (
        lambda: tnn.lstm_cell(ones(2, 3), (ones(2, 4), ones(2, 4)), ones(16, 3), ones(16, 5)),
        ShapeError,
        ("lstm_cell", "(2, 3)", "(16, 5)"),
    ),
    (
        lambda: tnn.lstm_cell(ones(2, 3), ones(2, 4), ones(16, 3), ones(16, 4)),
        ShapeError,
        ("lstm_cell", "hx"),
    ),
    (lambda: tnn.linalg.svd(ones(3)), ShapeError, ("svd", "(3,)")),
    (lambda: tnn.linalg.svd(tnn.ones(2, 2, dtype=tnn.int64)), DTypeError, ("svd", "int64")),
    (lambda: tnn.linalg.inv(ones(2, 3)), ShapeError, ("inv", "(2, 3)")),
    (lambda: tnn.linalg.inv(ones(2, 2)), tnn.linalg.LinAlgError, ("inv", "(2, 2)")),
    (lambda: tnn.linalg.slogdet(ones(2, 3)), ShapeError, ("slogdet", "(2, 3)")),
    (lambda: tnn.linalg.det(ones(4)), ShapeError, ("det", "(4,)")),
    (
        lambda: tnn.einsum("ij,jk->ik", ones(2, 3), ones(4, 5)),
        ShapeError,
        ("einsum", "(2, 3)", "(4, 5)", "'j'"),
    ),
    (lambda: tnn.einsum("ij,jk->ik", ones(2, 3)), ShapeError, ("einsum", "ij,jk->ik")),
    (lambda: tnn.einsum("i->i", ones(2, 3)), ShapeError, ("einsum", "'i'")),
    (lambda: tnn.einsum("ij->k", ones(2, 3)), ShapeError, ("einsum", "'k'")),
    (
        lambda: tnn.einsum("ij,j->i", ones(2, 3), ones(3, dtype=DOUBLE)),
        DTypeError,
        ("einsum", "float32", "float64"),
    ),
    (lambda: tnn.mm(ones(2, 3), ones(3)), ShapeError, ("mm", "(2, 3)", "(3,)")),
    (lambda: tnn.mm(ones(2, 3), ones(2, 3)), ShapeError, ("(2, 3)", "3 columns")),
    (lambda: tnn.bmm(ones(2, 3, 4), ones(1, 4, 5)), ShapeError, ("bmm", "(1, 4, 5)")),
    (lambda: tnn.dot(ones(2), ones(2, 1)), ShapeError, ("dot", "(2, 1)")),
    (lambda: tnn.nn.Conv2d(3, 4, 3, groups=2), ValueError, ("Conv2d", "groups=2")),
]


@pytest.mark.parametrize(("mistake", "error", "words"), MISTAKES)
def test_a_mistake_names_the_operation_and_what_does_not_fit(
    mistake: Callable[[], Any], error: type[Exception], words: tuple[str, ...]
) -> None:
    with pytest.raises(error) as raised:
        mistake()
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)], ids=str)
def test_a_layer_norm_over_no_dims_is_refused_where_it_is_called_as_in_pytorch(shape):
    torch = pytest.importorskip("torch")
    for f in (tnn, torch):
        layer = f.nn.LayerNorm(())
        assert layer.normalized_shape == tuple(layer.weight.shape) == tuple(layer.bias.shape) == ()
        x = f.ones(shape)
        for call in (layer, lambda x, f=f: f.nn.functional.layer_norm(x, ())):
            with pytest.raises(RuntimeError, match="normalized_shape"):
                call(x)
