"""The backward pass: visit Nodes newest first, pull gradients back through their rules, add up.
Read `ops/elementwise.py` next, where the rules are; this is all that runs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from heapq import heappop, heappush
from operator import attrgetter
from typing import Any

import numpy as np

from ..arrays.dtypes import Array, from_numpy
from ..arrays.sums import sum_to_shape
from ..errors import DTypeError, GraphError, ShapeError
from .anomaly import check_finite, check_kept
from .grad_mode import enable_grad, no_grad
from .node import Node, extra_of
from .tensor_base import TensorBase, make_tensor

_NOTHING = nullcontext()


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
    roots = _as_list(tensors)
    gradients = _root_gradients(roots, _as_list(grad_tensors), create_graph)
    targets = None
    if inputs is not None:
        targets = _as_list(inputs)
        if not targets:
            raise GraphError("backward(inputs=...) got an empty list; leave it out for all leaves")
        for i, target in enumerate(targets):
            if target.node is None:
                raise GraphError(f"backward(inputs=...): input {i} does not require a gradient")
    found = _run(
        roots,
        gradients,
        targets,
        create_graph,
        create_graph if retain_graph is None else retain_graph,
    )
    for node, (gradient, owned) in found.items():
        _accumulate(node, gradient, owned, create_graph)


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
    if is_grads_batched:
        raise NotImplementedError("grad(is_grads_batched=True): call grad() once per gradient")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "grad(): materialize_grads=True asks for zeros, allow_unused=False refuses"
        )
    roots, targets = _as_list(outputs), _as_list(inputs)
    if not targets:
        raise GraphError("grad() got an empty list of inputs; name the tensors to differentiate by")
    for i, target in enumerate(targets):
        if target.node is None:
            raise GraphError(f"grad(): input {i} does not require a gradient")
    gradients = _root_gradients(roots, _as_list(grad_outputs), create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    found = _run(roots, gradients, targets, create_graph, keep)
    results: list[Any] = []
    for i, target in enumerate(targets):
        gradient, owned = found.get(target.node, (None, False))
        if gradient is None and materialize_grads:
            gradient, owned = np.zeros_like(target.array), True
        if gradient is None and not allow_unused:
            raise GraphError(
                f"grad(): input {i}, of shape {target.array.shape}, was not used to compute the "
                "outputs; pass allow_unused=True to get None for it"
            )
        results.append(_as_tensor(gradient, owned))
        found[target.node] = (gradient, False)  # an input named twice gets two arrays
    return tuple(results)


@np.errstate(all="ignore")
def _run(
    roots: list[TensorBase],
    gradients: list[Any],
    targets: list[TensorBase] | None,
    create_graph: bool,
    retain_graph: bool,
) -> dict[Node, tuple[Any, bool]]:
    """Return {Node: (its gradient, whether nobody else holds it)} for leaves or `targets`."""
    if not create_graph:
        return _visit(roots, gradients, targets, False, retain_graph)
    with enable_grad():
        return _visit(roots, gradients, targets, True, retain_graph)


def _visit(
    roots: list[TensorBase],
    gradients: list[Any],
    targets: list[TensorBase] | None,
    create_graph: bool,
    retain_graph: bool,
) -> dict[Node, tuple[Any, bool]]:
    """Visit the Nodes that have a gradient, newest first: all that could add to it were visited."""
    ends = None if targets is None else {target.node for target in targets}
    wanted = None if ends is None else _leading_to(ends, [root.node for root in roots])
    pending: dict[Node, Any] = {}  # the gradient that each Node has so far
    heap: list[tuple[int, Node]] = []  # those Nodes but the leaves, the newest on top
    owned: set[Node] = set()  # Nodes whose pending gradient is an array that nobody else holds
    collected: dict[Node, tuple[Any, bool]] = {}
    for root, gradient in zip(roots, gradients, strict=True):
        node: Any = root.node
        if node in pending:
            pending[node] = pending[node] + gradient
            continue
        pending[node] = gradient
        if node.op is not None:
            heappush(heap, (-node.serial, node))
    while heap:
        node = heappop(heap)[1]
        g = pending.pop(node)
        if node.extra is not None:
            g = _watch(node, g, owned, create_graph)
        if ends is not None and node in ends:
            collected[node] = (g, False)
        if wanted is not None and wanted.isdisjoint(node.inputs):
            continue  # the end of the way: its inputs are not asked for, nor is it freed
        for edge, contribution in node.op.pullback(node, g, wanted, create_graph):
            if node.extra is not None:
                check_finite(edge, node, contribution)
            if create_graph:
                contribution = _fit_tensor(contribution, edge, node)
            else:
                if contribution.shape != edge.shape:
                    contribution = _fit(contribution, edge, node)
                if contribution.dtype is not edge.dtype:
                    contribution = contribution.astype(edge.dtype)
            before = pending.get(edge)
            if before is None:
                pending[edge] = contribution
                if edge.op is not None:
                    heappush(heap, (-edge.serial, edge))
                elif not create_graph and _is_new(contribution, g, node):
                    owned.add(edge)
            elif edge in owned:
                before += contribution  # in place: the buffer is ours
                pending[edge] = before
            else:
                pending[edge] = before + contribution
                if type(before) is np.ndarray:
                    owned.add(edge)
        if not retain_graph and any(node.saved):
            node.saved = None
    for leaf, g in pending.items():
        if ends is None or leaf in ends:
            if leaf.extra.hooks:  # type: ignore[union-attr]
                g = _watch(leaf, g, owned, create_graph)
            collected[leaf] = (g, leaf in owned)
    return collected


def _is_new(contribution: Any, g: Any, node: Node) -> bool:
    """Whether a rule made this array, rather than handing on g, a kept value or a view of one."""
    if contribution is g or contribution.base is not None:
        return False
    for entry in node.saved or ():
        if entry is not None and entry[0] is contribution:
            return False
    return True


def _leading_to(targets: set[Any], roots: list[Any]) -> set[Node]:
    """Return the Nodes between roots and targets: through which a gradient has to flow."""
    seen = set(roots)
    stack = list(seen)
    while stack:
        for edge in stack.pop().inputs:
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    wanted = set(targets)
    for node in sorted(seen, key=attrgetter("serial")):  # inputs before what was made of them
        if not wanted.isdisjoint(node.inputs):
            wanted.add(node)
    return wanted


def _fit(contribution: Array, edge: Node, node: Node) -> Array:
    """Sum a contribution to its input's shape: the gradient of broadcasting."""
    try:
        return sum_to_shape(contribution, edge.shape)
    except (ValueError, IndexError):
        raise ShapeError(
            f"the gradient rule of {node.op.name} gave shape {contribution.shape} for an operand "
            f"of shape {edge.shape}"
        ) from None


