"""A Node of the computation graph: one recorded operation, or a leaf that collects a gradient.
Read `op.py` next, whose operations leave Nodes behind, and then `engine.py`, which walks them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from types import CodeType
from typing import Any, NamedTuple
from weakref import ref

clock = itertools.count(1).__next__  # a Node is newer than all it was computed from


class Operand(NamedTuple):
    """One tensor that an operation took, as those see it who look at a graph from outside."""

    name: str  # of the parameter
    edge: Node | None  # where its gradient goes; None if it needs none
    value: Any  # the ndarray that was kept, or that its tensor holds now; None if not known
    kept: bool  # whether backward holds on to it
    tensor: Any = None  # if it needs no gradient and somebody still holds it


class Line(NamedTuple):
    """Where a program called an operation; as text it is "file:line"."""

    code: CodeType
    number: int
    instruction: int  # its offset in the code, which knows from which columns it comes

    def __str__(self) -> str:
        return f"{self.code.co_filename}:{self.number}"


class Origin:
    """What made a tensor: a Node's `op`. It goes back through the Node, and tells what it took."""

    latex = ""
    parameters: tuple[str, ...] = ()
    sequence: str | None = (
        None  # the parameter that takes a list of tensors, which are all it takes
    )
    returns: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # names of what a Node may keep, in the order of its `saved`
    view = False
    selects = False  # whether it only hands on one output of a call
    is_joint = False  # whether one rule on arrays gives the gradients of all operands
    composite: Callable[..., Any] | None = None  # by simpler operations, for where it is recorded
    pull: Callable[..., list[tuple[Node, Any]]]  # (node, g, wanted, recorded): its contributions

    def __init__(self, name: str, backward_name: str) -> None:
        self.name = self.public = name
        self.backward_name = backward_name

    def operands_of(self, node: Node) -> Iterator[Operand]:
        """Yield what the operation took; see `Node.operands`."""
        names, held, kept = self.parameters, node.arguments, node.kept()
        if self.sequence is not None:
            held = held[names.index(self.sequence)]
            names = tuple(f"{self.sequence}[{i}]" for i in range(len(held)))
            arrays, unchanged = kept.get(self.sequence, ((), True))
            kept = {name: (a, unchanged) for name, a in zip(names, arrays, strict=False)}
        for name, edge, value in zip(names, node.inputs, held, strict=False):
            if edge is None and not isinstance(value, ref):
                continue  # a number, or nothing
            tensor = value() if isinstance(value, ref) else None
            array, unchanged = kept.get(name, (getattr(tensor, "array", None), True))
            yield Operand(name, edge, array if unchanged else None, name in kept, tensor)

    def ways(self, node: Node) -> Iterable[int]:
        """Return which of the Node's inputs have a gradient rule."""
        return range(len(node.inputs))

    def source_of(self, node: Node, i: int) -> Any:
        """Return the Node that made the operand kept at place i of `saved`, or those of a list."""
        return None

    def saved_of(self, node: Node, name: str) -> Any:
        """Return what a Node keeps, or was given, under PyTorch's name; see `Node.__getattr__`."""
        raise AttributeError(f"{node!r} keeps no {name}", name=f"_saved_{name}", obj=node)

    def constants_of(self, node: Node) -> dict[str, Any]:
        """Return the arguments that are no tensors; see `Node.constants`."""
        edges = (None,) * len(self.parameters) if self.sequence else node.inputs
        return {
            name: value
            for name, edge, value in zip(self.parameters, edges, node.arguments, strict=False)
            if edge is None and not isinstance(value, ref) and name != self.sequence
        }


def _in_extra(field: str, default: Any, doc: str) -> Any:
    """Make a property of what few Nodes have, and keep in their Extra."""

    def read(self: Node) -> Any:
        return default if self.extra is None else getattr(self.extra, field)

    def set_(self: Node, value: Any) -> None:
        setattr(extra_of(self), field, value)

    return property(read, set_, doc=doc)


