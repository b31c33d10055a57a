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
from .symbols import free_symbol


def contribution_formula(
    step: Step,
    parameter: str,
    gradients: Mapping[str, ast.expr],
    symbol_of: Mapping[str, str],
    counts: Mapping[str, float],
) -> ast.expr | None:
    """Return what an operation's rule gives one operand; None for a backward that is no formula.

    `gradients` are those of its outputs, as rules name them, `symbol_of` the symbols by the
    tensors' ids, `counts` what is known of n and m, which a mean divides by.
    """
    formula = rule_of_step(step, parameter, counts)
    if formula is None:
        return None
    replacements: dict[str, ast.expr] = {
        as_identifier(each.parameter): ast.Name(symbol_of[each.quantity.id])
        for each in step.operands
    }
    replacements[step.output_name] = ast.Name(symbol_of[step.output.id])
    replacements.update(gradients)
    shape = next(each.quantity.shape for each in step.operands if each.parameter == parameter)
    if shape is not None:
        name = parameter.partition("[")[0]
        replacements[f"{name}_shape"] = ast.parse(str(shape), mode="eval").body
    return simplified(Replaced(replacements).visit(formula))


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


class Fused(ast.NodeTransformer):
    """Gives softmax(Z2) and one_hot(y), which a loss works out inside, the names A2 and Y."""

    def __init__(self, taken: set[str]) -> None:
        self.formulas: dict[str, ast.expr] = {}  # by these names
        self._taken = taken

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("one_hot"), [ast.Name()]):
                return self._symbol(node, "Y")
            case ast.Call(ast.Name("softmax" | "sigmoid"), [ast.Name(argument)]):
                return self._symbol(node, f"A{argument[1:] if argument.startswith('Z') else ''}")
        return node

    def _symbol(self, formula: ast.expr, wanted: str) -> ast.Name:
        for symbol, known in self.formulas.items():
            if ast.dump(known) == ast.dump(formula):
                return ast.Name(symbol)
        symbol = free_symbol(wanted, self._taken)
        self.formulas[symbol] = formula
        return ast.Name(symbol)


def unbroadcast(formula: ast.expr, dims: tuple[int, ...], added: int) -> ast.expr:
    """Return the formula summed over the dims along which the operand was broadcast.

    The first `added` dims are gone in the operand, the others are of size 1.
    """
    kept = tuple(dim for dim in dims if dim >= added)
    gone = tuple(dim for dim in dims if dim < added)
    for axes, keepdims in ((kept, ", keepdims=True"), (gone, "")):
        if axes:
            axis = axes if len(axes) > 1 else axes[0]
            call = ast.parse(f"formula.sum(axis={axis}{keepdims})", mode="eval").body
            formula = Replaced({"formula": formula}).visit(call)
    return formula
