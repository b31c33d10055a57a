"""Calls in the order of arguments that PyTorch had first, and still takes: `add_(-lr, gradient)`.
Read `written_call.py` next, where a function finds that it was called so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays.kinds import is_number
from ..arrays.refusing import shown
from ..errors import DTypeError

# Where numbers (n) may stand among the tensors (t): `addmm(beta, input, alpha, mat1, mat2)`.
ORDERS = {
    ("alpha",): ("tnt",),
    ("value",): ("tntt",),
    ("beta", "alpha"): ("ntntt", "nttt", "tnntt", "tntt"),  # as a function, as a method
}


def in_older_order(
    call: Callable[..., Any], given: tuple[Any, ...], scalars: dict[str, Any], others: Any
) -> Any:
    """Call an operation whose scalars came by place, before its tensors.

    Raises:
        DTypeError: more arguments than there are, in an order that PyTorch never had.
    """
    order = "".join("n" if is_number(each) else "t" for each in given)
    if order not in ORDERS.get(tuple(scalars), ()) or any(each != 1 for each in scalars.values()):
        raise DTypeError(
            f"{call.__name__}() takes its tensors by place and {' and '.join(scalars)} by name, "
            f"got {len(given)} arguments: {', '.join(map(shown, given))}"
        )
    numbers = [each for each in given if is_number(each)]
    tensors = [each for each in given if not is_number(each)]
    return call(*tensors, **dict(zip(scalars, numbers, strict=False)), **others)
