"""Scalars before the tensors that they multiply, as programs of PyTorch's first years have them.
Read `test_keyword_names.py` next: the order of today.
"""

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:.*This overload of:UserWarning")

# By operation: shapes of its tensors, the names of its scalars.
OPERATIONS = {
    "add": ([(2, 3), (3,)], ["alpha"]),
    "sub": ([(2, 3), (3,)], ["alpha"]),
    "addcmul": ([(2, 3), (2, 3), (3,)], ["value"]),
    "addcdiv": ([(2, 3), (2, 3), (3,)], ["value"]),
    "addmm": ([(2, 4), (2, 3), (3, 4)], ["beta", "alpha"]),
    "addmv": ([(2,), (2, 3), (3,)], ["beta", "alpha"]),
    "addr": ([(2, 3), (2,), (3,)], ["beta", "alpha"]),
    "baddbmm": ([(5, 2, 4), (5, 2, 3), (5, 3, 4)], ["beta", "alpha"]),
    "addbmm": ([(2, 4), (5, 2, 3), (5, 3, 4)], ["beta", "alpha"]),
}


def tensors_of(library, name):
    library.manual_seed(0)
    return [library.randn(shape) for shape in OPERATIONS[name][0]]


def orders(name, tensors):
    """The arguments in each older order, as a function's and as a method's, and their scalars."""
    first, *others = tensors
    if OPERATIONS[name][1] == ["beta", "alpha"]:
        yield (0.5, first, 3.0, *others), (first, 0.5, 3.0, *others), {"beta": 0.5, "alpha": 3.0}
        yield (0.5, first, *others), (first, 0.5, *others), {"beta": 0.5}
    else:
        (scalar,) = OPERATIONS[name][1]
        yield (first, -0.5, *others), (first, -0.5, *others), {scalar: -0.5}


@pytest.mark.parametrize("name", OPERATIONS)
def test_scalars_may_stand_before_what_they_multiply(library, name):
    tensors = tensors_of(library, name)
    for as_function, as_method, scalars in orders(name, tensors):
        wanted = getattr(library, name)(*tensors, **scalars)
        first, *others = as_method
        written = getattr(first.clone(), f"{name}_")(*others)
        for y in (getattr(library, name)(*as_function), getattr(first, name)(*others), written):
            assert library.equal(y, wanted), (name, scalars)


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradients_pass_as_with_the_order_of_today(library, name):
    tensors = [each.requires_grad_() for each in tensors_of(library, name)]
    for as_function, _, scalars in orders(name, tensors):
        gradients = []
        for y in (
            getattr(library, name)(*as_function),
            getattr(library, name)(*tensors, **scalars),
        ):
            gradients.append(library.autograd.grad(y.square().sum(), tensors))
        assert all(map(library.equal, *gradients))


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_order_that_never_was_is_a_type_error(library, name):
    tensors = tensors_of(library, name)
    for given in ([*tensors, 2.0], [*tensors, tensors[0]], [2.0, 2.0, *tensors]):
        with pytest.raises(TypeError):
            getattr(library, name)(*given)
    for as_function, _, scalars in orders(name, tensors):
        with pytest.raises(TypeError):  # a scalar both by place and by name
            getattr(library, name)(*as_function, **dict.fromkeys(scalars, 2.0))


def test_a_step_of_sgd_with_momentum_as_it_was_written_first(library):
    p, gradient, average = (library.full((3,), value) for value in (1.0, 0.5, 0.25))
    average.mul_(0.9).add_(0.1, gradient)
    p.addcdiv_(-0.1, average, gradient.mul(2).add_(1e-8)).data.add_(-0.1, gradient)
    assert p.tolist() == pytest.approx([1 - 0.1 * 0.275 - 0.05] * 3)
