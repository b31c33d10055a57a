"""`nn.utils`: gradients clipped, parameters as one vector, beside PyTorch.
Read `test_modules.py` next.
"""

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn

GRADIENTS = [np.array([3.0, -4.0]), np.arange(6.0).reshape(2, 3) - 2.0, np.array(0.5)]


def parameters(library, gradients=GRADIENTS):
    made = [library.nn.Parameter(library.tensor(np.ones_like(each))) for each in gradients]
    for each, gradient in zip(made, gradients, strict=True):
        each.grad = library.tensor(gradient)
    return [*made, library.nn.Parameter(library.ones(2))]  # the last has no gradient


def gradients(made):
    return [each.grad for each in made]


@pytest.mark.parametrize("max_norm", [0.0, 1.0, 2, 100.0])
@pytest.mark.parametrize("norm_type", [0.5, 1.0, 2, 3.0, float("inf"), "inf", 0.0])
@pytest.mark.parametrize("foreach", [None, False])
def test_clip_grad_norm(max_norm, norm_type, foreach):
    def program(library):
        made = parameters(library)
        norm = library.nn.utils.clip_grad_norm_(iter(made), max_norm, norm_type, foreach=foreach)
        return [norm, *gradients(made)]

    assert_same(program)


def test_clip_grad_norm_of_one_tensor_and_of_none():
    def program(library):
        clip = library.nn.utils.clip_grad_norm_
        one = parameters(library)[0]
        return [clip(one, 1.0), one.grad, clip([], 1.0), clip(library.nn.Parameter(one), 1.0)]

    assert_same(program)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.parametrize("error_if_nonfinite", [False, True])
def test_clip_grad_norm_of_what_is_not_finite(bad, error_if_nonfinite):
    def program(library):
        made = parameters(library, [np.array([1.0, bad]), np.array([1.0])])
        clip = library.nn.utils.clip_grad_norm_
        norm = clip(made, 1.0, error_if_nonfinite=error_if_nonfinite)
        return [norm, *gradients(made)]

    assert_same(program)


def test_the_norm_first_and_the_clipping_after():
    def program(library):
        made, utils = parameters(library), library.nn.utils
        norm = utils.get_total_norm([each.grad for each in made[:-1]])
        utils.clip_grads_with_norm_(made, 1.0, norm)
        return [norm, *gradients(made)]

    assert_same(program)


@pytest.mark.parametrize("bound", [0.0, 1, 2.5])
def test_clip_grad_value(bound):
    def program(library):
        made = parameters(library)
        library.nn.utils.clip_grad_value_(made, bound)
        return gradients(made)

    assert_same(program)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("clip_grad_norm_", ([1.0], 1.0)),
        ("clip_grad_value_", ([1.0], 1.0)),
        ("clip_grad_norm_", (tnn.ones(1), "large")),
        ("clip_grads_with_norm_", ([], 1.0, 2.0)),
        ("get_total_norm", ([tnn.ones(1), None],)),
        ("parameters_to_vector", ([1.0],)),
        ("vector_to_parameters", ([1.0], [])),
    ],
)
def test_what_is_no_tensor_is_refused_by_name(name, given):
    with pytest.raises(TypeError, match=name):
        getattr(tnn.nn.utils, name)(*given)


def test_parameters_as_a_vector_and_back():
    def program(library):
        made, utils = parameters(library), library.nn.utils
        made[-1] = library.nn.Parameter(made[-1].double())
        vector = utils.parameters_to_vector(made)
        (vector * library.arange(11.0).double()).sum().backward()
        utils.vector_to_parameters(library.arange(11.0).double(), made)
        return [vector.detach(), *(each.detach() for each in made), *gradients(made)]

    assert_same(program)


def test_a_vector_that_is_too_short_changes_nothing(library):
    made = parameters(library)
    with pytest.raises(RuntimeError):
        library.nn.utils.vector_to_parameters(library.arange(3.0), made)
    assert made[-1].tolist() == [1.0, 1.0]


def test_the_old_name_of_clip_grad_norm_warns(library):
    made = parameters(library)
    with pytest.warns((UserWarning, FutureWarning), match="clip_grad_norm_"):
        norm = library.nn.utils.clip_grad_norm(made, 1.0)
    assert norm.item() > 1.0


def test_skip_init_leaves_the_stream_where_it_is():
    def program(library):
        library.manual_seed(0)
        layer = library.nn.utils.skip_init(library.nn.Linear, 3, 2, bias=False)
        return [repr(layer), layer.weight.shape == (2, 3), library.rand(2)]

    assert_same(program)
    assert_same(lambda library: library.nn.utils.skip_init(3))
