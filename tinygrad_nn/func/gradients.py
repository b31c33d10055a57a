"""Functions that return derivatives of functions: `grad`, `vjp`, `jvp`, `jacrev`, `hessian`.
Read `mapping.py` next, which maps a function over a dimension.

Each call differentiates by tensors of its own, aliases of what it is given, so that the transforms
nest: grad(grad(f)) is the second derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..arrays.refusing import shown
from ..autograd import engine
from ..autograd.grad_mode import enable_grad
from ..errors import ArgumentError, DTypeError, ShapeError
from ..ops.shape.joining import stack
from ..tensor import Tensor
from ..tensor.creation import zeros
from ..tensor.creation_like import ones_like, zeros_like
from .trees import filled, leaves_of, mapped

Function = Callable[..., Any]


def _own(tree: Any, name: str) -> Any:
    """Return aliases that require gradients; through them goes what asks for gradients outside."""

    def alias(x: Any) -> Any:
        if not isinstance(x, Tensor):
            raise DTypeError(f"{name}: differentiates by Tensors, got {shown(x)}")
        return x.view(x.shape) if x.requires_grad else x.detach().requires_grad_()

    return mapped(alias, tree)


def without(own: Sequence[Tensor], tree: Any) -> Any:
    """Detach what depends on nothing that requires a gradient but the tensors of this call."""
    inner = {x.node for x in own}

    def reaches_outside(x: Tensor) -> bool:
        stack: list[Any] = [x.node]
        seen = set(stack)
        while stack:
            node = stack.pop()
            if node in inner and node.op is None:
                continue
            if node.op is None:
                return True
            for operand, _ in node.next_functions:
                if operand is not None and operand not in seen:
                    seen.add(operand)
                    stack.append(operand)
        return False

    def cut(x: Any) -> Any:
        is_ours = isinstance(x, Tensor) and x.requires_grad and not reaches_outside(x)
        return x.detach() if is_ours else x

    return mapped(cut, tree)


def _chosen(args: tuple[Any, ...], argnums: int | tuple[int, ...], name: str) -> list[int]:
    """Return the numbers of the arguments to differentiate by, each from 0."""
    numbers = (argnums,) if isinstance(argnums, int) else argnums
    for number in numbers:
        if not isinstance(number, int) or not -len(args) <= number < len(args):
            raise ArgumentError(
                f"{name}: argnums={argnums} of a function that got {len(args)} positional arguments"
            )
    return [number % len(args) for number in numbers]


def _with(args: tuple[Any, ...], numbers: list[int], own: list[Any]) -> list[Any]:
    given = list(args)
    for number, each in zip(numbers, own, strict=True):
        given[number] = each
    return given


def _pulled(outputs: list[Tensor], inputs: list[Tensor], gradients: list[Tensor]) -> list[Tensor]:
    """Return recorded gradients of the inputs, zeros where an output does not depend on one."""
    pairs = [(y, g) for y, g in zip(outputs, gradients, strict=True) if y.requires_grad]
    if not pairs:
        return [zeros_like(x) for x in inputs]
    roots, given = zip(*pairs, strict=True)
    found = engine.grad(roots, inputs, given, create_graph=True, allow_unused=True)
    return [zeros_like(x) if g is None else g for x, g in zip(inputs, found, strict=True)]


def grad_and_value(
    func: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Function:
    """Return a function of the same arguments that returns (gradient, value of func).

    `func` returns a scalar tensor, or with `has_aux` (scalar, anything), which is returned with the
    value. `argnums` says which arguments the gradient is of: a number gives one gradient, a tuple a
    tuple of them. An argument may be a tensor, or a nest of tuples, lists and dicts of tensors.

    Raises:
        ShapeError: what func returns is no scalar.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.func.grad_and_value(lambda x: (x * x).sum())(tnn.tensor([1.0, 2.0]))
        (tensor([2., 4.]), tensor(5.))
    """

    @wraps(func)
    def gradient_and_value(*args: Any, **keywords: Any) -> Any:
        with enable_grad():
            numbers = _chosen(args, argnums, "grad")
            own = [_own(args[number], "grad") for number in numbers]
            made = func(*_with(args, numbers, own), **keywords)
            if has_aux and not (isinstance(made, tuple) and len(made) == 2):
                raise DTypeError("grad: has_aux=True asks for a function that returns (value, aux)")
            value, aux = made if has_aux else (made, None)
            if not isinstance(value, Tensor):
                raise DTypeError(f"grad: the function has to return a Tensor, got {shown(value)}")
            if value.ndim:
                raise ShapeError(
                    f"grad: the function has to return a scalar, got shape {tuple(value.shape)}; "
                    "sum it, or use jacrev"
                )
            inner = leaves_of(own)
            gradients = filled(own, _pulled([value], inner, [ones_like(value)]))
            result = gradients[0] if isinstance(argnums, int) else tuple(gradients)
            if has_aux:
                return without(inner, (result, (value, aux)))
            return without(inner, (result, value))

    return gradient_and_value


def grad(func: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """Return a function of the same arguments that returns the gradient of `func`.

    With `has_aux` it returns (gradient, aux). See `grad_and_value` for the arguments.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.func.grad(tnn.func.grad(lambda x: x**3))(tnn.tensor(2.0))
        tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @wraps(func)
    def gradient(*args: Any, **keywords: Any) -> Any:
        result, value = both(*args, **keywords)
        return (result, value[1]) if has_aux else result

    return gradient


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> Any:
    """Return (outputs of func, vjp_fn): vjp_fn(cotangents) are the gradients of the primals.

    vjp_fn can be called again; it returns one gradient for one primal, else a tuple. With `has_aux`
    the function returns (outputs, aux) and vjp (outputs, vjp_fn, aux).

    Example:
        >>> import tinygrad_nn as tnn
        >>> y, pull = tnn.func.vjp(tnn.sin, tnn.zeros(2))
        >>> pull(tnn.tensor([1.0, 3.0]))
        (tensor([1., 3.]),)
    """
    with enable_grad():
        own = _own(primals, "vjp")
        made = func(*own)
        outputs, aux = made if has_aux else (made, None)
    inner, ends = leaves_of(own), leaves_of(outputs)

    def vjp_fn(*cotangents: Any) -> Any:
        given = leaves_of(cotangents)
        if [each.shape for each in given] != [y.shape for y in ends]:
            raise ShapeError(
                f"vjp: cotangents of shapes {[tuple(each.shape) for each in given]} for outputs of "
                f"shapes {[tuple(y.shape) for y in ends]}"
            )
        with enable_grad():
            return without(inner, filled(own, _pulled(ends, inner, given)))

    results = (without(inner, outputs), vjp_fn)
    return (*results, without(inner, aux)) if has_aux else results


