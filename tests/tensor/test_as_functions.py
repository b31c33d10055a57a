"""Methods that PyTorch has as functions too do the same as functions.
Read `test_public_names.py` above it next, which has every name.
"""

import pytest

import tinygrad_nn as tnn

CALLS = {
    "detach": lambda f, x: f.detach(x * 2).requires_grad,
    "detach_": lambda f, x: f.detach_(x * 2).requires_grad,
    "zero_": lambda f, x: f.zero_(x.detach().clone()).tolist(),
    "is_inference": lambda f, x: f.is_inference(x),
    "resize_as_": lambda f, x: f.resize_as_(f.ones(4), f.ones(2, 2)).tolist(),
    "as_strided_": lambda f, x: f.as_strided_(f.arange(4), (2,), (2,), 1).tolist(),
    "addmv_": lambda f, x: f.addmv_(f.ones(1), f.ones(1, 2), f.ones(2), beta=3).tolist(),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_method_as_a_function_is_pytorch_s(name):
    torch = pytest.importorskip("torch")
    ours, theirs = (CALLS[name](f, f.ones(2, requires_grad=True)) for f in (tnn, torch))
    assert ours == theirs


@pytest.mark.parametrize("name", ["detach", "detach_", "zero_", "is_inference"])
def test_what_is_no_tensor_is_refused_by_the_function_s_name(library, name):
    with pytest.raises(TypeError, match=name):
        getattr(library, name)(3)
