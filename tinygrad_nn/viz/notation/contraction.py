"""The formula of an einsum, from its equation: the sum over the letters that are not in the result.
Read `forward.py` next, which asks for it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from .symbols import Level, bracketed, level_of

LETTERS = "ABCDEFGHJK"  # of operands without a name


def contraction_latex(equation: str, factors: Sequence[str]) -> str:
    r"""Return the sum of products that an equation stands for, with the factors in this order.

    Example:
        >>> print(contraction_latex("bij,jk->bik", ["X", "W_2"]))
        \sum_{j} X_{b i j} \cdot (W_2)_{j k}
    """
    terms, _, result = equation.partition("->")
    products = [
        _indexed(factor, term) for factor, term in zip(factors, terms.split(","), strict=False)
    ]
    summed = sorted({letter for letter in terms if letter.isalpha()} - set(result))
    over = rf"\sum_{{{' '.join(summed)}}} " if summed else ""
    return over + r" \cdot ".join(products)


def operands_latex(equation: str, names: Mapping[str, str]) -> list[str]:
    """Return what to call each operand of an equation: its name, or a letter."""
    count = equation.partition("->")[0].count(",") + 1
    return [names.get(f"operands[{i}]", LETTERS[i % len(LETTERS)]) for i in range(count)]


def contraction_rule(equation: str, parameter: str) -> ast.expr:
    """Return the gradient of one operand as an einsum of g and of the other operands.

    Example:
        >>> ast.unparse(contraction_rule("bij,jk->bik", "operands[1]"))
        "einsum('bik,bij->jk', g, operands_0)"
    """
    terms, _, result = equation.partition("->")
    each = dict(enumerate(terms.split(",")))
    own = each.pop(int(parameter.removeprefix("operands[").removesuffix("]")))
    pulled = f"{','.join([result, *each.values()])}->{own}"
    factors = ["g", *map("operands_{}".format, each)]
    arguments: list[ast.expr] = [ast.Constant(pulled), *map(ast.Name, factors)]
    return ast.Call(ast.Name("einsum"), arguments, [])


def as_identifier(parameter: str) -> str:
    """Return what formulas call an operand of a list: operands_0 for operands[0]."""
    return parameter.replace("[", "_").removesuffix("]")


def _indexed(factor: str, letters: str) -> str:
    if not letters:
        return factor
    is_plain = level_of(factor) == Level.ATOM and "_" not in factor
    return f"{factor if is_plain else bracketed(factor)}_{{{' '.join(letters)}}}"
