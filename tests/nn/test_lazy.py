"""Lazy modules before their first input, and the buffers and parameters that they hold.
Read `test_modules.py` for what they compute.
"""

import copy

import pytest
from beside_torch import assert_same

NAMES = ("LazyLinear", "LazyConv2d", "LazyConvTranspose1d", "LazyBatchNorm2d")


def made(library, name):
    return getattr(library.nn, name)(*{"LazyLinear": (3,), "LazyBatchNorm2d": ()}.get(name, (4, 3)))


@pytest.mark.parametrize("name", NAMES)
def test_a_lazy_module_says_what_it_lacks(name):
    def program(library):
        module = made(library, name)
        state = module.state_dict()
        kinds = [type(each).__name__ for each in state.values()]
        return [repr(module), list(state), kinds, module.has_uninitialized_params()]

    assert_same(program)


def test_an_uninitialized_parameter_has_no_shape(library):
    parameter = library.nn.UninitializedParameter()
    assert repr(parameter) == "<UninitializedParameter>"
    with pytest.raises(RuntimeError, match="shape"):
        parameter.shape  # noqa: B018
    parameter.materialize((2, 3))
    assert type(parameter) is library.nn.Parameter
    assert parameter.shape == (2, 3)
    assert parameter.requires_grad


def test_parameters_stay_the_same_objects_and_keep_their_dtype(library):
    layer = library.nn.LazyLinear(3).double()
    weight, copied = layer.weight, copy.deepcopy(layer)
    layer(library.ones(2, 4).double())
    assert layer.weight is weight
    assert weight.dtype == library.float64
    assert type(layer) is library.nn.Linear
    assert type(copied) is library.nn.LazyLinear
    assert copied(library.ones(2, 5).double()).shape == (2, 3)


def test_a_lazy_module_in_a_model_is_whole_after_one_call():
    def program(library):
        nn = library.nn
        library.manual_seed(0)
        model = nn.Sequential(
            nn.LazyConv1d(4, 2), nn.LazyBatchNorm1d(), nn.ReLU(), nn.LazyLinear(2)
        )
        before = repr(model)
        output = model(library.linspace(-1, 1, 24).reshape(2, 3, 4).sin())
        return [before, repr(model), output.detach(), list(model.state_dict())]

    assert_same(program, 1e-4, 1e-4)


def test_a_lazy_module_loads_what_an_ordinary_one_saved():
    def program(library):
        whole, lazy = library.nn.Linear(4, 3), library.nn.LazyLinear(3)
        loaded = list(lazy.load_state_dict(whole.state_dict()))
        x = library.ones(2, 4)
        return [loaded, (lazy(x) - whole(x)).abs().max().item(), repr(lazy)]

    assert_same(program)


def test_an_ordinary_module_does_not_load_what_a_lazy_one_saved(library):
    with pytest.raises(RuntimeError):
        library.nn.Linear(4, 3).load_state_dict(library.nn.LazyLinear(3).state_dict())


@pytest.mark.parametrize(
    ("name", "shape"), [("LazyConv2d", (2, 2)), ("LazyBatchNorm2d", (2, 3)), ("LazyConv2d", (2,))]
)
def test_an_input_of_other_dimensions_is_refused(name, shape):
    assert_same(lambda library: made(library, name)(library.ones(shape)))


def test_groups_that_do_not_divide_the_channels_are_refused():
    assert_same(lambda lib: lib.nn.LazyConv1d(4, 2, groups=2)(lib.ones(1, 3, 4)))


def test_a_buffer_registers_itself():
    def program(library):
        module = library.nn.Module()
        module.kept = library.nn.Buffer(library.ones(2))
        module.left_out = library.nn.Buffer(library.ones(3), persistent=False)
        module.kept = library.zeros(2)
        names = [name for name, _ in module.named_buffers()]
        return [names, list(module.state_dict()), list(module.parameters()), module.kept]

    assert_same(program)


def test_a_buffer_does_not_take_the_place_of_a_parameter(library):
    layer = library.nn.Linear(1, 1)
    with pytest.raises(TypeError):
        layer.weight = library.nn.Buffer(library.ones(1, 1))
