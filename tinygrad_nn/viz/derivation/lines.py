"""The derivation of a backward pass as numbered lines: what each gradient is, by which rule, why.
Read `explanation.py` next, which writes them as text, Markdown and HTML.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays.dtypes import Array
from ..notation.forward import shown_name, shown_operation
from ..structure.computation import Computation, Quantity, Step
from .backward import BackwardStep, Contribution, backward_pass
from .formulas import Fused, contribution_formula, incoming, unbroadcast
from .symbols import plain_symbols


@dataclass(frozen=True, eq=False)
class Line:
    """One gradient, or one of several contributions to it: symbol = formula."""

    number: int
    symbol: str  # "dW2", or "db_1" for the first of several terms of db
    tensor: str  # symbol of what it is the gradient of: "W2"
    formula: ast.expr | None  # in the symbols of the computation; None: a user's own backward
    shape: tuple[int, ...]
    value: Array
    name: str  # the user's name for the tensor, or a parameter's path: "2.weight"
    reason: str  # the rule in words
    path: int = 0  # 1, 2 ... of a tensor whose gradient comes on several paths; 0 of all


@dataclass(frozen=True, eq=False)
class Given:
    """A symbol, and what it stands for: data, a parameter, or the result of an operation."""

    symbol: str
    name: str
    shape: tuple[int, ...] | None
    step: Step | None = None  # the operation that made it
    formula: ast.expr | None = None  # of what a fused operation works out inside
    value: Array | None = None


@dataclass(frozen=True, eq=False)
class Derivation:
    """The forward pass in symbols, and the lines of the backward pass."""

    given: tuple[Given, ...]
    forward: tuple[Given, ...]
    lines: tuple[Line, ...]
    symbol_of: dict[str, str]
    result: str  # symbol of what was differentiated
    count: tuple[str, int] | None = None  # ("m", 3): lines of results are m times the gradient


@np.errstate(all="ignore")
def derive(computation: Computation) -> Derivation:
    """Return the derivation of the gradients of a computation of one number.

    If the result is a mean over m, the lines of what lies between are m times their gradients, and
    1/m comes back where a leaf collects its own: dZ2 = A2 - Y, dW2 = dZ2ᵀ A1 / m.
    """
    (output,) = computation.outputs
    count = _mean_over(computation, output)
    steps = backward_pass(computation, float(count[1]) if count else 1.0).steps
    return _Writer(computation, count).derivation(steps)


def _mean_over(computation: Computation, output: Quantity) -> tuple[str, int] | None:
    """Return what the result is the mean over, as (symbol, count); None if it is no plain mean."""
    step = next((s for s in reversed(computation.steps) if s.output is output), None)
    if step is None:
        return None
    operands = {operand.parameter: operand.quantity for operand in step.operands}
    attributes = step.attributes
    if step.op.public == "mean" and attributes.get("dim") is None and operands["input"].shape:
        return "n", int(np.prod(operands["input"].shape))
    plain = not ({"weight", "pos_weight"} & operands.keys() or attributes.get("label_smoothing"))
    if attributes.get("reduction") != "mean" or "target" not in operands or not plain:
        return None
    target = operands["target"]
    if "ignore_index" in attributes:
        if target.value is None:  # written to since
            return None
        return "m", int((target.value != attributes["ignore_index"]).sum())
    shapes = [q.shape for q in operands.values() if q.shape is not None]
    size = int(np.prod(np.broadcast_shapes(*shapes))) if len(shapes) == 2 else 0
    return ("n", size) if size else None


class _Writer:
    def __init__(self, computation: Computation, count: tuple[str, int] | None) -> None:
        self.computation = computation
        self.symbol_of = plain_symbols(computation)
        self.count = count
        self.fused = Fused(set(self.symbol_of.values()))
        self.lines: list[Line] = []
        self.made_by = {step.output.id: step for step in computation.steps}
        self.paths: dict[str, list[Line]] = defaultdict(list)  # lines of a tensor used repeatedly
        self.root = computation.outputs[0].id
        self.gradient_of: dict[str, ast.expr] = {self.root: ast.Constant(1)}

    def derivation(self, steps: Sequence[BackwardStep]) -> Derivation:
        uses = Counter(each.operand.quantity.id for back in steps for each in back.contributions)
        for back in steps:
            leaves_first = sorted(
                back.contributions, key=lambda each: each.operand.quantity.kind == "result"
            )
            for contribution in leaves_first:
                self.write(back.step, contribution, uses[contribution.operand.quantity.id])
        given = [self.given(q) for q in self.computation.quantities if q.kind != "result"]
        made = [replace(self.given(step.output), step=step) for step in self.computation.steps]
        inner = [Given(name, "", None, formula=each) for name, each in self.fused.formulas.items()]
        forward = (*made[:-1], *inner, *made[-1:])
        result = self.symbol_of[self.root]
        lines = tuple(self.lines)
        return Derivation(tuple(given), forward, lines, self.symbol_of, result, self.count)

    def given(self, quantity: Quantity) -> Given:
        symbol = self.symbol_of[quantity.id]
        return Given(symbol, quantity.name, quantity.shape, value=quantity.value)

    def write(self, step: Step, contribution: Contribution, uses: int) -> None:
        """Write the line of a contribution, of a tensor that gets so many."""
        quantity, value = contribution.operand.quantity, contribution.value
        formula = self.formula(step, contribution)
        reason = self.reason(step, contribution)
        maker = self.made_by.get(quantity.id)
        elementwise = maker is not None and getattr(maker.op, "elementwise", False)
        if quantity.kind != "result" and self.count is not None:
            name, count = self.count
            value = value / count
            formula = formula and ast.BinOp(formula, ast.Div(), ast.Name(name))
        if uses > 1:
            paths = self.paths[quantity.id]
            number = len(paths) + 1
            reason = f"{reason}; path {number} of {uses}"
            paths.append(self.add(quantity, formula, value, reason, number))
            if number == uses:
                terms = ast.parse(" + ".join(line.symbol for line in paths), mode="eval").body
                whole = np.sum([line.value for line in paths], axis=0, dtype=value.dtype)
                self.add(quantity, terms, whole, f"the sum over the {uses} paths")
            return
        unary = maker is not None and len(maker.operands) == 1
        if formula and elementwise and unary and step.op.public in ("linear", "matmul"):
            self.gradient_of[quantity.id] = formula  # dZ1 = (dZ2 W2) ⊙ g'(Z1) is one line
            return
        self.add(quantity, formula, value, reason)
        if isinstance(formula, ast.Constant) and (elementwise or not quantity.shape):
            self.gradient_of[quantity.id] = formula  # in a matrix product 1 is no number

    def formula(self, step: Step, contribution: Contribution) -> ast.expr | None:
        is_mean = step.output.id == self.root and self.count is not None
        is_sum = step.output.id == self.root and step.op.public == "sum"
        if contribution.value.shape and (is_sum or (is_mean and step.op.public == "mean")):
            return ast.Constant(1)  # for each element; the n of a mean comes back at the end
        gradients = incoming(step, self.computation.steps, self.gradient, ast.Constant(0), ast.List)
        counts = {"n": 1.0, "m": 1.0} if is_mean else {}
        parameter = contribution.operand.parameter
        formula = contribution_formula(step, parameter, gradients, self.symbol_of, counts)
        if formula is None:
            return None
        added = contribution.unreduced.ndim - contribution.value.ndim
        return unbroadcast(self.fused.visit(formula), contribution.summed, added)

    def gradient(self, id: str) -> ast.expr:
        return self.gradient_of.get(id) or ast.Name(f"d{self.symbol_of[id]}")

    def reason(self, step: Step, contribution: Contribution) -> str:
        operand = shown_name(step.op, contribution.operand.parameter)
        reason = f"{shown_operation(step.op)}, rule for {operand}"
        if isinstance(self.gradient_of.get(step.output.id), ast.BinOp):
            passed = self.symbol_of[step.output.id]
            reason = f"chain rule: back through what used {passed}, then {reason}"
        if contribution.summed:
            axes = " and ".join(map(str, contribution.summed))
            reason = f"{reason}; summed over axis {axes}, along which it was broadcast"
        return reason

    def add(
        self, of: Quantity, formula: ast.expr | None, value: Array, reason: str, path: int = 0
    ) -> Line:
        number, tensor = len(self.lines) + 1, self.symbol_of[of.id]
        symbol = self.line_symbol(tensor, path)
        line = Line(number, symbol, tensor, formula, value.shape, value, of.name, reason, path)
        self.lines.append(line)
        return line

    def line_symbol(self, tensor: str, path: int) -> str:
        """Return dx, or for one path of several dx_1, where that is not the gradient of x_1."""
        if not path:
            return f"d{tensor}"
        symbol, known = f"{tensor}_{path}", self.symbol_of.values()
        return f"d{tensor}_path{path}" if symbol in known or f"d{symbol}" in known else f"d{symbol}"
