"""Comparisons and logic: operations without a gradient, so nothing flows back through them.
Read `../reduction/` next.
"""

from __future__ import annotations

import numpy as np

from ...autograd.declaring import as_operator, elementwise
from ...autograd.writing import in_place

__all__ = [
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "eq",
    "ge",
    "gt",
    "isnan",
    "le",
    "logical_not",
    "lt",
    "ne",
]

eq = elementwise(np.equal, r"a = b", "Return input == other, as bool.", name="eq")
ne = elementwise(np.not_equal, r"a \ne b", "Return input != other, as bool.", name="ne")
lt = elementwise(np.less, r"a < b", "Return input < other, as bool.", of="RealArray", name="lt")
le = elementwise(
    np.less_equal, r"a \le b", "Return input <= other, as bool.", of="RealArray", name="le"
)
gt = elementwise(np.greater, r"a > b", "Return input > other, as bool.", of="RealArray", name="gt")
ge = elementwise(
    np.greater_equal, r"a \ge b", "Return input >= other, as bool.", of="RealArray", name="ge"
)
isnan = elementwise(np.isnan, r"x \text{ is nan}", "Return whether each element is nan, as bool.")

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
logical_not = elementwise(
    np.logical_not, r"x = 0", "Return whether each element is 0 or False, as bool."
)


class ComparisonMethods:
    """The comparing operators of a Tensor, and these operations as methods."""

    __slots__ = ()

    __eq__, __ne__ = as_operator(eq), as_operator(ne)
    __lt__, __le__, __gt__, __ge__ = map(as_operator, (lt, le, gt, ge))
    __invert__ = bitwise_not
    __and__ = __rand__ = as_operator(bitwise_and)
    __or__ = __ror__ = as_operator(bitwise_or)
    __xor__ = __rxor__ = as_operator(bitwise_xor)
    __hash__ = object.__hash__

    eq, ne, lt, le, gt, ge, isnan = eq, ne, lt, le, gt, ge, isnan
    bitwise_and, bitwise_or, bitwise_xor = bitwise_and, bitwise_or, bitwise_xor
    bitwise_not, logical_not = bitwise_not, logical_not
    __iand__, __ior__, __ixor__ = map(in_place, (__and__, __or__, __xor__))
