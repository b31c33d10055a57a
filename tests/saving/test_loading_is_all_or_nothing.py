"""K7: what does not fit a model or an optimizer is said at once, and nothing of it is taken over.
Read `test_stop_and_resume.py` next.
"""

import copy

import pytest

import tinygrad_nn as tnn


def model():
    return tnn.nn.Sequential(tnn.nn.Linear(3, 2), tnn.nn.Linear(2, 2), tnn.nn.Linear(2, 1))


def bits(of):
    return {name: tensor.array.tobytes() for name, tensor in of.state_dict().items()}


def saved(tmp_path, change):
    state = model().state_dict()
    change(state)
    tnn.save(state, tmp_path / "x")
    return tnn.load(tmp_path / "x")


def spoil(state):
    """One problem of each kind, behind tensors that fit."""
    state["1.weight"] = tnn.ones(4, 5)
    state["2.bias"] = 3.0
    state["3.weight"] = tnn.ones(1)
    del state["2.weight"]


def test_k7_one_error_lists_all_problems_with_both_shapes_and_changes_nothing(tmp_path):
    ours = model()
    before = bits(ours)
    with pytest.raises(RuntimeError) as raised:
        ours.load_state_dict(saved(tmp_path, spoil))
    said = str(raised.value)
    for fact in ("4 problems", "'1.weight'", "(4, 5)", "(2, 2)", "'2.bias'", "float"):
        assert fact in said
    for name in ("3.weight", "2.weight"):
        assert name in said
    assert bits(ours) == before


@pytest.mark.parametrize("assign", [True, False])
def test_k7_without_strict_names_are_returned_and_shapes_refused_all_the_same(tmp_path, assign):
    ours = model()
    before = bits(ours)
    with pytest.raises(RuntimeError, match=r"\(4, 5\)"):
        ours.load_state_dict(saved(tmp_path, spoil), strict=False, assign=assign)
    assert bits(ours) == before

    def rename(state):
        state["other"] = state.pop("2.bias")

    found = ours.load_state_dict(saved(tmp_path, rename), strict=False, assign=assign)
    assert (found.missing_keys, found.unexpected_keys) == (["2.bias"], ["other"])
    assert bits(ours) != before


def stepped():
    """An optimizer that has state."""
    ours = model()
    optimizer = tnn.optim.SGD(ours.parameters(), lr=0.1, momentum=0.9)
    ours(tnn.ones(1, 3)).sum().backward()
    optimizer.step()
    return optimizer


SPOILT = {
    "a wrong shape": (
        lambda state: state["state"][3].update(momentum_buffer=tnn.ones(7)),
        r"\(7,\).*\(2,\)",
    ),
    "no such parameter": (lambda state: state["state"].update({9: {}, 8: {"x": 1}}), "parameter"),
    "too few parameters": (lambda state: state["param_groups"][0]["params"].pop(), "group"),
    "too many groups": (lambda state: state["param_groups"].append({"params": []}), "groups"),
    "no number": (lambda state: state["param_groups"][0].update(lr="fast"), "lr"),
    "no groups": (lambda state: state.pop("param_groups"), "state_dict"),
}


@pytest.mark.parametrize("what", list(SPOILT))
def test_k7_an_optimizer_takes_over_all_or_nothing(tmp_path, what):
    change, said = SPOILT[what]
    state = copy.deepcopy(stepped().state_dict())
    state["param_groups"][0]["lr"] = 9.0
    change(state)
    tnn.save(state, tmp_path / "x")
    ours = stepped()
    tnn.save(ours.state_dict(), tmp_path / "before")
    with pytest.raises((RuntimeError, ValueError, TypeError), match=said):
        ours.load_state_dict(tnn.load(tmp_path / "x"))
    tnn.save(ours.state_dict(), tmp_path / "after")
    assert (tmp_path / "after").read_bytes() == (tmp_path / "before").read_bytes()
