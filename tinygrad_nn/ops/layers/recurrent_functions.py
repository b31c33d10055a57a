"""Recurrent layers as functions of their weights: `lstm`, `gru`, `rnn_tanh`, `rnn_relu`.
Read `dropout.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ...arrays.kinds import category
from ...arrays.refusing import check_are_tensors, shown
from ...errors import ArgumentError, DTypeError, ShapeError
from .elman import elman_layer
from .gru import gru_layer
from .lstm import lstm_layer, projected_lstm_layer
from .recurrent_layers import recurrent_layers

__all__ = ["gru", "lstm", "rnn_relu", "rnn_tanh"]

PADDED = (
    *("input", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional"),
    "batch_first",
)
PACKED = ("data", "batch_sizes", *PADDED[1:-1])


def lstm(*args: Any, **keywords: Any) -> tuple[Any, Any, Any]:
    """Return the output, h_n and c_n of layers of long short-term memory with given weights.

    Called as lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional,
    batch_first) with input (T, N, in), or (N, T, in) if `batch_first`; or on packed rows as
    lstm(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional).
    hx = (h, c), each (layers, N, H); `params` are the weights that `nn.LSTM` registers, in its
    order. A size of h that is not that of c says that each layer has a projection too.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer, x, zeros = tnn.nn.LSTM(10, 20), tnn.ones(5, 3, 10), tnn.zeros(1, 3, 20)
        >>> weights = list(layer.parameters())
        >>> y, h, c = tnn.lstm(x, (zeros, zeros), weights, True, 1, 0.0, False, False, False)
        >>> tnn.equal(y, layer(x)[0])
        True
    """
    return _called("lstm", lstm_layer, args, keywords)


def gru(*args: Any, **keywords: Any) -> tuple[Any, Any]:
    """Return the output and h_n of layers of gated recurrent units with given weights.

    Called as `lstm` is, but that hx is one tensor, and `params` the weights of `nn.GRU`.
    """
    return _called("gru", gru_layer, args, keywords)


def rnn_tanh(*args: Any, **keywords: Any) -> tuple[Any, Any]:
    """Return the output and h_n of layers of h' = tanh(W x + b + U h + k) with given weights.

    Called as `lstm` is, but that hx is one tensor, and `params` the weights of `nn.RNN`.
    """
    return _called("rnn_tanh", elman_layer, args, keywords)


def rnn_relu(*args: Any, **keywords: Any) -> tuple[Any, Any]:
    """Return the output and h_n of layers of h' = relu(W x + b + U h + k) with given weights.

    Called as `lstm` is, but that hx is one tensor, and `params` the weights of `nn.RNN`.
    """
    layer = partial(elman_layer, by_relu=True)
    return _called("rnn_relu", layer, args, keywords)


def _called(name: str, layer: Callable[..., Any], args: Any, keywords: Any) -> tuple[Any, ...]:
    """Run layers on arguments that are those of padded sequences, or of packed rows."""
    given = _named(name, args, keywords)
    is_packed = "data" in given
    input, hx, params = (given[each] for each in ("data" if is_packed else "input", "hx", "params"))
    batch_sizes = _sizes(name, given["batch_sizes"]) if is_packed else None
    states = _states(name, hx)
    check_are_tensors(name, input=input, **{f"params[{i}]": each for i, each in enumerate(params)})
    if input.ndim != 3 - is_packed:
        what = "packed rows (their number, in)" if is_packed else "(T, N, in)"
        raise ShapeError(f"{name}: {what} are expected, got {shown(input)}")
    weights, layer = _by_layer(name, layer, given, states)
    rate = given["dropout"] if given["train"] else 0.0
    is_turned = bool(given.get("batch_first"))
    by_step = input.transpose(0, 1) if is_turned else input
    output, *after = recurrent_layers(
        layer, by_step, states, weights, given["bidirectional"], rate, batch_sizes
    )
    return (output.transpose(0, 1) if is_turned else output, *after)


def _named(name: str, args: Any, keywords: Any) -> dict[str, Any]:
    """Return the arguments by name: an integer tensor in the second place is of packed rows."""
    second = args[1] if len(args) > 1 else keywords.get("batch_sizes")
    is_packed = hasattr(second, "array") and category(second.array.dtype) == "integer"
    names = PACKED if is_packed else PADDED
    given = dict(zip(names, args, strict=False))
    unknown = sorted(keywords.keys() - set(names) | given.keys() & keywords.keys())
    missing = [each for each in names if each not in given and each not in keywords]
    if len(args) > len(names) or unknown or missing:
        raise DTypeError(
            f"{name}() takes ({', '.join(PADDED)}) or ({', '.join(PACKED)}); got {len(args)} by "
            f"place and {sorted(keywords)} by name"
        )
    return {**given, **keywords}


def _sizes(name: str, batch_sizes: Any) -> list[int]:
    sizes = batch_sizes.tolist()
    if batch_sizes.ndim != 1 or not sizes or sorted(sizes, reverse=True) != sizes or sizes[-1] < 1:
        raise ArgumentError(
            f"{name}: batch_sizes are how many sequences each step has, never more than the step "
            f"before; got {sizes}"
        )
    return sizes


def _states(name: str, hx: Any) -> list[Any]:
    """Return the states before the first step, each (layers, N, H)."""
    if name != "lstm":
        check_are_tensors(name, hx=hx)
        states = [hx]
    elif not isinstance(hx, (tuple, list)) or len(hx) != 2:
        raise ShapeError(f"lstm: hx is the two tensors (h, c), got {shown(hx)}")
    else:
        states = list(hx)
        check_are_tensors(name, h=hx[0], c=hx[1])
    for state in states:
        if state.ndim != 3:
            raise ShapeError(f"{name}: hx must be (layers, N, H), got {shown(state)}")
    return states


def _by_layer(
    name: str, layer: Callable[..., Any], given: dict[str, Any], states: Sequence[Any]
) -> tuple[list[list[Any]], Callable[..., Any]]:
    """Return the weights of each layer and direction, and what computes one."""
    is_projected = name == "lstm" and states[0].shape[-1] != states[1].shape[-1]
    of_each = (4 if given["has_biases"] else 2) + is_projected
    count = given["num_layers"] * (2 if given["bidirectional"] else 1)
    params = list(given["params"])
    if len(params) != of_each * count or any(len(state) != count for state in states):
        raise ShapeError(
            f"{name}: {count} layers and directions take {of_each} weights and a state each, got "
            f"{len(params)} weights and states {[tuple(state.shape) for state in states]}"
        )
    weights = [params[i : i + of_each] for i in range(0, len(params), of_each)]
    if not given["has_biases"]:
        weights = [[*each[:2], None, None, *each[2:]] for each in weights]
    return weights, projected_lstm_layer if is_projected else layer
