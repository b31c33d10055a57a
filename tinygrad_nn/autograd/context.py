"""`ctx`: what a Function's forward leaves for its backward, tensors guarded against later writes.
Read `function.py` next, which hands it to both.
"""

from __future__ import annotations

from typing import Any

from ..errors import DTypeError
from .node import Node
from .op import freed, written_since
from .outputs import make_selector
from .tensor_base import TensorBase, make_tensor


class FunctionCtx:
    """What forward leaves for backward: the `ctx` of both. Each method is called at most once."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self.to_save: tuple[Any, ...] = ()
        self.non_differentiable: tuple[Any, ...] = ()
        self.dirty_tensors: tuple[Any, ...] = ()
        self.materialize_grads = True
        self._sources: list[Any] = []  # per saved tensor its Node, or which output of the call
        self._node: Node | None = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep these tensors (inputs, outputs or None) for backward, guarded against writes."""
        _check_tensors("save_for_backward", tensors)
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep these tensors (inputs, outputs or None) for `jvp`."""
        _check_tensors("save_for_forward", tensors)
        self.to_save = self.to_save or tensors

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Say that these outputs need no gradient."""
        _check_tensors("mark_non_differentiable", outputs, or_none=False)
        self.non_differentiable = outputs

    def mark_dirty(self, *inputs: Any) -> None:
        """Say that forward writes into these inputs in place; it has to return them."""
        _check_tensors("mark_dirty", inputs, or_none=False)
        self.dirty_tensors = inputs

    def set_materialize_grads(self, value: bool) -> None:
        """Give backward None rather than zeros for outputs that got no gradient."""
        if not isinstance(value, bool):
            raise DTypeError(
                f"set_materialize_grads() takes True or False, got {type(value).__name__}"
            )
        self.materialize_grads = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that `save_for_backward` kept.

        Raises:
            GraphError: freed by an earlier backward, or written to in place since.
        """
        node = self._node
        if node is None:
            return self.to_save
        if node.saved is None:
            raise freed(node)
        tensors = []
        for name, entry, source in zip(node.op.kept, node.saved, self._sources, strict=True):
            if entry is not None and entry[1][0] != entry[2]:
                raise written_since(node, name)
            owner = make_selector(node, source) if isinstance(source, int) else source
            tensors.append(None if entry is None else make_tensor(entry[0], owner, entry[1]))
        return tuple(tensors)


def _check_tensors(method: str, given: tuple[Any, ...], or_none: bool = True) -> None:
    """Raise `DTypeError` where something else than a tensor is handed to a method of ctx."""
    for i, each in enumerate(given):
        if not isinstance(each, TensorBase) and not (or_none and each is None):
            raise DTypeError(
                f"{method}() takes tensors, got {type(each).__name__} at position {i}; set other "
                "values as attributes of ctx"
            )
