"""Initial values: `nn.init`, with PyTorch's numbers for the same seed.
Read `test_linear.py` next, for the layers that use them.
"""

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn

SHAPES = [(2, 3), (5, 4), (4, 2, 3), (3, 2, 2, 3), (20, 30), (7, 7)]
EXACT = [
    ("uniform_", (-1.0, 3.0)),
    ("normal_", (1.0, 2.0)),
    ("constant_", (0.3,)),
    ("zeros_", ()),
    ("ones_", ()),
    ("xavier_uniform_", ()),
    ("xavier_uniform_", (2.0,)),
    ("xavier_normal_", (0.5,)),
    ("kaiming_uniform_", (0.1, "fan_out")),
    ("kaiming_uniform_", (0, "fan_in", "relu")),
    ("kaiming_normal_", ()),
    ("kaiming_normal_", (0.2, "fan_out", "tanh")),
    ("trunc_normal_", ()),
    ("trunc_normal_", (0.5, 0.7, -0.1, 0.6)),
    ("trunc_normal_", (0.0, 1.0, 1.0, 1.5)),
]


def filled(library, name, given, shape, dtype="float32", generator=False, **keywords):
    library.manual_seed(3)
    tensor = library.zeros(shape, dtype=getattr(library, dtype), requires_grad=True)
    if generator:
        keywords["generator"] = library.Generator().manual_seed(5)
    returned = getattr(library.nn.init, name)(tensor, *given, **keywords)
    assert returned is tensor
    assert tensor.requires_grad
    return [tensor.detach(), library.rand(2)]  # and the stream is in step


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "given"), EXACT)
def test_initial_values_are_pytorch_s(name, given, shape, dtype):
    assert_same(lambda library: filled(library, name, given, shape, dtype), 0.0, 0.0)


@pytest.mark.parametrize("name", ["xavier_normal_", "kaiming_normal_", "trunc_normal_"])
def test_a_generator_of_one_s_own_is_used(name):
    assert_same(lambda library: filled(library, name, (), (5, 4), generator=True), 0.0, 0.0)
    assert_same(
        lambda library: filled(library, "orthogonal_", (), (5, 4), generator=True), 1e-5, 1e-6
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal(shape, gain):
    value, _ = assert_same(
        lambda library: filled(library, "orthogonal_", (gain,), shape, "float64"), 1e-10, 1e-12
    )
    flat = value.reshape(shape[0], -1)
    small = flat @ flat.T if shape[0] < flat.shape[1] else flat.T @ flat
    assert np.allclose(small, gain**2 * np.eye(len(small)))


@pytest.mark.parametrize("shape", [(2, 3), (4, 4), (5, 2)])
def test_eye_and_sparse(shape):
    assert_same(lambda library: filled(library, "eye_", (), shape))
    assert_same(lambda library: filled(library, "sparse_", (0.3,), shape), 0.0, 0.0)
    assert_same(lambda library: filled(library, "sparse_", (0.6, 2.0), shape), 0.0, 0.0)


@pytest.mark.parametrize("shape", [(2, 3, 3), (4, 2, 3, 4), (4, 4, 1, 2, 3)])
@pytest.mark.parametrize("groups", [1, 2])
def test_dirac(shape, groups):
    assert_same(lambda library: filled(library, "dirac_", (groups,), shape))


@pytest.mark.parametrize(
    ("name", "given", "shape"),
    [
        ("xavier_uniform_", (), (3,)),
        ("xavier_normal_", (), (3,)),
        ("kaiming_normal_", (), (3,)),
        ("kaiming_normal_", (0.0, "fan_all"), (3, 2)),
        ("kaiming_normal_", (0.0, "fan_in", "none such"), (3, 2)),
        ("eye_", (), (3,)),
        ("dirac_", (), (3, 2)),
        ("dirac_", (2,), (3, 2, 1)),
        ("orthogonal_", (), (3,)),
        ("sparse_", (0.1,), (3,)),
    ],
)
def test_what_cannot_be_filled_is_refused(name, given, shape):
    error = assert_same(lambda library: filled(library, name, given, shape))
    assert isinstance(error, ValueError)


def test_old_names_warn(library):
    with pytest.warns((UserWarning, FutureWarning), match="xavier_uniform"):
        library.nn.init.xavier_uniform(library.empty(2, 3))


def test_a_mean_far_outside_warns(library):
    with pytest.warns(UserWarning, match="2 std"):
        library.nn.init.trunc_normal_(library.empty(2), 0.0, 0.1, 1.0, 1.1)


def test_nothing_to_fill():
    assert tnn.nn.init.orthogonal_(tnn.empty(0, 3)).shape == (0, 3)
    with pytest.warns(UserWarning, match="kaiming_normal_"):
        tnn.nn.init.kaiming_normal_(tnn.empty(0, 3))
