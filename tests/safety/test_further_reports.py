"""Programs of public bug reports that went wrong here too, each with the test of its kind.
Read `test_mistakes.py` next, what a user's own mistake gets.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn

EQUATIONS = [
    "i,i",
    "i,i->i",
    "ij,jk->ik",
    "ij,ij->",
    "ij,i->j",
    "bij,bjk->bik",
    "i,i,i->",
    "ij,ij->i",
]


def numbers(library: Any, *shape: int) -> Any:
    values = np.sin(np.arange(np.prod(shape)) * 1.7 + 0.3).reshape(shape)
    return library.tensor(values, requires_grad=True)


def sizes_with_ones(equation: str) -> list[tuple[tuple[int, ...], ...]]:
    """Return the shapes of the operands where each dimension is 1 or its letter's size."""
    size = {letter: 2 + k for k, letter in enumerate("ijkb")}
    terms = equation.partition("->")[0].split(",")
    places = [letter for term in terms for letter in term]
    shapes = []
    for chosen in product(*[(1, size[letter]) for letter in places]):
        flat = iter(chosen)
        shapes.append(tuple(tuple(next(flat) for _ in term) for term in terms))
    return shapes


# --- HIPS/autograd#376: a letter that einsum broadcasts ------------------------------------------


@pytest.mark.parametrize("equation", EQUATIONS)
def test_gradients_of_einsum_where_any_dimension_is_broadcast(equation: str) -> None:
    def gradients(library: Any, shapes: Any) -> Any:
        operands = [numbers(library, *shape) for shape in shapes]
        y = library.einsum(equation, *operands)
        first = library.autograd.grad((y * y).sum(), operands, create_graph=True)
        second = library.autograd.grad(sum((g * g).sum() for g in first), operands)
        return [y, *first, *second]

    for shapes in sizes_with_ones(equation):
        assert_same(lambda library, shapes=shapes: gradients(library, shapes), rtol=1e-9)


# --- pytorch/pytorch#194705, jax-ml/jax#8732: the rule of svd ------------------------------------


def svd_of_scaled(scale: float, dtype: Any) -> list[Any]:
    """Return the gradients of squares of U and of Vh, times the scale: which it cannot change."""
    A = (tnn.tensor([[1.0, 0.3], [0.2, 2.0]], dtype=dtype) * scale).requires_grad_()
    U, _, Vh = tnn.linalg.svd(A)
    return [g * scale for g in tnn.autograd.grad(U[0, 0] ** 2 + Vh[0, 1] ** 2, A)]


@pytest.mark.parametrize(
    ("scale", "dtype"),
    [(1e-170, tnn.float64), (1e170, tnn.float64), (1e-30, tnn.float32), (1e30, tnn.float32)],
)
def test_svd_has_the_same_gradient_of_small_and_of_large_matrices(scale: float, dtype: Any) -> None:
    (expected,), (got,) = svd_of_scaled(1.0, dtype), svd_of_scaled(scale, dtype)
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-4)


@pytest.mark.parametrize("values", [(1.0, 1.0, 2.0), (2.0, 0.0, 0.0)])
def test_no_false_number_is_given_for_vectors_of_equal_singular_values(values: Any) -> None:
    def gradient(library: Any) -> Any:
        A = library.eye(3, dtype=library.float64) * leaf(library, *values).detach()
        A.requires_grad_()
        U, S, Vh = library.linalg.svd(A)
        (library.arange(9.0, dtype=library.float64).reshape(3, 3) * ((U * S) @ Vh)).sum().backward()
        return library.isnan(A.grad)

    assert_same(gradient)


# --- pytorch/pytorch#98276: the square of a length -----------------------------------------------


@pytest.mark.parametrize("name", ["abs", "angle", "sgn"])
@pytest.mark.parametrize(
    ("scale", "dtype"),
    [(1e-170, "complex128"), (1e170, "complex128"), (1e-25, "complex64"), (1e25, "complex64")],
)
def test_parts_of_a_complex_number_have_the_gradient_of_its_direction(
    name: str, scale: float, dtype: str
) -> None:
    def gradient(scale: float) -> Any:
        z = tnn.tensor([(3 - 4j) * scale], dtype=getattr(tnn, dtype), requires_grad=True)
        (tnn.real(getattr(tnn, name)(z))).sum().backward()
        return z.grad.numpy() * (1 if name == "abs" else scale)

    np.testing.assert_allclose(gradient(scale), gradient(1.0), rtol=1e-5)


# --- tinygrad/tinygrad#14115, pytorch/pytorch#8686: the class of a refusal -----------------------

