"""`summary`: its totals are torchinfo's, its bytes are those that are really held.
Read `summarized_models.py` beside it, the models that are summarized.
"""

import gc
import re
import tracemalloc
from html.parser import HTMLParser

import numpy as np
import pytest
from summarized_models import gpt, lenet, resnet18

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.viz.summarizing.table import to_text

CASES = {
    # the model, the size of its input, its dtype, and what torchinfo 1.8.0 says: parameters, those
    # that are trained, multiply-adds
    "LeNet": (lenet, (8, 1, 28, 28), None, (61_706, 61_706, 3_384_304)),
    "ResNet-18": (resnet18, (2, 3, 32, 32), None, (11_181_642, 11_181_642, 74_052_372)),
    "GPT": (gpt, (4, 32), "int64", (110_464, 110_464, 417_024)),
}


def summarized(case, rows=None):
    make, size, dtype, _ = CASES[case]
    size = size if rows is None else (rows, *size[1:])
    return tnn.summary(make(tnn), size, dtypes=dtype and getattr(tnn, dtype))


@pytest.mark.parametrize("case", list(CASES))
def test_the_totals_are_torchinfo_s(case):
    found = summarized(case)
    totals = found.total_params, found.trainable_params, found.total_mult_adds
    assert totals == CASES[case][3]


def really_held(model, x):
    """How many bytes more there are while a model's output is held, and those of the output."""
    model(x)  # what is made once
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    y = model(x)
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return held, y.array.nbytes


@pytest.mark.parametrize("case", list(CASES))
def test_saved_bytes_are_those_that_are_held(case):
    make, size, dtype, _ = CASES[case]
    model = make(tnn)
    differences = []
    for rows in (64, 64, 128):  # at first some memory of Python's own comes beside
        x = tnn.rand(rows, *size[1:]).to(getattr(tnn, dtype or "float32"))
        held, output = really_held(model, x)
        said = tnn.summary(model, x).total_saved_bytes + output
        assert said <= held <= 1.02 * said
        differences.append(held - said)
    assert abs(differences[2] - differences[1]) < 2_000  # Nodes, as many for any number of rows


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_what_a_recurrent_layer_keeps_is_counted(kind):
    class Sequence(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = kind(40, 30)

        def forward(self, x):
            return self.layer(x)[0]

    model, x = Sequence(), tnn.rand(50, 64, 40)
    held, output = really_held(model, x)
    said = tnn.summary(model, x).total_saved_bytes + output
    assert said <= held <= 1.02 * said


def test_a_layer_is_said_to_keep_what_its_own_operations_keep():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(4, 3), nn.Linear(3, 2)

        def forward(self, x):
            return self.second(self.first(x).exp().tanh()).sigmoid()

    found = tnn.summary(Model(), tnn.ones(5, 4))
    assert [layer.saved_bytes for layer in found.layers] == [
        5 * 3 * 4 * 2 + 5 * 2 * 4,  # what exp, tanh and sigmoid made
        0,  # the input, which the program has, and weights
        0,  # what tanh made and kept already
    ]


def test_memory_that_is_kept_twice_counts_once_and_a_view_counts_whole():
    class Model(nn.Module):
        def forward(self, x):
            y = x.exp()  # 40 numbers
            return y[0] * y[1] + y.sum() * 2.0

    x = tnn.ones(4, 10, requires_grad=True)
    assert tnn.summary(Model(), x).total_saved_bytes == 160


def test_a_module_that_is_called_twice_is_counted_once():
    layer = nn.Linear(3, 3)
    found = tnn.summary(nn.Sequential(layer, nn.ReLU(), layer), (2, 3))
    assert [layer.is_repeated for layer in found.layers] == [False, False, False, True]
    assert found.total_params == 12
    assert found.total_mult_adds == 48
    assert "(again)" in str(found)


def test_what_is_trained_is_told():
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 1))
    model[0].requires_grad_(False)
    model[1].bias.requires_grad_(False)
    found = tnn.summary(model, (2, 3))
    assert [layer.trainable for layer in found.layers] == [None, False, None, True]
    assert (found.total_params, found.trainable_params) == (28, 13)


def test_shapes_and_kernels_are_told():
    found = summarized("LeNet").layers
    assert [(layer.name, layer.kind, layer.depth) for layer in found[:4]] == [
        *(("", "LeNet", 0), ("first", "Conv2d", 1), ("second", "Conv2d", 1)),
        ("head", "Sequential", 1),
    ]
    assert found[1].inputs == ((8, 1, 28, 28),)
    assert found[1].outputs == ((8, 6, 28, 28),)
    assert found[1].kernel == (5, 5)


