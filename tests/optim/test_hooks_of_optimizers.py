"""Names of parameters, and functions called around steps, saving and loading.
Read `test_optimizer.py` first.
"""

import copy
import importlib
import pickle

import pytest
from test_optimizer import make_net, parameter


def test_parameters_may_have_names(library):
    net = make_net(library)
    optimizer = library.optim.SGD(net.named_parameters(), lr=0.1)
    names = [name for name, _ in net.named_parameters()]
    assert optimizer.param_groups[0]["param_names"] == names
    saved = optimizer.state_dict()
    assert saved["param_groups"][0]["param_names"] == names
    other = library.optim.SGD(make_net(library).named_parameters(), lr=0.5)
    del saved["param_groups"][0]["param_names"]
    other.load_state_dict(saved)
    assert other.param_groups[0]["param_names"] == names
    with pytest.raises(ValueError, match="names"):
        library.optim.SGD(
            [("a", parameter(library)), ("b", parameter(library)), parameter(library)]
        )
    with pytest.raises(ValueError, match=r"names|named"):
        optimizer.add_param_group({"params": parameter(library)})


def test_a_group_is_the_dict_that_was_given(library):
    group = {"params": parameter(library), "lr": 0.5}
    optimizer = library.optim.SGD([group], lr=0.1, momentum=0.9)
    assert optimizer.param_groups[0] is group
    assert group["momentum"] == 0.9
    assert len(group["params"]) == 1


def test_hooks_are_called_around_a_step(library):
    x = parameter(library)
    x.grad = library.ones(2)
    optimizer = library.optim.SGD([x], lr=0.5)
    seen = []

    def before(given, args, kwargs):
        assert given is optimizer
        assert args[0] is optimizer
        seen.append(("before", x.tolist(), len(args), kwargs))

    def after(given, args, kwargs):
        seen.append(("after", x.tolist()))

    handles = [
        optimizer.register_step_pre_hook(before),
        optimizer.register_step_post_hook(after),
    ]
    optimizer.step()
    assert seen == [("before", [1.0, 2.0], 1, {}), ("after", [0.5, 1.5])]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(seen) == 2


def test_a_hook_may_change_what_step_is_given(library):
    optimizer = library.optim.SGD([parameter(library)], lr=0.5)
    optimizer.register_step_pre_hook(lambda given, args, kwargs: ((given, lambda: 7.0), kwargs))
    assert optimizer.step() == 7.0
    optimizer.register_step_pre_hook(lambda given, args, kwargs: "no pair")
    with pytest.raises(RuntimeError, match="no pair"):
        optimizer.step()


def test_hooks_of_every_optimizer(library):
    module = importlib.import_module(f"{library.__name__}.optim.optimizer")
    seen = []
    handles = [
        module.register_optimizer_step_pre_hook(lambda *given: seen.append("before")),
        module.register_optimizer_step_post_hook(lambda *given: seen.append("after")),
    ]
    library.optim.SGD([parameter(library)], lr=0.5).step()
    library.optim.Adam([parameter(library)], lr=0.5).step()
    for handle in handles:
        handle.remove()
    library.optim.SGD([parameter(library)], lr=0.5).step()
    assert seen == ["before", "after"] * 2


def test_hooks_are_called_around_a_step_of_one_s_own(library):
    class Own(library.optim.Optimizer):
        def step(self, closure=None):
            seen.append("step")

    seen = []
    optimizer = Own([parameter(library)], {})
    optimizer.register_step_pre_hook(lambda *given: seen.append("before"))
    optimizer.register_step_post_hook(lambda *given: seen.append("after"))
    optimizer.step()
    assert seen == ["before", "step", "after"]


def test_hooks_are_called_around_saving_and_loading(library):
    optimizer = library.optim.SGD([parameter(library)], lr=0.5)
    seen = []
    register = {
        "before saving": optimizer.register_state_dict_pre_hook,
        "after saving": optimizer.register_state_dict_post_hook,
        "before loading": optimizer.register_load_state_dict_pre_hook,
        "after loading": optimizer.register_load_state_dict_post_hook,
    }
    for name, add in register.items():
        add(lambda *given, name=name: seen.append(name))
        add(lambda *given, name=name: seen.append(f"{name}, first"), prepend=True)
    optimizer.load_state_dict(optimizer.state_dict())
    assert seen == [text for name in register for text in (f"{name}, first", name)]


def test_a_hook_may_change_what_is_saved_and_loaded(library):
    optimizer = library.optim.SGD([parameter(library)], lr=0.5)
    optimizer.register_state_dict_post_hook(lambda given, state: {**state, "note": "mine"})
    saved = optimizer.state_dict()
    assert saved["note"] == "mine"

    def halved(given, state):
        groups = [{**group, "lr": group["lr"] / 2} for group in state["param_groups"]]
        return {**state, "param_groups": groups}

    optimizer.register_load_state_dict_pre_hook(halved)
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["lr"] == 0.25
    assert saved["param_groups"][0]["lr"] == 0.5


def test_hooks_are_not_copied_with_an_optimizer(library):
    optimizer = library.optim.SGD([parameter(library)], lr=0.5)
    optimizer.register_step_pre_hook(lambda *given: 1 / 0)
    copy.deepcopy(optimizer).step()
    pickle.loads(pickle.dumps(optimizer)).step()


def test_a_learning_rate_in_a_tensor_is_loaded_as_a_copy(library):
    rate = library.tensor(0.5)
    optimizer = library.optim.SGD([parameter(library)], lr=rate)
    other = library.optim.SGD([parameter(library)], lr=0.1)
    other.load_state_dict(optimizer.state_dict())
    rate.fill_(9.0)
    assert other.param_groups[0]["lr"].item() == 0.5
