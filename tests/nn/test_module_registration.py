"""What a Module registers, under which names and in which order; every test runs in PyTorch too.
Read `test_module_state.py` next: saving and loading what is registered.
"""

from collections import OrderedDict

import pytest

import tinygrad_nn as tnn


def names(pairs):
    return [name for name, _ in pairs]


def make_net(library):
    """A model with a nested model, a buffer, a tensor and a layer that are not registered."""
    nn = library.nn

    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(library.ones(2))
            self.linear = nn.Linear(2, 2, bias=False)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 2)
            self.factor = nn.Parameter(library.ones(1))
            self.inner = Inner()
            self.register_buffer("mean", library.zeros(2))
            self.plain = library.ones(5)
            self.layers = [nn.Linear(1, 1)]
            self.size = 7

    return Net()


def test_parameters_come_outer_first_and_then_module_by_module(library):
    net = make_net(library)
    assert names(net.named_parameters()) == [
        "factor",
        "first.weight",
        "first.bias",
        "inner.scale",
        "inner.linear.weight",
    ]
    assert [id(p) for p in net.parameters()] == [id(p) for _, p in net.named_parameters()]
    assert names(net.named_parameters(recurse=False)) == ["factor"]
    assert len(list(net.parameters(recurse=False))) == 1
    assert names(net.named_parameters(prefix="net"))[:2] == ["net.factor", "net.first.weight"]


def test_modules_and_children_come_in_the_order_of_assignment(library):
    net = make_net(library)
    assert names(net.named_modules()) == ["", "first", "inner", "inner.linear"]
    assert names(net.named_modules(prefix="net"))[:2] == ["net", "net.first"]
    assert [type(module).__name__ for module in net.modules()] == [
        "Net",
        "Linear",
        "Inner",
        "Linear",
    ]
    assert names(net.named_children()) == ["first", "inner"]
    assert list(net.children()) == [net.first, net.inner]


def test_a_plain_tensor_a_list_of_layers_and_a_number_are_not_registered(library):
    net = make_net(library)
    assert names(net.named_buffers()) == ["mean"]
    assert [id(b) for b in net.buffers()] == [id(net.mean)]
    assert "layers" not in names(net.named_children())
    assert net.plain.shape == (5,)
    assert net.size == 7
    assert not any("plain" in name or "layers" in name for name in net.state_dict())


def test_a_parameter_of_two_layers_is_listed_once_and_saved_twice(library):
    nn = library.nn
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert names(net.named_parameters()) == ["0.weight", "0.bias", "1.bias"]
    assert len(names(net.named_parameters(remove_duplicate=False))) == 4
    assert list(net.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    net(library.ones(1, 2)).sum().backward()
    assert net[1].weight.grad is net[0].weight.grad


def test_a_module_in_two_places_is_walked_once(library):
    nn = library.nn
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.Tanh(), layer)
    assert names(net.named_modules()) == ["", "0", "1"]
    assert names(net.named_modules(remove_duplicate=False)) == ["", "0", "1", "2"]
    assert len(list(net.modules(remove_duplicate=False))) == 4
    assert names(net.named_children()) == ["0", "1"]
    assert len(list(net.parameters())) == 2
    assert len(net.state_dict()) == 4


def test_an_assignment_to_a_registered_name_keeps_its_place(library):
    net = make_net(library)
    net.first = library.nn.Tanh()
    net.factor = None
    net.factor = library.nn.Parameter(library.zeros(1))
    assert names(net.named_children()) == ["first", "inner"]
    assert names(net.named_parameters())[0] == "factor"


def test_a_name_that_was_plain_before_goes_to_the_end(library):
    nn = library.nn
    net = nn.Module()
    net.a = None
    net.b = nn.Linear(1, 1)
    net.a = nn.Linear(1, 1)
    assert names(net.named_children()) == ["b", "a"]


def test_none_is_kept_but_not_listed(library):
    nn = library.nn
    net = nn.Module()
    net.register_parameter("bias", None)
    net.register_buffer("mean", None)
    net.add_module("inner", None)
    assert (net.bias, net.mean, net.inner) == (None, None, None)
    assert list(net.parameters()) == list(net.buffers()) == list(net.children()) == []
    assert list(net.modules()) == [net]
    assert net.state_dict() == OrderedDict()
    assert repr(net) == "Module(\n  (inner): None\n)"
    net.bias = nn.Parameter(library.ones(1))
    net.mean = library.ones(1)
    net.inner = nn.Tanh()
    assert list(net.state_dict()) == ["bias", "mean"]
    assert names(net.named_children()) == ["inner"]


