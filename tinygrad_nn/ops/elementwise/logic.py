"""Logic, of truth values and bit by bit, and shifted bits: operations without a gradient.
Read `comparison.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...autograd.declaring import as_operator, elementwise, op
from ...autograd.op import Array
from ...autograd.writing import in_place
from .refusals import check_integers

__all__ = [
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
]

bitwise_and = elementwise(
    np.bitwise_and, r"a \land b", "Return a & b: logical for bool, bit by bit for integers."
)
bitwise_or = elementwise(
    np.bitwise_or, r"a \lor b", "Return a | b: logical for bool, bit by bit for integers."
)
bitwise_xor = elementwise(
    np.bitwise_xor, r"a \oplus b", "Return a ^ b: logical for bool, bit by bit for integers."
)
bitwise_not = elementwise(
    *(np.invert, r"\lnot x", "Return ~x: logical for bool, bit by bit for integers."),
    name="bitwise_not",
)


@op(r"a \cdot 2^{b}", elementwise=True)
def bitwise_left_shift(input: Array, other: Array) -> Array:
    """Return the bits of an integer moved `other` places up, as `<<` does; each may be a number.

    Raises:
        DTypeError: floats and bool.
    """
    check_integers("bitwise_left_shift", input, other)
    return np.left_shift(input, other)


@op(r"\lfloor a \cdot 2^{-b} \rfloor", elementwise=True)
def bitwise_right_shift(input: Array, other: Array) -> Array:
    """Return the bits of an integer moved `other` places down, as `>>` does; each may be a number.

    Raises:
        DTypeError: floats and bool.
    """
    check_integers("bitwise_right_shift", input, other)
    return np.right_shift(input, other)


logical_not = elementwise(
    np.logical_not, r"x = 0", "Return whether each element is 0 or False, as bool."
)
logical_and = elementwise(
    *(np.logical_and, r"a \ne 0 \land b \ne 0"),
    "Return whether neither element is 0 or False, as bool.",
)
logical_or = elementwise(
    *(np.logical_or, r"a \ne 0 \lor b \ne 0"),
    "Return whether one of both elements is not 0 or False, as bool.",
)
logical_xor = elementwise(
    *(np.logical_xor, r"[a \ne 0] \oplus [b \ne 0]"),
    "Return whether just one of both elements is 0 or False, as bool.",
)


class LogicMethods:
    """The logical operators of a Tensor, and these operations as methods."""

    __slots__ = ()

    __invert__ = bitwise_not
    __and__ = __rand__ = as_operator(bitwise_and)
    __or__ = __ror__ = as_operator(bitwise_or)
    __xor__ = __rxor__ = as_operator(bitwise_xor)
    __lshift__, __rshift__ = as_operator(bitwise_left_shift), as_operator(bitwise_right_shift)

    def __rlshift__(self, other: Any) -> Any:
        return as_operator(bitwise_left_shift)(other, self)

    def __rrshift__(self, other: Any) -> Any:
        return as_operator(bitwise_right_shift)(other, self)

    __iand__, __ior__, __ixor__ = map(in_place, (__and__, __or__, __xor__))
    __ilshift__, __irshift__ = map(in_place, (__lshift__, __rshift__))

    bitwise_and, bitwise_or, bitwise_xor = bitwise_and, bitwise_or, bitwise_xor
    bitwise_not, logical_not = bitwise_not, logical_not
    bitwise_left_shift, bitwise_right_shift = bitwise_left_shift, bitwise_right_shift
    logical_and, logical_or, logical_xor = logical_and, logical_or, logical_xor
    bitwise_and_, bitwise_or_, bitwise_xor_ = map(in_place, (bitwise_and, bitwise_or, bitwise_xor))
    bitwise_not_, logical_not_ = in_place(bitwise_not), in_place(logical_not)
    bitwise_left_shift_ = in_place(bitwise_left_shift)
    bitwise_right_shift_ = in_place(bitwise_right_shift)
    logical_and_, logical_or_, logical_xor_ = map(in_place, (logical_and, logical_or, logical_xor))
