"""The Python expression of a gradient rule, from its source: a rule reads like the formula.
Read `simplify.py` next, then `latex_of.py`, which writes the expression as LaTeX.
"""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import lru_cache
from types import FunctionType
from typing import Any

from .arguments import contraction_rule
from .forward import letters
from .simplify import Replaced, simplified

_DEFINED = re.compile(
    r"(\w+(?:\([^)]*\)|\[[^\]]*\])?) = (.+?)(?=,(?: and)? [^\s,]+(?: j\])? = |[.;:,] [A-Za-z]|\.?$)"
)


def rule_expression(op: Any, operand: str) -> ast.expr | None:
    """Return the expression of the gradient rule of `operand`, None where there is none to read.

    Of a lambda it is the body, found in its file or notebook cell; of a named function the formula
    that its docstring begins with, up to ": " or the end of the sentence. A rule or a helper that
    is called by name is written out, if its docstring begins with a formula too.

    Example:
        >>> import ast, tinygrad_nn as tnn
        >>> ast.unparse(rule_expression(tnn.mul.op, "input"))
        'g * other'
        >>> ast.unparse(rule_expression(tnn.matmul.op, "other"))
        'input.T @ g'
    """
    for rule in getattr(op, "rules", ()):
        if operand in rule.operands:
            found = _of_function(op, rule.formula)
            if len(rule.operands) == 1 or found is None:
                return found
            parts = found.elts if isinstance(found, ast.Tuple) else []
            return dict(zip(rule.operands, parts, strict=False)).get(operand)
    return None


def rule_of_step(
    step: Any, parameter: str, known: Mapping[str, Any] | None = None
) -> ast.expr | None:
    """Return the rule of an operand, `operands[1]` too, simplified by all that the call was given.

    `known` may say more: what a mean divides by. None where there is no rule to read.
    """
    name, _, place = parameter.partition("[")
    if place and "equation" in step.attributes:
        rule: ast.expr | None = contraction_rule(step.attributes["equation"], parameter)
    else:
        rule = rule_expression(step.op, name)
    if rule is None:
        return None
    given = {operand.parameter for operand in step.operands}
    absent = {each: None for each in step.op.parameters if each not in given}
    return simplified(rule, {**absent, **step.attributes, **(known or {})})


def _of_function(op: Any, formula: Callable[..., Any]) -> ast.expr | None:
    if not isinstance(formula, FunctionType):
        return None
    if formula.__name__ != "<lambda>":  # its docstring may call operands by their letters
        found = _documented(formula, {"g", *(f"g_{name}" for name in op.returns)})
        own = {"g", *op.parameters, *op.returns}
        named = {letter.lower(): name for name, letter in letters(op).items()}
        names = {x: ast.Name(name, ast.Load()) for x, name in named.items() if x not in own}
        return found and Replaced(names).visit(found)
    body = _lambda_body(formula)
    return None if body is None else _WrittenOut(formula.__globals__).visit(deepcopy(body))


# --- the formula in a docstring -------------------------------------------------------------------


def _documented(function: FunctionType, needed: set[str]) -> ast.expr | None:
    """Return what the docstring begins with, if that is an expression that names one of `needed`.

    A gradient is linear in g, so that a rule without g would be a word that looks like a formula.
    """
    first_line, _, _ = (function.__doc__ or "").strip().partition("\n")
    formula = first_line.partition(": ")[0].partition(". ")[0].strip().removesuffix(".")
    found = _parsed(formula)
    return found if found and needed & names_in(found) else None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):  # it is in words; ValueError: a null byte, on Python 3.11
        return None


def definitions(op: Any, operand: str) -> list[tuple[ast.expr, ast.expr]]:
    """Return what the docstring of a rule says of names that its formula has: h = g * weight."""
    formulas = [rule.formula for rule in op.rules if operand in rule.operands]
    words = " ".join((getattr(formulas[0], "__doc__", None) or "").split()) if formulas else ""
    found = _DEFINED.findall(words.partition(": ")[2])
    sides = [(_parsed(left), _parsed(right)) for left, right in found]
    return [(left, right) for left, right in sides if left and right]


class _WrittenOut(ast.NodeTransformer):
    """Puts a function's formula in the place of a call of it, with the arguments that it gets."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A number that the module calls _LIKE_THIS is what its assignment says: 2 / sqrt(pi)."""
        if node.id.strip("_").isupper() and isinstance(self.known.get(node.id), float):
            source = "".join(linecache.getlines(self.known.get("__file__") or ""))
            return deepcopy(_assigned(source).get(node.id, node))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = self.known.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if not isinstance(function, FunctionType) or node.keywords:
            return node
        code = function.__code__
        parameters = code.co_varnames[: code.co_argcount]
        formula = _documented(function, set(parameters))
        if formula is None or len(node.args) != len(parameters):
            return node
        arguments = dict(zip(parameters, node.args, strict=True))
        return Replaced(arguments).visit(formula)


def names_in(expression: ast.expr) -> set[str]:
    """Return the names in an expression."""
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


# --- the body of a lambda -------------------------------------------------------------------------


def _lambda_body(formula: FunctionType) -> ast.expr | None:
    """Return the body of the lambda that this code was compiled from."""
    code = formula.__code__
    source = "".join(linecache.getlines(code.co_filename, formula.__globals__))
    parameters = list(code.co_varnames[: code.co_argcount])
    found = [
        each.body
        for each in _lambdas(source)
        if each.lineno == code.co_firstlineno and [a.arg for a in each.args.args] == parameters
    ]
    starts = [
        (at, column) for at, _, column, end in code.co_positions() if end and column is not None
    ]
    if starts:  # where the instructions come from; a prologue ends at column 0
        found = [body for body in found if (body.lineno, body.col_offset) == min(starts)]
    # Without columns (`python -X no_debug_ranges`) only where all on the line say the same.
    return found[0] if len({ast.dump(body) for body in found}) == 1 else None


@lru_cache(maxsize=64)
def _lambdas(source: str) -> tuple[ast.Lambda, ...]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # the file was changed since, or is no Python
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Lambda))


@lru_cache(maxsize=64)
def _assigned(source: str) -> dict[str, ast.expr]:
    """Return what a module assigns to its names."""
    lines = ast.parse(source).body
    return {
        line.targets[0].id: line.value
        for line in lines
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
    }
