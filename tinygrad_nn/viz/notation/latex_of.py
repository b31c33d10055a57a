"""LaTeX of a Python expression, such as that of a gradient rule.
Read `calls.py` next, for the functions in it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from itertools import groupby

from .calls import written_call
from .simplify import constant, is_number, simplified
from .symbols import (
    GREEK,
    NUMBER,
    Level,
    Piece,
    bracketed,
    choice,
    escaped,
    function,
    indexed,
    known,
    level_of,
    named,
    number_latex,
    product,
    symbol,
)

COUNTS = ("n", "m")  # what a mean divides by
_NUMBERS = {"pi": r"\pi", "e": "e", "inf": r"\infty", "nan": r"\text{nan}"}  # of a module
LETTERS_OF_NUMBERS = {f"\\{name}" for name in GREEK}
_RELATIONS: dict[type[ast.cmpop], str] = {
    **{ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "="},
    **{ast.NotEq: r"\ne", ast.In: r"\in", ast.NotIn: r"\notin"},
    **{ast.Is: r"\text{ is }", ast.IsNot: r"\text{ is not }"},
}


def expression_latex(
    expression: ast.expr, names: Mapping[str, str] | None = None, numbers: Collection[str] = ()
) -> str:
    r"""Return the LaTeX of an expression, with that in `names` in the place of its names.

    `names` may hold numbers, and "None" for what is None; names that it does not hold are written
    as `symbol` does. `numbers` are names that stand for one number each. Conditions are Iverson
    brackets, what changes a shape only for broadcasting is left out, and what is not known is shown
    as its source.

    Example:
        >>> import ast, tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.notation.rules import rule_expression
        >>> rule = rule_expression(tnn.relu.op, "input")
        >>> print(expression_latex(rule, {"g": r"\bar y"}))
        \bar y \odot [y > 0]
        >>> print(expression_latex(rule_expression(tnn.mul.op, "input"), {"g": "3", "other": "-2"}))
        3 \cdot (-2)
    """
    names = names or {}
    values: dict[str, str | None] = {name: None for name, latex in names.items() if latex == "None"}
    values["reduction"] = names.get("reduction", "mean")
    given = known(names)
    writer, shown = Writer(given, numbers), simplified(expression, values, given)
    if isinstance(shown, ast.Call):
        return written_call(writer, shown, is_root=True).latex
    return writer.write(shown).latex


class Writer:
    """Writes an expression; each method returns a piece of LaTeX and how it holds together."""

    def __init__(self, names: Mapping[str, str], numbers: Collection[str] = ()) -> None:
        self.names = names
        self.numbers = {*COUNTS, *numbers}

    def write(self, node: ast.expr) -> Piece:
        if is_number(node):
            return _constant(constant(node))
        if is_condition(node):
            return Piece(f"[{self.condition(node)}]")
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Constant(value=value):
                return _constant(value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                piece = self.write(operand)
                return Piece(f"-{piece.at_least(Level.PRODUCT)}", Level.SUM, piece.is_scalar)
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return Piece(rf"\lnot {self.write(operand).at_least(Level.POWER)}", Level.PREFIX)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._sum(node)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._product(node)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return self._matrix_product(left, right)
            case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                return self._power(base, exponent)
            case ast.IfExp(test=test, body=body, orelse=other):
                return choice(self.write(body), self.condition(test), self.write(other))
            case ast.BoolOp(op=ast.Or(), values=[first, *others]) if is_number(others[-1]):
                return self.write(first)  # `count or 1`: a guard against dividing by 0
            case ast.Call():
                return written_call(self, node)
            case ast.Attribute(value=value, attr=attribute):
                return self._attribute(value, attribute)
            case ast.Subscript(value=value, slice=index):
                return self._subscript(value, index)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                joined = ", ".join(self.write(part).latex for part in parts)
                return Piece(f"[{joined}]" if isinstance(node, ast.List) else f"({joined})")
            case _:
                return Piece(rf"\texttt{{{escaped(ast.unparse(node))}}}")

    def condition(self, node: ast.expr) -> str:
        """Return a condition without brackets around it."""
        match node:
            case ast.Compare(left=left, ops=compared, comparators=others):
                if ast.dump(left) == ast.dump(others[0]):
                    told = "is nan" if isinstance(compared[0], ast.NotEq) else "is not nan"
                    return rf"{self.write(left).latex} \text{{ {told}}}"
                written = self.write(left).at_least(Level.SUM)
                for relation, other in zip(compared, others, strict=True):
                    written += f" {_RELATIONS[type(relation)]} "
                    written += self.write(other).at_least(Level.SUM)
                return written
            case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() as kind, right=right):
                return self._joined([left, right], isinstance(kind, ast.BitAnd))
            case ast.BoolOp(op=kind, values=values):
                return self._joined(values, isinstance(kind, ast.And))
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand) if is_condition(operand):
                return rf"\lnot ({self.condition(operand)})"
            case _:
                return self.write(node).latex

    def _joined(self, parts: list[ast.expr], is_and: bool) -> str:
        if is_and and (chain := _chained(parts)):
            return self.condition(chain)
        written = [
            bracketed(self.condition(part)) if is_and and _is_or(part) else self.condition(part)
            for part in parts
        ]
        return (r" \land " if is_and else r" \lor ").join(written)

    def _name(self, name: str) -> Piece:
        latex = self.names.get(name, symbol(name))
        is_scalar = (
            name in self.numbers or latex in LETTERS_OF_NUMBERS or bool(NUMBER.fullmatch(latex))
        )
        return Piece(latex, level_of(latex), is_scalar)

    def _sum(self, node: ast.BinOp) -> Piece:
        left, right = self.write(node.left), self.write(node.right)
        is_sum = isinstance(node.op, ast.Add)
        if right.latex.startswith("-"):
            second = bracketed(right.latex)  # 1 - (-2 x)
        else:
            second = right.at_least(Level.SUM if is_sum else Level.PRODUCT)
        latex = f"{left.at_least(Level.SUM)} {'+' if is_sum else '-'} {second}"
        return Piece(latex, Level.SUM, left.is_scalar and right.is_scalar)

    def _product(self, node: ast.BinOp) -> Piece:
        negative, plain = _without_sign(node)
        if isinstance(plain, ast.BinOp) and isinstance(plain.op, ast.Div):
            top, bottom = self.write(plain.left), self.write(plain.right)
            scalar = top.is_scalar and bottom.is_scalar
            piece = Piece(rf"\frac{{{top.latex}}}{{{bottom.latex}}}", Level.POWER, scalar)
        else:
            factors = sorted(_factors(plain), key=lambda each: not is_number(each))  # 2 x, not x 2
            piece = product([self.write(each) for each in factors], after_sign=negative)
        return Piece(f"-{piece.latex}", Level.SUM, piece.is_scalar) if negative else piece

    def _matrix_product(self, left: ast.expr, right: ast.expr) -> Piece:
        chained = isinstance(left, ast.BinOp) and isinstance(left.op, ast.MatMult)
        before, sign = self.write(left).latex, ""
        if before.startswith("-") and (chained or isinstance(left, ast.UnaryOp)):
            before, sign = before[1:], "-"  # -A B, not (-A) B
        if not chained:
            before = Piece(before, level_of(before)).at_least(Level.POWER)
        second = self.write(right).at_least(Level.POWER)
        dot = r"\cdot " if second[0].isdigit() else ""
        return Piece(f"{sign}{before} {dot}{second}", Level.SUM if sign else Level.PRODUCT)

    def _power(self, base: ast.expr, exponent: ast.expr) -> Piece:
        below = self.write(base)
        if constant(exponent) == 0.5:
            return Piece(rf"\sqrt{{{below.latex}}}", is_scalar=below.is_scalar)
        above = self.write(exponent)
        latex = f"{below.at_least(Level.ATOM)}^{{{above.latex}}}"
        return Piece(latex, Level.POWER, below.is_scalar and above.is_scalar)

    def transposed(self, node: ast.expr) -> Piece:
        return Piece(f"{self.write(node).at_least(Level.ATOM)}^{{T}}", Level.POWER)

    def _attribute(self, value: ast.expr, attribute: str) -> Piece:
        if attribute in ("T", "mT"):
            return self.transposed(value)
        if isinstance(value, ast.Name) and attribute in _NUMBERS:
            return Piece(_NUMBERS[attribute], is_scalar=True)
        return self.called(attribute, self.write(value).latex)

    def called(self, name: str, *arguments: str) -> Piece:
        """Return a function in the words of its name, of arguments in brackets."""
        if name in ("real", "imag"):
            inside = bracketed(arguments[0]) if " " in arguments[0] else arguments[0]
            return Piece(rf"\operatorname{{{name[:2].title()}}} {inside}", Level.PREFIX)
        return function(named(name), *arguments)

    def _subscript(self, value: ast.expr, index: ast.expr) -> Piece:
        """Return x_i; x itself where the index only adds dimensions of size 1."""
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        if all(ast.unparse(part) in ("None", "...", ":") for part in parts):
            return self.write(value)
        shown = ", ".join(self.write(part).latex for part in parts)
        return Piece(indexed(self.write(value).latex, shown))


def is_condition(node: ast.expr) -> bool:
    """Whether an expression is true or false as it stands there."""
    match node:
        case ast.Compare():
            return True
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            return is_condition(left) or is_condition(right)
        case ast.BoolOp(values=values):
            return any(map(is_condition, values))
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            return is_condition(operand)
        case _:
            return False


def _chained(parts: list[ast.expr]) -> ast.Compare | None:
    """Return a < b and b < c, also written the other way round, as a < b < c."""
    ordered = []
    for part in parts:
        match part:
            case ast.Compare(left, [ast.Lt() | ast.LtE() as sign], [right]):
                ordered.append((left, sign, right))
            case ast.Compare(left, [ast.Gt() | ast.GtE() as sign], [right]):
                ordered.append((right, ast.Lt() if isinstance(sign, ast.Gt) else ast.LtE(), left))
    if len(parts) != 2 or len(ordered) != 2:
        return None
    for (a, first, b), (c, second, d) in (ordered, reversed(ordered)):
        if ast.dump(b) == ast.dump(c):
            return ast.Compare(a, [first, second], [b, d])
    return None


def _is_or(node: ast.expr) -> bool:
    return isinstance(node, (ast.BinOp, ast.BoolOp)) and isinstance(node.op, (ast.BitOr, ast.Or))


def _constant(value: object) -> Piece:
    if isinstance(value, (bool, str)) or value is None:
        return Piece(rf"\text{{{escaped(str(value))}}}")
    if isinstance(value, (int, float, complex)):
        latex = number_latex(value)
        return Piece(latex, level_of(latex), is_scalar=True)
    return Piece(r"\dots" if value is ... else rf"\texttt{{{escaped(repr(value))}}}")


def _without_sign(node: ast.expr) -> tuple[bool, ast.expr]:
    """Return whether a product or quotient begins with a minus, and it without that."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as kind, right=right):
            negative, rest = _without_sign(left)
            return negative, ast.BinOp(rest, kind, right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            negative, rest = _without_sign(operand)
            return not negative, rest
        case _:
            return False, node


def _factors(node: ast.expr) -> list[ast.expr]:
    """Return the factors of a product of products, x ** 2 for x times x."""
    groups = (list(equal) for _, equal in groupby(_flat(node), key=ast.dump))
    return [
        ast.BinOp(each[0], ast.Pow(), ast.Constant(len(each))) if len(each) > 1 else each[0]
        for each in groups
    ]


def _flat(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _flat(node.left) + _flat(node.right)
    return [node]
