"""Comparisons and logic: operations without a gradient, so nothing flows back through them.
Read `reduce.py` next.
"""

from __future__ import annotations

import numpy as np

from ..arrays.dtypes import Array
from ..autograd.record import op


@op(r"a = b", elementwise=True)
def eq(a: Array, b: Array) -> Array:
    """Return a == b element by element, as bool."""
    return np.equal(a, b)


@op(r"a \ne b", elementwise=True)
def ne(a: Array, b: Array) -> Array:
    """Return a != b element by element, as bool."""
    return np.not_equal(a, b)


@op(r"a < b", elementwise=True)
def lt(a: Array, b: Array) -> Array:
    """Return a < b element by element, as bool."""
    return np.less(a, b)


@op(r"a \le b", elementwise=True)
def le(a: Array, b: Array) -> Array:
    """Return a <= b element by element, as bool."""
    return np.less_equal(a, b)


@op(r"a > b", elementwise=True)
def gt(a: Array, b: Array) -> Array:
    """Return a > b element by element, as bool."""
    return np.greater(a, b)


@op(r"a \ge b", elementwise=True)
def ge(a: Array, b: Array) -> Array:
    """Return a >= b element by element, as bool."""
    return np.greater_equal(a, b)


@op(r"a \land b", elementwise=True)
def bitwise_and(a: Array, b: Array) -> Array:
    """Return a & b: logical for bool, bit by bit for integers."""
    return np.bitwise_and(a, b)


@op(r"a \lor b", elementwise=True)
def bitwise_or(a: Array, b: Array) -> Array:
    """Return a | b: logical for bool, bit by bit for integers."""
    return np.bitwise_or(a, b)


@op(r"a \oplus b", elementwise=True)
def bitwise_xor(a: Array, b: Array) -> Array:
    """Return a ^ b: logical for bool, bit by bit for integers."""
    return np.bitwise_xor(a, b)


@op(r"\lnot x", elementwise=True)
def bitwise_not(x: Array) -> Array:
    """Return ~x: logical for bool, bit by bit for integers."""
    return np.invert(x)


@op(r"x \text{ is nan}", elementwise=True)
def isnan(x: Array) -> Array:
    """Return whether each element is nan, as bool."""
    return np.isnan(x)
