"""Arguments that are no tensors, as formulas show them: numbers, words, an einsum's equation.
Read `forward.py` next, which puts them into the formula of an operation.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .symbols import escaped, indexed, number_latex

DIGITS = 4  # of a number in a formula: more hide how it was made


def short_number(value: Any) -> str:
    r"""Return a number in LaTeX, with few digits.

    Example:
        >>> short_number(-6.0), short_number(2 / 3), short_number(1.23456e-7)
        ('-6', '0.6667', '1.235 \\cdot 10^{-7}')
        >>> short_number(1 - 2j)
        '1 - 2 i'
    """
    if isinstance(value, (bool, np.bool_)):
        return rf"\text{{{value}}}"
    if isinstance(value, (int, np.integer)):
        return str(value)
    if isinstance(value, (complex, np.complexfloating)):
        real, imag = short_number(value.real), short_number(value.imag)
        return f"{real} - {imag[1:]} i" if imag.startswith("-") else f"{real} + {imag} i"
    return number_latex(float(f"{float(value):.{DIGITS}g}"))


def arguments_latex(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments that are numbers, words such as "sum" or None, in LaTeX.

    Example:
        >>> arguments_latex({"other": 2.0, "reduction": "sum", "keepdim": True, "bias": None})
        {'other': '2', 'reduction': 'sum', 'bias': 'None'}
    """
    found = {}
    for name, value in attributes.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = short_number(value)
        elif isinstance(value, str) or value is None:
            found[name] = escaped(str(value))
    return found


def rounded(expression: ast.expr) -> ast.expr:
    """Return an expression with few digits in its numbers, for formulas.

    Example:
        >>> ast.unparse(rounded(ast.parse("x / 1.7320508", mode="eval").body))
        'x / 1.732'
    """
    found: ast.expr = _Rounded().visit(ast.parse(ast.unparse(expression), mode="eval").body)
    return found


class _Rounded(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, float):
            return ast.Constant(float(f"{node.value:.{DIGITS}g}"))
        return node


def contraction_latex(equation: str, factors: Sequence[str]) -> str:
    r"""Return the sum of products that an equation stands for, with the factors in this order.

    Example:
        >>> print(contraction_latex("bij,jk->bik", ["X", "W_2"]))
        \sum_{j} X_{b i j} \cdot (W_2)_{j k}
    """
    terms, _, result = equation.partition("->")
    products = [
        indexed(factor, " ".join(term)) if term else factor
        for factor, term in zip(factors, terms.split(","), strict=False)
    ]
    summed = sorted({letter for letter in terms if letter.isalpha()} - set(result))
    over = rf"\sum_{{{' '.join(summed)}}} " if summed else ""
    return over + r" \cdot ".join(products)


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