def test_a_layer_can_be_without_its_bias(library):
    layer = library.nn.Linear(2, 3)
    layer.bias = None
    assert names(layer.named_parameters()) == ["weight"]
    assert repr(layer) == "Linear(in_features=2, out_features=3, bias=False)"
    assert layer(library.zeros(1, 2)).tolist() == [[0.0, 0.0, 0.0]]


def test_a_registered_name_can_change_its_kind_to_a_parameter(library):
    nn = library.nn
    net = nn.Module()
    net.inner = nn.Tanh()
    net.register_buffer("mean", library.ones(1))
    net.first = nn.Parameter(library.ones(1))
    net.inner = nn.Parameter(library.ones(1))
    net.mean = nn.Parameter(library.ones(2))
    assert names(net.named_parameters()) == ["first", "inner", "mean"]
    assert list(net.children()) == list(net.buffers()) == []


def test_a_deleted_attribute_is_no_longer_registered(library):
    net = make_net(library)
    del net.first
    del net.mean
    del net.factor
    assert names(net.named_children()) == ["inner"]
    assert list(net.buffers()) == []
    assert not hasattr(net, "factor")
    with pytest.raises(AttributeError):
        del net.factor


def test_missing_attributes_are_missing(library):
    net = make_net(library)
    assert not hasattr(net, "nothing")
    assert getattr(net, "nothing", 3) == 3
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'nothing'"):
        net.nothing  # noqa: B018


def test_the_dicts_that_pytorch_keeps_can_be_read(library):
    net = make_net(library)
    assert list(net._modules) == ["first", "inner"]
    assert net._modules["first"] is net.first
    assert list(net._parameters.items()) == [("factor", net.factor)]
    assert "mean" in net._buffers
    assert len(net._buffers) == 1


def test_a_write_to_them_registers_and_is_read_as_an_attribute(library):
    net = make_net(library)
    act = net._modules["first"] = library.nn.Tanh()
    assert net.first is act
    assert names(net.named_children()) == ["first", "inner"]
    net._parameters["factor"] = net.factor * 2  # a tensor with a history, as in MAML
    assert net.factor.grad_fn is not None
    assert [id(each) for each in net.parameters(recurse=False)] == [id(net.factor)]
    net._buffers.update(mean=None, new=library.ones(3))
    assert names(net.named_buffers()) == ["new"]
    assert net.mean is None


def test_what_is_deleted_from_them_can_become_a_plain_attribute(library):
    net = make_net(library)
    del net._parameters["factor"]
    assert not hasattr(net, "factor")
    net.factor = library.ones(1)
    assert names(net.named_parameters()) == names(make_net(library).named_parameters())[1:]
    inner = net.inner
    assert net._modules.pop("inner") is inner
    assert net._modules.popitem()[0] == "first"
    assert len(net._modules) == 0
    assert net._modules.pop("first", 7) == 7
    for taken in (net._modules.popitem, lambda: net._parameters.__delitem__("factor")):
        with pytest.raises(KeyError):
            taken()


def test_a_copy_gets_dicts_of_its_own_when_they_are_assigned(library):
    net = make_net(library)
    copied = net.__new__(type(net))
    copied.__dict__ = net.__dict__.copy()
    for each in ("_parameters", "_buffers", "_modules"):
        setattr(copied, each, getattr(copied, each).copy())
    copied._parameters["factor"] = copied.factor * 3
    copied._modules["more"] = library.nn.Tanh()
    copied._buffers.clear()
    assert net.factor.is_leaf
    assert names(net.named_children()) == ["first", "inner"]
    assert names(net.named_buffers()) == ["mean"]
    assert copied.inner is net.inner
    assert names(copied.named_parameters())[0] == "factor"
    copied._parameters = {"other": library.nn.Parameter(library.ones(2))}
    assert names(copied.named_parameters(recurse=False)) == ["other"]
    assert not hasattr(copied, "factor")


def test_every_name_that_the_class_lists_can_be_read(library):
    for name in dir(library.nn.Module):
        assert hasattr(library.nn.Module, name), name


def test_arguments_go_on_to_another_base_where_the_class_says_so(library):
    class Named:
        def __init__(self, name):
            self.name = name

    class Net(library.nn.Module, Named):
        call_super_init = True

    assert Net(name="net").name == "net"
    with pytest.raises(TypeError, match="name"):
        library.nn.Module(name="net")


