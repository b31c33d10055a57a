"""Transforms of functions give what PyTorch's `torch.func` gives, nested in any order.
Read `test_mapping.py` next.
"""

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn


def numbers(f, *shape):
    size = 1
    for each in shape:
        size *= each
    return (f.arange(float(size), dtype=f.float64).reshape(shape) + 1) / 3


PROGRAMS = {
    "grad": lambda f: f.func.grad(lambda x: (x**3).sum())(numbers(f, 3)),
    "grad by several": lambda f: f.func.grad(lambda x, y: (x * y**2).sum(), argnums=(0, 1))(
        numbers(f, 3), numbers(f, 3)
    ),
    "grad by the last": lambda f: f.func.grad(lambda x, y: (x * y**2).sum(), argnums=-1)(
        numbers(f, 3), numbers(f, 3)
    ),
    "grad of a dict": lambda f: sorted(
        f.func.grad(lambda p, x: (p["a"] * x).sum() + p["b"].exp())(
            {"a": numbers(f, 3), "b": numbers(f)}, numbers(f, 3)
        ).items()
    ),
    "grad of nests": lambda f: f.func.grad(lambda p: (p[0] * p[1][0]).sum())(
        (numbers(f, 2), [numbers(f, 2)])
    ),
    "grad beside aux": lambda f: f.func.grad(lambda x: (x.sum() ** 2, x + 1), has_aux=True)(
        numbers(f, 2)
    ),
    "grad and value": lambda f: f.func.grad_and_value(lambda x: (x * x).sum())(numbers(f, 3)),
    "grad where nothing depends": lambda f: f.func.grad(lambda x, y: (y * y).sum())(
        numbers(f, 2), numbers(f, 3)
    ),
    "the third derivative": lambda f: f.func.grad(f.func.grad(f.func.grad(lambda x: x**4)))(
        numbers(f)
    ),
    "grad under no_grad": lambda f: under_no_grad(f),
    "vjp": lambda f: pulled(f),
    "jvp": lambda f: f.func.jvp(
        lambda x, y: (x * y, x.sin().sum()), (numbers(f, 3), numbers(f, 3)), (numbers(f, 3),) * 2
    ),
    "jvp of jvp": lambda f: f.func.jvp(
        lambda x: f.func.jvp(f.exp, (x,), (x,))[1], (numbers(f, 2),), (numbers(f, 2),)
    ),
    "jacrev": lambda f: f.func.jacrev(lambda x: x.reshape(3, 2).exp())(numbers(f, 2, 3)),
    "jacrev of several": lambda f: f.func.jacrev(lambda x, y: (x * y, x.sum()), argnums=(0, 1))(
        numbers(f, 2), numbers(f, 2)
    ),
    "jacfwd": lambda f: f.func.jacfwd(lambda x: x * x.sum())(numbers(f, 3)),
    "hessian": lambda f: f.func.hessian(lambda x: (x**3).sum() * x[0])(numbers(f, 3)),
    "hessian by both": lambda f: f.func.hessian(lambda x, y: (x**2 * y).sum(), argnums=(0, 1))(
        numbers(f, 2), numbers(f, 2)
    ),
    "through what requires a gradient": lambda f: through(f),
    "a module": lambda f: of_a_module(f),
}


def under_no_grad(f):
    with f.no_grad():
        made = f.func.grad(lambda x: (x * x).sum())(numbers(f, 2))
    return made, made.requires_grad


def pulled(f):
    outputs, pull = f.func.vjp(lambda x, y: (x * y, x.exp()), numbers(f, 2), numbers(f, 2))
    once, again = (pull((numbers(f, 2), numbers(f, 2) * k)) for k in (1, 2))
    return outputs, once, again


def through(f):
    w = numbers(f, 3).requires_grad_()
    made = f.func.grad(lambda x: (w * x**2).sum())(numbers(f, 3))
    (outside,) = f.autograd.grad(made.sum(), w)
    x = numbers(f, 3).requires_grad_()
    again = f.func.grad(lambda x: (x**3).sum())(x)
    (second,) = f.autograd.grad(again.sum(), x)
    return made.requires_grad, outside, again.requires_grad, second, x.grad is None


