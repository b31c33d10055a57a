"""Jacobians, Hessians and their products equal PyTorch's, with their forms, flags and errors.
Read `test_gradcheck.py` next.
"""

import itertools

import pytest
from beside_torch import assert_same


def numbers(f, *shape):
    size = 1
    for each in shape:
        size *= each
    return (f.arange(float(size), dtype=f.float64).reshape(shape) + 1) / 3


def shaped(x):
    return x.exp().reshape(-1)[:2]


ONE_NUMBER = {
    "one input": (lambda x: (x**3).sum() * x[0, 0], lambda f: numbers(f, 2, 2)),
    "two inputs": (lambda x, y: (x**2 * y).sum(), lambda f: (numbers(f, 2), numbers(f, 2))),
    "an input of no effect": (lambda x, y: (x**3).sum(), lambda f: (numbers(f, 2), numbers(f, 3))),
    "linear": (lambda x: (x * 2).sum(), lambda f: numbers(f, 2)),
}
FUNCTIONS = {
    **ONE_NUMBER,
    "one of a tuple": (shaped, lambda f: (numbers(f, 2, 2),)),
    "two outputs": (lambda x: (x.exp(), x.sum()), lambda f: numbers(f, 3)),
    "two of both": (
        lambda x, y: (x * y, y.sum()),
        lambda f: (numbers(f, 2), numbers(f, 2)),
    ),
    "a constant": (lambda x: x.detach() * 2, lambda f: numbers(f, 2)),
    "no elements": (lambda x: x[:0], lambda f: numbers(f, 2)),
    "no tensor": (lambda x: 3.0, lambda f: numbers(f, 2)),
    "a number for an input": (lambda x: x, lambda f: 3.0),
}
FLAGS = [
    {"create_graph": graph, "strict": strict}
    for graph, strict in itertools.product((False, True), repeat=2)
]


def flagged(made):
    """What was made, and whether each tensor of it requires a gradient."""
    ends = []

    def walk(value):
        if isinstance(value, tuple):
            for each in value:
                walk(each)
        else:
            ends.append(value.requires_grad)

    walk(made)
    return made, ends


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "no elements"])
def test_a_jacobian_is_pytorchs(name):
    """Of no elements PyTorch's fails, where ours has no rows."""
    func, inputs = FUNCTIONS[name]
    for flags in FLAGS:
        assert_same(
            lambda f, flags=flags: flagged(
                f.autograd.functional.jacobian(func, inputs(f), **flags)
            ),
            rtol=1e-10,
        )


@pytest.mark.parametrize("product", ["hessian", "hvp", "vhp"])
@pytest.mark.parametrize("name", [*ONE_NUMBER, "two outputs", "one of a tuple"])
def test_second_derivatives_are_pytorchs(name, product):
    func, inputs = FUNCTIONS[name]
    for flags in FLAGS:

        def program(f, flags=flags):
            given = inputs(f)
            v = () if product == "hessian" else (given,)
            return flagged(getattr(f.autograd.functional, product)(func, given, *v, **flags))

        assert_same(program, rtol=1e-10)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_products_with_a_jacobian_are_pytorchs(name):
    func, inputs = FUNCTIONS[name]
    for flags in FLAGS:

        def pushed(f, flags=flags):
            return flagged(f.autograd.functional.jvp(func, inputs(f), inputs(f), **flags))

        def pulled(f, flags=flags):
            given = inputs(f)
            made = func(*given) if isinstance(given, tuple) else func(given)
            return flagged(f.autograd.functional.vjp(func, inputs(f), made, **flags))

        def pulled_alone(f, flags=flags):
            return flagged(f.autograd.functional.vjp(func, inputs(f), **flags))

        for program in (pushed, pulled, pulled_alone):
            assert_same(program, rtol=1e-10)


def test_the_results_can_be_differentiated_further():
    def program(f):
        x = numbers(f, 3).requires_grad_()
        jacobian = f.autograd.functional.jacobian(lambda x: x**3, x, create_graph=True)
        (second,) = f.autograd.grad(jacobian.sum(), x)
        return second, x.grad is None

    assert_same(program, rtol=1e-10)


def test_a_vector_of_another_shape_is_refused():
    for product in ("vjp", "jvp", "hvp", "vhp"):
        assert_same(
            lambda f, product=product: getattr(f.autograd.functional, product)(
                lambda x: (x * x).sum(), numbers(f, 3), numbers(f, 2)
            )
        )