def test_assigning_before_init_says_what_is_missing(library):
    nn = library.nn

    class Early(nn.Module):
        def __init__(self, value):
            self.value = value
            super().__init__()

    for value in (nn.Linear(1, 1), nn.Parameter(library.ones(1))):
        with pytest.raises(AttributeError, match=r"cannot assign .* before .*__init__"):
            Early(value)
    assert Early(3).value == 3
    with pytest.raises(AttributeError):
        nn.Module.__new__(nn.Module).register_buffer("mean", library.ones(1))


@pytest.mark.parametrize(
    ("register", "value"),
    [("register_parameter", "parameter"), ("register_buffer", "tensor"), ("add_module", "module")],
)
@pytest.mark.parametrize(
    ("name", "error"),
    [("a.b", KeyError), ("", KeyError), (3, TypeError), ("forward", KeyError), ("size", KeyError)],
)
def test_a_name_that_cannot_be_registered_is_refused(library, register, value, name, error):
    values = {
        "parameter": library.nn.Parameter(library.ones(1)),
        "tensor": library.ones(1),
        "module": library.nn.Tanh(),
    }
    net = make_net(library)
    with pytest.raises(error):
        getattr(net, register)(name, values[value])
    assert names(net.named_children()) == ["first", "inner"]


def test_a_value_of_the_wrong_kind_is_refused(library):
    nn = library.nn
    net = make_net(library)
    for register in (net.register_parameter, net.register_buffer, net.add_module):
        with pytest.raises(TypeError):
            register("new", 3)
    with pytest.raises(TypeError):
        net.register_parameter("new", library.ones(1))
    with pytest.raises(TypeError):
        nn.Sequential([nn.Tanh()])
    assert not hasattr(net, "new")


@pytest.mark.parametrize("name", ["factor", "inner", "mean"])
def test_a_registered_name_takes_only_its_own_kind(library, name):
    net = make_net(library)
    with pytest.raises(TypeError, match=name):
        setattr(net, name, 3)
    assert not isinstance(getattr(net, name), int)


def test_a_tensor_does_not_replace_a_parameter(library):
    net = make_net(library)
    with pytest.raises(TypeError, match="factor"):
        net.factor = library.ones(1)
    with pytest.raises(TypeError, match="factor"):
        net.factor = library.nn.Tanh()
    with pytest.raises(TypeError, match="inner"):
        net.inner = library.ones(1)
    net.mean = library.ones(3)  # a buffer is a tensor
    assert net.mean.shape == (3,)


def test_a_property_with_a_setter_is_used(library):
    class Net(library.nn.Module):
        @property
        def doubled(self):
            return self.value * 2

        @doubled.setter
        def doubled(self, value):
            self.value = value / 2

    net = Net()
    net.doubled = 6.0
    assert net.value == 3.0


def test_a_module_put_into_the_instance_dict_is_not_registered(library):
    net = make_net(library)
    net.__dict__["hidden"] = library.nn.Linear(1, 1)
    assert names(net.named_children()) == ["first", "inner"]


def test_get_submodule_follows_a_path(library):
    net = make_net(library)
    assert net.get_submodule("inner.linear") is net.inner.linear
    assert net.get_submodule("") is net
    for path in ("nothing", "inner.nothing", "size"):
        with pytest.raises(AttributeError):
            net.get_submodule(path)


def test_a_wrapper_that_asks_its_base_class_first_finds_what_is_registered(library):
    class Wrapper(library.nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def __getattr__(self, name):
            if name == "size":
                return 7
            try:
                return super().__getattr__(name)
            except AttributeError:
                return getattr(self.inner, name)

    wrapped = Wrapper(library.nn.Linear(2, 3))
    assert wrapped.size == 7
    assert wrapped.out_features == 3
    assert wrapped.__getattr__("inner") is wrapped.inner
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'nothing'"):
        wrapped.nothing  # noqa: B018
    assert wrapped.inner.__getattr__("weight") is wrapped.inner.weight  # as programs spell getattr


def test_an_attribute_error_inside_a_property_is_told_as_it_is():
    class Net(tnn.nn.Module):
        @property
        def size(self):
            return self.forgotten

    with pytest.raises(AttributeError, match="'Net' object has no attribute 'forgotten'"):
        Net().size  # noqa: B018
