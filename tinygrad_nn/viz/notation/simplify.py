"""What is left of an expression when some of its names are known: constants folded, 1 x made x.
Read `latex_of.py` next, which writes the result as LaTeX.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from typing import Any

_MISSING = object()
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    **{ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Is: operator.is_},
    **{ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge},
    **{ast.IsNot: operator.is_not},
}
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt},
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
}
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_COMBINED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    **{ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul},
}
# What changes nothing at the left and at the right of a sign.
_NEUTRAL: dict[type[ast.operator], tuple[int | None, int]] = {
    **{ast.Add: (0, 0), ast.Sub: (None, 0)},
    **{ast.Mult: (1, 1), ast.Div: (None, 1), ast.Pow: (None, 1)},
}


def simplified(
    expression: ast.expr, values: Mapping[str, Any] | None = None, given: Collection[str] = ()
) -> ast.expr:
    """Return the expression with known numbers, texts, bools and None put in, and worked out.

    A bound that is None holds nothing back; `n` and `m`, what a mean divides by, are 1 where
    `reduction` is "sum" or "none". The names in `given` are known not to be None. Other values
    (arrays, tuples) are left as names, and the expression given is not changed.

    Example:
        >>> import ast, tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.notation.rules import rule_expression
        >>> rule = rule_expression(tnn.pow.op, "input")
        >>> ast.unparse(rule), ast.unparse(simplified(rule, {"exponent": 2}))
        ('g * (exponent * input ** (exponent - 1))', 'g * (2 * input)')
    """
    values = dict(values or {})
    if values.get("reduction") in ("sum", "none"):
        values = {"n": 1, "m": 1, **values}
    kinds = (bool, int, float, str, type(None))
    plain = {name: value for name, value in values.items() if isinstance(value, kinds)}
    found: ast.expr = _Simplifier(plain, given).visit(deepcopy(expression))
    return found


def constant(node: ast.AST) -> Any:
    """Return the value of a constant; a special object, equal to nothing, for all else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and is_number(node.operand):
        return -constant(node.operand)
    return node.value if isinstance(node, ast.Constant) else _MISSING


def _written(value: Any) -> ast.expr:
    """Return the expression of a constant; that of -2 is a minus and 2, as Python reads it."""
    if isinstance(value, (int, float)) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def is_number(node: ast.AST) -> bool:
    """Whether this is a number written out."""
    return isinstance(constant(node), (bool, int, float))