REFUSED = {
    "conv2d, dilation of 0": lambda t: t.nn.functional.conv2d(*images(t), dilation=0),
    "conv2d, stride of 0": lambda t: t.nn.functional.conv2d(*images(t), stride=0),
    "conv2d, groups of 0": lambda t: t.nn.functional.conv2d(*images(t), groups=0),
    "conv2d, negative padding": lambda t: t.nn.functional.conv2d(*images(t), padding=-1),
    "conv2d, no such padding": lambda t: t.nn.functional.conv2d(*images(t), padding="full"),
    "conv2d, same with a stride": lambda t: t.nn.functional.conv2d(
        *images(t), padding="same", stride=2
    ),
    "attention, two masks": lambda t: t.nn.functional.scaled_dot_product_attention(
        *[t.ones(1, 2, 2)] * 3, attn_mask=t.ones(2, 2, dtype=t.bool), is_causal=True
    ),
    "cross_entropy, smoothing": lambda t: t.nn.functional.cross_entropy(
        t.ones(2, 3), t.tensor([0, 1]), label_smoothing=1.5
    ),
    "cross_entropy, smoothed probabilities": lambda t: t.nn.functional.cross_entropy(
        t.ones(2, 3), t.ones(2, 3), label_smoothing=1.5
    ),
    "cross_entropy, ignored probabilities": lambda t: t.nn.functional.cross_entropy(
        t.ones(2, 3), t.ones(2, 3), ignore_index=1
    ),
    "dropout, p": lambda t: t.nn.functional.dropout(t.ones(2), 1.5),
    "clamp, no bounds": lambda t: t.ones(2).clamp(),
}


def images(library: Any) -> Any:
    return library.ones(1, 2, 4, 4), library.ones(2, 2, 3, 3)


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_an_argument_is_refused_with_pytorchs_class(call: Any) -> None:
    assert isinstance(assert_same(call), ValueError | RuntimeError)


ALONG = {
    "unbind": lambda x: list(x.unbind()),
    "split": lambda x: list(x.split(1)),
    "split as listed": lambda x: list(x.split([1])),
    "chunk": lambda x: list(x.chunk(1)),
    "softmax": lambda x: x.softmax(0),
    "log_softmax": lambda x: x.log_softmax(-1),
    "logsumexp": lambda x: x.logsumexp(0),
    "cumsum": lambda x: x.cumsum(0),
    "sort": lambda x: list(x.sort(0)),
    "argsort": lambda x: x.argsort(),
    "flip": lambda x: x.flip(0),
    "sum": lambda x: x.sum(0),
    "mean": lambda x: x.mean(-1),
    "var": lambda x: x.var(0, unbiased=False),
    "max": lambda x: list(x.max(0)),
    "amax": lambda x: x.amax(0),
    "argmin": lambda x: x.argmin(0),
    "squeeze": lambda x: x.squeeze(0),
    "unsqueeze": lambda x: x.unsqueeze(0),
    "transpose": lambda x: x.transpose(0, -1),
    "permute": lambda x: x.permute(()),
    "flatten": lambda x: x.flatten(),
    "size": lambda x: x.size(0),
    "dimension 1": lambda x: x.sum(1),
    "dimension -2": lambda x: x.softmax(-2),
    "index": lambda x: x[0],
    "length": lambda x: len(x),
    "iteration": lambda x: list(x),
    "matmul": lambda x: x @ x,
    "t": lambda x: x.t(),
    "mT": lambda x: x.mT,
}


@pytest.mark.parametrize("call", ALONG.values(), ids=ALONG)
def test_what_goes_along_a_dimension_answers_a_0_d_tensor_as_pytorch_does(call: Any) -> None:
    assert_same(lambda library: call(library.tensor(2.5, dtype=library.float64)))


# --- pytorch/pytorch#5556: integers from start to end in fractions -------------------------------


@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "int8", "uint8", "float32"])
def test_arange_of_fractions_has_pytorchs_integers(dtype: str) -> None:
    for start, end, step in product((0, 0.5, 1.9, 2), (2.5, 4, 4.1, 9.86), (1, 1.3, 1.5, 2)):
        assert_same(
            lambda t, at=(start, end, step): t.arange(*at, dtype=getattr(t, dtype)), rtol=1e-6
        )


# --- pytorch/pytorch#109186: no freedom is left --------------------------------------------------


@pytest.mark.parametrize("shape", [(2, 2), (1, 3), (3, 2)])
def test_var_of_as_many_elements_as_its_correction_has_pytorchs_gradient(shape: Any) -> None:
    def gradient(library: Any) -> Any:
        x = numbers(library, *shape)
        x.var(0, correction=shape[0]).sum().backward()
        return x.grad

    assert_same(gradient)
