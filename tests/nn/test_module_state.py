"""Saving a Module and loading it again: all of it or nothing, and every problem at once.
Read `test_module_modes.py` next: train and eval, conversions, hooks, copies, text.
"""

import copy
from collections import OrderedDict

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import LoadError


def make_net(library, seed=0):
    library.manual_seed(seed)
    nn = library.nn
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 2, bias=False)))
    net.register_buffer("mean", library.zeros(2))
    net.register_buffer("scratch", library.zeros(2), persistent=False)
    return net


NAMES = ["mean", "0.weight", "0.bias", "2.0.weight"]


def values(net):
    return {name: tensor.tolist() for name, tensor in net.state_dict().items()}


def test_a_state_dict_holds_parameters_and_saved_buffers_module_by_module(library):
    state = make_net(library).state_dict()
    assert type(state) is OrderedDict
    assert list(state) == NAMES
    assert not any(tensor.requires_grad for tensor in state.values())
    assert type(state["0.weight"]) is library.Tensor


def test_a_state_dict_shares_the_memory_of_the_module(library):
    net = make_net(library)
    state = net.state_dict()
    state["0.bias"][0] = 7.0
    assert net[0].bias[0].item() == 7.0
    with library.no_grad():
        net[0].weight.add_(1)
    assert state["0.weight"].tolist() == net[0].weight.tolist()


def test_keep_vars_gives_the_parameters_themselves(library):
    net = make_net(library)
    assert net.state_dict(keep_vars=True)["0.weight"] is net[0].weight


def test_a_prefix_and_a_destination_collect_two_modules_in_one_dict(library):
    nn = library.nn
    both = OrderedDict()
    nn.Linear(1, 1).state_dict(destination=both, prefix="left.")
    found = nn.Linear(1, 1).state_dict(destination=both, prefix="right.")
    assert found is both
    assert list(both) == ["left.weight", "left.bias", "right.weight", "right.bias"]


def test_buffers_of_a_loss_are_saved(library):
    loss = library.nn.CrossEntropyLoss(weight=library.ones(2))
    assert list(loss.state_dict()) == ["weight"]
    assert library.nn.CrossEntropyLoss().state_dict() == {}


def test_a_saved_module_can_be_loaded_into_another(library):
    net, other = make_net(library, 0), make_net(library, 1)
    weight = other[0].weight
    assert values(net) != values(other)
    answer = other.load_state_dict(net.state_dict())
    assert values(net) == values(other)
    assert other[0].weight is weight  # copied into, so that an optimizer still has it
    assert weight.requires_grad
    assert (answer.missing_keys, answer.unexpected_keys) == ([], [])
    assert repr(answer) == "<All keys matched successfully>"


def test_loading_copies(library):
    net, other = make_net(library, 0), make_net(library, 1)
    state = net.state_dict()
    other.load_state_dict(state)
    state["0.bias"].zero_()
    assert other[0].bias.tolist() != [0.0] * 4


def test_loading_keeps_the_dtype_of_the_module(library):
    net = make_net(library)
    state = {name: tensor.double() + 1e-9 for name, tensor in net.state_dict().items()}
    net.load_state_dict(state)
    assert {tensor.dtype for tensor in net.state_dict().values()} == {library.float32}
    half = {name: tensor.to(library.float16) for name, tensor in state.items()}
    net.load_state_dict(half)
    assert net[0].weight.tolist() == half["0.weight"].tolist()


def test_assign_takes_the_loaded_tensors_with_their_dtype(library):
    net = make_net(library)
    state = {name: tensor.double() for name, tensor in net.state_dict().items()}
    net.load_state_dict(state, assign=True)
    assert net[0].weight.dtype == library.float64
    assert net[0].weight.requires_grad
    state["0.weight"][0, 0] = 5.0
    assert net[0].weight[0, 0].item() == 5.0


def test_without_strict_names_may_be_missing_or_too_many(library):
    net = make_net(library, 0)
    state = make_net(library, 1).state_dict()
    bias = net[0].bias.tolist()
    del state["0.bias"]
    state["extra"] = library.ones(1)
    answer = net.load_state_dict(state, strict=False)
    assert answer.missing_keys == ["0.bias"]
    assert answer.unexpected_keys == ["extra"]
    assert repr(answer) == "_IncompatibleKeys(missing_keys=['0.bias'], unexpected_keys=['extra'])"
    missing, unexpected = answer
    assert (missing, unexpected) == (["0.bias"], ["extra"])
    assert net[0].bias.tolist() == bias
    assert net[0].weight.tolist() == state["0.weight"].tolist()


@pytest.mark.parametrize("strict", [True, False])
def test_a_wrong_shape_is_refused_in_any_case(library, strict):
    net = make_net(library)
    state = net.state_dict()
    state["0.weight"] = library.ones(4, 5)
    with pytest.raises(RuntimeError, match=r"0\.weight"):
        net.load_state_dict(state, strict=strict)


@pytest.mark.parametrize("given", [[], 3, None, "state"])
def test_what_is_no_dict_is_refused(library, given):
    with pytest.raises(TypeError):
        make_net(library).load_state_dict(given)


def test_a_name_under_which_no_tensor_stands_is_refused(library):
    net = make_net(library)
    state = net.state_dict()
    state["0.bias"] = [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(RuntimeError, match=r"0\.bias"):
        net.load_state_dict(state)


# From here on: what is better than in PyTorch.


def broken_state(net):
    state = copy.deepcopy(net.state_dict())
    state["mean"] = tnn.ones(2)
    state["0.bias"] = tnn.ones(9)
    state["2.0.weight"] = np.ones((2, 4))
    state["3.weight"] = tnn.ones(1)
    del state["0.weight"]
    return state


def test_one_error_lists_every_problem():
    net = make_net(tnn)
    with pytest.raises(LoadError) as caught:
        net.load_state_dict(broken_state(net))
    message = str(caught.value)
    for fact in (
        "'0.weight'",
        "'3.weight'",
        "'0.bias': shape (9,) in the dict, (4,) in the module",
        "'2.0.weight': a Tensor expected, got ndarray",
        "4 problems",
        "Sequential",
    ):
        assert fact in message
    assert isinstance(caught.value, RuntimeError)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("assign", [True, False])
def test_a_load_that_fails_changes_nothing(strict, assign):
    net = make_net(tnn)
    before, arrays = values(net), [tensor.array for tensor in net.parameters()]
    with pytest.raises(LoadError):
        net.load_state_dict(broken_state(net), strict=strict, assign=assign)
    assert values(net) == before
    assert all(p.array is array for p, array in zip(net.parameters(), arrays, strict=True))


def test_a_value_beyond_float32_becomes_infinite_without_a_warning():
    net = make_net(tnn)
    net.load_state_dict({"mean": tnn.tensor([1e300, 1.0], dtype=tnn.float64)}, strict=False)
    assert net.mean.tolist() == [float("inf"), 1.0]


def test_loading_after_a_forward_pass_is_seen_by_backward():
    net = make_net(tnn)
    loss = net(tnn.ones(1, 3)).sum()
    net.load_state_dict(make_net(tnn, 1).state_dict())
    with pytest.raises(RuntimeError, match="modified in place"):
        loss.backward()