def _fit_tensor(contribution: Any, edge: Node, node: Node) -> Any:
    if edge.shape is None:
        return contribution
    if not isinstance(contribution, TensorBase):
        contribution = make_tensor(contribution)
    if contribution.array.shape != edge.shape:
        contribution = _fit(contribution, edge, node)
    if contribution.array.dtype != edge.dtype:
        contribution = contribution.to(from_numpy(edge.dtype))
    return contribution


def _watch(node: Node, g: Any, owned: set[Node], create_graph: bool) -> Any:
    """Let the hooks of a Node see and replace its gradient; keep the gradient if asked to."""
    extra = extra_of(node)
    if node.op is not None:
        check_kept(node)
    if node.shape is None:
        return g
    if extra.hooks:
        for hook in list(extra.hooks.values()):
            given = _as_tensor(g, False)
            with _NOTHING if create_graph else no_grad():
                answer = hook(given)
            if answer is None:
                continue
            if not isinstance(answer, TensorBase):
                raise DTypeError(f"a gradient hook returned {type(answer).__name__}, not a Tensor")
            if answer.array.shape != node.shape:
                raise ShapeError(
                    f"a gradient hook changed the shape from {node.shape} to {answer.array.shape}"
                )
            g = answer if create_graph else answer.array
        owned.discard(node)
    if node.op is not None and extra.retains_grad:
        kept = g if extra.grad is None else g + (extra.grad if create_graph else extra.grad.array)
        extra.grad = _as_tensor(kept, False)
    return g


def _accumulate(node: Node, gradient: Any, owned: bool, create_graph: bool) -> None:
    """Add to a leaf's `.grad`: in place, as PyTorch does, unless the addition is to be recorded."""
    extra = node.extra or extra_of(node)
    if extra.grad is None and create_graph:
        extra.grad = gradient.clone()  # the same Tensor may be another leaf's gradient
    elif extra.grad is None:
        extra.grad = _as_tensor(gradient, owned)
    elif extra.retains_grad and node.op is not None:
        return  # it was kept on the way
    elif create_graph:
        extra.grad = extra.grad + gradient
    else:
        extra.grad.array += gradient
        extra.grad.version[0] += 1


def _as_tensor(gradient: Any, owned: bool) -> Any:
    """Wrap a gradient for the user; an array that others hold is copied."""
    if gradient is None or isinstance(gradient, TensorBase):
        return gradient
    return make_tensor(gradient if owned else np.array(gradient))


def _as_list(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _root_gradients(roots: list[TensorBase], given: list[Any], create_graph: bool) -> list[Any]:
    """Check the incoming gradients, and make the 1 that a scalar starts from."""
    if given and len(given) != len(roots):
        raise GraphError(f"got {len(roots)} tensors but {len(given)} gradients for them")
    gradients = []
    for i, root in enumerate(roots):
        shape = root.array.shape
        if root.node is None:
            raise GraphError(
                f"backward: tensor {i}, of shape {shape}, does not require a gradient and was not "
                "computed from one that does; create its leaves with requires_grad=True"
            )
        gradient = given[i] if given else None
        if gradient is None:
            if root.array.size != 1:
                raise GraphError(
                    f"backward: tensor {i} has shape {shape}; a gradient starts by itself only at "
                    "a scalar. Reduce it (.sum(), .mean()) or pass gradient= of that shape"
                )
            gradient = make_tensor(np.empty_like(root.array))
            gradient.array.fill(1)  # np.ones_like takes 5 µs for the same
        if not isinstance(gradient, TensorBase):
            raise DTypeError(
                f"backward: a gradient is a Tensor or None, not {type(gradient).__name__}"
            )
        if gradient.array.shape != shape:
            raise ShapeError(
                f"backward: the gradient has shape {gradient.array.shape}, tensor {i} has {shape}"
            )
        if create_graph:
            gradients.append(gradient.to(from_numpy(root.array.dtype)))  # type: ignore[attr-defined]
        else:
            gradients.append(gradient.array.astype(root.array.dtype, copy=False))
    return gradients