def of_a_module(f):
    model = f.nn.Sequential(f.nn.Linear(2, 3), f.nn.Tanh(), f.nn.Linear(3, 1)).double()
    given = {name: numbers(f, *p.shape) for name, p in model.named_parameters()}

    def loss(parameters, x):
        return f.func.functional_call(model, parameters, (x,)).pow(2).sum()

    found = f.func.grad(loss)(given, numbers(f, 4, 2))
    of_each = f.func.vmap(f.func.grad(loss), in_dims=(None, 0))(given, numbers(f, 4, 2))
    return [each for both in (found, of_each) for _, each in sorted(both.items())]


@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")  # by PyTorch's jvp
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_transform_gives_what_pytorchs_gives(program):
    assert_same(program, rtol=1e-10)


def test_what_a_transform_returns_requires_a_gradient_only_where_something_outside_does():
    x = tnn.ones(3)
    assert not tnn.func.grad(lambda x: (x * x).sum())(x).requires_grad
    assert not tnn.func.vjp(tnn.exp, x)[0].requires_grad
    assert not tnn.func.hessian(lambda x: (x**3).sum())(x).requires_grad
    assert x.grad is None
    w = tnn.ones(3, requires_grad=True)
    assert tnn.func.grad(lambda x: (w * x).sum())(x).requires_grad


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda: tnn.func.grad(lambda x: x)(tnn.ones(3)),
            RuntimeError,
            r"scalar, got shape \(3,\)",
        ),
        (lambda: tnn.func.grad(lambda x: 3.0)(tnn.ones(3)), TypeError, "got float 3.0"),
        (lambda: tnn.func.grad(lambda x: x)(3.0), TypeError, "Tensors, got float 3.0"),
        (lambda: tnn.func.grad(lambda x: x, argnums=1)(tnn.ones(())), ValueError, "argnums=1"),
        (lambda: tnn.func.jvp(tnn.exp, tnn.ones(2), tnn.ones(2)), TypeError, "tuples"),
        (lambda: tnn.func.jvp(tnn.exp, (tnn.ones(2),), (tnn.ones(3),)), RuntimeError, r"\(3,\)"),
        (lambda: tnn.func.vjp(tnn.exp, tnn.ones(2))[1](tnn.ones(3)), RuntimeError, r"\(3,\)"),
    ],
)
def test_what_a_transform_cannot_take_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_a_module_is_as_it_was_after_a_call_that_failed():
    layer = tnn.nn.Linear(2, 1)
    weight = layer.weight
    with pytest.raises(RuntimeError):
        tnn.func.functional_call(layer, {"weight": tnn.ones(1, 3)}, tnn.ones(1, 2))
    assert layer.weight is weight
    with pytest.raises(ValueError, match=r"has no wait; it has weight, bias"):
        tnn.func.functional_call(layer, {"wait": tnn.ones(1, 2)}, tnn.ones(1, 2))
    with pytest.raises(ValueError, match=r"nothing is given for bias"):
        tnn.func.functional_call(layer, {"weight": weight}, tnn.ones(1, 2), strict=True)


def test_models_are_stacked_and_run_as_an_ensemble():
    models = [tnn.nn.Linear(2, 3) for _ in range(4)]
    parameters, buffers = tnn.func.stack_module_state(models)
    assert buffers == {}
    assert all(each.requires_grad and each.is_leaf for each in parameters.values())
    x = tnn.rand(5, 2)
    made = tnn.vmap(
        lambda own, x: tnn.func.functional_call(models[0], own, (x,)), in_dims=(0, None)
    )(parameters, x)
    for own, model in zip(made, models, strict=True):
        assert (own - model(x)).abs().amax().item() < 1e-6
    with pytest.raises(ValueError, match="of one class"):
        tnn.func.stack_module_state([])
