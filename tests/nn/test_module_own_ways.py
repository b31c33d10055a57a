"""Modules that save, load and convert in a way of their own, by methods that PyTorch has for it.
Read `test_module_state.py` first, for those that do not.
"""

import pytest

import tinygrad_nn as tnn

LIBRARIES = ["tinygrad_nn", "torch"]


@pytest.fixture(params=LIBRARIES)
def library(request):
    return pytest.importorskip(request.param)


def renamed(library):
    """A layer whose weight once had another name, and which keeps a number besides."""

    class Renamed(library.nn.Module):
        _version = 2

        def __init__(self):
            super().__init__()
            self.scale = library.nn.Parameter(library.ones(2))
            self.inner = library.nn.Linear(2, 2)
            self.count = 0
            self.seen = None

        def _save_to_state_dict(self, destination, prefix, keep_vars):
            super()._save_to_state_dict(destination, prefix, keep_vars)
            destination[prefix + "count"] = library.tensor(self.count)

        def _load_from_state_dict(
            self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected, errors
        ):
            if local_metadata.get("version", 1) < 2 and prefix + "gain" in state_dict:
                state_dict[prefix + "scale"] = state_dict.pop(prefix + "gain")
            self.count = int(state_dict.pop(prefix + "count", library.tensor(0)))
            super()._load_from_state_dict(
                state_dict, prefix, local_metadata, strict, missing_keys, unexpected, errors
            )
            self.seen = self.scale.tolist()

    return Renamed()


def test_a_module_saves_and_loads_more_than_its_tensors(library):
    model = library.nn.Sequential(renamed(library), library.nn.Linear(2, 1))
    model[0].count = 7
    saved = model.state_dict()
    assert list(saved)[:2] == ["0.scale", "0.count"]
    other = library.nn.Sequential(renamed(library), library.nn.Linear(2, 1))
    answer = other.load_state_dict(saved)
    assert (other[0].count, answer.missing_keys, answer.unexpected_keys) == (7, [], [])
    assert other[1].weight.tolist() == model[1].weight.tolist()


def test_a_name_of_an_older_version_is_changed_before_loading(library):
    model = library.nn.Sequential(renamed(library))
    older = dict(library.nn.Sequential(renamed(library)).state_dict())
    older["0.gain"] = library.tensor([3.0, 4.0])
    del older["0.scale"]
    model.load_state_dict(older)
    assert model[0].scale.tolist() == [3.0, 4.0]
    assert model[0].seen == [3.0, 4.0]  # it is loaded when the inherited method returns


@pytest.mark.parametrize("name", ["0.inner.weight", "1.bias", "extra", "0.inner.extra", "2.bias"])
def test_what_does_not_fit_is_listed_as_without_it(library, name):
    model = library.nn.Sequential(renamed(library), library.nn.Linear(2, 1))
    saved = dict(model.state_dict())
    saved[name] = saved.pop(name, library.ones(1))
    if name.endswith(("weight", "1.bias")):
        del saved[name]
    answer = model.load_state_dict(saved, strict=False)
    found = answer.missing_keys + answer.unexpected_keys
    assert found == [name]
    with pytest.raises(RuntimeError, match=name):
        model.load_state_dict(saved)


def test_nothing_is_changed_where_an_own_way_ends_in_an_error():
    model = tnn.nn.Sequential(renamed(tnn), tnn.nn.Linear(2, 1))
    before = {name: value.tolist() for name, value in model.state_dict().items()}
    wrong = {name: value * 0 - 1 for name, value in model.state_dict().items()}
    wrong["1.weight"] = tnn.ones(5)
    with pytest.raises(RuntimeError, match="nothing was changed"):
        model.load_state_dict(wrong)
    after = {name: value.tolist() for name, value in model.state_dict().items()}
    assert {**after, "0.count": 0} == {**before, "0.count": 0}


def test_hooks_under_their_older_names(library):
    seen = []
    model = library.nn.Linear(2, 2)
    model._register_load_state_dict_pre_hook(lambda state, prefix, *rest: seen.append(prefix))
    model._register_load_state_dict_pre_hook(
        lambda module, state, prefix, *rest: seen.append(module), with_module=True
    )
    model._register_state_dict_hook(lambda module, state, prefix, about: {"only": 1})
    assert dict(model.state_dict()) == {"only": 1}
    model.load_state_dict({"weight": library.zeros(2, 2), "bias": library.zeros(2)})
    assert seen == ["", model]


def test_a_state_is_loaded_by_one_s_own_walk(library):
    """As libraries do that collect all errors themselves."""
    model = library.nn.Sequential(library.nn.Linear(2, 2), library.nn.Linear(2, 1))
    missing, unexpected, errors = [], [], []
    state = {"0.weight": library.zeros(2, 2), "1.weight": library.zeros(3, 3), "2.weight": 0}
    for name, module in model.named_modules():
        prefix = f"{name}." if name else ""
        module._load_from_state_dict(state, prefix, {}, True, missing, unexpected, errors)
    assert model[0].weight.tolist() == [[0, 0], [0, 0]]
    assert missing == ["0.bias", "1.bias"]
    assert unexpected == ["2.weight"]
    assert len(errors) == 1
    assert "1.weight" in errors[0]


def test_conversions_go_through_apply(library):
    class Table(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.plain = library.ones(2)
            self.weight = library.nn.Parameter(library.ones(2))

        def _apply(self, fn, recurse=True):
            super()._apply(fn, recurse)
            self.plain = fn(self.plain)
            return self

    table = Table()
    model = library.nn.Sequential(table, library.nn.Linear(2, 2)).double()
    assert {table.plain.dtype, table.weight.dtype, model[1].weight.dtype} == {library.float64}
    weight = table.weight
    assert model._apply(lambda t: t + 1) is model
    assert table.plain.tolist() == table.weight.tolist() == [2.0, 2.0]
    assert table.weight is weight
    assert weight.requires_grad
    assert weight.is_leaf
