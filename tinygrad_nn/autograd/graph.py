"""The graph from outside, in PyTorch's spelling: hooks for what is kept for backward, and Nodes.
Read `packing.py` next, where what is kept is packed, and `node.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError, GraphError
from ..places import missing
from .grad_mode import hooks_of_kept, saving
from .node import Node, RemovableHandle
from .packing import Hooks
from .passes import askers, running
from .tensor_base import TensorBase

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class Forbidden(NamedTuple):
    """In the place of hooks: there may be none, and why."""

    message: str


class saved_tensors_hooks:  # noqa: N801 - PyTorch's spelling
    """Inside, operations keep what `pack_hook` makes of each tensor that backward will need.

    `pack_hook(tensor)` may return anything; `unpack_hook` gets that, and returns a tensor of the
    same shape and values, each time that a backward pass, or a program, asks for it. What is packed
    is not guarded against later writes in place. The innermost hooks count.

    Raises:
        GraphError: inside `disable_saved_tensors_hooks`, with its message.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> hooks = tnn.autograd.graph.saved_tensors_hooks(lambda x: x.tolist(), tnn.tensor)
        >>> with hooks:
        ...     y = x.exp()
        >>> y.sum().backward(); x.grad
        tensor([2.7183, 7.3891])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook
        self._entered: list[hooks_of_kept] = []

    def __enter__(self) -> None:
        _check_allowed()
        mode = hooks_of_kept((*saving(), Hooks(self.pack_hook, self.unpack_hook)))
        mode.__enter__()
        self._entered.append(mode)

    def __exit__(self, *exception: Any) -> None:
        self._entered.pop().__exit__(*exception)


class save_on_cpu(saved_tensors_hooks):  # noqa: N801 - PyTorch's spelling
    """Inside, operations keep tensors in the CPU's memory, where all tensors are anyway.

    With `pin_memory` they keep copies, as PyTorch does.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda x: x.clone() if pin_memory else x, lambda x: x)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Have `saved_tensors_hooks` raise `GraphError` with this message inside.

    Example:
        >>> import tinygrad_nn as tnn
        >>> with tnn.autograd.graph.disable_saved_tensors_hooks("not in here"):
        ...     with tnn.autograd.graph.save_on_cpu():
        ...         pass
        Traceback (most recent call last):
        ...
        tinygrad_nn.errors.GraphError: not in here
    """
    if any(isinstance(each, Hooks) for each in saving()):
        raise GraphError(error_message)
    with hooks_of_kept((Forbidden(error_message),)):
        yield


def _check_allowed() -> None:
    for each in saving():
        if isinstance(each, Forbidden):
            raise GraphError(each.message)


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[None]:
    """Inside, tensors may be written in place after an operation has kept them: it keeps copies.

    PyTorch copies when a tensor is written; here every kept tensor is copied at once.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([3.0], requires_grad=True)
        >>> with tnn.autograd.graph.allow_mutation_on_saved_tensors():
        ...     y = x.clone()
        ...     z = y.square()
        ...     y.zero_()
        ...     z.backward()
        tensor([0.], grad_fn=<OverlayBackward0>)
        >>> x.grad
        tensor([6.])
    """
    with saved_tensors_hooks(lambda x: x.clone(), lambda x: x):
        yield


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor goes: its Node, and which of the Node's outputs it is."""

    node: Node
    output_nr: int
    ownership_token: Any = None


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """Return the Node that a tensor was made by, or that collects its gradient.

    Raises:
        GraphError: a tensor that requires no gradient.
    """
    if getattr(tensor, "node", None) is None:
        raise GraphError(
            f"get_gradient_edge(): {shown(tensor)} does not require a gradient, and has no Node"
        )
    return GradientEdge(tensor.node, 0)


def increment_version(tensor: Any) -> None:
    """Count a write into a tensor, or each of several, that the library does not see.

    A backward pass that needs what was there before then raises `GraphError`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.ones(3)
        >>> x.numpy()[0] = 7
        >>> tnn.autograd.graph.increment_version(x); x._version
        1
    """
    for each in [tensor] if isinstance(tensor, TensorBase) else tensor:
        if not isinstance(each, TensorBase):
            raise DTypeError(f"increment_version(): a Tensor expected, got {shown(each)}")
        each.version[0] += 1


def register_multi_grad_hook(
    tensors: Sequence[Any], fn: Callable[[Any], None], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` once in a backward pass: when all these tensors' gradients are known, or any.

    With "all", `fn(gradients)` gets a list of the gradients, None for a tensor that the pass does
    not come to; with "any", `fn(gradient)` gets the first. It changes nothing.

    Raises:
        ArgumentError: another mode. GraphError: a tensor that requires no gradient.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x, y = tnn.ones(2, requires_grad=True), tnn.ones(2, requires_grad=True)
        >>> seen = []
        >>> handle = tnn.autograd.graph.register_multi_grad_hook([x, y], seen.append)
        >>> (2 * x + 3 * y).sum().backward(); seen
        [[tensor([2., 2.]), tensor([3., 3.])]]
    """
    if mode not in ("all", "any"):
        raise ArgumentError(f"register_multi_grad_hook(): mode={mode!r} is neither 'all' nor 'any'")
    nodes = [get_gradient_edge(each).node for each in tensors]
    found: dict[int, Any] = {}
    at: list[Any] = [None, 0]  # the pass that is running, and how many gradients it will bring

    def see(place: int, gradient: Any) -> None:
        now = running()
        if at[0] is not now and now is not None:
            found.clear()
            at[:] = now, sum(node in now.nodes for node in nodes)
        found[place] = gradient
        if mode == "any" and len(found) == 1:
            fn(gradient)
        if mode == "all" and len(found) == at[1]:
            fn([found.get(i) for i in range(len(nodes))])
            found.clear()

    return _Several(node.hook_gradient(partial(see, i)) for i, node in enumerate(nodes))


class _Several(RemovableHandle):
    """What removes several hooks."""

    def __init__(self, handles: Iterable[RemovableHandle]) -> None:
        self.handles = tuple(handles)
        self.id = self.handles[0].id if self.handles else 0
        askers.add(self)

    def remove(self) -> None:
        """Unregister them all."""
        askers.discard(self)
        for handle in self.handles:
            handle.remove()


missing.explain_names_of(sys.modules[__name__], "autograd.graph")
