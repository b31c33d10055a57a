"""Arguments that are no tensors, as formulas show them: numbers with few digits, words as they are.
Read `forward.py` next, which puts them into the formula of an operation.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from .symbols import escaped, number_latex

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
