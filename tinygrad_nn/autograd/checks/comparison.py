"""What `compare` returns: gradients by hand, by autograd and by differences, and what is wrong.
Read `comparison_table.py` next, which shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .comparison_table import as_html, as_text
from .numeric import constant_ratio

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ComparisonRow:
    """One gradient: what was found and how far it is apart.

    `by_hand` is as it was given; `fitted` is the same in the gradient's shape, nan where it does
    not fit. `numeric` is nan where no difference was taken; `kinks` counts the entries where one
    was tried at a kink. `hand_difference` and `numeric_difference` are relative, and to autograd;
    the latter is nan without differences.
    """

    name: str
    by_hand: Array
    fitted: Array
    autograd: Array
    numeric: Array
    kinks: int
    hand_difference: float
    numeric_difference: float
    tolerance: float
    numeric_tolerance: float

    @property
    def ok(self) -> bool:
        """Whether by hand, autograd and differences are the same."""
        same_shape = self.by_hand.shape == self.autograd.shape
        return same_shape and self._values_ok and self._numeric_ok

    @property
    def _values_ok(self) -> bool:
        return self.hand_difference <= self.tolerance

    @property
    def _numeric_ok(self) -> bool:
        return not self.numeric_difference > self.numeric_tolerance

    @property
    def entries(self) -> int:
        """How many entries were held against differences."""
        return int(np.count_nonzero(~np.isnan(self.numeric)))

    @property
    @np.errstate(all="ignore")
    def worst(self) -> tuple[int, ...]:
        """The index of the entry furthest off: by hand if that is wrong, else by differences."""
        off = abs(self.numeric - self.autograd)
        if not self._values_ok or np.isnan(off).all():
            off = abs(self.fitted - self.autograd)
            position = np.argmax(off)  # a nan if there is one
        else:
            position = np.nanargmax(off)
        return tuple(int(each) for each in np.unravel_index(position, self.autograd.shape))

    @property
    @np.errstate(all="ignore")
    def remark(self) -> str:
        """What is wrong, in a sentence; nothing where all is right."""
        remarks = []
        if self.by_hand.shape != self.autograd.shape:
            remarks.append(self._of_the_shape())
        elif not self._values_ok:
            remarks.append(self._of_the_values())
        if not self._numeric_ok:
            remarks.append(
                "differences of the loss do not agree with autograd: was part of the loss cut from "
                "the graph, by .detach(), .data or NumPy?"
            )
        if self.kinks:
            remarks.append(
                f"no difference at {self.kinks:,} of {self.autograd.size:,} entries: the loss has "
                "a kink there, or is not finite"
            )
        return "; ".join(remarks)

    def _of_the_shape(self) -> str:
        hand, autograd = self.by_hand, self.autograd
        shapes = f"by hand has shape {hand.shape}, the gradient {autograd.shape}"
        if self._values_ok:
            return f"{shapes}; the values are right"
        if hand.size > 1:
            return shapes
        if abs(hand.item() - autograd.sum()) <= 1e-9 * abs(autograd).sum():
            return f"{shapes}: it is the sum of all entries; sum over the examples only"
        return f"{shapes}: one number where {autograd.size:,} are wanted"

    def _of_the_values(self) -> str:
        hand, autograd = self.by_hand, self.autograd
        if not np.isfinite(hand).all():
            return f"by hand is not finite at {np.count_nonzero(~np.isfinite(hand)):,} entries"
        ratio = constant_ratio(hand, autograd)
        if ratio is not None:
            return f"by hand is {ratio:.6g} times autograd at every entry"
        allowed = self.tolerance * max(abs(hand).max(), abs(autograd).max())
        if hand.shape == hand.T.shape and (abs(hand.T - autograd) <= allowed).all():
            return "by hand is the transpose of the gradient"
        off = np.count_nonzero(~(abs(hand - autograd) <= allowed))
        return f"by hand is off at {off:,} of {hand.size:,} entries"


@dataclass(frozen=True, eq=False)
class Comparison:
    """The rows of a comparison: printed as a table, in a notebook with small gradients in full.

    `ok` says whether all are right; iterating gives the rows.
    """

    rows: tuple[ComparisonRow, ...]

    @property
    def ok(self) -> bool:
        """Whether every row is right."""
        return all(row.ok for row in self.rows)

    def __iter__(self) -> Iterator[ComparisonRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return as_text(self.rows)

    def _repr_html_(self) -> str:
        return as_html(self.rows)