class Node:
    """What backward needs of one tensor: how it was made, and from which Nodes.

    A Node never holds its own tensor, and only points to older Nodes: no reference cycles, so a
    graph is freed by reference counts alone. It has no `__init__`: setting the slots in place is
    faster (75 ns for the object against 250).
    """

    __slots__ = (
        "arguments",  # per parameter: the value of one that is no tensor, such as `dim`; a weak
        # reference to a tensor that needs no gradient, for those who look; else None
        "dtype",  # NumPy dtype of the tensor made, which its gradient must have
        "extra",  # None, or an Extra: hooks, a retained gradient, the line of the program
        "inputs",  # the Nodes of the operands, None for one that needs no gradient
        "op",  # the Op recorded; None for a leaf
        "outputs",  # of an operation with several outputs only: (shape, dtype) of each
        "saved",  # per name in op.kept: (value, version cell, version then), None if not needed
        "serial",  # creation time; creation order is a topological order
        "shape",  # shape of the tensor made; None for several
    )

    arguments: tuple[Any, ...]
    dtype: Any
    extra: Extra | None
    inputs: tuple[Node | None, ...]
    op: Any
    outputs: tuple[tuple[tuple[int, ...], Any], ...]
    saved: tuple[Any, ...] | None  # None: freed by a backward pass
    serial: int
    shape: tuple[int, ...]

    def __repr__(self) -> str:
        return f"<{self.name()}>"

    def name(self) -> str:
        """Return PyTorch's name for the backward of this operation, such as `MulBackward0`."""
        return "AccumulateGrad" if self.op is None else str(self.op.backward_name)

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The Nodes that this one's gradient flows to, and the number of each one's output.

        There is one for each operand that has a gradient rule, None where it needs no gradient.
        """
        if self.op is None:
            return ()
        if self.op.selects:
            return self.inputs[0].next_functions  # type: ignore[union-attr]
        edges = [self.inputs[i] for i in self.op.ways(self)]
        return tuple((each, getattr(each and each.op, "position", 0)) for each in edges)

    def edges(self) -> list[Node]:
        """Return the Nodes that its gradient flows to; of one of several outputs, the call's."""
        return [each for each in self.inputs if each is not None]

    def hook_gradient(self, hook: Callable[[Any], Any]) -> RemovableHandle:
        """Call `hook(gradient)` when this Node's whole gradient is known; it may return another."""
        return add_hook(extra_of(self).hooks, hook)

    def register_prehook(self, hook: Callable[[Any], Any]) -> RemovableHandle:
        """Call `hook(grad_outputs)` before a backward pass goes through; it may return others.

        They are a tuple of tensors: the gradient of what the operation made.
        """
        return add_hook(extra_of(self).before, hook)

    def register_hook(self, hook: Callable[[Any, Any], Any]) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)` when a backward pass has gone through.

        Both are tuples of tensors; `grad_inputs` has one for each of `next_functions`, None where
        there is no gradient, and the hook may return others. A leaf has no `grad_inputs`.
        """
        node = self.inputs[0] if self.op is not None and self.op.selects else self
        return add_hook(extra_of(node).behind, hook)  # type: ignore[arg-type]

    def register_post_hook(self, hook: Callable[[Any], None]) -> RemovableHandle:
        """Call `hook(tensor)` when a backward pass has added to the `.grad` of this leaf."""
        return add_hook(extra_of(self).after, hook)

    @property
    def hooks(self) -> Any:
        """The hooks of a leaf, in the form that `make_leaf` takes; None if there are none."""
        extra = self.extra
        return (extra.hooks, extra.after) if extra and (extra.hooks or extra.after) else None

    def __getattr__(self, name: str) -> Any:
        """Find PyTorch's names of what is kept, `_saved_self`, and a leaf's tensor, `variable`."""
        if name == "variable" and self.op is None and self.tensor is not None:
            return self.tensor
        if name.startswith("_saved_") and self.op is not None:
            return self.op.saved_of(self, name.removeprefix("_saved_"))
        raise AttributeError(f"a Node has no {name}", name=name, obj=self)

    # --- for those who look from outside ----------------------------------------------------------

    def operands(self) -> Iterator[Operand]:
        """Yield the tensors that the operation took, in order, with what is known of each."""
        if self.op is not None:
            yield from self.op.operands_of(self)

    def constants(self) -> dict[str, Any]:
        """Return the arguments that are no tensors, by name."""
        return {} if self.op is None else self.op.constants_of(self)

    def kept(self) -> dict[str, Any]:
        """Return what backward holds on to, by name: (array, whether it is unchanged since)."""
        found = {}
        for name, entry in zip(getattr(self.op, "kept", ()), self.saved or (), strict=False):
            if entry is not None:
                found[name] = (entry[0], entry[1][0] == entry[2])
        return found

    def count_outputs(self) -> int:
        """Return how many tensors the operation made."""
        return 1 if self.shape is not None else len(self.outputs)

    @property
    def is_freed(self) -> bool:
        """Whether a backward pass has freed what was kept."""
        return self.saved is None

    @property
    def tensor(self) -> Any:
        """The leaf tensor of this Node; None of a computed one, or if nobody holds it any more."""
        reference = None if self.extra is None else self.extra.tensor
        return None if reference is None else reference()

    @property
    def grad(self) -> Any:
        """The gradient that a leaf has collected, or that was retained."""
        return None if self.extra is None else self.extra.grad

    @grad.setter
    def grad(self, gradient: Any) -> None:
        extra_of(self).grad = gradient

    given_name = _in_extra("name", None, "What the user called the tensor, `x.name = ...`.")
    line = _in_extra("line", None, "Where the program called it, if that was to be remembered.")
    retains_grad = _in_extra("retains_grad", False, "Whether a gradient that comes by is kept.")


class Extra:
    """What few Nodes have: a place for `.grad`, hooks, the program line (for anomaly mode), a name.

    A leaf's has a weak reference to its tensor, for graphs to show.
    """

    __slots__ = (
        *("after", "before", "behind", "checksums", "grad", "hooks", "line", "name", "packed"),
        *("retains_grad", "tensor"),
    )

    def __init__(self) -> None:
        self.grad: Any = None
        self.retains_grad = False
        self.hooks: dict[int, Callable[[Any], Any]] = {}
        self.after: dict[int, Callable[[Any], None]] = {}  # hooks for when `.grad` has grown
        self.before: dict[int, Callable[[Any], Any]] = {}  # hooks of the Node itself
        self.behind: dict[int, Callable[[Any, Any], Any]] = {}
        self.line: Line | None = None
        self.checksums: tuple[int, ...] | None = None  # of what is kept, in anomaly mode
        self.name: str | None = None
        self.packed = False  # whether hooks have packed what is kept
        self.tensor: ref[Any] | None = None


def make_leaf(tensor: Any, grad: Any = None, hooks: Any = None) -> Node:
    """Make the Node of a tensor that requires a gradient and was not computed.

    It takes over the gradient and the `Node.hooks` that the tensor had when it was a leaf before.
    """
    node = Node()
    node.op = None
    node.serial = clock()
    node.inputs = node.arguments = node.saved = ()
    node.shape = tensor.array.shape
    node.dtype = tensor.array.dtype
    node.extra = Extra()
    node.extra.tensor = ref(tensor)
    node.extra.grad = grad
    node.extra.retains_grad = True
    if hooks is not None:
        node.extra.hooks, node.extra.after = hooks
    return node


def renew_leaf(node: Node, tensor: Any) -> Node:
    """Make another Node for a leaf whose array was replaced, with the gradient and the hooks."""
    renewed = make_leaf(tensor)
    renewed.extra = node.extra
    return renewed


def hand_on(old: Node | None, new: Node) -> None:
    """Let a tensor written in place keep its name and `.grad`; hooks stay with the old value."""
    if old is None or old is new or old.extra is None or old.op is None:
        return
    before, after = old.extra, extra_of(new)
    after.retains_grad, after.grad, after.name = before.retains_grad, before.grad, before.name
    before.retains_grad, before.grad = False, None


def extra_of(node: Node) -> Extra:
    """Return the Node's Extra, made when first asked for."""
    if node.extra is None:
        node.extra = Extra()
    return node.extra


class RemovableHandle:
    """What registering a hook returns: `remove()` unregisters it, also as a `with` block.

    A program with hooks of its own makes one, `handle = RemovableHandle(hooks)`, and puts its hook
    into the dict under `handle.id`; what `extra_dict` has there goes with it.
    """

    def __init__(
        self, hooks_dict: dict[int, Any], key: int | None = None, *, extra_dict: Any = None
    ) -> None:
        extra = extra_dict if isinstance(extra_dict, list) else [extra_dict or {}]
        self._of = (hooks_dict, *extra)
        self.id = clock() if key is None else key

    def remove(self) -> None:
        """Unregister the hook; a second call does nothing."""
        for hooks in self._of:
            hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def add_hook(hooks: dict[int, Callable[..., Any]], hook: Callable[..., Any]) -> RemovableHandle:
    """Register `hook` behind those there and return the handle that removes it."""
    key = clock()
    hooks[key] = hook
    return RemovableHandle(hooks, key)
