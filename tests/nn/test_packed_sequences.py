"""Sequences of different lengths, packed and padded: PyTorch's order, values and gradients.
Read `test_transformer.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

LENGTHS = [2, 4, 1, 4]
IN_ORDER = [4, 4, 2, 1]
ARRAY = np.random.default_rng(0).standard_normal((4, 5, 3))


def parts(packed):
    return [each for each in packed if each is not None]


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("more", [{}, {"total_length": 7}, {"padding_value": -1.5}])
def test_packing_and_padding_are_pytorchs(batch_first, in_order, more):
    def program(library):
        rnn = library.nn.utils.rnn
        x = library.from_numpy(ARRAY if batch_first else ARRAY.swapaxes(0, 1).copy())
        x.requires_grad_()
        lengths = library.tensor(IN_ORDER) if in_order else LENGTHS
        packed = rnn.pack_padded_sequence(x, lengths, batch_first, enforce_sorted=in_order)
        padded, found = rnn.pad_packed_sequence(packed, batch_first, **more)
        (gradient,) = library.autograd.grad((padded**3).sum(), [x])
        return [*parts(packed), padded, found, gradient, *rnn.unpack_sequence(packed)]

    assert_same(program, atol=1e-12)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_list_is_padded_and_unpadded_as_in_pytorch(batch_first, side):
    def program(library):
        rnn = library.nn.utils.rnn
        given = [library.from_numpy(ARRAY[i, :n].copy()) for i, n in enumerate(LENGTHS)]
        for each in given:
            each.requires_grad_()
        padded = rnn.pad_sequence(given, batch_first, 2.0, side)
        gradients = library.autograd.grad((padded**2).sum(), given)
        held = rnn.unpad_sequence(padded.detach(), library.tensor(LENGTHS), batch_first)
        packed = rnn.pack_sequence(given, enforce_sorted=False)
        return [padded.detach(), *gradients, *held, *parts(packed)]

    assert_same(program, atol=1e-12)


def test_whole_numbers_and_conversions_are_pytorchs():
    def program(library):
        rnn = library.nn.utils.rnn
        packed = rnn.pack_sequence([library.tensor([1, 2, 3]), library.tensor([4])])
        assert packed.to(library.int64) is packed
        kinds = [str(getattr(packed, kind)().data.dtype) for kind in ("double", "half", "byte")]
        return [repr(packed), kinds, rnn.invert_permutation(library.tensor([2, 0, 1]))]

    assert_same(program)


REFUSED = [
    (lambda rnn, x: rnn.pack_padded_sequence(x, [4, 5, 1, 1], True), "enforce_sorted"),
    (lambda rnn, x: rnn.pack_padded_sequence(x, [4, 3, 2], True), "lengths"),
    (lambda rnn, x: rnn.pack_padded_sequence(x, [4, 3, 2, 0], True), "lengths"),
    (lambda rnn, x: rnn.pack_padded_sequence(x[0, 0], [1]), "pack_padded_sequence"),
    (lambda rnn, x: rnn.pad_sequence([]), "pad_sequence"),
    (lambda rnn, x: rnn.pad_sequence([x, x], padding_side="top"), "padding_side"),
    (
        lambda rnn, x: rnn.pad_packed_sequence(rnn.pack_sequence([x[0], x[0]]), total_length=2),
        "total_length",
    ),
]


@pytest.mark.parametrize(("call", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_does_not_fit_is_refused(call, said):
    with pytest.raises((RuntimeError, ValueError, IndexError)):
        call(torch.nn.utils.rnn, torch.from_numpy(ARRAY))
    with pytest.raises((RuntimeError, ValueError), match=said):
        call(tnn.nn.utils.rnn, tnn.from_numpy(ARRAY))


LAYERS = [
    (lambda nn, x: nn.LSTM(4, 2)(x), "LSTM"),
    (lambda nn, x: nn.GRU(3, 2)(x, x), "GRU"),
    (lambda nn, x: nn.LSTM(3, 2)(x, x), "LSTM"),
    (lambda nn, x: nn.RNN(3, 2)(x[0, 0]), "RNN"),
    (lambda nn, x: nn.RNN(3, 2)(x.double()), "RNN"),
    (lambda nn, x: nn.LSTM(3, 2, proj_size=2), "proj_size"),
    (lambda nn, x: nn.RNN(3, 2, nonlinearity="gelu"), "nonlinearity"),
    (lambda nn, x: nn.GRU(3, 0), "hidden_size"),
    (lambda nn, x: nn.GRU(3, 2, dropout=1.5), "dropout"),
    (lambda nn, x: nn.LSTM(3, 2, bias=1), "bias"),
    (lambda nn, x: nn.GRUCell(3, 2)(x), "GRUCell"),
    (lambda nn, x: nn.RNNCell(3, 2)(x[0, :, :2]), "rnn_tanh_cell"),
]


@pytest.mark.parametrize(("call", "said"), LAYERS, ids=range(len(LAYERS)))
def test_what_a_recurrent_layer_cannot_take_is_refused(call, said):
    errors = (RuntimeError, ValueError, TypeError)
    with pytest.raises(errors):
        call(torch.nn, torch.from_numpy(ARRAY.astype("f")))
    with pytest.raises(errors, match=said):
        call(tnn.nn, tnn.from_numpy(ARRAY.astype("f")))


def test_dropout_of_one_layer_is_warned_of(library):
    with pytest.warns(UserWarning, match="dropout"):
        library.nn.LSTM(3, 2, dropout=0.5)