class Replaced(ast.NodeTransformer):
    """Puts expressions in the place of names, all at once."""

    def __init__(self, expressions: Mapping[str, ast.expr]) -> None:
        self.expressions = expressions

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return deepcopy(self.expressions.get(node.id, node))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A function keeps its name, also where an argument, such as `max`, is called the same."""
        if not isinstance(node.func, ast.Name):
            node.func = self.visit(node.func)
        node.args = [self.visit(each) for each in node.args]
        node.keywords = [self.visit(each) for each in node.keywords]
        return node


class _Simplifier(Replaced):
    def __init__(self, values: Mapping[str, Any], given: Collection[str]) -> None:
        super().__init__({x: _written(value) for x, value in values.items() if value is not None})
        self.values = values
        self.given = given

    def visit_Call(self, node: ast.Call) -> ast.expr:
        super().visit_Call(node)
        match getattr(node.func, "attr", getattr(node.func, "id", "")), node.args:
            case "zeros_like", _:
                return ast.Constant(0)
            case "isnan", [x]:
                return ast.Compare(x, [ast.NotEq()], [x])
            case "rsqrt", [x]:
                return ast.BinOp(ast.Constant(1), ast.Div(), ast.Call(ast.Name("sqrt"), [x], []))
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.USub) and is_number(node.operand):
            return _written(-constant(node.operand))
        if isinstance(node.op, (ast.Not, ast.Invert)):
            match node.operand:
                case ast.Constant(bool(value)):
                    return ast.Constant(not value)
                case ast.Compare(left, [relation], others) if type(relation) in _OPPOSITES:
                    return ast.Compare(left, [_OPPOSITES[type(relation)]()], others)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        sides = [self._value(each) for each in (node.left, *node.comparators)]
        if isinstance(node.left, ast.Name) and node.left.id in self.given and sides[1] is None:
            return ast.Constant(not isinstance(node.ops[0], ast.Is))
        if None in sides and all(isinstance(compared, _ORDERS) for compared in node.ops):
            return ast.Constant(True)
        if any(side is _MISSING for side in sides):
            return node
        try:
            true = all(
                _COMPARED[type(compared)](left, right)
                for compared, left, right in zip(node.ops, sides, sides[1:], strict=False)
            )
        except (KeyError, TypeError):  # `in`, or an order of a text and a number
            return node
        return ast.Constant(true)

    def _value(self, node: ast.expr) -> Any:
        """Return what a side of a comparison is known to be; a name that is None stays a name."""
        is_none = isinstance(node, ast.Name) and self.values.get(node.id, _MISSING) is None
        return None if is_none else constant(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        ends = isinstance(node.op, ast.Or)  # a true operand ends an `or`, a false one an `and`
        remaining = []
        for each in node.values:
            value = constant(each)
            if value is _MISSING or bool(value) is ends:
                remaining.append(each)
            if value is not _MISSING and bool(value) is ends:
                break
        remaining = remaining or node.values[-1:]
        return remaining[0] if len(remaining) == 1 else ast.BoolOp(node.op, remaining)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        test = constant(node.test)
        return node if test is _MISSING else node.body if test else node.orelse

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left, right, kind = node.left, node.right, type(node.op)
        if is_number(left) and is_number(right) and kind in _COMBINED:
            return _written(_COMBINED[kind](constant(left), constant(right)))
        if isinstance(right, ast.IfExp):  # g (a if c else b) is g a if c else g b
            body, other = (ast.BinOp(left, node.op, each) for each in (right.body, right.orelse))
            return ast.IfExp(right.test, self.visit(body), self.visit(other))
        return _without_trivial(left, right, kind) or _one_fraction(left, right, kind) or node


def _one_fraction(left: ast.expr, right: ast.expr, kind: type[ast.operator]) -> ast.expr | None:
    """Return (a / b) / c as a / (b c), a / (b / c) as a c / b, a (1 / b) as a / b."""
    match left, kind(), right:
        case ast.BinOp(a, ast.Div(), b), ast.Div(), c:
            return ast.BinOp(a, ast.Div(), ast.BinOp(b, ast.Mult(), c))
        case ast.BinOp(ast.BinOp(_, ast.Div(), _) as first, ast.Mult(), c), ast.Div(), d:
            return ast.BinOp(first, ast.Mult(), ast.BinOp(c, ast.Div(), d))
        case a, ast.Mult(), ast.BinOp(one, ast.Div(), b) if constant(one) == 1:
            return ast.Constant(1) if ast.dump(a) == ast.dump(b) else ast.BinOp(a, ast.Div(), b)
        case a, ast.Div(), ast.BinOp(b, ast.Div(), c):
            return ast.BinOp(ast.BinOp(a, ast.Mult(), c), ast.Div(), b)
        case ast.BinOp(one, ast.Div(), b), ast.Mult(), a if constant(one) == 1:
            return ast.BinOp(a, ast.Div(), b)
    return None


def _without_trivial(left: ast.expr, right: ast.expr, kind: type[ast.operator]) -> ast.expr | None:
    """Return what a trivial sum, product, quotient or power is equal to; None if it is not one."""
    first, second = (constant(each) if is_number(each) else _MISSING for each in (left, right))
    if kind is ast.Mult and 0 in (first, second):
        return ast.Constant(0)
    if kind is ast.Pow and second == 0:
        return ast.Constant(1)
    before, after = _NEUTRAL.get(kind, (None, None))
    if second == after:
        return left
    if first == before:
        return right
    for known, other in ((left, right), (right, left)):
        if kind in (ast.BitAnd, ast.BitOr) and isinstance(constant(known), bool):
            return other if constant(known) is (kind is ast.BitAnd) else known
    return None
