"""A layer and the batch norm behind it become one layer that does the same in evaluation.
Read `test_utils.py` next.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.nn.parameter import is_lazy
from tinygrad_nn.nn.utils import fusion

PAIRS = {
    "Conv1d": ((2, 3, 2), "BatchNorm1d", (4, 2, 5), False),
    "Conv2d": ((2, 3, 2), "BatchNorm2d", (4, 2, 5, 5), False),
    "ConvTranspose2d": ((2, 3, 2), "BatchNorm2d", (4, 2, 5, 5), True),
}


def trained(bn):
    """A batch norm with statistics and weights that are not those of its beginning."""
    for each in (bn.running_mean, bn.running_var, *bn.parameters()):
        each.data = tnn.rand(each.shape) + 0.5
    return bn.eval()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("name", PAIRS)
def test_a_convolution_and_its_norm_are_one(name, bias, affine):
    sizes, norm, shape, transpose = PAIRS[name]
    conv = getattr(tnn.nn, name)(*sizes, bias=bias).eval()
    bn = trained(getattr(tnn.nn, norm)(3, affine=affine))
    x = tnn.randn(shape)
    fused = fusion.fuse_conv_bn_eval(conv, bn, transpose)
    tnn.testing.assert_close(fused(x), bn(conv(x)), rtol=1e-4, atol=1e-5)
    assert type(fused) is type(conv)
    assert fused.weight is not conv.weight


def test_a_linear_layer_and_its_norm_are_one():
    linear, bn = tnn.nn.Linear(4, 3).eval(), trained(tnn.nn.BatchNorm1d(3))
    x = tnn.randn(5, 4)
    fused = fusion.fuse_linear_bn_eval(linear, bn)
    tnn.testing.assert_close(fused(x), bn(linear(x)), rtol=1e-4, atol=1e-5)


def test_the_weights_are_pytorch_s():
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.nn.utils.fusion")
    given = [
        [[[1.0, 2.0]], [[3.0, 4.0]]],
        None,
        [0.5, 1.0],
        [2.0, 0.3],
        1e-5,
        [1.5, 2.5],
        [0.1, 0.2],
    ]
    answers = [
        module.fuse_conv_bn_weights(
            *(library.tensor(each) if isinstance(each, list) else each for each in given)
        )
        for library, module in ((tnn, fusion), (torch, theirs))
    ]
    for ours, other in zip(*answers, strict=True):
        assert ours.flatten().tolist() == pytest.approx(other.flatten().tolist(), rel=1e-6)


def test_training_mode_is_refused():
    with pytest.raises(RuntimeError, match=r"evaluation mode: call \.eval\(\) of both"):
        fusion.fuse_conv_bn_eval(tnn.nn.Conv2d(1, 1, 1), tnn.nn.BatchNorm2d(1))


def test_a_parameter_without_a_shape_is_lazy():
    layer = tnn.nn.LazyLinear(2)
    assert is_lazy(layer.weight)
    layer(tnn.ones(1, 3))
    assert not is_lazy(layer.weight)
