"""Formulas of single numbers in JavaScript: those of operations, and of their gradient rules.
Read `program.py` next, which puts them together to what a page can compute.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...autograd.op import registry
from ..notation.rules import rule_of_call
from ..notation.simplify import simplified
from ..structure.computation import Step


class Fixed(Exception):  # noqa: N818 - no error, but an answer
    """Something has no formula of single numbers; the text says what."""


# What forward computes with more than one of NumPy's functions, as rules are written.
FORWARD = {
    "add": "input + alpha * other",
    "clamp": "maximum(minimum(input, max), min)",
    "clamp_max": "minimum(input, max)",
    "clamp_min": "maximum(input, min)",
    "elu": "scale * where(input > 0, input, alpha * expm1(input_scale * input))",
    "leaky_relu": "where(input > 0, input, negative_slope * input)",
    "leaky_relu_backward": "where(input > 0, grad, negative_slope * grad)",
    "lerp": "input + weight * (end - input)",
    "log_sigmoid": "minimum(input, 0) - log1p(exp(-abs(input)))",
    "mse_loss": "(input - target) * (input - target)",
    "pow": "input ** exponent",
    "relu": "maximum(input, 0)",
    "rsqrt": "1 / sqrt(input)",
    "sgn": "sign(input)",
    "sigmoid": "1 / (1 + exp(-input))",
    "silu": "input / (1 + exp(-input))",
    "softplus": "where(beta * input > threshold, input, log1p(exp(beta * input)) / beta)",
    "sub": "input - alpha * other",
    "where": "where(condition, input, other)",
}
UFUNCS = {  # what JavaScript has as a sign
    **{"add": "({} + {})", "subtract": "({} - {})", "multiply": "({} * {})"},
    **{"divide": "({} / {})", "negative": "(-{})", "square": "({0} * {0})"},
    **{"reciprocal": "(1 / {})"},
}
MATHS = {  # where Math's name is another
    **{"absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin"},
    **{"arcsinh": "asinh", "arctan": "atan", "arctan2": "atan2", "arctanh": "atanh"},
    **{"maximum": "max", "minimum": "min"},
}
SAME = {
    *("abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "cos", "cosh"),
    *("exp", "expm1", "floor", "hypot", "log", "log10", "log1p", "log2", "sign", "sin", "sinh"),
    *("sqrt", "tan", "tanh", "trunc"),
}
_SIGNS: dict[type[ast.AST], str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"},
    **{ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "===", ast.NotEq: "!=="},
    **{ast.BitAnd: "&&", ast.BitOr: "||", ast.And: "&&", ast.Or: "||"},
    **{ast.USub: "-", ast.Not: "!", ast.Invert: "!"},
}


def literal(number: Any) -> str:
    """Return a number in JavaScript."""
    value = float(number)
    if np.isinf(value):
        return "Infinity" if value > 0 else "(-Infinity)"
    return "NaN" if np.isnan(value) else f"({value!r})" if value < 0 else repr(value)


def forward_formula(step: Step, operands: Mapping[str, str]) -> str:
    """Return what an operation on single numbers computes, from the JavaScript of its operands."""
    forward, name = step.op.forward, step.op.public
    if isinstance(forward, np.ufunc):
        given = [
            operands[each] if each in operands else literal(step.attributes[each])
            for each in step.op.parameters
        ]
        return _call(forward.__name__, given)
    if name not in FORWARD:
        raise Fixed(name)
    absent = {each: None for each in step.op.parameters if each not in operands}
    values = {**absent, **step.attributes}
    if name == "clamp":
        ends = {"min": -np.inf, "max": np.inf}
        values |= {name: end for name, end in ends.items() if values[name] is None}
    formula = ast.parse(FORWARD[name], mode="eval").body
    return written(simplified(formula, values), operands)


def rule_formula(step: Step, parameter: str, known: Mapping[str, str]) -> str:
    """Return what one operand gets, from the JavaScript of the operands, the output and g."""
    rule = rule_of_call(step.op, parameter, step.attributes)
    if rule is None:
        raise Fixed(step.op.public)
    absent = {each: None for each in step.op.parameters if each not in known}
    return written(simplified(rule, {**absent, **step.attributes}), known)


def written(node: ast.expr, names: Mapping[str, str]) -> str:
    """Return an expression of numbers in JavaScript."""
    match node:
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Constant(value=bool() | int() | float() as value):
            return literal(value)
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _SIGNS:
            return f"({_SIGNS[type(sign)]}{written(operand, names)})"
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            return f"({written(left, names)} {_SIGNS[type(sign)]} {written(right, names)})"
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _SIGNS:
            return f"({written(left, names)} {_SIGNS[type(sign)]} {written(right, names)})"
        case ast.Compare(left=left, ops=[first, *signs], comparators=[middle, *others]):
            rest = ast.Compare(middle, signs, others)
            one = written(ast.Compare(left, [first], [middle]), names)
            return f"({one} && {written(rest, names)})"
        case ast.IfExp(test=test, body=body, orelse=other):
            return _chosen([written(each, names) for each in (test, body, other)])
        case ast.Attribute(value=ast.Name(id="math" | "np"), attr="pi" | "e" as name):
            return f"Math.{name.upper()}"
        case ast.Call(
            func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="np" | "math"), attr=name),
            args=arguments,
            keywords=[],
        ):
            return _call(name, [written(each, names) for each in arguments])
        case _:
            raise Fixed(ast.unparse(node))


def _call(name: str, arguments: list[str]) -> str:
    if name in UFUNCS:
        return UFUNCS[name].format(*arguments)
    if name in MATHS or name in SAME:
        return f"Math.{MATHS.get(name, name)}({', '.join(arguments)})"
    if name == "where":
        return _chosen(arguments)
    if name in FORWARD:
        formula = ast.parse(FORWARD[name], mode="eval").body
        return written(formula, dict(zip(registry[name].parameters, arguments, strict=False)))
    raise Fixed(name)


def _chosen(parts: list[str]) -> str:
    return f"({parts[0]} ? {parts[1]} : {parts[2]})"
