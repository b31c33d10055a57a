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
    state["0.bias"] = tnn.tensor([1.0, 2.0j])
    state["2.bias"] = 3.0
    state["3.weight"] = tnn.ones(1)
    del state["2.weight"]


def test_k7_one_error_lists_all_problems_with_both_shapes_and_changes_nothing(tmp_path):
    ours = model()
    before = bits(ours)
    with pytest.raises(RuntimeError) as raised:
        ours.load_state_dict(saved(tmp_path, spoil))
    said = str(raised.value)
    for fact in ("5 problems", "'1.weight'", "(4, 5)", "(2, 2)", "'2.bias'", "float"):
        assert fact in said
    for fact in ("3.weight", "2.weight", "'0.bias': dtype", "complex64", "float32 in the module"):
        assert fact in said
    assert bits(ours) == before


@pytest.mark.parametrize(
    ("name", "given", "fits"),
    [
        ("0.weight", tnn.ones(3).double(), True),  # as PyTorch: a wider float, an integer
        ("0.weight", tnn.ones(3).to(tnn.bfloat16), True),
        ("0.weight", tnn.ones(3).long(), True),
        ("0.weight", tnn.ones(3).to(tnn.complex64), True),  # no imaginary part is lost
        ("0.weight", tnn.ones(3) * 1j, False),
        ("0.num_batches_tracked", tnn.tensor(7.0), True),  # of a state that was all made float
        ("0.num_batches_tracked", tnn.tensor(7.0, dtype=tnn.bfloat16), True),
        ("0.num_batches_tracked", tnn.tensor(7.5), False),
        ("0.num_batches_tracked", tnn.tensor(float("nan")), False),
        ("0.num_batches_tracked", tnn.tensor(1e30), False),
    ],
)
def test_k7_a_dtype_is_wrong_where_a_conversion_would_lose_a_part(name, given, fits):
    ours = tnn.nn.Sequential(tnn.nn.BatchNorm1d(3))
    before = bits(ours)
    state = ours.state_dict() | {"0.bias": tnn.ones(3), name: given}
    if fits:
        ours.load_state_dict(state)
        assert ours.state_dict()[name].tolist() == given.tolist()
        return
    with pytest.raises(TypeError, match=f"1 problem.*\n.*'{name}': dtype {given.dtype}"):
        ours.load_state_dict(state)
    assert bits(ours) == before


def test_k7_assigned_integers_cannot_be_a_parameter():
    ours = model()
    state = ours.state_dict() | {"0.bias": tnn.ones(2), "1.bias": tnn.ones(2).long()}
    before = bits(ours)
    with pytest.raises(RuntimeError, match=r"'1\.bias': dtype"):
        ours.load_state_dict(state, assign=True)
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


def stepped(rule="SGD", **options):
    """An optimizer that has state, with the parameters in two groups."""
    ours = model()
    weights = [each for each in ours.parameters() if each.ndim == 2]
    biases = [each for each in ours.parameters() if each.ndim == 1]
    options = options or {"lr": 0.1, "momentum": 0.9}
    optimizer = getattr(tnn.optim, rule)([{"params": weights}, {"params": biases}], **options)
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
    "a group without a rate": (lambda state: state["param_groups"][1].pop("lr"), "'lr', 0.1 here"),
    "no list of parameters": (lambda state: state["param_groups"][1].pop("params"), "'params'"),
    "state that is no dict": (lambda state: state["state"].update({2: 3.0}), "parameter 2"),
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


def test_k7_an_optimizer_s_error_lists_all_problems_of_all_groups():
    ours = stepped("Adam", lr=0.1, amsgrad=True)
    state = copy.deepcopy(ours.state_dict())
    first, second = state["param_groups"]
    first.update(lr="fast", eps=None)
    del second["betas"]
    state["state"][0].update(exp_avg=tnn.ones(7), exp_avg_sq=tnn.ones(3, 2))
    del state["state"][1]["max_exp_avg_sq"]
    state["state"][3]["square_avg"] = state["state"][3].pop("exp_avg_sq")
    state["state"][5]["step"] = tnn.ones(2)
    state["state"][9] = {}
    before = copy.deepcopy(ours.state_dict())
    with pytest.raises(ValueError, match="9 problems loading into Adam") as raised:
        ours.load_state_dict(state)
    assert str(raised.value).splitlines()[1:] == [
        "  Adam, group 0: lr must be a number, got str 'fast'",
        "  Adam, group 0: eps must be a number, got NoneType None",
        "  Adam, group 1 lacks 'betas', (0.9, 0.999) here",
        "  state of parameter 0: 'exp_avg' has shape (7,), this optimizer's (2, 3)",
        "  state of parameter 0: 'exp_avg_sq' has shape (3, 2), this optimizer's (2, 3)",
        "  state of parameter 1 lacks 'max_exp_avg_sq'",
        "  state of parameter 3 lacks 'exp_avg_sq', has 'square_avg' instead",
        "  state of parameter 5: 'step' must be a number, got a tensor of float32 and shape (2,)",
        "  state of a parameter 9, which no group lists",
    ]
    assert repr(ours.state_dict()) == repr(before)


def test_k7_the_state_of_another_rule_is_refused_and_what_a_program_added_is_kept():
    adam, other = stepped("Adam", lr=0.1), stepped("RMSprop", lr=0.1)
    with pytest.raises(ValueError, match="lacks 'square_avg', has 'exp_avg', 'exp_avg_sq' instead"):
        other.load_state_dict(adam.state_dict())
    state = copy.deepcopy(adam.state_dict())
    state["state"][0]["mine"] = "noted"
    state["param_groups"][0]["note"] = "mine"
    other = stepped("Adam", lr=0.5)
    other.load_state_dict(state)
    found = other.state_dict()
    assert (found["state"][0]["mine"], found["param_groups"][0]["note"]) == ("noted", "mine")
    assert found["param_groups"][0]["lr"] == 0.1


def test_k7_shapes_that_a_rule_has_of_its_own_are_checked():
    ours = stepped("Adafactor", lr=0.1)
    state = copy.deepcopy(ours.state_dict())
    state["state"][0]["row_var"] = tnn.ones(2, 3)
    with pytest.raises(ValueError, match=r"'row_var' has shape \(2, 3\), .* \(2, 1\)"):
        ours.load_state_dict(state)
