"""What a function says of arguments that it cannot take: its own name, the argument, the value.
Read `promotion.py` next, where elementwise operations say what does not fit together.
"""

from __future__ import annotations

import inspect
import opcode
import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from operator import index
from typing import Any, TypeVar

import numpy as np

from ..errors import DataError, DimensionError, DTypeError, RangeError, ShapeError

Function = TypeVar("Function", bound=Callable[..., Any])

OURS: dict[type[Exception], type[Exception]] = {  # of what Python and NumPy raise
    AttributeError: DTypeError,
    IndexError: DimensionError,
    OverflowError: RangeError,
    TypeError: DTypeError,
    ValueError: ShapeError,
    ZeroDivisionError: ShapeError,
}
CALLED_BY_CONSTRUCTORS = ("empty", "requires_grad_", "Optimizer")
# An annotation: what is said of it, and whether a value is one.
KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "Tensor": ("a Tensor", lambda value: hasattr(value, "array")),
    "Generator": ("a tnn.Generator", lambda value: hasattr(value, "get_state")),
    "int": ("an int", lambda value: _is_int(value)),
    "float": ("a number", lambda value: isinstance(value, (int, float, np.generic))),
    "bool": ("True or False", lambda value: isinstance(value, bool)),
}


def _is_int(value: Any) -> bool:
    try:
        index(value)
    except TypeError:
        return False
    return True


def shown(value: Any) -> str:
    """Return a value in a few words: an array by its dtype and shape, any other cut short."""
    array = getattr(value, "array", value)
    if isinstance(array, np.ndarray):
        what = "a tensor" if array is not value else "an ndarray"
        return f"{what} of {array.dtype} and shape {array.shape}"
    if type(value) is int and value.bit_length() > 200:
        return f"an int of {value.bit_length()} bits"
    return f"{type(value).__name__} {value!r:.60}"


def list_of(name: str, given: Any, what: str = "a list of tensors") -> list[Any]:
    """Return what an iterable of parameters gives; raise `DTypeError` for what is none."""
    try:
        found = list(given)
        if not (hasattr(given, "parameters") and any(hasattr(x, "parameters") for x in found)):
            return found  # else a Sequential, which gives its modules
    except TypeError:
        pass
    raise DTypeError(f"{name} takes {what}, got {shown(given)}{meant_instead(given)}") from None


def meant_instead(given: Any) -> str:
    """Return what was likely meant, where no parameter was given but what leads to some."""
    if hasattr(given, "parameters"):
        return "; pass its .parameters()"
    if callable(given):
        return "; call it, with ()"
    if isinstance(given, Iterator):
        return "; make one list of several: [*a.parameters(), *b.parameters()]"
    return "; pass a model's .parameters(), not its names" if isinstance(given, str) else ""


def tensor_instead(given: Any) -> str:
    """Return how to get a tensor of what is none, such as all that a recurrent layer returns."""
    if isinstance(given, (list, tuple)) and any(hasattr(each, "array") for each in given):
        return "pass one of its elements: the output of a recurrent layer or attention is [0]"
    return "make one with tnn.tensor(...)"


def check_are_tensors(name: str, **given: Any) -> None:
    """Raise `DTypeError` for an argument that is no tensor."""
    for argument, value in given.items():
        if not hasattr(value, "array"):
            raise DTypeError(
                f"{name}() takes a Tensor as {argument}, got {shown(value)}; "
                f"{tensor_instead(value)}"
            )


def refused(name: str, given: Mapping[str, Any], error: Exception) -> Exception:
    """Return what Python or NumPy ran into as an error of ours that names the function.

    One that somebody wrote, with a `raise`, says what it has to say, and is returned as it is.
    """
    kind = next((OURS[each] for each in OURS if isinstance(error, each)), None)
    if kind is None or isinstance(error, np.linalg.LinAlgError) or _is_written(error):
        return error
    values = ", ".join(f"{each} = {shown(value)}" for each, value in given.items())
    return kind(f"{name}() cannot be called with {values}: {error}")


def _is_written(error: Exception) -> bool:
    """Whether an error comes from a `raise` outside of NumPy, not from what C code ran into."""
    trace = error.__traceback__
    if trace is None:
        return True
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    step = opcode.opname[frame.f_code.co_code[trace.tb_lasti]]
    is_numpys = str(frame.f_globals.get("__name__")).startswith("numpy")
    return step in ("RAISE_VARARGS", "RERAISE") and not is_numpys


def refuses(function: Function) -> Function:
    """Have a function name itself, the argument and its value where it cannot take one.

    The arguments are held against the annotations only after something was raised.
    """

    @wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except tuple(OURS) as error:
            wrong = _what_is_wrong(function, args, keywords, error)
            if wrong is error:
                say_as(error, _name_of(function, args), CALLED_BY_CONSTRUCTORS, else_before=True)
                raise
        raise wrong

    return call  # type: ignore[return-value]


def instead_of(*inner: str, name: str | None = None) -> Callable[[Function], Function]:
    """Have a function name itself in the errors of those that it calls, which name themselves."""

    def decorate(function: Function) -> Function:
        own = name or function.__name__

        @wraps(function)
        def call(*args: Any, **keywords: Any) -> Any:
            try:
                return function(*args, **keywords)
            except tuple(OURS) as error:
                say_as(error, own, inner, else_before=False)
                raise

        call.__name__ = call.__qualname__ = own
        return call  # type: ignore[return-value]

    return decorate


def say_as(error: Exception, name: str, inner: tuple[str, ...], else_before: bool) -> None:
    """Have an error of ours name the function that users called, where it names an inner one.

    Where it does not, and names none, the name may go before it.
    """
    if not _is_ours(type(error)):
        return
    said = str(error)
    first = re.match(r"\w+(?=\(\)|: )", said)
    if first is not None and first[0] in inner:
        error.args = (name + said[first.end() :],)
    elif else_before and name not in said and not isinstance(error, DataError):  # names a file
        error.args = (f"{name}(): {said}",)


def _name_of(function: Callable[..., Any], args: Any) -> str:
    """Return what users call a function: a constructor by the class of ours that is made."""
    *_, place, name = ("", *function.__qualname__.split("."))
    if name not in ("__init__", "__new__"):
        return name
    made = args[0] if isinstance(args[0], type) else type(args[0])
    return next((each.__name__ for each in made.__mro__ if _is_ours(each)), place)


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == __name__.partition(".")[0]


def _what_is_wrong(
    function: Callable[..., Any], args: Any, keywords: Any, error: Exception
) -> Exception:
    signature = inspect.signature(function)
    name = _name_of(function, args)
    try:
        given = signature.bind(*args, **keywords).arguments
    except TypeError as wrong:
        return error if _is_written(error) else TypeError(f"{name}(): {wrong}")
    given.pop("self", None)
    for each, value in given.items():
        parameter = signature.parameters[each]
        words = str(parameter.annotation).split(" ")
        if words[0] in KINDS and not (value is None and "None" in words):
            what, is_one = KINDS[words[0]]
            if not is_one(value):
                return DTypeError(f"{name}(): {each} must be {what}, got {shown(value)}")
    return refused(name, given, error)
