"""What is done to a Module as a whole: modes, conversions, hooks, copies, and its text.
Read `test_sequential.py` next.
"""

import copy
import pickle

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.nn import Linear, Module, Parameter


def make_net(library):
    nn = library.nn
    library.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 2), nn.ReLU()))
    net.register_buffer("mean", library.zeros(2))
    net.register_buffer("count", library.tensor(3))
    return net


def test_a_module_without_forward_says_so_when_called(library):
    with pytest.raises(NotImplementedError, match="forward"):
        library.nn.Module()(3)


def test_arguments_reach_forward(library):
    class Net(library.nn.Module):
        def forward(self, a, b=0, *, c=0):
            return a, b, c

    assert Net()(1, c=3) == (1, 0, 3)


# --- train, eval, apply ---------------------------------------------------------------------------


def test_train_and_eval_reach_every_module(library):
    net = make_net(library)
    assert all(module.training for module in net.modules())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net[2].train()
    assert [module.training for module in net.modules()] == [False] * 3 + [True] * 3
    assert net.train(False) is net
    assert not any(module.training for module in net.modules())
    assert net.train().training


@pytest.mark.parametrize("mode", [1, "yes", None])
def test_train_takes_a_bool(library, mode):
    with pytest.raises(ValueError, match="train"):
        make_net(library).train(mode)


def test_a_module_that_overrides_train_is_asked(library):
    class Frozen(library.nn.Module):
        def train(self, mode=True):
            return super().train(False)

    net = library.nn.Sequential(Frozen(), library.nn.Tanh())
    net.train()
    assert [module.training for module in net.modules()] == [True, False, True]


def test_apply_goes_inside_out_and_returns_the_module(library):
    net = make_net(library)
    seen = []
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "Tanh", "Linear", "ReLU", "Sequential", "Sequential"]


def test_apply_can_set_initial_values(library):
    def start(module):
        if isinstance(module, library.nn.Linear):
            module.weight.data.fill_(0.5)
            library.nn.init.zeros_(module.bias)

    net = make_net(library).apply(start)
    assert {value for p in net.parameters() for value in p.flatten().tolist()} == {0.0, 0.5}


# --- gradients ------------------------------------------------------------------------------------


def test_zero_grad_drops_gradients_or_fills_them_with_zeros(library):
    net = make_net(library)
    net(library.ones(1, 3)).sum().backward()
    gradient = net[0].weight.grad
    net.zero_grad(set_to_none=False)
    assert net[0].weight.grad is gradient
    assert not gradient.tolist()[0][0]
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_a_gradient_left_on_a_frozen_parameter_is_dropped_too(library):
    net = make_net(library)
    net(library.ones(1, 3)).sum().backward()
    net[0].weight.requires_grad = False
    assert net[0].weight.grad is not None
    net.zero_grad()
    assert net[0].weight.grad is None


def test_requires_grad_freezes_every_parameter(library):
    net = make_net(library)
    assert net.requires_grad_(False) is net
    assert not any(p.requires_grad for p in net.parameters())
    assert not net(library.ones(1, 3)).requires_grad
    assert all(p.requires_grad for p in net.requires_grad_().parameters())


# --- conversions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "convert",
    [
        lambda net, library: net.double(),
        lambda net, library: net.to(library.float64),
        lambda net, library: net.to(dtype=library.float64),
        lambda net, library: net.to("cpu", library.float64),
        lambda net, library: net.to(library.device("cpu"), library.float64, True),
        lambda net, library: net.to(library.ones(1).double()),
    ],
)
def test_a_conversion_changes_floats_in_place_and_leaves_integers(library, convert):
    net = make_net(library)
    weight = net[0].weight
    net(library.ones(1, 3)).sum().backward()
    expected = [p.tolist() for p in net.parameters()]
    assert convert(net, library) is net
    assert net[0].weight is weight
    assert weight.requires_grad
    assert {p.dtype for p in net.parameters()} == {library.float64}
    assert {p.grad.dtype for p in net.parameters()} == {library.float64}
    assert [p.tolist() for p in net.parameters()] == expected
    assert net.mean.dtype == library.float64
    assert net.count.dtype == library.int64
    assert net(library.ones(1, 3).double()).dtype == library.float64


def test_float_and_half_convert_back(library):
    net = make_net(library).double().half()
    assert net[0].weight.dtype == library.float16
    assert net.float()[0].weight.dtype == library.float32
    assert net.cpu() is net
    assert net.to("cpu") is net


def test_a_shared_parameter_stays_shared(library):
    nn = library.nn
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert net.double()[1].weight is net[0].weight


def test_parameters_cannot_become_integers(library):
    net = make_net(library)
    with pytest.raises(TypeError):
        net.to(library.int64)
    assert net[0].weight.dtype == library.float32


def test_another_device_is_refused():
    with pytest.raises(RuntimeError, match="cuda"):
        make_net(tnn).to("cuda")


def test_training_goes_on_after_a_conversion(library):
    net = make_net(library).double()
    for _ in range(2):
        net.zero_grad()
        net(library.ones(1, 3).double()).sum().backward()
        with library.no_grad():
            for p in net.parameters():
                p -= 0.1 * p.grad
    assert all(p.grad.dtype == library.float64 for p in net.parameters())


# --- hooks ----------------------------------------------------------------------------------------


