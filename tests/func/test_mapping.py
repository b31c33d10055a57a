"""`vmap` maps a function over any dim of its arguments, and stacks what it returns along any other.
Read `../autograd/test_functional.py` next.
"""

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn


def cube(f):
    return f.arange(24.0).reshape(2, 3, 4)


PROGRAMS = {
    "a product": lambda f: f.vmap(f.dot)(f.ones(3, 4), cube(f)[0]),
    "along another dim": lambda f: f.vmap(lambda x: x.sum(0), in_dims=2)(cube(f)),
    "from the end": lambda f: f.vmap(lambda x: x.sum(0), in_dims=-1, out_dims=-1)(cube(f)),
    "one given whole": lambda f: f.vmap(f.mv, in_dims=(None, 0))(cube(f)[0], f.ones(5, 4)),
    "two dims": lambda f: f.vmap(f.mv, in_dims=(1, 0))(cube(f), f.ones(3, 4)),
    "stacked elsewhere": lambda f: f.vmap(lambda x: x * 2, out_dims=1)(cube(f)),
    "several results": lambda f: f.vmap(lambda x: (x.sum(), x * 2), out_dims=(0, 1))(cube(f)),
    "a nest": lambda f: f.vmap(lambda p: p["a"] + p["b"][0], in_dims=({"a": 0, "b": (None,)},))(
        {"a": cube(f), "b": (f.ones(3, 4),)}
    ),
    "a dict of results": lambda f: sorted(
        f.vmap(lambda x: {"s": x.sum(), "x": x})(cube(f)).items()
    ),
    "by keyword": lambda f: f.vmap(lambda x, y: x * y)(cube(f), y=f.ones(2, 3, 4) * 3),
    "twice": lambda f: f.vmap(f.vmap(f.dot, in_dims=(None, 0)), in_dims=(0, None))(
        f.ones(3, 4), cube(f)[0]
    ),
    "a gradient of each": lambda f: f.vmap(f.func.grad(lambda x: (x**2).sum()))(cube(f)),
    "a Jacobian": lambda f: f.vmap(f.func.jacrev(lambda x: x * x.sum()))(cube(f)[0]),
    "unequal": lambda f: f.vmap(f.dot)(f.ones(3, 4), f.ones(2, 4)),
    "nothing to map": lambda f: f.vmap(f.dot, in_dims=None)(f.ones(4), f.ones(4)),
    "no tensor": lambda f: f.vmap(lambda x: x)(3.0),
    "no dim": lambda f: f.vmap(lambda x: x, in_dims=5)(f.ones(3)),
    "entries that do not match": lambda f: f.vmap(lambda x, y: x, in_dims=(0,))(*[f.ones(3)] * 2),
    "a result that is no tensor": lambda f: f.vmap(lambda x: 3.0)(f.ones(3)),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_mapped_function_gives_what_pytorchs_gives(program):
    assert_same(program)


def test_gradients_go_through():
    w = tnn.ones(4, requires_grad=True)
    tnn.vmap(lambda x: (w * x).sum())(tnn.arange(12.0).reshape(3, 4)).sum().backward()
    assert w.grad.tolist() == [12.0, 15.0, 18.0, 21.0]


def test_what_a_function_does_may_depend_on_the_values():
    assert tnn.vmap(lambda x: x if x > 0 else -x)(tnn.tensor([-1.0, 2.0])).tolist() == [1.0, 2.0]
