"""`lstm`, `gru`, `rnn_tanh` and `rnn_relu` of given weights are PyTorch's, padded and packed.
Read `test_packed_sequences.py` next.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.ops.layers import time_steps

torch = pytest.importorskip("torch")

T, N, IN, H, P = 5, 3, 4, 6, 2
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
CASES = [
    (name, has_biases, num_layers, bidirectional, form)
    for name, has_biases, (num_layers, bidirectional), form in itertools.product(
        GATES,
        (True, False),
        ((1, False), (2, True)),
        ("padded", "batch_first", "packed", "dropout", "projected"),
    )
    if form != "projected" or name == "lstm"
]


def arrays_of(name, has_biases, num_layers, bidirectional, form):
    random = np.random.default_rng(0)
    directions, state = 1 + bidirectional, P if form == "projected" else H
    params = []
    for layer in range(num_layers):
        size = state * directions if layer else IN
        rows = GATES[name] * H
        for _ in range(directions):
            shapes = [(rows, size), (rows, state), *([(rows,)] * 2 if has_biases else [])]
            shapes += [(P, H)] if form == "projected" else []
            params += [random.normal(0, 0.5, shape) for shape in shapes]
    x = random.normal(size={"batch_first": (N, T, IN), "packed": (9, IN)}.get(form, (T, N, IN)))
    states = [random.normal(size=(num_layers * directions, N, s)) for s in (state, H)]
    return [x, *(states if name == "lstm" else states[1:]), *params]


def results(library, name, has_biases, num_layers, bidirectional, form, by_name=False):
    """The output, the states after, the gradients of all, by places or by names."""
    tensors = [
        library.tensor(each, dtype=library.float64, requires_grad=True)
        for each in arrays_of(name, has_biases, num_layers, bidirectional, form)
    ]
    x, *rest = tensors
    hx, params = (rest[:2], rest[2:]) if name == "lstm" else (rest[0], rest[1:])
    given = {"hx": hx, "params": params, "has_biases": has_biases, "num_layers": num_layers}
    given |= {"dropout": 0.4 if form == "dropout" else 0.0, "train": form == "dropout"}
    given["bidirectional"] = bidirectional
    if form == "packed":
        given = {"data": x, "batch_sizes": library.tensor([3, 3, 2, 1]), **given}
    else:
        given = {"input": x, **given, "batch_first": form == "batch_first"}
    library.manual_seed(0)
    function = getattr(library, name)
    y = function(**given) if by_name else function(*given.values())
    weights = [library.linspace(-1.0, 2.0, each.numel()).reshape(each.shape) for each in y]
    loss = sum((each * weight).sum() for each, weight in zip(y, weights, strict=True))
    return [each.detach().numpy() for each in (*y, *library.autograd.grad(loss, tensors))]


@pytest.mark.parametrize("many", [1, T + 1], ids=["weights_laid_out", "products_brought_in_order"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_and_gradients_are_pytorchs(case, many, monkeypatch):
    monkeypatch.setattr(time_steps, "MANY", many)
    theirs = results(torch, *case)
    for by_name in (False, True):
        for ours, expected in zip(results(tnn, *case, by_name), theirs, strict=True):
            np.testing.assert_allclose(ours, expected, 1e-10, 1e-10)


def refused(library, *change):
    """The call of a GRU with some of its arguments changed."""
    x, h = library.ones(T, N, IN), library.zeros(1, N, H)
    params = [library.ones(3 * H, IN), library.ones(3 * H, H)]
    given = [x, h, params, False, 1, 0.0, False, False, False]
    for place, value in change:
        given[place] = value
    return library.gru(*given)


REFUSED = {
    "weights": (
        r"gru: 1 .*2 weights and a state each, got 1",
        lambda f: [(2, [f.ones(3 * H, IN)])],
    ),
    "biases": (r"gru: 1 .*4 weights", lambda f: [(3, True)]),
    "layers": (r"gru: 2 .*states \[\(1, 3, 6\)\]", lambda f: [(4, 2)]),
    "hx 2-d": (r"gru: hx must be \(layers, N, H\)", lambda f: [(1, f.zeros(N, H))]),
    "hx none": (r"gru\(\) takes a Tensor as hx", lambda f: [(1, None)]),
    "input 2-d": (r"gru: \(T, N, in\) are expected", lambda f: [(0, f.ones(N, IN))]),
    "no integer": (r"gru: ", lambda f: [(0, f.ones(T, N, IN + 1))]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused(what):
    said, change = REFUSED[what]
    with pytest.raises((RuntimeError, TypeError, ValueError, IndexError)):
        refused(torch, *change(torch))
    with pytest.raises((RuntimeError, TypeError, ValueError), match=said):
        refused(tnn, *change(tnn))


def test_what_packed_rows_ask_for():
    h, data = tnn.zeros(1, 2, H), tnn.ones(3, IN)
    params = [tnn.ones(H, IN), tnn.ones(H, H)]
    with pytest.raises(ValueError, match=r"rnn_relu: batch_sizes are .* got \[1, 2\]"):
        tnn.rnn_relu(data, tnn.tensor([1, 2]), h, params, False, 1, 0.0, False, False)
    with pytest.raises(TypeError, match=r"rnn_relu\(\) takes \(input, hx,.*; got 2 by place"):
        tnn.rnn_relu(data, h)
    with pytest.raises(ValueError, match=r"lstm: hx is the two tensors"):
        tnn.lstm(data, (h,), params, False, 1, 0.0, False, False, False)
