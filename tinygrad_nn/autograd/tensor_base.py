"""What recording needs of a tensor: its array, its Node and the version of its storage.
Read `op.py` next; the class with PyTorch's methods is `tensor.py`, above the operations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .grad_mode import INFERENCE, mode
from .node import Node

INFERENCE_VERSION: list[int] = [0]  # the version cell of every tensor made in inference mode


class TensorBase:
    """An ndarray, the Node that made it (None: no gradient), and its storage's version.

    `version` is a list of one int, the cheapest mutable cell (36 ns against 75 for an object): all
    tensors that share the storage share the cell, and a write in place adds one.
    """

    __slots__ = ("__dict__", "__weakref__", "array", "node", "version", "view_of")

    array: np.ndarray[Any, Any]
    node: Node | None
    version: list[int]
    view_of: Any  # set on a view only: a View, which says of what


new = object.__new__
tensor_class: type[TensorBase] = TensorBase  # tensor.py puts Tensor here, as its last line


def make_tensor(array: Any, node: Node | None = None, version: list[int] | None = None) -> Any:
    """Make a Tensor around an ndarray (or a NumPy scalar) without a copy."""
    made = new(tensor_class)
    made.array = array if type(array) is np.ndarray else np.asarray(array)
    made.node = node
    made.version = version or (INFERENCE_VERSION if mode() is INFERENCE else [0])
    return made
