"""Linear: PyTorch's initial values for the same seed, bit for bit, and x Wᵀ + b with its gradients.
Read `test_activations.py` next.
"""

import math

import numpy as np
import pytest
from beside_torch import assert_same
from looping import looped

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

SIZES = [(1, 1), (2, 3), (3, 5), (8, 4), (16, 16), (100, 7), (784, 10), (0, 3), (3, 0)]


def bits(tensors):
    return [tensor.detach().numpy().tobytes() for tensor in tensors]


@pytest.mark.filterwarnings("ignore:Initializing zero-element:UserWarning")
@pytest.mark.filterwarnings("ignore:kaiming_uniform_:UserWarning")
@looped("seed", [0, 1, 42, 2**40])
@pytest.mark.parametrize(("inputs", "outputs"), SIZES)
@looped("bias", [True, False])
@looped("dtype", ["float32", "float64", "float16"])
def test_initial_values_are_pytorch_s_bit_for_bit(seed, inputs, outputs, bias, dtype):
    def first_values(library):
        library.manual_seed(seed)
        layer = library.nn.Linear(inputs, outputs, bias, dtype=getattr(library, dtype))
        assert layer.weight.shape == (outputs, inputs)
        return bits([*layer.parameters(), library.rand(3)])  # and the stream is in step

    assert first_values(tnn) == first_values(torch)


def test_layers_in_a_row_draw_from_one_stream():
    def first_values(library):
        nn = library.nn
        library.manual_seed(7)
        net = nn.Sequential(
            nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64, bias=False), nn.Linear(64, 10)
        )
        return bits(net.parameters())

    assert first_values(tnn) == first_values(torch)


def test_reset_parameters_draws_again(library):
    library.manual_seed(0)
    layer = library.nn.Linear(3, 2)
    first, weight = layer.weight.tolist(), layer.weight
    layer.reset_parameters()
    assert layer.weight is weight
    assert layer.weight.tolist() != first
    library.manual_seed(0)
    layer.reset_parameters()
    assert layer.weight.tolist() == first


def test_initial_values_lie_within_one_over_the_root_of_the_inputs():
    tnn.manual_seed(0)
    for p in tnn.nn.Linear(25, 1000).parameters():
        assert 0.19 < p.abs().max().item() <= 0.2


@pytest.mark.filterwarnings("error::UserWarning")
def test_a_layer_with_nothing_to_draw_says_so(library):
    with pytest.raises(UserWarning):
        library.nn.Linear(0, 3)


def test_a_device_and_a_dtype_can_be_given(library):
    layer = library.nn.Linear(2, 3, device="cpu", dtype=library.float64)
    assert {p.dtype for p in layer.parameters()} == {library.float64}
    with pytest.raises((RuntimeError, TypeError)):
        library.nn.Linear(2, 3, dtype=library.int64)


@pytest.mark.parametrize(("inputs", "outputs"), [(-1, 2), (2, -1)])
def test_a_negative_size_is_refused(library, inputs, outputs):
    with pytest.raises(RuntimeError):
        library.nn.Linear(inputs, outputs)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (2, 1, 5, 3), (0, 3)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_gradients_are_pytorch_s(shape, bias, dtype):
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)

    def program(library):
        library.manual_seed(3)
        layer = library.nn.Linear(3, 4, bias).to(getattr(library, dtype))
        given = library.tensor(x, requires_grad=True)
        y = layer(given)
        (y * y).sum().backward()
        return [y, given.grad, *(p.grad for p in layer.parameters())]

    rtol, atol = (1e-12, 1e-12) if dtype == "float64" else (1e-5, 1e-6)
    assert_same(program, rtol, atol)


@pytest.mark.parametrize(
    "program",
    [
        lambda library: library.nn.Linear(3, 4)(library.ones(2, 5)),
        lambda library: library.nn.Linear(3, 4)(library.ones(2, 3).double()),
        lambda library: library.nn.Linear(3, 4)(library.ones(2, 3).long()),
        lambda library: library.nn.functional.linear(library.ones(2, 3), library.ones(4, 2)),
        lambda library: library.nn.functional.linear(
            library.ones(2, 3), library.ones(4, 3), library.ones(3)
        ),
    ],
)
def test_what_does_not_fit_is_refused(program):
    with pytest.raises(RuntimeError, match="linear"):
        program(tnn)
    assert_same(program)


@pytest.mark.parametrize(
    "arguments",
    [
        {"a": math.sqrt(5)},
        {},
        {"mode": "fan_out", "nonlinearity": "relu"},
        {"a": 0.2, "mode": "fan_out"},
        {"nonlinearity": "tanh"},
        {"nonlinearity": "selu"},
        {"nonlinearity": "sigmoid"},
        {"nonlinearity": "conv2d"},
        {"mode": "fan_up"},
        {"nonlinearity": "swish"},
    ],
)
@pytest.mark.parametrize("shape", [(4, 6), (3, 2, 5, 5)])
def test_kaiming_uniform_is_pytorch_s(arguments, shape):
    def program(library):
        library.manual_seed(1)
        w = library.empty(shape)
        assert library.nn.init.kaiming_uniform_(w, **arguments) is w
        return w

    assert_same(program, 0, 0)


def test_gains_are_pytorch_s():
    for name in ("linear", "relu", "tanh", "selu", "leaky_relu", "conv_transpose3d", "unknown"):
        assert_same(lambda library, name=name: float(library.nn.init.calculate_gain(name)))
    assert_same(lambda library: library.nn.init.calculate_gain("leaky_relu", 0.3))


@pytest.mark.parametrize(
    "fill",
    [
        lambda init, p: init.uniform_(p, -2, 3),
        lambda init, p: init.normal_(p, 1.0, 0.02),
        lambda init, p: init.constant_(p, 0.3),
        lambda init, p: init.zeros_(p),
        lambda init, p: init.ones_(p),
    ],
)
def test_a_parameter_can_be_filled_in_place(fill):
    def program(library):
        library.manual_seed(5)
        p = library.nn.Parameter(library.empty(3, 7))
        assert fill(library.nn.init, p) is p
        assert p.is_leaf
        assert p.requires_grad
        return p

    assert_same(program, 1e-6, 0)


def test_a_generator_of_its_own_can_be_given():
    def program(library):
        source = library.Generator().manual_seed(11)
        return library.nn.init.uniform_(library.empty(4), generator=source)

    assert_same(program, 0, 0)


def test_the_fans_of_a_weight_go_by_the_name_that_pytorchs_programs_use():
    init = tnn.nn.init
    assert init._calculate_fan_in_and_fan_out(tnn.ones(6, 3, 5, 5)) == (75, 150)
    assert init.fan_in_and_fan_out(tnn.ones(6, 3)) == (3, 6)
