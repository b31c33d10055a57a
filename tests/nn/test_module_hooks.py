"""Hooks of modules: what they are given and what they may change, in both libraries.
Read `test_module_state.py` next, for those of loading and saving too.
"""

from collections import OrderedDict

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn


def net(library):
    library.manual_seed(0)
    nn = library.nn
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()


def inputs(library, requires_grad=True):
    x = library.arange(8.0).double().reshape(4, 2) / 8
    return x.requires_grad_(requires_grad)


def numbers(values):
    return [None if each is None else each.detach().clone() for each in values]


# --- of the backward pass -------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("requires_grad", [True, False])
def test_full_backward_hooks_see_both_gradients(layer, requires_grad):
    def program(library):
        model, x, seen = net(library), inputs(library, requires_grad), []
        for each in (model, model[layer]):
            each.register_full_backward_hook(
                lambda module, into, out: seen.append([numbers(into), numbers(out)])
            )
            each.register_full_backward_pre_hook(
                lambda module, out: seen.append(["before", numbers(out)])
            )
        model(x).sum().backward()
        return [seen, x.grad, *(p.grad for p in model.parameters())]

    assert_same(program)


def test_backward_hooks_may_change_the_gradients():
    def program(library):
        model, x = net(library), inputs(library)
        model[1].register_full_backward_hook(lambda module, into, out: (into[0] * 2,))
        model[1].register_full_backward_hook(lambda module, into, out: (into[0] + 1,))
        model[2].register_full_backward_pre_hook(lambda module, out: (out[0] * 3,))
        model(x).sum().backward()
        return [x.grad, *(p.grad for p in model.parameters())]

    assert_same(program)


def test_backward_hooks_of_several_inputs_and_outputs():
    def program(library):
        class Pair(library.nn.Module):
            def forward(self, x, n, y):
                return x * y, n, x + y

        pair, seen, x, y = Pair(), [], inputs(library), inputs(library, False)
        pair.register_full_backward_hook(
            lambda module, into, out: seen.append([numbers(into), numbers(out)])
        )
        pair(x, 3, y)[0].sum().backward()
        first = pair(x, 3, y)
        (first[0] + first[2]).sum().backward()
        return [seen, x.grad, first[1]]

    assert_same(program)


def test_a_backward_hook_runs_once_for_each_call_and_ends_when_removed():
    def program(library):
        layer, x, seen = net(library)[1], inputs(library), []
        handle = layer.register_full_backward_hook(lambda *given: seen.append(len(given)))
        layer(layer(x)).sum().backward()
        handle.remove()
        layer(x).sum().backward()
        with library.no_grad():
            layer(x)
        return [seen, x.grad]

    assert_same(program)


def test_backward_hooks_are_called_in_order_and_prepended_ones_first():
    def program(library):
        layer, seen = net(library)[0], []
        layer.register_full_backward_hook(lambda *given: seen.append("a"))
        layer.register_full_backward_hook(lambda *given: seen.append("b"), prepend=True)
        layer.register_full_backward_pre_hook(lambda *given: seen.append("c"))
        layer.register_full_backward_pre_hook(lambda *given: seen.append("d"), prepend=True)
        layer(inputs(library)).sum().backward()
        return seen

    assert_same(program)


def test_a_hook_that_returns_another_number_of_gradients_is_refused():
    def program(library):
        layer = net(library)[0]
        layer.register_full_backward_hook(lambda module, into, out: (into[0], into[0]))
        layer(inputs(library)).sum().backward()

    assert_same(program)


def test_a_hook_cannot_give_gradients_to_inputs_that_want_none():
    def program(library):
        layer = net(library)[0]
        layer.register_full_backward_hook(lambda module, into, out: (out[0],))
        layer(inputs(library, False)).sum().backward()

    assert_same(program)


# --- of calls -------------------------------------------------------------------------------------


def failing(library, seen, always):
    class Failing(library.nn.Module):
        def forward(self, x):
            raise ValueError("here")

    module = Failing()
    module.register_forward_hook(lambda m, args, output: seen.append(output), always_call=always)
    return module


