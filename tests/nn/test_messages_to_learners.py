"""What a beginner's mistake with layers, optimizers and loaders says: the name, and the way out.
Read `../safety/training_mistakes.py` next, for the mistakes that a list of checks numbers.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, optim
from tinygrad_nn.utils.data import DataLoader

FORGOTTEN = r"super\(\).__init__\(\) was called; make it the first line of Forgetful\.__init__"


class Forgetful(nn.Module):
    def __init__(self, name=None, value=None):
        if name is not None:
            setattr(self, name, value)

    def forward(self, x):
        return x


class Registering(Forgetful):
    def __init__(self):
        self.register_buffer("scale", tnn.ones(2))


def model():
    return nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))


def gone_through():
    parameters = model().parameters()
    list(parameters)
    return parameters


def loaded(state):
    return model().load_state_dict(state)


def prefixed(prefix):
    return {prefix + name: value for name, value in model().state_dict().items()}


def batch_of(*samples):
    return next(iter(DataLoader(samples, batch_size=len(samples))))


def carry_the_state_on():
    layer, state = nn.RNN(2, 2), None
    for _ in range(2):
        output, state = layer(tnn.ones(1, 1, 2), state)
        output.sum().backward()


def cross_entropy(*shape):
    return nn.CrossEntropyLoss()(tnn.ones(4, 3), tnn.zeros(*shape, dtype=tnn.int64))


LISTED = [[1.0, 2.0]]
MISTAKES = [
    (lambda: Forgetful("n", 3)(tnn.ones(2)), AttributeError, FORGOTTEN),
    (lambda: list(Forgetful("n", 3).parameters()), AttributeError, FORGOTTEN),
    (lambda: Forgetful().state_dict(), AttributeError, FORGOTTEN),
    (lambda: Forgetful().load_state_dict({}), AttributeError, FORGOTTEN),
    (lambda: Forgetful().train(), AttributeError, FORGOTTEN),
    (lambda: Forgetful().double(), AttributeError, FORGOTTEN),
    (lambda: repr(Forgetful()), AttributeError, FORGOTTEN),
    (lambda: Forgetful("layer", nn.ReLU()), AttributeError, FORGOTTEN),
    (Registering, AttributeError, FORGOTTEN.replace("Forgetful", "Registering")),
    (lambda: nn.Sequential([nn.ReLU()]), TypeError, "Sequential: .* got list; .* with \\*"),
    (lambda: nn.ModuleList([nn.ReLU]), TypeError, r"ModuleList: .*; make one, ReLU\(\.\.\.\)"),
    (lambda: nn.ModuleList([nn.ReLU()])(0), NotImplementedError, r"ModuleList\] only holds"),
    (lambda: nn.ModuleDict({"a": nn.ReLU()})(0), NotImplementedError, r"ModuleDict\] only holds"),
    (lambda: nn.ParameterList([tnn.ones(1)])(0), RuntimeError, "ParameterList holds parameters"),
    (lambda: nn.ReLU().register_parameter("w", tnn.ones(1)), TypeError, r"wrap it, nn\.Parameter"),
    *(
        (lambda layer=layer: layer(LISTED), TypeError, rf"{type(layer).__name__}\(\) takes a Tens")
        for layer in (
            *(nn.RNN(2, 2), nn.GRU(2, 2), nn.LSTM(2, 2)),
            *(nn.RNNCell(2, 2), nn.GRUCell(2, 2), nn.LSTMCell(2, 2)),
        )
    ),
    (
        lambda: nn.GRU(2, 2)(tnn.ones(1, 1, 2), LISTED),
        TypeError,
        r"GRU\(\) .* as hx\[0\], got list",
    ),
    (lambda: cross_entropy(4, 3), ValueError, r"one-hot.*\.argmax\(1\), .*\.float\(\)"),
    (lambda: cross_entropy(4, 1), ValueError, r"use target\.squeeze\(1\)"),
    (lambda: optim.SGD(model()), TypeError, r"SGD.* got Sequential .*; pass its \.parameters\(\)"),
    (lambda: optim.Adam(model().parameters), TypeError, r"Adam.* got method .*; call it, with"),
    (lambda: optim.Adam(gone_through()), ValueError, "generator of them gone through"),
    (lambda: optim.Adam([gone_through()]), TypeError, r"got generator; make one list of several"),
    (lambda: optim.Adam(model().state_dict()), TypeError, r"got str; pass a model's \.parameters"),
    (lambda: optim.Adam([{"params": model()}]), TypeError, r"; pass its \.parameters\(\)"),
    (lambda: optim.Adam([{"lr": 0.1}]), KeyError, "a parameter group needs 'params'"),
    (lambda: loaded(model()), TypeError, r"got Sequential; pass its \.state_dict\(\)"),
    (lambda: loaded("model.pt"), TypeError, r"got str; a file's is load\(path\)"),
    (lambda: loaded({"model": prefixed(""), "epoch": 1}), RuntimeError, r"are in \['model'\]"),
    (lambda: loaded(prefixed("module.")), RuntimeError, r"name\.removeprefix\('module\.'\)"),
    (
        lambda: batch_of(tnn.ones(2), tnn.ones(3)),
        RuntimeError,
        r"sample 1 .*\(3,\), .*pad_sequence",
    ),
    (lambda: batch_of({"a": 1}, {"b": 2}), KeyError, "sample 1 of a batch has no 'a'"),
    (lambda: tnn.distributions.Normal(0.0, 1.0).sample(3), TypeError, r"Normal: .*\(3,\), got int"),
    *(
        (
            lambda layer=layer: layer(nn.LSTM(2, 2)(tnn.ones(1, 1, 2))),
            TypeError,
            r"attention is \[0\]",
        )
        for layer in (nn.Linear(2, 2), nn.ReLU(), nn.LayerNorm(2), nn.GRU(2, 2), nn.BatchNorm1d(2))
    ),
    (
        lambda: nn.CrossEntropyLoss()(tnn.zeros(4, dtype=tnn.int64), tnn.ones(4, 3)),
        ValueError,
        "predictions come first, then targets",
    ),
    (carry_the_state_on, RuntimeError, r"\.detach\(\) what an earlier step"),
]


@pytest.mark.parametrize(("mistake", "kind", "says"), MISTAKES)
def test_a_mistake_is_told_with_the_way_out(mistake, kind, says):
    with pytest.raises(kind, match=f"(?s){says}"):
        mistake()


GIVEN = [
    lambda given: nn.utils.clip_grad_norm_(given, 1.0),
    lambda given: nn.utils.clip_grad_value_(given, 1.0),
    lambda given: nn.utils.get_total_norm(given),
    lambda given: nn.utils.parameters_to_vector(given),
    lambda given: nn.utils.vector_to_parameters(tnn.ones(3), given),
]


@pytest.mark.parametrize("function", GIVEN)
def test_a_model_is_no_list_of_its_parameters(function):
    with pytest.raises(TypeError, match=r"got Linear .*; pass its \.parameters\(\)"):
        function(nn.Linear(2, 1))
    function(nn.Linear(2, 1).parameters())


def test_a_dict_that_fits_in_no_way_gets_no_advice():
    with pytest.raises(RuntimeError) as raised:
        loaded(nn.Linear(2, 3).state_dict())
    assert "removeprefix" not in str(raised.value)
    assert "pass that" not in str(raised.value)


def test_what_init_sets_is_there_after_it():
    layer = nn.ReLU()
    assert layer._kinds == {}
    assert layer._is_hooked is False
