"""A Function in the newer style, forward without ctx, and one that returns what is no tensor.
Read `test_function.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn


def test_forward_without_ctx_is_followed_by_setup_context():
    def program(library):
        class Scaled(library.autograd.Function):
            @staticmethod
            def forward(x, factor):
                return x * factor, 3

            @staticmethod
            def setup_context(ctx, inputs, output):
                x, ctx.factor = inputs
                ctx.save_for_backward(x)
                ctx.count = output[1]

            @staticmethod
            def backward(ctx, g, of_the_count):
                (x,) = ctx.saved_tensors
                assert of_the_count is None
                return g * ctx.factor * ctx.count + 0 * x, None

        x = leaf(library, 1.0, 2.0)
        y, count = Scaled.apply(x, 5.0)
        y.sum().backward()
        return y, count, x.grad

    assert_same(program)


@pytest.mark.parametrize("other", ["text", 5, None, 2.5], ids=repr)
def test_an_output_that_is_no_tensor_is_handed_on(other):
    def program(library):
        class Noted(library.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return other, x * 2, other

            @staticmethod
            def backward(ctx, *gradients):
                assert gradients[0] is gradients[2] is None
                return gradients[1] * 2

        x = leaf(library, 1.0, 2.0)
        first, y, last = Noted.apply(x)
        y.sum().backward()
        return str(first), y, str(last), x.grad

    assert_same(program)


WAYS = {
    "numpy": lambda x: x.numpy(),
    "np.asarray": np.asarray,
    "a ufunc": lambda x: np.arctan(np.asarray(x)),
    "of an element": lambda x: np.asarray(x[0]),
    "of a computed one": lambda x: (x * 2).numpy(),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("mode", ["no_grad", "inference_mode", "enable_grad"])
def test_an_array_may_be_had_where_nothing_is_recorded(way, mode):
    def program(library):
        x = leaf(library, 1.0, 2.0)
        with getattr(library, mode)():
            return np.array(way(x)).tolist()

    assert_same(program)


def test_an_array_may_be_had_in_forward():
    def program(library):
        class Through(library.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return library.tensor(x.numpy() * 2)

            @staticmethod
            def backward(ctx, g):
                return g * 2

        x = leaf(library, 1.0, 2.0)
        y = Through.apply(x)
        y.sum().backward()
        return y, x.grad

    assert_same(program)


def test_numpys_functions_take_what_requires_a_gradient_where_nothing_is_recorded():
    x = leaf(tnn, 1.0, 2.0)
    with tnn.no_grad():
        assert np.asarray(np.arctan(x)).tolist() == np.arctan([1.0, 2.0]).tolist()
        assert np.sum(x, where=np.array([True, False])) == 1.0
