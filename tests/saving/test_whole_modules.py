"""A module is saved as its class's name and attributes; `load` makes it of allowed classes alone.
Read `../../tinygrad_nn/saving/safe_classes.py` beside it.
"""

import io

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.errors import CheckpointError
from tinygrad_nn.saving.safe_classes import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    safe_globals,
)


class Tied(nn.Module):
    """A model of one's own, with a weight and a layer in two places each."""

    made = 0

    def __init__(self):
        super().__init__()
        Tied.made += 1
        self.encoder = nn.Embedding(5, 3)
        self.decoder = nn.Linear(3, 5)
        self.decoder.weight = self.encoder.weight
        self.again = self.decoder
        self.register_buffer("scale", tnn.tensor(2.0))
        self.words = {"a": 0, "b": 1}

    def forward(self, x):
        return self.again(self.encoder(x)) * self.scale


def saved(value):
    file = io.BytesIO()
    tnn.save(value, file)
    return file.getvalue()


LAYERS = {
    "LSTM": (lambda: nn.LSTM(3, 4, 2, dropout=0.5), (5, 2, 3)),
    "convolutions": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten()),
        (2, 1, 5, 5),
    ),
    "transformer": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, activation="gelu"), 2),
        (3, 2, 8),
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_come_back_whole_and_compute_the_same(name):
    make, shape = LAYERS[name]
    model, x = make().eval(), tnn.randn(*shape)
    again = tnn.load(io.BytesIO(saved(model)))
    expected, found = (each(x) for each in (model, again))
    if name == "LSTM":
        expected, found = expected[0], found[0]
    assert repr(again) == repr(model)
    assert not again.training
    assert tnn.equal(found, expected)


def test_a_model_of_ones_own_keeps_what_it_shares():
    content = saved({"model": Tied()})
    before = Tied.made
    with safe_globals([Tied]):
        model = tnn.load(io.BytesIO(content))["model"]
    assert Tied.made == before  # its __init__ is not called
    assert model.decoder.weight is model.encoder.weight
    assert model.again is model.decoder
    assert isinstance(model.encoder.weight, nn.Parameter)
    assert model.words == {"a": 0, "b": 1}
    assert list(model.state_dict()) == list(Tied().state_dict())
    model(tnn.tensor([1, 2])).sum().backward()
    assert model.encoder.weight.grad is not None


def test_a_class_that_is_not_allowed_is_refused_with_both_ways_out():
    content = saved(Tied())
    with pytest.raises(
        CheckpointError, match=r"Tied.*safe_globals\(\[Tied\]\).*weights_only=False"
    ):
        tnn.load(io.BytesIO(content))
    with pytest.raises(CheckpointError, match="not allowed"):
        tnn.load(io.BytesIO(content), weights_only=True)
    assert type(tnn.load(io.BytesIO(content), weights_only=False)) is Tied


def test_what_is_allowed_ends_with_its_context_and_when_cleared():
    with safe_globals([Tied]):
        assert get_safe_globals() == [Tied]
    assert get_safe_globals() == []
    add_safe_globals([Tied])
    try:
        assert type(tnn.load(io.BytesIO(saved(Tied())))) is Tied
    finally:
        clear_safe_globals()
    assert get_safe_globals() == []


NO_MODULES = ["builtins.eval", "subprocess.Popen", "tinygrad_nn.nn.Tensor", "tinygrad_nn.nn.no.A"]


@pytest.mark.parametrize("name", NO_MODULES)
def test_a_file_makes_nothing_that_is_no_module(name):
    from tinygrad_nn.saving.structure import Reader

    module, _, kind = name.rpartition(".")
    with pytest.raises(CheckpointError, match="not allowed"):
        Reader({}, any_class=True).make({"module": [0, module, kind, {}]})


def test_an_activation_given_as_a_function_comes_back():
    layer = nn.TransformerEncoderLayer(4, 1, 8, activation=nn.functional.gelu)
    assert tnn.load(io.BytesIO(saved(layer))).activation is nn.functional.gelu


def test_a_hook_is_code_that_no_file_holds():
    model = nn.Linear(1, 1)
    model.register_forward_hook(lambda *given: None)
    with pytest.raises(TypeError, match=r"_forward_hooks.* code that no file holds"):
        tnn.save(model, io.BytesIO())
