"""The backward pass: visit Nodes newest first, pull gradients back through their rules, add up.
Read `../ops/elementwise/` next, where the rules are; this is all that runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

from ..arrays.arguments import as_integer
from ..arrays.dtypes import FLOAT32, FLOAT64, from_numpy
from ..arrays.kinds import COMPLEX, HALVES, is_array, is_bool, is_complex
from ..arrays.refusing import instead_of, shown
from ..arrays.warnings import quiet
from ..errors import ArgumentError, DTypeError, GraphError, ShapeError
from .anomaly import check_finite
from .grad_mode import enable_grad, mode
from .gradients import accumulate, as_tensor, behind, fit, no_gradient, pull_in_float32, watch
from .node import Node
from .op import Array, Op, freed, written_since
from .outputs import gradients_of
from .packing import unpacked
from .passes import askers, leading_to, noted
from .tensor_base import CONSTANT, TensorBase, make_tensor

RULED = (FLOAT32, FLOAT64)  # the dtypes that rules take as they are
BOOL = frozenset((bool,))
FLAGS = frozenset((bool, type(None)))
Observer = Callable[[Node, Any, list[tuple[Node, Any]]], None]


def backward(
    tensors: TensorBase | Sequence[TensorBase],
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: TensorBase | Sequence[TensorBase] | None = None,
) -> None:
    """Add to every leaf's `.grad` the gradient of the sum of `tensors`, weighted if you say so.

    Args:
        tensors: one tensor or several; each a scalar unless its entry of `grad_tensors` is given.
        grad_tensors: the incoming gradients dL/d(tensor), of the tensors' shapes.
        retain_graph: keep what backward needs, so that it can be called again.
        create_graph: record the backward pass too, for higher derivatives; implies `retain_graph`.
        inputs: collect gradients in these tensors only.

    Raises:
        GraphError: a tensor that needs no gradient, a non-scalar without its gradient, values that
            an earlier backward freed, or that were written to in place.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0], requires_grad=True)
        >>> tnn.autograd.backward((x * x).sum()); x.grad
        tensor([2., 4.])
    """
    if type(create_graph) is not bool or type(retain_graph) not in FLAGS:
        create_graph = _as_flag(create_graph, "create_graph", "backward")
        if retain_graph is not None:
            retain_graph = _as_flag(retain_graph, "retain_graph", "backward")
    targets = None if inputs is None else _targets(inputs, "backward(inputs=...)")
    keep = create_graph if retain_graph is None else retain_graph
    with quiet():
        start = _start(tensors, grad_tensors, create_graph)
        visit = _visit_noted if askers else _visit
        found, fresh = visit(start, targets, create_graph, keep)
        for node, gradient in found.items():
            accumulate(node, gradient, node in fresh, create_graph)


def _as_flag(flag: Any, argument: str, name: str) -> bool:
    """Return a flag as bool: 0 and 1 are one, and a tensor of one bool is, as in PyTorch."""
    array = getattr(flag, "array", flag)
    if isinstance(flag, bool) or (is_array(array) and is_bool(array) and array.size == 1):
        return bool(flag)
    return bool(as_integer(flag, argument, name))


@instead_of("backward")
def grad(
    outputs: TensorBase | Sequence[TensorBase],
    inputs: TensorBase | Sequence[TensorBase],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """Return d(sum of outputs)/d(input) for each input, and leave every `.grad` alone.

    `allow_unused` gives None for an input that the outputs do not depend on, `materialize_grads`
    zeros; without either it is a `GraphError`. `only_inputs` changes nothing. The
    other arguments are as for `backward`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor(3.0, requires_grad=True)
        >>> (first,) = tnn.autograd.grad(x**3, x, create_graph=True)
        >>> (second,) = tnn.autograd.grad(first, x)
        >>> first.item(), second.item()
        (27.0, 18.0)
    """
    flags = (create_graph, is_grads_batched, materialize_grads)
    if not BOOL.issuperset(map(type, flags)):
        create_graph = _as_flag(create_graph, "create_graph", "grad")
        is_grads_batched = _as_flag(is_grads_batched, "is_grads_batched", "grad")
        materialize_grads = _as_flag(materialize_grads, "materialize_grads", "grad")
    if type(retain_graph) not in FLAGS:
        retain_graph = _as_flag(retain_graph, "retain_graph", "grad")
    if type(allow_unused) not in FLAGS:
        allow_unused = _as_flag(allow_unused, "allow_unused", "grad")
    if is_grads_batched:
        raise NotImplementedError("grad(is_grads_batched=True): call grad() once per gradient")
    if materialize_grads and allow_unused is False:
        raise ArgumentError(
            "grad(): materialize_grads=True asks for zeros, allow_unused=False refuses"
        )
    targets = _targets(inputs, "grad()")
    keep = create_graph if retain_graph is None else retain_graph
    with quiet():
        start = _start(outputs, grad_outputs, create_graph)
        visit = _visit_noted if askers else _visit
        found, fresh = visit(start, targets, create_graph, keep)
    results: list[Any] = []
    for i, target in enumerate(targets):
        gradient = found.get(target.node)
        if gradient is None and materialize_grads:
            gradient = np.zeros_like(target.array)
        if gradient is None and not allow_unused:
            raise GraphError(
                f"grad(): input {i}, of shape {target.array.shape}, was not used to compute the "
                "outputs; pass allow_unused=True to get None for it"
            )
        results.append(as_tensor(gradient, target.node in fresh, target))
        fresh.discard(target.node)  # an input named twice gets two arrays
    return tuple(results)


def observe(
    root: TensorBase,
    start: Array,
    observer: Observer,
    lent: Mapping[Node, Mapping[str, Any]] | None = None,
) -> None:
    """Go back from one tensor and let `observer` see each step; leave graph and gradients alone.

    It is called with a Node, its whole gradient, and the list of (Node, contribution) that its
    rules give, before broadcasting is undone: arrays that may be added to later. Hooks are not
    called. `lent` gives Nodes back, for this pass only, what they kept and an earlier pass freed.
    """
    freed = {node: values for node, values in (lent or {}).items() if node.is_freed}
    try:
        for node, values in freed.items():
            node.saved = tuple(
                (values[name], CONSTANT, 0) if name in values else None for name in node.op.kept
            )
        with quiet():
            _visit({root.node: start}, None, False, True, observer)  # type: ignore[dict-item]
    finally:
        for node in freed:
            node.saved = None


def _visit(
    pending: dict[Node, Any],
    targets: list[TensorBase] | None,
    create_graph: bool,
    retain_graph: bool,
    observer: Observer | None = None,
    to_targets: bool = False,
) -> tuple[dict[Node, Any], set[Node]]:
    """Return the gradients of leaves or `targets`, and the Nodes whose array nobody else holds.

    `pending` holds the gradient of each root. Nodes are visited newest first: all that could add to
    a gradient was visited before it is taken further. With `to_targets` no way leads on from one
    target to another, and their hooks are not called.
    """
    if create_graph and not mode():
        with enable_grad():
            return _visit(pending, targets, create_graph, retain_graph, observer, to_targets)
    heap = [(-node.serial, node) for node in pending if node.op is not None]
    heapify(heap)
    fresh: set[Node] = set()  # Nodes whose pending gradient is an array that nobody else holds
    found: dict[Node, Any] = {}
    ends = wanted = None
    if targets is not None:
        ends = {target.node for target in targets}
        wanted = leading_to(ends, pending, beyond=not to_targets)
    is_plain = targets is None and not create_graph and observer is None
    while heap:
        node = heappop(heap)[1]
        g = pending.pop(node)
        if is_plain and node.extra is None and node.dtype in RULED:
            contributions = node.op.pull(node, g, None, False)
        else:
            if to_targets and node in ends:  # type: ignore[operator]
                found[node] = g
                continue
            if node.extra is not None and observer is None:
                g = watch(node, g, create_graph)
            if ends is not None and node in ends:
                found[node] = g
            if wanted is not None and wanted.isdisjoint(node.inputs):
                continue  # the end of the way: its inputs are not asked for, nor is it freed
            contributions = _pull_with_care(node, g, wanted, create_graph, observer)
        for edge, contribution in contributions:
            try:
                fits = contribution.shape == edge.shape and contribution.dtype is edge.dtype
            except AttributeError:
                raise no_gradient(contribution, node) from None
            if not fits:
                contribution = fit(contribution, edge, node, create_graph)
            if edge not in pending:
                pending[edge] = contribution
                if edge.op is not None:
                    heappush(heap, (-edge.serial, edge))
                elif not create_graph and contribution is not g and contribution.base is None:
                    fresh.add(edge)  # a rule made it: being linear in g, it hands on no kept value
            elif edge in fresh:
                total = pending[edge]
                total += contribution  # in place
                pending[edge] = total
            else:
                pending[edge] = pending[edge] + contribution
                if not create_graph and edge.shape is not None:
                    fresh.add(edge)
        if node.saved and not retain_graph:
            node.saved = None
    for leaf, g in pending.items():
        if ends is None or leaf in ends:
            if (leaf.extra.hooks or leaf.extra.before) and observer is None and not to_targets:  # type: ignore[union-attr]
                g = watch(leaf, g, create_graph)
                fresh.discard(leaf)
            found[leaf] = g
    return found, fresh


_visit_noted = noted(_visit)


def _pull_with_care(
    node: Node,
    g: Any,
    wanted: set[Node] | None,
    create_graph: bool,
    observer: Observer | None,
) -> list[tuple[Node, Any]]:
    """Go back through a Node in a pass that is recorded, watched, or only for some inputs."""
    if node.extra is not None and node.extra.packed:
        with unpacked(node):
            contributions = _pull(node, g, wanted, create_graph)
    else:
        contributions = _pull(node, g, wanted, create_graph)
    if node.extra is not None:
        check_finite(node, contributions)
        if node.extra.behind and observer is None:
            contributions = behind(node, g, contributions, create_graph)
    if observer is not None:
        observer(node, g, contributions)
    return contributions


def _pull(
    node: Node, g: Any, wanted: set[Node] | None, create_graph: bool
) -> list[tuple[Node, Any]]:
    """Go back through a Node by the rule that its dtype and the pass ask for.

    A rule is written for real numbers. For complex ones the gradient is conj(rule(conj(g))); for
    float16 and bfloat16 it is computed in float32.
    """
    by_parts = create_graph and node.op.is_joint
    pull = _through_composite if by_parts else node.op.pull
    if node.dtype in RULED:
        return pull(node, g, wanted, create_graph)
    if node.dtype in HALVES and isinstance(node.op, Op):
        return pull_in_float32(pull, node, g, wanted, create_graph)
    if node.dtype in COMPLEX and not by_parts:  # else each part conjugates for itself
        pulled = pull(node, g.conj(), wanted, create_graph)
        return [(edge, each.conj()) for edge, each in pulled]
    return pull(node, g, wanted, create_graph)


def _through_composite(
    node: Node, g: Any, wanted: set[Node] | None, recorded: bool
) -> list[tuple[Node, Any]]:
    """Go back through the simpler operations that an operation with a joint rule is made of."""
    op = node.op
    if node.saved is None:
        raise freed(node)
    values = {name: node.arguments[i] for i, name in enumerate(op.parameters)}
    for i, name in enumerate(op.kept):
        entry = node.saved[i]
        if name in op.operands and entry is not None:
            array, cell, version = entry
            if cell[0] != version:
                raise written_since(node, name)
            edge = node.inputs[op.parameters.index(name)]
            values[name] = make_tensor(array, edge, cell) if is_array(array) else array
    outputs = op.composite(**values)
    edges = {
        edge: values[name]
        for name, edge in zip(op.parameters, node.inputs, strict=True)
        if edge is not None and (wanted is None or edge in wanted)
    }
    roots, gradients = [outputs], [g]
    if op.has_several:
        gradients = gradients_of(node, g, True)
        roots = [y for y in outputs if y.node is not None]
        gradients = [each for y, each in zip(outputs, gradients, strict=True) if y.node is not None]
    start = _start(roots, gradients, True)
    found, _ = _visit(start, list(edges.values()), True, True, to_targets=True)
    return [(edge, found[edge]) for edge in edges if edge in found]


def _as_list(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _targets(inputs: Any, name: str) -> list[Any]:
    """Return the tensors whose gradients are asked for: one, or what any iterable gives."""
    is_one = isinstance(inputs, TensorBase) or not isinstance(inputs, Iterable)
    targets = [inputs] if is_one else list(inputs)
    if not targets:
        raise GraphError(f"{name} got an empty list of inputs; name tensors to differentiate by")
    for i, target in enumerate(targets):
        if not isinstance(target, TensorBase):
            raise DTypeError(f"{name}: input {i} is no Tensor but {shown(target)}")
        if target.node is None:
            raise GraphError(f"{name}: input {i} does not require a gradient")
    return targets


def _start(tensors: Any, given: Any, create_graph: bool) -> dict[Node, Any]:
    """Return the gradient that each root starts from: 1, if it is a scalar and none is given."""
    roots = _as_list(tensors)
    gradients = [] if given is None else _as_list(given)
    if gradients and len(gradients) != len(roots):
        raise GraphError(f"got {len(roots)} tensors but {len(gradients)} gradients for them")
    start: dict[Node, Any] = {}
    for i, root in enumerate(roots):
        node = getattr(root, "node", None)
        if node is None:
            if not isinstance(root, TensorBase):
                raise DTypeError(f"backward: tensor {i} is no Tensor but {shown(root)}")
            raise GraphError(
                f"backward: tensor {i}, of shape {root.array.shape}, does not require a gradient "
                "and was not computed from one that does; create its leaves with requires_grad=True"
            )
        g = gradients[i] if gradients else None
        if g is None:
            g = _one(i, root.array)
            if create_graph:
                g = make_tensor(g)
        else:
            _check_root_gradient(i, root.array, g)
            if create_graph:
                g = g.to(from_numpy(node.dtype))
            else:
                g = g.array if g.array.dtype is node.dtype else g.array.astype(node.dtype)
        start[node] = start[node] + g if node in start else g
    return start


def _one(i: int, array: Array) -> Any:
    """Return the 1 that a gradient starts from, at a real scalar."""
    if array.size != 1:
        raise GraphError(
            f"backward: tensor {i} has shape {array.shape}; a gradient starts by itself only at a "
            "scalar. Reduce it (.sum(), .mean()) or pass gradient= of that shape"
        )
    if is_complex(array):
        raise GraphError(
            f"backward: tensor {i} is complex; a gradient starts by itself only at a real number. "
            "Take .abs() or .real, or pass gradient="
        )
    one = array.dtype.type(1)  # a 0-d array would take ten times as long in a rule's arithmetic
    return np.full(array.shape, one) if array.ndim else one


def _check_root_gradient(i: int, array: Array, gradient: Any) -> None:
    if not isinstance(gradient, TensorBase):
        raise DTypeError(f"backward: a gradient is a Tensor or None, not {type(gradient).__name__}")
    if gradient.array.shape != array.shape:
        raise ShapeError(
            f"backward: the gradient has shape {gradient.array.shape}, tensor {i} has {array.shape}"
        )
