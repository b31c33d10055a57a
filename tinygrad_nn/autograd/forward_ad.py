"""Derivatives along with values, in PyTorch's spelling: tensors with tangents in a `dual_level`.
Read `../func/gradients.py` next: a tangent is J v, found by going back twice, when it is asked for.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import Any, NamedTuple

from ..arrays.refusing import shown
from ..errors import DTypeError, GraphError, ShapeError
from ..func.gradients import pushed, without
from ..places import missing
from ..tensor import Tensor
from ..tensor.creation_like import zeros_like
from .function import Function, set_pushing
from .grad_mode import enable_grad, no_grad

__all__ = [
    "UnpackedDualTensor",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]


class UnpackedDualTensor(NamedTuple):
    """A tensor and its tangent; None for a tensor that has none."""

    primal: Any
    tangent: Any


class _Level:
    """The tensors that were given tangents, by the Node of a leaf that was added to each."""

    def __init__(self) -> None:
        self.leaves: dict[Any, tuple[Tensor, Tensor]] = {}  # the leaf, its tangent
        self.duals: dict[Any, Tensor] = {}  # the tangent of a tensor that was given one, by Node


_level: ContextVar[_Level | None] = ContextVar("dual level", default=None)


class _Lifted(Function):
    """x + leaf, where the leaf is 0: x itself, in a graph that leads to the leaf."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, leaf: Tensor) -> Any:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g, g


def enter_dual_level() -> int:
    """Begin a level, in which tensors may have tangents; return its number.

    Raises:
        GraphError: inside another one. `func.jvp` nests.
    """
    if _level.get() is not None:
        raise GraphError(
            "enter_dual_level(): one level is entered already, and levels do not nest here; "
            "func.jvp of func.jvp gives second derivatives"
        )
    _level.set(_Level())
    set_pushing(_push)
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End the level: its tensors have no tangents from here on."""
    if _level.get() is None:
        raise GraphError("exit_dual_level(): no level is entered; call enter_dual_level() before")
    _level.set(None)
    set_pushing(None)


class dual_level:  # noqa: N801 - PyTorch's spelling
    """A level as a `with` block: inside, `make_dual` gives tangents and `unpack_dual` reads them.

    What is computed from a tensor with a tangent has one too. It is found through the graph, so
    nothing has one that was computed under `no_grad`, and it takes two backward passes.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.autograd import forward_ad
        >>> with forward_ad.dual_level():
        ...     x = forward_ad.make_dual(tnn.tensor(3.0), tnn.tensor(1.0))
        ...     y = x * x
        ...     forward_ad.unpack_dual(y)
        UnpackedDualTensor(primal=tensor(9.), tangent=tensor(6.))
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exception: object) -> None:
        exit_dual_level()


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Tensor:
    """Return an alias of a tensor that has this tangent until the level ends.

    Raises:
        GraphError: outside a level. ShapeError: a tangent of another shape. DTypeError: of another
            dtype, or of integers.
    """
    now = _level.get()
    if now is None:
        raise GraphError("make_dual(): tangents are for inside `with forward_ad.dual_level():`")
    for each in (tensor, tangent):
        if not isinstance(each, Tensor):
            raise DTypeError(f"make_dual(): a Tensor expected, got {shown(each)}")
    if not (tensor.is_floating_point() or tensor.is_complex()) or tensor.dtype != tangent.dtype:
        raise DTypeError(
            f"make_dual(): a {tensor.dtype} tensor and a {tangent.dtype} tangent; both have one "
            "dtype, of floating-point or complex numbers"
        )
    if tensor.shape != tangent.shape:
        raise ShapeError(
            f"make_dual(): a tangent of shape {tuple(tangent.shape)} for a tensor of shape "
            f"{tuple(tensor.shape)}"
        )
    with enable_grad():
        leaf = zeros_like(tensor, requires_grad=True)
        dual = _Lifted.apply(tensor, leaf)
    given = tangent if tensor.stride() == tangent.stride() else tangent.clone()
    now.leaves[leaf.node] = leaf, given
    now.duals[dual.node] = given
    return dual


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """Return a tensor without its tangent, and the tangent; None if it has none, or has no more."""
    now = _level.get()
    if now is None or getattr(tensor, "node", None) is None:
        return UnpackedDualTensor(tensor, None)
    found = _leading_to(tensor, now)
    if not found:
        return UnpackedDualTensor(tensor, None)
    leaves = [leaf for leaf, _ in found]
    with enable_grad():
        tangent = now.duals.get(tensor.node)
        if tangent is None:
            (tangent,) = pushed([tensor], leaves, [given for _, given in found])
            tangent = without(leaves, tangent)
        return UnpackedDualTensor(without(leaves, tensor), tangent)


def _leading_to(tensor: Tensor, now: _Level) -> list[tuple[Tensor, Tensor]]:
    """Return the leaves with tangents that a tensor was computed from."""
    stack, seen, found = [tensor.node], {tensor.node}, []
    while stack:
        node: Any = stack.pop()
        if node in now.leaves:
            found.append(now.leaves[node])
        new = [each for each in node.edges() if each not in seen]
        seen.update(new)
        stack += new
    return found


def _push(function: Any, ctx: Any, args: tuple[Any, ...], outputs: list[Any]) -> list[Any] | None:
    """Return the outputs of a Function with the tangents that its own `jvp` gives, if it has to."""
    tangents = [unpack_dual(each).tangent if isinstance(each, Tensor) else None for each in args]
    if all(each is None for each in tangents):
        return None
    with no_grad():
        made = function.jvp(ctx, *tangents)
    made = made if isinstance(made, tuple) else (made,)
    if len(made) != len(outputs):
        raise GraphError(
            f"{function.__name__}.jvp returned {len(made)} tangents for {len(outputs)} outputs"
        )
    pairs = zip(outputs, made, strict=True)
    return [y if t is None else make_dual(y.detach(), t) for y, t in pairs]


missing.explain_names_of(sys.modules[__name__], "autograd.forward_ad")