def test_hooks_see_and_may_change_arguments_and_output(library):
    layer = library.nn.Identity()
    seen = []

    def before(module, args):
        seen.append(("before", module is layer, len(args)))
        return args[0] + 1

    def after(module, args, output):
        seen.append(("after", args[0].item(), output.item()))
        return output * 10

    handles = [layer.register_forward_pre_hook(before), layer.register_forward_hook(after)]
    assert layer(library.tensor(1.0)).item() == 20.0
    assert seen == [("before", True, 1), ("after", 2.0, 2.0)]
    for handle in handles:
        handle.remove()
        handle.remove()
    assert layer(library.tensor(1.0)).item() == 1.0


def test_hooks_run_in_order_and_prepend_puts_one_first(library):
    layer = library.nn.Identity()
    seen = []
    layer.register_forward_hook(lambda *_: seen.append("a"))
    with layer.register_forward_hook(lambda *_: seen.append("b")):
        layer.register_forward_hook(lambda *_: seen.append("c"), prepend=True)
        layer.register_forward_pre_hook(lambda *_: seen.append("d"))
        layer.register_forward_pre_hook(lambda *_: seen.append("e"), prepend=True)
        layer(library.ones(1))
    assert "".join(seen) == "edcab"
    layer(library.ones(1))
    assert "".join(seen) == "edcab" + "edca"


def test_hooks_can_take_keyword_arguments(library):
    class Net(library.nn.Module):
        def forward(self, x, scale=1):
            return x * scale

    net = Net()
    net.register_forward_pre_hook(
        lambda module, args, kwargs: (args, {"scale": kwargs["scale"] + 1}), with_kwargs=True
    )
    net.register_forward_hook(
        lambda module, args, kwargs, output: output + kwargs["scale"], with_kwargs=True
    )
    assert net(library.tensor(2.0), scale=2).item() == 9.0


def test_a_hook_may_remove_itself_while_it_runs(library):
    layer = library.nn.Identity()
    handles = []
    handles.append(layer.register_forward_hook(lambda *_: handles[0].remove()))
    layer(library.ones(1))
    layer(library.ones(1))
    assert len(layer._forward_hooks) == 0


# --- copies ---------------------------------------------------------------------------------------


def test_a_deep_copy_shares_nothing_and_starts_without_gradients(library):
    net = make_net(library)
    net[2][0].weight = net[2][0].weight
    net(library.ones(1, 3)).sum().backward()
    other = copy.deepcopy(net)
    assert [p.tolist() for p in other.parameters()] == [p.tolist() for p in net.parameters()]
    assert all(p.grad is None for p in other.parameters())
    assert all(isinstance(p, library.nn.Parameter) for p in other.parameters())
    with library.no_grad():
        other[0].weight.zero_()
    assert net[0].weight.tolist() != other[0].weight.tolist()
    assert repr(other) == repr(net)


def test_a_deep_copy_keeps_shared_parameters_shared(library):
    nn = library.nn
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    other = copy.deepcopy(net)
    assert other[1].weight is other[0].weight
    assert other[0].weight is not net[0].weight


class PickledNet(Module):
    """At the top of the module, where pickle finds it."""

    def __init__(self):
        super().__init__()
        self.layer = Linear(2, 1)
        self.twin = self.layer
        self.scale = Parameter(tnn.ones(2), requires_grad=False)
        self.register_buffer("mean", tnn.zeros(2), persistent=False)

    def __setstate__(self, state):
        super().__setstate__(state)
        self.restored = True


def test_a_pickled_module_comes_back():
    net = PickledNet().eval()
    other = pickle.loads(pickle.dumps(net))
    assert other.restored
    assert not other.training
    assert other.twin is other.layer
    assert not other.scale.requires_grad
    assert other.layer.weight.requires_grad
    assert type(other.layer.weight) is Parameter
    assert list(other.state_dict()) == list(net.state_dict())
    assert other.layer.weight.tolist() == net.layer.weight.tolist()


# --- text -----------------------------------------------------------------------------------------


def one_of_each(library):
    """Every layer and loss, nested in the ways that their text depends on."""
    nn = library.nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(2, 3, bias=False)
            self.missing = None
            self.act = nn.Softmax(dim=1)

        def extra_repr(self):
            return "size=3\nkind='block'"

    class Named(nn.Module):
        def _get_name(self):
            return "Renamed"

        def extra_repr(self):
            return "one=1"

    class Leaf(nn.Module):
        def extra_repr(self):
            return "two\nlines"

    return [
        nn.Module(),
        nn.Linear(3, 4),
        nn.Identity(5),
        nn.ReLU(),
        nn.ReLU(inplace=True),
        nn.Tanh(),
        nn.Sigmoid(),
        nn.Softmax(),
        nn.LogSoftmax(dim=-1),
        nn.Flatten(),
        nn.Flatten(0, 1),
        nn.MSELoss(),
        nn.NLLLoss(),
        nn.CrossEntropyLoss(reduction="sum"),
        nn.BCEWithLogitsLoss(),
        nn.Sequential(),
        nn.Sequential(nn.Sequential(), Block(), nn.Sequential(nn.Tanh(), Block())),
        Block(),
        Named(),
        Leaf(),
        nn.Sequential(Named(), Leaf()),
    ]


def test_the_text_of_a_module_is_pytorch_s():
    torch = pytest.importorskip("torch")
    ours, theirs = ([repr(module) for module in one_of_each(each)] for each in (tnn, torch))
    assert ours == theirs
