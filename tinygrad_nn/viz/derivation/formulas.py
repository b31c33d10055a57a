"""The gradient of each use of a tensor as a formula in the symbols of this very computation.
Read `lines.py` next, which puts the formulas in order, with shapes, reasons and numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..notation.arguments import as_identifier
from ..notation.rules import rule_of_step
from ..notation.simplify import Replaced, simplified
from ..structure.computation import Step


class Definitions:
    """Symbols for what a fused operation computes inside, each with its formula."""

    def __init__(self, taken: set[str]) -> None:
        self.formulas: dict[str, ast.expr] = {}
        self._taken = taken

    def symbol_for(self, formula: ast.expr, wanted: str) -> ast.Name:
        for symbol, known in self.formulas.items():
            if ast.dump(known) == ast.dump(formula):
                return ast.Name(symbol)
        symbol, number = wanted, 1
        while symbol in self._taken:
            number += 1
            symbol = f"{wanted}_{number}"
        self._taken.add(symbol)
        self.formulas[symbol] = formula
        return ast.Name(symbol)


def contribution_formula(
    step: Step,
    parameter: str,
    gradients: Mapping[str, ast.expr],
    symbol_of: Mapping[str, str],
    counts: Mapping[str, float],
    definitions: Definitions,
) -> ast.expr | None:
    """Return what an operation's rule gives one operand; None for a backward that is no formula.

    `gradients` are those of its outputs, as rules name them, `symbol_of` the symbols by the
    tensors' ids, `counts` what is known of n and m, which a mean divides by.
    """
    name = parameter.partition("[")[0]
    formula = rule_of_step(step, parameter, counts)
    if formula is None:
        return None
    replacements: dict[str, ast.expr] = {
        as_identifier(each.parameter): ast.Name(symbol_of[each.quantity.id])
        for each in step.operands
    }
    replacements[step.output_name] = ast.Name(symbol_of[step.output.id])
    replacements.update(gradients)
    for operand in step.operands:
        if operand.parameter == parameter and operand.quantity.shape is not None:
            sizes: list[ast.expr] = [ast.Constant(size) for size in operand.quantity.shape]
            replacements[f"{name}_shape"] = ast.Tuple(sizes)
    formula = simplified(Replaced(replacements).visit(formula))
    return _Fused(definitions).visit(formula)


def incoming(
    step: Step,
    steps: Iterable[Step],
    gradient_of: Callable[[str], Any],
    zero: Any,
    listed: Callable[[list[Any]], Any],
) -> dict[str, Any]:
    """Return the gradients that come in, by the names that rules have for them.

    `g` is that of the output, or a list of those of all, zero for one that nothing used; `g_values`
    is that of the output called values.
    """
    if step.part is None:
        g = gradient_of(step.output.id)
        return {"g": g, f"g_{step.output_name}": g}
    known = {each.part: gradient_of(each.output.id) for each in steps if each.call is step.call}
    gradients = [known.get(i, zero) for i in range(step.call.count_outputs())]
    named = zip(step.op.returns, gradients, strict=False)
    return {"g": listed(gradients), **{f"g_{name}": g for name, g in named}}


class _Fused(ast.NodeTransformer):
    """Gives softmax(Z2) and one_hot(y), which a loss works out inside, the names A2 and Y."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("one_hot"), [ast.Name()]):
                return self.definitions.symbol_for(node, "Y")
            case ast.Call(ast.Name("softmax" | "sigmoid"), [ast.Name(argument)]):
                number = argument[1:] if argument.startswith("Z") else ""
                return self.definitions.symbol_for(node, f"A{number}")
        return node


def unbroadcast(formula: ast.expr, dims: tuple[int, ...], added: int) -> ast.expr:
    """Return the formula summed over the dims along which the operand was broadcast.

    The first `added` dims are gone in the operand, the others are of size 1.
    """
    leading = tuple(dim for dim in dims if dim < added)
    inner = tuple(dim for dim in dims if dim >= added)
    if inner:
        formula = _summed(formula, inner, keepdims=True)
    if leading:
        formula = _summed(formula, leading, keepdims=False)
    return formula


def _summed(formula: ast.expr, dims: tuple[int, ...], keepdims: bool) -> ast.expr:
    axis: ast.expr = ast.Constant(dims[0])
    if len(dims) > 1:
        axis = ast.Tuple([ast.Constant(dim) for dim in dims])
    keywords = [ast.keyword("axis", axis)]
    if keepdims:
        keywords.append(ast.keyword("keepdims", ast.Constant(True)))
    return ast.Call(ast.Attribute(formula, "sum"), [], keywords)