def jvp(
    func: Function, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> Any:
    """Return (outputs of func, their derivatives in the direction of the tangents).

    It goes back twice: J^T u is linear in u, and its own vjp with the tangents is J v.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.func.jvp(lambda x: x * x, (tnn.tensor(3.0),), (tnn.tensor(1.0),))
        (tensor(9.), tensor(6.))
    """
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple):
        raise DTypeError("jvp: primals and tangents are tuples, one entry per argument")
    with enable_grad():
        own = _own(primals, "jvp")
        made = func(*own)
        outputs, aux = made if has_aux else (made, None)
        inner, ends, directions = leaves_of(own), leaves_of(outputs), leaves_of(tangents)
        if [x.shape for x in inner] != [v.shape for v in directions]:
            raise ShapeError(
                f"jvp: tangents of shapes {[tuple(v.shape) for v in directions]} for primals of "
                f"shapes {[tuple(x.shape) for x in inner]}"
            )
        results = (outputs, filled(outputs, pushed(ends, inner, directions)))
        return without(inner, (*results, aux) if has_aux else results)


def pushed(ends: list[Tensor], inner: list[Tensor], directions: list[Tensor]) -> list[Tensor]:
    """Return J v for each output: the vjp, with v, of u -> J^T u."""
    dummies = [zeros_like(y).requires_grad_() for y in ends]
    pulled = _pulled(ends, inner, dummies)
    return _pulled(pulled, dummies, directions)


def jacrev(
    func: Function,
    argnums: int | tuple[int, ...] = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Function:
    """Return a function of the same arguments that returns the Jacobian, a backward pass a row.

    Its shape is the output's followed by the argument's; for several outputs or arguments it is a
    nest of the outputs' form, each entry of the arguments' form. `chunk_size` changes nothing.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.func.jacrev(lambda x: x * x)(tnn.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """

    @wraps(func)
    def jacobian(*args: Any, **keywords: Any) -> Any:
        with enable_grad():
            numbers = _chosen(args, argnums, "jacrev")
            own = [_own(args[number], "jacrev") for number in numbers]
            made = func(*_with(args, numbers, own), **keywords)
            outputs, aux = made if has_aux else (made, None)
            inner = leaves_of(own)

            def rows_of(y: Tensor) -> Any:
                blocks = filled(own, rows(y, inner, lambda unit: _pulled([y], inner, [unit])))
                return blocks[0] if isinstance(argnums, int) else tuple(blocks)

            result = mapped(rows_of, outputs)
            return without(inner, (result, aux) if has_aux else result)

    return jacobian


def rows(
    y: Tensor, inputs: Sequence[Tensor], pull: Callable[[Tensor], Sequence[Tensor]]
) -> list[Tensor]:
    """Return y's Jacobian by each input, of shape y.shape + input.shape: a pull for each row."""
    pulled = []
    for i in range(y.numel()):
        unit = zeros(y.numel(), dtype=y.dtype)
        unit[i] = 1
        pulled.append(pull(unit.reshape(y.shape)))
    shapes = [(*y.shape, *x.shape) for x in inputs]
    if not pulled:
        return [zeros(shape, dtype=x.dtype) for shape, x in zip(shapes, inputs, strict=True)]
    columns = zip(*pulled, strict=True)
    return [stack(list(each)).reshape(shape) for each, shape in zip(columns, shapes, strict=True)]


def jacfwd(
    func: Function,
    argnums: int | tuple[int, ...] = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
) -> Function:
    """Return what `jacrev` does: the Jacobian is the same, and there is no forward mode here."""
    return jacrev(func, argnums, has_aux=has_aux)


def hessian(func: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """Return a function of the same arguments that returns the matrix of second derivatives.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.func.hessian(lambda x: (x**3).sum())(tnn.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)
