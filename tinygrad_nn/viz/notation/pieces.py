"""Formulas made of smaller ones, with the brackets and product signs that they need.
Read `forward.py` next, which puts names and numbers into the formula of an operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from .symbols import NUMBER, Level, bracketed


class Piece(NamedTuple):
    """A formula on its way to become part of a larger one."""

    latex: str
    level: Level = Level.ATOM
    is_scalar: bool = False  # a number, or n, m or a Greek letter, which stand for one

    def at_least(self, level: Level) -> str:
        """Return the LaTeX, in brackets if it holds together less than that."""
        return self.latex if self.level >= level else bracketed(self.latex)


def choice(rows: Iterable[tuple[str, str]]) -> Piece:
    """Return the formula of several cases: each a value and its condition, "" for all others."""
    written = [
        rf"{value} & \text{{if }} {condition}" if condition else rf"{value} & \text{{else}}"
        for value, condition in rows
    ]
    return Piece(r"\begin{cases} " + r" \\ ".join(written) + r" \end{cases}", Level.CHOICE)


def function(name: str, *arguments: str) -> Piece:
    """Return a function, by its LaTeX name, of arguments in brackets."""
    return Piece(name + bracketed(", ".join(arguments)))


def product(factors: Sequence[Piece], after_sign: bool = False) -> Piece:
    r"""Return a product: of arrays with a sign for "element by element", of numbers with a dot.

    Example:
        >>> two, x = Piece("2", is_scalar=True), Piece("x")
        >>> print(product([two, x, x, Piece("y")]).latex)
        2 x^{2} \odot y
    """
    factors = _with_squares(factors)
    written = []
    for i, piece in enumerate(factors):
        is_last = i == len(factors) - 1
        if i > 0 or after_sign or not NUMBER.fullmatch(piece.latex):
            latex = piece.at_least(Level.PREFIX if is_last else Level.POWER)
            piece = piece._replace(latex=latex)
        written.append(piece)
    latex = written[0].latex
    for left, right in pairwise(written):
        latex += _sign_between(left, right) + right.latex
    return Piece(latex, Level.PRODUCT, all(piece.is_scalar for piece in written))


def _with_squares(factors: Sequence[Piece]) -> list[Piece]:
    """Return the factors with x^2 for x x."""
    found: list[Piece] = []
    for piece, equal in groupby(factors):
        times = len(list(equal))
        if times == 1 or piece.is_scalar or piece.level < Level.ATOM:
            found += [piece] * times
        else:
            found.append(Piece(f"{piece.latex}^{{{times}}}", Level.POWER))
    return found


def _sign_between(left: Piece, right: Piece) -> str:
    if not (left.is_scalar or right.is_scalar):
        return r" \odot "
    if right.latex[0].isdigit() or right.latex.startswith(("-", ".", "(-", r"\frac")):
        return r" \cdot "
    return r" \, " if right.latex.startswith(("(", "[", r"\left(")) else " "