@pytest.mark.parametrize("always", [True, False])
def test_a_hook_that_is_always_called_is_called_after_a_failure(always, library):
    seen = []
    with pytest.raises(ValueError, match="here"):
        failing(library, seen, always)(library.ones(1))
    assert seen == [None] * always


def test_a_hook_that_fails_after_a_failure_warns(library):
    module = failing(library, [], False)
    module.register_forward_hook(lambda *given: 1 / 0, always_call=True)
    with (
        pytest.warns(UserWarning, match="forward hook"),
        pytest.raises(ValueError, match="here"),
    ):
        module(library.ones(1))


def test_a_hook_with_keywords_that_returns_no_pair_is_refused():
    module = tnn.nn.ReLU()
    module.register_forward_pre_hook(lambda m, args, kwargs: args, with_kwargs=True)
    with pytest.raises(TypeError, match=r"ReLU.*\(args, kwargs\)"):
        module(tnn.ones(1))


# --- of saving and loading ------------------------------------------------------------------------


def test_hooks_of_state_dict():
    def program(library):
        model, seen = net(library), []
        model[0].register_state_dict_pre_hook(
            lambda module, prefix, keep_vars: seen.append([prefix, keep_vars])
        )

        def after(module, state, prefix, metadata):
            seen.append([list(state), prefix, dict(metadata)])
            state[f"{prefix}more"] = library.ones(1)

        model[0].register_state_dict_post_hook(after)
        state = model.state_dict(prefix="p.")
        return [seen, list(state), {k: dict(v) for k, v in state._metadata.items()}]

    assert_same(program)


def test_a_hook_before_loading_may_rename():
    def program(library):
        model, seen = net(library), []

        def before(module, state, prefix, metadata, strict, missing, unexpected, errors):
            seen.append([prefix, strict, missing, unexpected, errors])
            state[f"{prefix}weight"] = state.pop(f"{prefix}w")

        model[0].register_load_state_dict_pre_hook(before)
        state = model.state_dict()
        state["0.w"] = state.pop("0.weight") + 1
        names = list(state)
        model.load_state_dict(state)
        return [seen, names == list(state), model[0].weight.detach()]

    assert_same(program)


@pytest.mark.parametrize("excuses", [True, False])
@pytest.mark.parametrize("strict", [True, False])
def test_a_hook_after_loading_may_excuse_what_is_missing(excuses, strict, library):
    model, seen = net(library), []

    def after(module, incompatible):
        seen.append(list(incompatible.missing_keys))
        if excuses:
            incompatible.missing_keys.clear()

    model.register_load_state_dict_post_hook(after)
    state = OrderedDict((name, value + 1) for name, value in model.state_dict().items())
    del state["2.bias"]
    if strict and not excuses:
        with pytest.raises(RuntimeError):
            model.load_state_dict(state)
    else:
        model.load_state_dict(state, strict=strict)
    assert seen == [["2.bias"]]


def test_a_load_that_no_hook_excuses_changes_nothing():
    model = net(tnn)
    model.register_load_state_dict_post_hook(lambda module, incompatible: None)
    before = model[0].weight.tolist()
    state = OrderedDict((name, value + 1) for name, value in model.state_dict().items())
    del state["2.bias"]
    with pytest.raises(RuntimeError, match=r"missing: '2\.bias'"):
        model.load_state_dict(state)
    assert model[0].weight.tolist() == before


def test_hooks_after_loading_run_from_the_inside_out():
    def program(library):
        model, seen = net(library), []
        for name, module in model.named_modules():
            module.register_load_state_dict_post_hook(
                lambda module, incompatible, name=name: seen.append(name)
            )
        model.load_state_dict(model.state_dict())
        return seen

    assert_same(program)


