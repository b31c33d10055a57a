"""Formulas in JavaScript, an array of them for an array: of operations, and of gradient rules.
Read `program.py` next, which puts them together to what a page can compute.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...arrays.dtypes import Array
from ...autograd.op import registry
from ..notation.rules import rule_of_step
from ..notation.simplify import simplified
from ..structure.computation import Step


class Fixed(Exception):  # noqa: N818 - no error, but an answer
    """Something has no formula of single numbers; the text says what."""


class Text(str):
    """A formula: what operators give, and so sums and products of arrays, is one too."""

    def __add__(self, other: object) -> Text:
        return Text(f"({self} + {other})")

    def __sub__(self, other: object) -> Text:
        return Text(f"({self} - {other})")

    def __mul__(self, other: object) -> Text:
        return Text(f"({self} * {other})")

    def __truediv__(self, other: object) -> Text:
        return Text(f"({self} / {other})")


# What forward computes where it is no function of JavaScript's Math, as rules are written.
FORWARD = {
    "add": "input + alpha * other",
    "clamp": "clamp_max(clamp_min(input, -1e999 if min is None else min), "
    "1e999 if max is None else max)",
    "clamp_max": "minimum(input, max)",
    "clamp_min": "maximum(input, min)",
    "divide": "input / other",
    "elu": "scale * where(input > 0, input, alpha * expm1(input_scale * input))",
    "leaky_relu": "where(input > 0, input, negative_slope * input)",
    "leaky_relu_backward": "where(input > 0, grad, negative_slope * grad)",
    "lerp": "input + weight * (end - input)",
    "log_sigmoid": "minimum(input, 0) - log1p(exp(-abs(input)))",
    "multiply": "input * other",
    "negative": "-input",
    "pow": "input ** exponent",
    "reciprocal": "1 / input",
    "relu": "maximum(input, 0)",
    "rsqrt": "1 / sqrt(input)",
    "sgn": "sign(input)",
    "sigmoid": "1 / (1 + exp(-input))",
    "silu": "input / (1 + exp(-input))",
    "softplus": "where(beta * input > threshold, input, log1p(exp(beta * input)) / beta)",
    "square": "input * input",
    "sub": "input - alpha * other",
    "where": "where(condition, input, other)",
}
MATH = {
    *("abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "cos", "cosh"),
    *("exp", "expm1", "floor", "hypot", "log", "log10", "log1p", "log2", "max", "min", "sign"),
    *("sin", "sinh", "sqrt", "tan", "tanh", "trunc"),
}
SHORTER = {"absolute": "abs", "maximum": "max", "minimum": "min"}  # and acos of arccos
_SIGNS: dict[type[ast.AST], str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"},
    **{ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "===", ast.NotEq: "!=="},
    **{ast.BitAnd: "&&", ast.BitOr: "||", ast.USub: "-", ast.Not: "!", ast.Invert: "!"},
}


def literal(number: Any) -> Text:
    """Return a number in JavaScript."""
    value = float(number)
    if np.isinf(value):
        return Text("Infinity" if value > 0 else "(-Infinity)")
    return Text("NaN" if np.isnan(value) else f"({value!r})" if value < 0 else repr(value))


def of_each(function: Callable[..., Any], *arrays: Array) -> Array:
    """Return what a function gives for each element, the arrays broadcast to one shape."""
    return np.asarray(np.frompyfunc(function, len(arrays), 1)(*arrays), object)


def forward_formula(step: Step, operands: Mapping[str, Array]) -> Array:
    """Return what an operation computes, element by element, of arrays of formulas."""
    op = step.op
    if isinstance(op.forward, np.ufunc):
        formula = f"{op.forward.__name__}({', '.join(op.parameters)})"
    elif op.public in FORWARD:
        formula = FORWARD[op.public]
    else:
        raise Fixed(op.public)
    absent = {each: None for each in op.parameters if each not in operands}
    read = ast.parse(formula, mode="eval").body
    return _written(simplified(read, {**absent, **step.attributes}), operands)


def rule_formula(
    step: Step, parameter: str, known: Mapping[str, Array], counts: Mapping[str, int]
) -> Array:
    """Return what one operand gets, from the formulas of the operands, the output and g."""
    rule = rule_of_step(step, parameter, counts)
    if rule is None:
        raise Fixed(step.op.public)
    return _written(rule, known)


def _written(node: ast.expr, names: Mapping[str, Array]) -> Array:
    """Return an expression in JavaScript, for each element of the arrays in it."""

    def write(*nodes: ast.expr) -> list[Array]:
        return [_written(each, names) for each in nodes]

    match node:
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Constant(value=bool() | int() | float() as value):
            return np.asarray(literal(value), object)
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _SIGNS:
            return _formula(f"({_SIGNS[type(sign)]}{{}})", *write(operand))
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            x, y = write(left, right)
            return np.asarray(x @ y, object)
        case (
            ast.BinOp(left=left, op=sign, right=right)
            | ast.Compare(left=left, ops=[sign], comparators=[right])
        ) if type(sign) in _SIGNS:
            return _formula(f"({{}} {_SIGNS[type(sign)]} {{}})", *write(left, right))
        case ast.IfExp(test=test, body=body, orelse=other):
            return _call("where", write(test, body, other))
        case ast.Attribute(value=ast.Name(id="math" | "np"), attr="pi" | "e" as name):
            return np.asarray(Text(f"Math.{name.upper()}"), object)
        case ast.Attribute(value=matrix, attr="T"):
            return write(matrix)[0].T
        case ast.Call(
            func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="np" | "math"), attr=name),
            args=arguments,
            keywords=[],
        ):
            return _call(name, write(*arguments))
    raise Fixed(ast.unparse(node))


def _call(name: str, arguments: list[Array]) -> Array:
    shorter = SHORTER.get(name, name.replace("arc", "a"))
    if shorter in MATH:
        return _formula(f"Math.{shorter}({', '.join('{}' for _ in arguments)})", *arguments)
    if name == "where":
        return _formula("({} ? {} : {})", *arguments)
    if name in FORWARD:
        formula = ast.parse(FORWARD[name], mode="eval").body
        parameters = registry[name].parameters if name in registry else ("input", "other")
        return _written(formula, dict(zip(parameters, arguments, strict=False)))
    raise Fixed(name)


def _formula(template: str, *arrays: Array) -> Array:
    return of_each(lambda *texts: Text(template.format(*texts)), *arrays)
