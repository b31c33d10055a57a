"""What recording needs of a tensor: its array, its Node and the version of its storage.
Read `op.py` next; the class with PyTorch's methods is `../tensor/tensor.py`, above the operations.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from .grad_mode import INFERENCE, mode
from .node import Node

CONSTANT: list[int] = [0]  # the version cell of what is no tensor: it never changes


class InferenceVersion(list[int]):
    """The version cell of a tensor made in inference mode."""

    __slots__ = ()


class TensorBase:
    """An ndarray, the Node that made it (None: no gradient), and its storage's version.

    `version` is a list of one int, the cheapest mutable cell (36 ns against 75 for an object): all
    tensors that share the storage share the cell, and a write in place adds one.
    """

    __slots__ = (
        *("__dict__", "__weakref__", "array", "node", "version"),
        *("view_base", "view_recorded", "view_steps", "views"),
    )

    array: np.ndarray[Any, Any]
    node: Node | None
    version: list[int]
    view_base: TensorBase | None  # of a view, and only then set: whose memory it shows
    view_steps: Any  # how it is taken, as (Op, arguments) each; None: one of several outputs
    view_recorded: bool  # False: it, or what it is a view of, was taken under no_grad
    views: list[ref[Any]]  # set on a tensor that has views


new = object.__new__
tensor_class: type[TensorBase] = TensorBase  # tensor/tensor.py puts Tensor here, as its last line


def make_tensor(array: Any, node: Node | None = None, version: list[int] | None = None) -> Any:
    """Make a Tensor around an ndarray (or a NumPy scalar) without a copy."""
    made = new(tensor_class)
    made.array = array if type(array) is np.ndarray else np.asarray(array)
    made.node = node
    made.version = version or (InferenceVersion((0,)) if mode() is INFERENCE else [0])
    return made
