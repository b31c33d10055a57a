"""The networks under torchvision's names have its layers, its parameters' names, and no weights.
Read `test_beside_torchvision.py` next.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import NotHereError
from tinygrad_nn.vision import models


@pytest.mark.parametrize(
    ("make", "parameters", "channels"),
    [
        (models.resnet18, 11_689_512, 512),
        (models.resnet34, 21_797_672, 512),
        (models.resnet50, 25_557_032, 2048),
    ],
)
def test_a_resnet_has_as_many_parameters_as_the_paper_s(make, parameters, channels):
    net = make()
    assert sum(each.numel() for each in net.parameters()) == parameters
    assert net.fc.in_features == channels


def test_parameters_bear_torchvisions_names():
    names = list(models.resnet18().state_dict())
    assert names[:2] == ["conv1.weight", "bn1.weight"]
    assert "layer2.0.downsample.0.weight" in names
    assert "layer1.0.downsample.0.weight" not in names
    assert names[-2:] == ["fc.weight", "fc.bias"]
    assert "layer1.0.conv3.weight" in models.resnet50().state_dict()


def test_a_resnet_learns_and_may_lose_its_head():
    tnn.manual_seed(0)
    net = models.resnet18(num_classes=3)
    x, labels = tnn.randn(4, 3, 32, 32), tnn.tensor([0, 1, 2, 1])
    optimizer = tnn.optim.SGD(net.parameters(), lr=0.05)
    losses = []
    for _ in range(4):
        loss = tnn.nn.functional.cross_entropy(net(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    body = tnn.nn.Sequential(*list(net.children())[:-1])
    assert body(x).shape == (4, 512, 1, 1)


def test_a_block_begins_as_the_identity_when_asked():
    net = models.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1], 2, zero_init_residual=True)
    x = tnn.rand(2, 64, 4, 4)
    assert net.layer1(x).equal(x)


@pytest.mark.parametrize("options", [{"weights": "DEFAULT"}, {"pretrained": True}])
def test_trained_weights_are_refused_with_the_way_out(options):
    with pytest.raises(NotHereError, match="no trained weights here; leave weights=None"):
        models.resnet18(**options)
    assert models.resnet18(pretrained=False, num_classes=2).fc.out_features == 2