def counting(library):
    class Counting(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = library.nn.Linear(1, 1)
            self.calls = 3

        def get_extra_state(self):
            return {"calls": self.calls}

        def set_extra_state(self, state):
            self.calls = state["calls"]

    return Counting()


def test_extra_state_is_saved_and_loaded():
    def program(library):
        first, second = counting(library), counting(library)
        first.calls = 7
        state = first.state_dict()
        second.load_state_dict(state)
        del state["_extra_state"]
        left = second.load_state_dict(state, strict=False)
        return [list(first.state_dict()), second.calls, list(left)]

    assert_same(program)


def test_missing_extra_state_is_refused():
    assert_same(lambda lib: counting(lib).load_state_dict(lib.nn.Linear(1, 1).state_dict()))
    assert_same(lambda lib: lib.nn.Linear(1, 1).get_extra_state())
    assert_same(
        lambda lib: lib.nn.Linear(1, 1).load_state_dict(
            {**lib.nn.Linear(1, 1).state_dict(), "_extra_state": 3}
        )
    )


def test_a_batch_norm_of_before_batches_were_counted_is_loaded():
    def program(library):
        norm = library.nn.Sequential(library.nn.BatchNorm1d(2))
        norm(library.ones(3, 2))
        plain = {k: v for k, v in norm.state_dict().items() if "num_batches" not in k}
        fresh = library.nn.Sequential(library.nn.BatchNorm1d(2))
        loaded = list(fresh.load_state_dict(plain))
        return [loaded, fresh[0].num_batches_tracked, fresh[0].running_mean]

    assert_same(program)


# --- by path --------------------------------------------------------------------------------------


def holder(library):
    model = net(library)
    model.add_module("norm", library.nn.BatchNorm1d(2))
    return model


def test_parts_by_path():
    def program(library):
        model = holder(library)
        model.set_submodule("norm.inner", library.nn.ReLU())
        model.set_submodule("1", library.nn.Sigmoid(), strict=True)
        return [
            model.get_parameter("0.weight").detach(),
            model.get_buffer("norm.running_mean"),
            repr(model.get_submodule("norm.inner")),
            repr(model),
        ]

    assert_same(program)


@pytest.mark.parametrize(
    ("error", "ask"),
    [
        (AttributeError, lambda model, new: model.get_parameter("0.nothing")),
        (AttributeError, lambda model, new: model.get_parameter("norm.running_mean")),
        (AttributeError, lambda model, new: model.get_parameter("9.weight")),
        (AttributeError, lambda model, new: model.get_buffer("0.weight")),
        (AttributeError, lambda model, new: model.set_submodule("9.x", new)),
        (AttributeError, lambda model, new: model.set_submodule("0.x", new, strict=True)),
        (ValueError, lambda model, new: model.set_submodule("", new)),
        (ValueError, lambda model, new: model.set_submodule("0.x", 3)),
    ],
)
def test_what_is_not_there_is_refused(error, ask, library):
    with pytest.raises(error):
        ask(holder(library), library.nn.ReLU())


def test_type_converts_all_and_memory_is_shared_already(library):
    model = library.nn.BatchNorm1d(2)
    assert model.share_memory() is model
    assert model.to_empty(device="cpu") is model
    assert model.type(library.float64).weight.dtype == library.float64
    assert model.running_mean.dtype == library.float64
    assert model.num_batches_tracked.dtype == library.float64


@pytest.mark.filterwarnings("ignore:Using a non-full:FutureWarning")  # PyTorch's
def test_a_hook_of_the_last_operation_sees_its_gradients_in_the_old_form():
    def program(library):
        layer, seen = library.nn.Tanh(), []
        handle = layer.register_backward_hook(lambda *given: seen.append(given[1:]))
        x = library.tensor([0.5, 1.0], dtype=library.float64, requires_grad=True)
        layer(x).sum().backward()
        handle.remove()
        layer(x).sum().backward()
        return seen, x.grad

    assert_same(program)


def test_the_hooks_of_a_module_are_listed_as_they_were_given():
    layer = tnn.nn.Linear(2, 2)

    def hook(module, args, kwargs):
        return None

    layer.register_forward_pre_hook(hook, with_kwargs=True)
    assert list(layer._forward_pre_hooks.values()) == [hook]
