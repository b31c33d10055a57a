"""Layers, decompositions and einsum where the table of operations has no row for such a call: each
against PyTorch and finite differences, to the second order. Read `test_layers_used.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn
from tinygrad_nn.autograd import gradcheck, gradgradcheck

torch = pytest.importorskip("torch")
SDPBackend, sdpa_kernel = torch.nn.attention.SDPBackend, torch.nn.attention.sdpa_kernel


class Case(NamedTuple):
    """A call, of a framework and its tensors, with the shapes that it is tried at."""

    name: str
    call: Callable[..., Any]
    operands: tuple[Any, ...]  # shapes of random floats, or arrays
    twice: bool = True  # whether PyTorch can differentiate it twice

    def __str__(self) -> str:
        return self.name

    def draw(self, dtype: Any = np.float64) -> list[Any]:
        random = np.random.default_rng(5)
        return [
            np.asarray(random.standard_normal(each)).astype(dtype)
            if isinstance(each, tuple)
            else each.astype(dtype if each.dtype.kind == "f" else each.dtype)
            for each in self.operands
        ]


def functional(name: str, *shapes: Any, **options: Any) -> Case:
    told = ", ".join([*map(_told, shapes), *(f"{k}={v}" for k, v in options.items())])
    return Case(
        f"{name}({told})",
        lambda framework, *x: getattr(framework.nn.functional, name)(*x, **options),
        shapes,
    )


def _told(operand: Any) -> str:
    return str(operand) if isinstance(operand, tuple) else f"{operand.dtype}{operand.shape}"


def normalised(shape: Any, last: Any, *parts: str, **options: Any) -> Case:
    def call(framework: Any, x: Any, *given: Any) -> Any:
        named = dict(zip(parts, given, strict=True))
        return framework.nn.functional.layer_norm(x, last, **named, **options)

    return Case(
        f"layer_norm({shape}, {last}, {parts}, {options})", call, (shape, *[last] * len(parts))
    )


def attention(*shapes: Any, **options: Any) -> Case:
    return functional("scaled_dot_product_attention", *shapes, **options)


def cell(batch: int, size: int, hidden: int, biases: int = 2) -> Case:
    def call(framework: Any, x: Any, h: Any, c: Any, *weights: Any) -> Any:
        return framework.lstm_cell(x, (h, c), *weights)

    shapes = [(batch, size), (batch, hidden), (batch, hidden), (4 * hidden, size)]
    shapes += [(4 * hidden, hidden), *[(4 * hidden,)] * biases]
    return Case(f"lstm_cell({batch}, {size}, {hidden}, biases={biases})", call, tuple(shapes))


def einsum(equation: str, *shapes: Any) -> Case:
    return Case(
        f"einsum({equation!r}, {shapes})",
        lambda framework, *x: framework.einsum(equation, *x),
        shapes,
    )


def einsum_by_lists(framework: Any, a: Any, b: Any) -> Any:
    return framework.einsum(a, [0, ..., 2], b, [2, 5], [5, ..., 0])


def invariants(framework: Any, A: Any, full_matrices: bool = False) -> Any:
    """Of a decomposition what does not depend on the signs of the columns."""
    U, S, Vh = framework.linalg.svd(A, full_matrices)
    k = S.shape[-1]
    U, Vh = U[..., :k], Vh[..., :k, :]
    return U * U, S, Vh * Vh, U[..., :1] * Vh[..., :1, :]


def full_invariants(framework: Any, A: Any) -> Any:
    return invariants(framework, A, True)


def matrix(name: str, *shapes: Any) -> Case:
    return Case(f"{name}{shapes}", lambda framework, *x: getattr(framework, name)(*x), shapes)


def linalg(name: str, shape: Any) -> Case:
    return Case(
        f"linalg.{name}({shape})", lambda framework, x: getattr(framework.linalg, name)(x), (shape,)
    )


def only(part: str) -> Callable[..., Any]:
    def call(framework: Any, A: Any) -> Any:
        got = getattr(framework.linalg.svd(A, False), part)
        return got if part == "S" else got * got

    return call


CASES = [
    normalised((3, 5), (5,), "bias")._replace(twice=False),
    attention((2, 4, 3, 6), (2, 2, 5, 6), (2, 2, 5, 6), enable_gqa=True),
    cell(3, 4, 5),
    Case("svd((4, 3))", invariants, ((4, 3),)),
    Case("svd((3, 4))", invariants, ((3, 4),)),
    Case("svd((3, 3))", invariants, ((3, 3),)),
    Case("svd((4, 2), full)", full_invariants, ((4, 2),)),
    Case("svd((4, 3)).U", only("U"), ((4, 3),)),
    Case("svd((4, 3)).S", only("S"), ((4, 3),)),
    Case("svd((3, 4)).Vh", only("Vh"), ((3, 4),)),
    linalg("svdvals", (2, 3, 4)),
    *[linalg(name, (3, 3)) for name in ("slogdet", "det", "inv")],
    einsum("ij, kj", (3, 4), (5, 4)),
    einsum("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    einsum("...i,i", (2, 3, 4), (4,)),
    einsum("i...->...", (2, 3, 4)),
    einsum("ii", (3, 3)),
    einsum("ii->i", (3, 3)),
    einsum("iij->j", (3, 3, 2)),
    einsum("Ab,bA->A", (2, 3), (3, 2)),
    Case("einsum by lists", einsum_by_lists, ((2, 3, 4), (4, 5))),
    matrix("mm", (2, 3), (3, 4)),
    matrix("bmm", (2, 2, 3), (2, 3, 4)),
    matrix("mv", (2, 3), (3,)),
    matrix("dot", (3,), (3,)),
    matrix("outer", (2,), (3,)),
    matrix("bmm", (0, 2, 3), (0, 3, 4)),
]
WITH_ELEMENTS = [each for each in CASES if all(0 not in x.shape for x in each.draw())]
every_case = pytest.mark.parametrize("case", CASES, ids=str)
twice = pytest.mark.parametrize("case", [each for each in CASES if each.twice], ids=str)
every_case_with_elements = pytest.mark.parametrize("case", WITH_ELEMENTS, ids=str)


def leaves(framework: Any, arrays: list[Any]) -> list[Any]:
    tensors = [framework.from_numpy(each.copy()) for each in arrays]
    return [x.requires_grad_(a.dtype.kind == "f") for x, a in zip(tensors, arrays, strict=True)]


def outputs_of(case: Case, framework: Any, tensors: list[Any]) -> list[Any]:
    made = case.call(framework, *tensors)
    return list(made) if isinstance(made, (tuple, list)) else [made]


def weighed(framework: Any, tensors: list[Any], weights: Any) -> Any:
    """Sum of all elements, each with a random weight of its own, drawn as leaves."""
    drawn = [
        np.asarray(weights.standard_normal(tuple(x.shape))).astype(numbers(x).dtype)
        for x in tensors
    ]
    held = leaves(framework, drawn)
    return sum(((x * w).sum() for x, w in zip(tensors, held, strict=True)), start=0.0), held


def numbers(tensor: Any) -> Any:
    return tensor.detach().numpy()


def derivatives(case: Case, framework: Any, order: int, dtype: Any = np.float64) -> list[Any]:
    """The outputs, then the gradients of a random combination of them, or of their gradients."""
    weights = np.random.default_rng(3)
    tensors = leaves(framework, case.draw(dtype))
    outputs = outputs_of(case, framework, tensors)
    variables = [x for x in tensors if x.requires_grad]
    total, held = weighed(framework, outputs, weights)
    grad = framework.autograd.grad
    found = grad(total, variables, create_graph=order > 1)
    if order > 1:
        total, _ = weighed(framework, list(found), weights)
        found = grad(total, [*variables, *held], allow_unused=True, materialize_grads=True)
    return [numbers(x) for x in (*outputs, *found)]


def assert_equal(ours: list[Any], theirs: list[Any], tolerance: float) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        scale = max(1.0, np.abs(other).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale)


@every_case
def test_value_and_gradient_are_pytorchs(case: Case) -> None:
    assert_equal(derivatives(case, tnn, 1), derivatives(case, torch, 1), 1e-10)


@twice
def test_second_derivative_is_pytorchs(case: Case) -> None:
    with sdpa_kernel(SDPBackend.MATH):  # the only one that PyTorch can differentiate twice
        theirs = derivatives(case, torch, 2)
    assert_equal(derivatives(case, tnn, 2), theirs, 1e-7)


@every_case_with_elements
def test_gradient_is_that_of_finite_differences(case: Case) -> None:
    assert gradcheck(lambda *x: case.call(tnn, *x), leaves(tnn, case.draw()))


@every_case_with_elements
def test_second_derivative_is_that_of_finite_differences(case: Case) -> None:
    assert gradgradcheck(lambda *x: case.call(tnn, *x), leaves(tnn, case.draw()), fast_mode=True)


@every_case
def test_float32_stays_float32_and_is_close(case: Case) -> None:
    ours, exact = derivatives(case, tnn, 1, np.float32), derivatives(case, tnn, 1)
    for one, other in zip(ours, exact, strict=True):
        assert one.dtype == np.float32
        scale = max(1.0, np.abs(other).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * scale)


@every_case
def test_float32_is_float32_in_the_second_derivative_too(case: Case) -> None:
    assert all(each.dtype == np.float32 for each in derivatives(case, tnn, 2, np.float32))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "bool"])
@pytest.mark.parametrize("equation", ["ij->i", "ij->", "ii->", "ij->ji", "ii->i", "ij,jk->ik"])
def test_einsum_adds_integers_up_as_pytorch_does(equation, dtype):
    array = np.full((9, 9), 100).astype(dtype)
    found = []
    for framework in (tnn, torch):
        operands = [framework.from_numpy(array.copy())] * equation.partition("->")[0].count(",")
        try:
            found.append(framework.einsum(equation, framework.from_numpy(array.copy()), *operands))
        except RuntimeError:
            found.append(None)
    ours, theirs = found
    if theirs is not None:  # PyTorch multiplies no matrices of bool
        assert str(ours.dtype) == str(theirs.dtype)
        np.testing.assert_array_equal(ours.array, theirs.numpy())


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("i,i->", ((5000,), (5000,))),
        ("i,i", ((5000,), (5000,))),
        ("ij,ij->", ((80, 60), (80, 60))),
        ("bi,bi->b", ((3, 2000), (3, 2000))),
        ("i,j,ij->", ((80,), (60,), (80, 60))),
        ("ij,j->i", ((3, 2000), (2000,))),
        ("ij,j->", ((3, 2000), (2000,))),
    ],
)
def test_einsum_of_many_elements_to_few_dimensions(equation, shapes):
    def program(library):
        drawn = np.random.default_rng(0)
        operands = [library.tensor(drawn.standard_normal(s), requires_grad=True) for s in shapes]
        y = library.einsum(equation, *operands)
        return [y, *library.autograd.grad(y.sum(), operands)]

    assert_same(program, atol=1e-10)
