"""What is known of a model that was called once: a row for each call of a module, and totals.
Read `table.py` next, which shows them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .calls import Shape


@dataclass(frozen=True)
class Layer:
    """A row of the table: one call of one module."""

    name: str
    kind: str
    depth: int
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    kernel: tuple[int, ...] | None
    parameters: int  # of its own, not of the layers in it
    trainable: bool | None  # None: only some of them, or there are none
    multiply_adds: int
    saved_bytes: int  # that its own operations keep for the backward pass
    is_repeated: bool  # called before: its parameters are counted there


@dataclass(frozen=True, repr=False)
class ModelFacts:
    """The layers in the order of their calls, and totals."""

    layers: tuple[Layer, ...]
    total_params: int
    trainable_params: int
    total_mult_adds: int
    total_saved_bytes: int
    input_bytes: int
    param_bytes: int