class Everything(nn.Module):
    """Draws, counts its calls in a buffer, and takes what it is given."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.register_buffer("calls", tnn.zeros(1))

    def forward(self, x, more=None, *, scale=1.0):
        self.calls += 1
        y = self.layer(x) * scale
        return {"y": nn.functional.dropout(y, 0.5, self.training), "more": [more]}


@pytest.mark.parametrize(
    ("given", "inputs"),
    [
        (tnn.ones(3, 2), [(3, 2)]),
        ((tnn.ones(3, 2), tnn.ones(4)), [(3, 2), (4,)]),
        ({"x": tnn.ones(3, 2), "scale": tnn.ones(1)}, [(3, 2), (1,)]),
        ((3, 2), [(3, 2)]),
        (tnn.Size([3, 2]), [(3, 2)]),
        ([(3, 2), (4,)], [(3, 2), (4,)]),
    ],
)
def test_inputs_of_all_forms_are_taken(given, inputs):
    assert list(tnn.summary(Everything(), given).layers[0].inputs) == inputs


def test_nothing_of_the_model_or_the_random_stream_is_changed():
    model = Everything()
    model.layer.eval()
    state = tnn.default_generator.get_state()
    for mode in (None, "train", "eval"):
        tnn.summary(model, (3, 2), mode=mode)
    with pytest.raises(ValueError, match="linear"):
        tnn.summary(model, (3, 5))
    assert (tnn.default_generator.get_state() == state).all()
    assert [each.training for each in model.modules()] == [True, False]
    assert model.calls.item() == 0
    assert all(not each._forward_hooks and not each._forward_pre_hooks for each in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_mode_can_be_named():
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    kept = {mode: tnn.summary(model, (3, 2), mode=mode).total_saved_bytes for mode in MODES}
    assert kept["eval"] < kept["train"]


MODES = ("train", "eval")


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: tnn.summary(3, (1,)), TypeError, r"summary\(\) takes a Module, got int 3"),
        (lambda: tnn.summary(nn.ReLU()), ValueError, "is needed, once: a tensor, or a size"),
        (lambda: tnn.summary(nn.ReLU(), (1,), input_size=(2,)), ValueError, "is needed, once"),
        (lambda: tnn.summary(nn.ReLU(), (1,), mode="x"), ValueError, "'train', 'eval' or None"),
        (lambda: tnn.summary(nn.ReLU(), input_size=3), TypeError, "a list of sizes expected"),
        (lambda: tnn.summary(nn.ReLU(), np.ones(2)), TypeError, r"tnn\.from_numpy\(\)"),
        (lambda: tnn.summary(nn.ReLU(), (1,), dtypes=[None] * 2), ValueError, "2 dtypes for 1"),
    ],
)
def test_what_summary_does_not_take_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_the_text_is_a_table():
    text = str(tnn.summary(nn.Sequential(nn.Linear(4, 3), nn.Tanh()), (2, 4)))
    assert text.splitlines()[1].split("  ")[0] == "Layer (name: type)"
    assert re.search(r"├─0: Linear +\[2, 4\] +\[2, 3\] +-- +15 +30 +yes +--", text)
    assert re.search(r"├─1: Tanh +\[2, 3\] +\[2, 3\] +-- +-- +-- +-- +24", text)
    assert "Bytes saved for backward: 24" in text
    assert len({len(line) for line in text.splitlines() if set(line) == {"="}}) == 1


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("width", [80, 100])
def test_a_narrow_terminal_is_shown_fewer_columns_and_told_which(case, width):
    found = summarized(case)
    text = to_text(found, width)
    assert max(map(len, text.splitlines())) <= width
    assert "Left out, for want of room: " in text
    for title in ("Layer (name: type)", "Output", "Parameters"):
        assert title in text.split("Left out")[0]
    assert f"Bytes saved for backward: {found.total_saved_bytes:,}" in text
    assert text.count("├─") == len(found.layers) - 1
    assert to_text(found, 200) == to_text(found)


def test_the_width_is_that_of_the_terminal_and_all_of_it_elsewhere(monkeypatch):
    found = summarized("ResNet-18")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert str(found) == to_text(found, 80)
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert str(found) == to_text(found)


def test_an_input_that_does_not_fit_names_the_layer_where_it_failed():
    model = nn.Sequential(nn.Tanh(), nn.Sequential(nn.Linear(4, 3)))
    with pytest.raises(ValueError, match="linear") as raised:
        tnn.summary(model, (2, 5))
    assert raised.value.__notes__ == ["in 1.0: Linear, which was given (2, 5)"]


def test_the_html_is_a_table_in_which_nothing_runs():
    class Cells(HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.text = [], []

        def handle_starttag(self, tag, attrs):
            self.tags.append(tag)

        def handle_data(self, data):
            self.text.append(data)

    named = type("<script>alert(1)</script>", (nn.ReLU,), {})
    found = tnn.summary(nn.Sequential(nn.Linear(4, 3), named()), (2, 4))
    cells = Cells()
    cells.feed(found._repr_html_())
    assert cells.tags.count("tr") == 4
    assert "script" not in cells.tags
    assert {"0: Linear", "[2, 3]", "15", "30"} <= set(cells.text)
