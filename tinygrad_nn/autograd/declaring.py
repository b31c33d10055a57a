"""`@op` and `elementwise`: how an operation is declared, and given its gradient rules.
Read `engine.py` next, which runs the rules; `../ops/elementwise/` is a page of calculus.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from keyword import iskeyword
from types import FunctionType
from typing import Any, ParamSpec, cast

from ..arrays.arguments import REQUIRED
from .op import Op, Operation, registry
from .parameters import Parameter, parameters_of
from .recorder import write

P = ParamSpec("P")


def op(
    latex: str,
    *,
    name: str | None = None,
    public: str | None = None,
    returns: str = "y",
    keeps: str = "",
    elementwise: bool = False,
    view: bool = False,
    keeps_halves: bool = False,
) -> Callable[[Callable[P, Any]], Operation[P]]:
    """Make the decorated NumPy function a differentiable operation and register it.

    Args:
        latex: the formula that graphs and the formula sheet show.
        name: in the registry, if it is not the function's own.
        public: what users call it, if that is not its name in the registry.
        returns: the outputs' names, if there are several: "values, indices"; those that hold
            integers get no gradient. "*parts" is a list of them, as long as forward makes it.
        keeps: names for what forward returns besides, for the rules only: "mask".
        elementwise: an element of the output depends on one of each operand only. The operands may
            then be numbers, and of mixed dtypes, which meet by PyTorch's rules.
        view: the output shares its first operand's memory, or may.
        keeps_halves: forward is given bfloat16 as it is, to move or to refuse it; any other is
            given float32 in its place, and what it makes is rounded.

    A parameter annotated Array (or with neither annotation nor default) takes a tensor, FloatArray
    one whose integers become floats, Data one that gets no gradient, Arrays a list of tensors.
    Dim, Dims, Shape, Dtype, Number and bool are checked, and made one form of, before forward sees
    them.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.autograd import op, registry
        >>> @op(r"x^3", elementwise=True)
        ... def cube(x):
        ...     return x * x * x
        >>> _ = cube.vjp(x=lambda g, x: g * 3 * x * x)
        >>> x = tnn.tensor(2.0, requires_grad=True)
        >>> cube(x).backward(); x.grad
        tensor(12.)
        >>> del registry["cube"]
    """

    def decorate(forward: Callable[P, Any]) -> Operation[P]:
        own = name or forward.__name__
        operation = Op(
            forward,
            latex,
            own,
            parameters_of(forward),
            public=public or own,
            returns=returns,
            keeps=keeps,
            elementwise=elementwise,
            view=view,
            keeps_halves=keeps_halves,
        )
        return _declare(operation, forward.__doc__, forward.__module__)

    return decorate


def elementwise(
    ufunc: Any,
    latex: str,
    doc: str,
    *,
    of: str = "Array",
    name: str | None = None,
    takes_exact_numbers: bool = False,
) -> Operation[Any]:
    """Make a ufunc of NumPy's an operation; `of` "FloatArray" has integers become floats first.

    Its operands are `input`, and `other` if it takes two, PyTorch's names. If it
    `takes_exact_numbers`, those beside float16 are not rounded to it, and may pass 65,504.
    """
    names = ("input", "other")[: ufunc.nin]
    parameters = tuple(Parameter(each, of, REQUIRED, False) for each in names)
    own = name or ufunc.__name__
    operation = Op(
        *(ufunc, latex, own, parameters),
        public=own,
        elementwise=True,
        takes_exact_numbers=takes_exact_numbers,
    )
    return _declare(operation, doc, inspect.currentframe().f_back.f_globals["__name__"])  # type: ignore[union-attr]


def _declare(operation: Op, doc: str | None, module: str) -> Any:
    """Register the operation and return the function that users call."""
    for each in (operation.name, operation.public, *operation.returns, *operation.keeps):
        if not each.isidentifier() or iskeyword(each):
            raise ValueError(
                f"@op: {each!r} cannot be the name of an operation, or of what it returns or "
                "keeps; names are as Python has them, such as softmax_rows"
            )
    if operation.name in registry:
        raise ValueError(f"an operation named {operation.name!r} is registered already")
    registry[operation.name] = operation

    def write_and_pull(*given: Any) -> Any:
        write(operation)
        return operation.pull(*given)

    call = cast(Any, _unwritten_function(operation, operation.public))
    call.__doc__, call.__module__ = doc, module
    call.__signature__ = _signature(operation)
    call.op = operation
    operation.call, operation.pull = call, write_and_pull

    def unwrite() -> None:
        call.__code__, operation.pull = unwritten.__code__, write_and_pull
        for other in (operation.operator, *operation.aliases):
            if other is not None:
                cast(Any, other).__code__ = unwritten.__code__

    def vjp(**rules: Callable[..., Any]) -> Any:
        read = tuple(operation.read_rule((operand,), rule) for operand, rule in rules.items())
        operation.set_rules(operation.rules + read)
        return call

    def backward(rule: Callable[..., Any]) -> Callable[..., Any]:
        operands = tuple(p.name for p in operation.signature if "Array" in p.annotation)
        operation.set_rules((operation.read_rule(operands, rule),), is_joint=True)
        return rule

    def composite(function: Callable[..., Any]) -> Any:
        operation.composite = function
        return call

    call.vjp, call.backward, call.composite = vjp, backward, composite
    operation.unwrite = unwrite
    return call


def unwritten(*given: Any, **keywords: Any) -> Any:
    """The code of every operation until its first call, which writes its own in this place."""
    return write_and_call(*given, **keywords)  # type: ignore[name-defined]  # noqa: F821


def as_operator(operation: Operation[Any]) -> Any:
    """Return the operation as an operator: `NotImplemented` where the other one is no operand.

    Python then asks the other one's class, or raises `TypeError`.
    """
    op = operation.op
    if op.operator is None:
        op.operator = _unwritten_function(op, op.public)
        op.operator.__doc__ = operation.__doc__
        op.unwrite()
    return op.operator


def alias(operation: Operation[Any], name: str) -> Operation[Any]:
    """Return the operation under another of PyTorch's names, which its errors say."""
    op = operation.op
    function = cast(Any, _unwritten_function(op, name))
    function.__doc__, function.__module__ = operation.__doc__, operation.__module__
    function.__dict__.update(operation.__dict__)
    op.aliases.append(function)
    op.unwrite()
    return function


def _unwritten_function(operation: Op, name: str) -> FunctionType:
    """Return a function with globals of its own, which writes its code when it is first called."""

    def write_and_call(*given: Any, **keywords: Any) -> Any:
        write(operation)
        return function(*given, **keywords)

    scope = {"__builtins__": __builtins__, "__name__": __name__, "write_and_call": write_and_call}
    function = FunctionType(unwritten.__code__, scope, name)
    function.__qualname__ = name
    return function


def _signature(operation: Op) -> inspect.Signature:
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return inspect.Signature(
        [
            inspect.Parameter(
                p.name,
                kinds[p.keyword_only],
                default=inspect.Parameter.empty if p.default is REQUIRED else p.default,
            )
            for p in operation.signature
        ]
    )
