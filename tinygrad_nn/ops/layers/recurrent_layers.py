"""Recurrent layers on top of each other, and in both directions of time.
Read `recurrent_functions.py` next, which calls this by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..shape.joining import cat, stack
from .dropout import dropout
from .time_steps import BatchSizes


def recurrent_layers(
    layer: Callable[..., Any],
    input: Any,
    states: Sequence[Any],
    weights: Sequence[Sequence[Any]],
    bidirectional: bool = False,
    dropout_p: float = 0.0,
    batch_sizes: BatchSizes = None,
) -> tuple[Any, ...]:
    """Return the output of the last layer and the last states of all.

    Args:
        layer: the function that goes through time once, as `lstm_layer`.
        input: (T, N, in), or packed rows with their `batch_sizes`.
        states: before the first step, each (layers, N, H), in both directions one after another.
        weights: those of each layer, likewise in both directions.
        bidirectional: go through time backwards too; the outputs lie side by side.
        dropout_p: the probability of elements of an output to be dropped before the next layer.
        batch_sizes: how many sequences each step of packed rows has.
    """
    directions = 2 if bidirectional else 1
    after: list[Sequence[Any]] = []
    for first in range(0, len(weights), directions):
        if first and dropout_p:
            input = dropout(input, dropout_p)
        outputs = []
        for i in range(first, first + directions):
            before = [state[i] for state in states]
            output, *last = layer(input, *before, *weights[i], batch_sizes, i > first)
            outputs.append(output)
            after.append(last)
        input = cat(outputs, -1) if bidirectional else outputs[0]
    return (input, *(stack(each) for each in zip(*after, strict=True)))
