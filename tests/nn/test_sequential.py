"""Sequential as a list of modules, and Flatten and Identity; every test runs in PyTorch too.
Read `test_linear.py` next.
"""

from collections import OrderedDict

import pytest


def kinds(net):
    return [type(module).__name__ for module in net]


def make_net(library):
    nn = library.nn
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Sigmoid())


def names(net):
    return [name for name, _ in net.named_children()]


def test_modules_run_one_after_another(library):
    net = make_net(library)
    x = library.ones(4, 2)
    by_hand = library.sigmoid(net[2](library.tanh(net[0](x))))
    assert net(x).tolist() == by_hand.tolist()
    assert library.nn.Sequential()(x) is x


def test_names_come_from_an_ordered_dict(library):
    nn = library.nn
    net = nn.Sequential(OrderedDict([("fc", nn.Linear(2, 2)), ("act", nn.Tanh())]))
    assert names(net) == ["fc", "act"]
    assert net.fc is net[0]
    assert list(net.state_dict()) == ["fc.weight", "fc.bias"]
    assert names(net[1:]) == ["act"]


def test_indices_count_from_both_ends(library):
    net = make_net(library)
    assert len(net) == 4
    assert [net[i] for i in range(4)] == list(net)
    assert net[-1] is net[3]
    assert net[library.tensor(2)] is net[2]


@pytest.mark.parametrize("index", [4, -5, 100])
def test_an_index_out_of_range_is_refused(library, index):
    net = make_net(library)
    with pytest.raises(IndexError):
        net[index]
    with pytest.raises(IndexError):
        net[index] = library.nn.Tanh()
    with pytest.raises(IndexError):
        del net[index]


@pytest.mark.parametrize("index", ["0", 1.0, None])
def test_an_index_that_is_no_integer_is_refused(library, index):
    with pytest.raises(TypeError):
        make_net(library)[index]


@pytest.mark.parametrize("part", [slice(1, 3), slice(None, -1), slice(None, None, 2), slice(9, 9)])
def test_a_slice_is_a_sequential_of_the_same_modules(library, part):
    net = make_net(library)
    assert type(net[part]) is library.nn.Sequential
    assert list(net[part]) == list(net)[part]
    assert names(net[part]) == names(net)[part]


def test_a_module_can_be_replaced(library):
    net = make_net(library)
    net[1] = library.nn.ReLU()
    net[-1] = library.nn.Identity()
    assert kinds(net) == ["Linear", "ReLU", "Linear", "Identity"]
    assert names(net) == ["0", "1", "2", "3"]


@pytest.mark.parametrize("index", [0, 2, -1, slice(1, 3), slice(None, None, 2), slice(2, 2)])
def test_a_deletion_numbers_the_rest_anew(library, index):
    net = make_net(library)
    expected = list(net)
    del expected[index]
    del net[index]
    assert list(net) == expected
    assert names(net) == [str(i) for i in range(len(expected))]


def test_append_and_extend_add_at_the_end(library):
    nn = library.nn
    net = make_net(library)
    assert net.append(nn.ReLU()) is net
    assert net.extend([nn.Tanh(), nn.Identity()]) is net
    assert net.extend(nn.Sequential(nn.ReLU())) is net
    assert kinds(net)[4:] == ["ReLU", "Tanh", "Identity", "ReLU"]
    assert names(net) == [str(i) for i in range(8)]


@pytest.mark.parametrize("index", [0, 1, 4, -1, -4])
def test_insert_puts_a_module_where_a_list_would(library, index):
    net, added = make_net(library), library.nn.Identity()
    expected = list(net)
    expected.insert(index, added)
    assert net.insert(index, added) is net
    assert list(net) == expected
    assert names(net) == ["0", "1", "2", "3", "4"]


def test_pop_takes_a_module_out(library):
    net = make_net(library)
    last = net[-1]
    assert net.pop(-1) is last
    assert len(net.pop(slice(0, 2))) == 2
    assert kinds(net) == ["Linear"]


def test_what_is_no_module_is_refused_and_changes_nothing(library):
    net = make_net(library)
    before = list(net)
    with pytest.raises(IndexError):
        net.insert(9, library.nn.Tanh())
    for add in (net.append, lambda value: net.insert(0, value)):
        with pytest.raises((TypeError, AssertionError)):
            add(3)
    assert list(net) == before


def test_flatten_joins_dimensions(library):
    x = library.arange(24.0).reshape(2, 3, 4)
    flatten = library.nn.Flatten
    assert flatten()(x).shape == (2, 12)
    assert flatten(0)(x).shape == (24,)
    assert flatten(0, 1)(x).shape == (6, 4)
    assert flatten(1, -1)(x).tolist() == x.reshape(2, 12).tolist()
    with pytest.raises(IndexError):
        flatten()(library.ones(3))


def test_identity_takes_any_arguments_and_returns_its_input(library):
    x = library.ones(2)
    assert library.nn.Identity(54, unused=0.1)(x) is x
    assert list(library.nn.Identity(3).parameters()) == []
