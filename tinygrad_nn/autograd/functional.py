"""Jacobians, Hessians and their products with vectors, of a function at given inputs.
Read `../func/gradients.py` next, where the same are functions of functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError, GraphError, ShapeError
from ..func.gradients import rows
from ..tensor import Tensor
from ..tensor.creation_like import ones_like, zeros_like
from .engine import grad
from .grad_mode import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Function = Callable[..., Any]


def _as_tuple(given: Any, name: str, what: str) -> tuple[tuple[Tensor, ...], bool]:
    """Return a tuple of tensors, and whether it was one."""
    several = given if isinstance(given, tuple) else (given,)
    for each in several:
        if not isinstance(each, Tensor):
            raise DTypeError(
                f"{name}: {what} must be a Tensor or a tuple of them, got {shown(each)}"
            )
    return several, isinstance(given, tuple)


def _inputs(given: Any, name: str, create_graph: bool) -> tuple[tuple[Tensor, ...], bool]:
    """Return tensors of our own to differentiate by; through aliases if a graph is wanted."""
    inputs, is_tuple = _as_tuple(given, name, "inputs")
    own = (
        x.view(x.shape) if create_graph and x.requires_grad else x.detach().requires_grad_()
        for x in inputs
    )
    return tuple(own), is_tuple


def _vectors(given: Any, like: Sequence[Tensor], name: str) -> tuple[Tensor, ...]:
    """Return v, one tensor for each of those it is multiplied with; 1 if there is one number."""
    if given is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise ArgumentError(
                f"{name}: v may be left out for one number only, not for shapes "
                f"{[tuple(each.shape) for each in like]}; pass v of these shapes"
            )
        return (ones_like(like[0]),)
    vectors, _ = _as_tuple(given, name, "v")
    if [v.shape for v in vectors] != [each.shape for each in like]:
        raise ShapeError(
            f"{name}: v has shapes {[tuple(v.shape) for v in vectors]}, what it is multiplied with "
            f"{[tuple(each.shape) for each in like]}"
        )
    return vectors


def _gradients(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    vectors: Sequence[Tensor],
    name: str,
    create_graph: bool,
    strict: bool,
) -> tuple[Tensor, ...]:
    """Return v^T J for each input: zeros where nothing depends on it, or with strict an error."""
    pairs = [(y, v) for y, v in zip(outputs, vectors, strict=True) if y.requires_grad]
    if strict and len(pairs) < len(outputs):
        raise GraphError(f"{name}(strict=True): an output does not depend on any input")
    found: Sequence[Any] = [None] * len(inputs)
    if pairs:
        roots, given = zip(*pairs, strict=True)
        found = grad(
            roots, inputs, given, retain_graph=True, create_graph=create_graph, allow_unused=True
        )
    for i, g in enumerate(found):
        if strict and (g is None or (create_graph and not g.requires_grad)):
            which = "the outputs do" if g is None else "the first derivative does"
            raise GraphError(f"{name}(strict=True): {which} not depend on input {i}")
    return tuple(zeros_like(x) if g is None else g for x, g in zip(inputs, found, strict=True))


def _results(made: Sequence[Tensor], is_tuple: bool, create_graph: bool) -> Any:
    kept = tuple(each if create_graph else each.detach() for each in made)
    return kept if is_tuple else kept[0]


def vjp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return (func(*inputs), v^T J), J the Jacobian of the outputs by the inputs.

    Args:
        func: takes the tensors and returns one or a tuple of them.
        inputs: a Tensor or a tuple of Tensors.
        v: of the outputs' shapes; may be left out where the output is one number.
        create_graph: the results can be differentiated further.
        strict: an input that the outputs do not depend on is an error, not zeros.

    Raises:
        DTypeError, ShapeError, ArgumentError: what does not fit. GraphError: with `strict`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.autograd.functional.vjp(lambda x: (x * x).sum(), tnn.tensor([1.0, 2.0]))
        (tensor(5.), tensor([2., 4.]))
    """
    with enable_grad():
        own, is_tuple = _inputs(inputs, "vjp", create_graph)
        outputs, several = _as_tuple(func(*own), "vjp", "what the function returns")
        vectors = _vectors(v, outputs, "vjp")
        pulled = _gradients(outputs, own, vectors, "vjp", create_graph, strict)
        return _results(outputs, several, create_graph), _results(pulled, is_tuple, create_graph)


def jvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return (func(*inputs), J v): how the outputs move as the inputs move along v.

    It goes back twice: u^T J is linear in u, and its own vjp with v is J v. `v` has the inputs'
    shapes, and may be left out where there is one number; see `vjp` for the rest.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.autograd.functional.jvp(lambda x: x * x, tnn.tensor(3.0), tnn.tensor(1.0))
        (tensor(9.), tensor(6.))
    """
    with enable_grad():
        own, _ = _inputs(inputs, "jvp", create_graph)
        vectors = _vectors(v, own, "jvp")
        outputs, several = _as_tuple(func(*own), "jvp", "what the function returns")
        dummies = tuple(zeros_like(y).requires_grad_() for y in outputs)
        pulled = _gradients(outputs, own, dummies, "jvp", True, strict)
        pushed = _gradients(pulled, dummies, vectors, "jvp", create_graph, strict)
        return _results(outputs, several, create_graph), _results(pushed, several, create_graph)


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return the Jacobian: for an output and an input, of the output's shape and then the input's.

    For several inputs it is a tuple with an entry each, for several outputs a tuple of those.
    `vectorize` and `strategy` change nothing: there is a backward pass for each row.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.autograd.functional.jacobian(lambda x: x * x, tnn.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    with enable_grad():
        own, is_tuple = _inputs(inputs, "jacobian", create_graph)
        outputs, several = _as_tuple(func(*own), "jacobian", "what the function returns")
        made = []
        for y in outputs:

            def pull(unit: Tensor, y: Tensor = y) -> tuple[Tensor, ...]:
                return _gradients([y], own, [unit], "jacobian", create_graph, strict)

            blocks = rows(y, own, pull)
            made.append(_results(blocks, is_tuple, create_graph))
        return tuple(made) if several else made[0]


def _one_number(func: Function, name: str) -> Function:
    def of_one_number(*given: Any) -> Tensor:
        made, _ = _as_tuple(func(*given), name, "what the function returns")
        if len(made) != 1 or made[0].numel() != 1:
            raise ShapeError(
                f"{name}: the function has to return one number, got shapes "
                f"{[tuple(each.shape) for each in made]}"
            )
        return made[0].squeeze()

    return of_one_number


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Return the second derivatives of a function that returns one number.

    For one input of the input's shape twice; for several a tuple of tuples. See `jacobian`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.autograd.functional.hessian(lambda x: (x**3).sum(), tnn.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    number = _one_number(func, "hessian")

    def gradient(*given: Any) -> Any:
        return jacobian(number, given if isinstance(inputs, tuple) else given[0], True, strict)

    return jacobian(gradient, inputs, create_graph, strict)


def vhp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return (func(*inputs), v^T H), H the second derivatives of a function of one number.

    See `vjp` for the arguments; `v` has the inputs' shapes.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0])
        >>> tnn.autograd.functional.vhp(lambda x: (x**3).sum(), x, tnn.ones(2))
        (tensor(9.), tensor([ 6., 12.]))
    """
    return _hessian_product("vhp", func, inputs, v, create_graph, strict)


def hvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return (func(*inputs), H v); H is symmetric, so that it is what `vhp` returns.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.autograd.functional.hvp(lambda x: x**3, tnn.tensor(2.0))
        (tensor(8.), tensor(12.))
    """
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def _hessian_product(
    name: str, func: Function, inputs: Any, v: Any, create_graph: bool, strict: bool
) -> tuple[Any, Any]:
    with enable_grad():
        own, is_tuple = _inputs(inputs, name, create_graph)
        vectors = _vectors(v, own, name)
        value = _one_number(func, name)(*own)
        first = _gradients([value], own, [ones_like(value)], name, True, strict)
        second = _gradients(first, own, vectors, name, create_graph, strict)
        return _results([value], False, create_graph), _results(second, is_tuple, create_graph)
