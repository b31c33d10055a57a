"""A formula as a row of tensors with signs between them, as it stands on a blackboard: X · Wᵀ + b.
Read `panel.py` next, which writes such a row; `tables.js` lights what a cell of its result is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

SIGNS = {None: "·", r"\cdot": "·", r"\odot": "⊙", "+": "+", "-": "−"}


class Place(NamedTuple):
    """A tensor in such a row: the sign that stands before it, its symbol, whether it is turned."""

    sign: str
    symbol: str
    transposed: bool


def places_of(latex: str, symbols: Iterable[str]) -> list[Place]:
    r"""Return the row that a formula is; nothing if it is no such row, or one of a single tensor.

    Example:
        >>> for place in places_of(r"X W^{T} + b", ["X", "W", "b"]):
        ...     print(*place)
         X False
        · W True
        + b False
        >>> places_of(r"\max(X, 0)", ["X"])
        []
    """
    known = "|".join(re.escape(each) for each in sorted(symbols, key=len, reverse=True))
    place = re.compile(
        rf"\s*(?P<sign>\\odot|\\cdot|\+|-)?\s*(?:\\left\((?P<within>{known})\\right\)"
        rf"|(?P<bare>{known}))(?P<turned>\^{{T}})?(?![\w^{{(])"
    )
    found: list[Place] = []
    at = 0
    while at < len(latex):
        match = place.match(latex, at)
        if match is None:
            return []
        sign = SIGNS[match["sign"]] if found or match["sign"] else ""
        found.append(Place(sign, match["within"] or match["bare"], match["turned"] is not None))
        at = match.end()
    return found if len(found) > 1 else []
