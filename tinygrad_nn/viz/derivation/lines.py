"""The derivation of a backward pass as numbered lines: what each gradient is, by which rule, why.
Read `explanation.py` next, which writes them as text, Markdown and HTML.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...arrays.dtypes import Array
from ..notation.forward import shown_name
from ..structure.computation import Computation, Quantity, Step
from .backward import BackwardStep, Contribution, backward_pass
from .formulas import Definitions, contribution_formula, incoming, unbroadcast
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
    uses = Counter(each.operand.quantity.id for step in steps for each in step.contributions)
    writer = _Writer(computation, count, uses)
    for step in steps:
        writer.write(step)
    given = tuple(writer.given(q) for q in computation.quantities if q.kind != "result")
    return Derivation(
        given,
        writer.forward(),
        tuple(writer.lines),
        writer.symbol_of,
        writer.symbol_of[output.id],
        count,
    )


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
    def __init__(
        self, computation: Computation, count: tuple[str, int] | None, uses: Mapping[str, int]
    ) -> None:
        self.computation = computation
        self.symbol_of = plain_symbols(computation)
        self.count = count
        self.definitions = Definitions(set(self.symbol_of.values()))
        self.lines: list[Line] = []
        self.made_by = {step.output.id: step for step in computation.steps}
        self.uses = uses  # how many paths lead to each tensor, by its id
        self.paths: dict[str, list[Line]] = {}  # the lines of those paths so far
        (output,) = computation.outputs
        self.gradient_of: dict[str, ast.expr] = {output.id: ast.Constant(1)}
        self.root = output.id

    def given(self, quantity: Quantity) -> Given:
        """Return the symbol of a tensor, with what it stands for."""
        symbol = self.symbol_of[quantity.id]
        return Given(symbol, quantity.name, quantity.shape, value=quantity.value)

    def forward(self) -> tuple[Given, ...]:
        """Return each result with what made it, and what the loss works out inside."""
        made = [replace(self.given(step.output), step=step) for step in self.computation.steps]
        inner = [
            Given(symbol, "", None, formula=formula)
            for symbol, formula in self.definitions.formulas.items()
        ]
        return (*made[:-1], *inner, *made[-1:])

    def write(self, step: BackwardStep) -> None:
        """Write the lines of one operation: leaves first, then what it was computed from."""
        leaves_first = sorted(
            step.contributions, key=lambda each: each.operand.quantity.kind == "result"
        )
        for contribution in leaves_first:
            self._write_contribution(step.step, contribution)

    def _write_contribution(self, step: Step, contribution: Contribution) -> None:
        quantity = contribution.operand.quantity
        formula = self._formula(step, contribution)
        reason = self._reason(step, contribution)
        value = contribution.value
        if quantity.kind != "result" and self.count is not None:
            name, count = self.count
            value = value / count
            formula = formula and ast.BinOp(formula, ast.Div(), ast.Name(name))
        total = self.uses[quantity.id]
        if total > 1:
            self._add_path(formula, quantity, value, reason, total)
        elif self._is_passed_on(quantity, step, formula):
            self.gradient_of[quantity.id] = formula  # type: ignore[assignment]
        else:
            self._add(formula, quantity, value, reason)
            maker = self.made_by.get(quantity.id)
            elementwise = maker is not None and getattr(maker.op, "elementwise", False)
            if isinstance(formula, ast.Constant) and (elementwise or not quantity.shape):
                self.gradient_of[quantity.id] = formula  # in a matrix product 1 is no number

    def _add_path(
        self,
        formula: ast.expr | None,
        quantity: Quantity,
        value: Array,
        reason: str,
        total: int,
    ) -> None:
        """Write one term of a gradient that comes on several paths, and behind the last the sum."""
        paths = self.paths.setdefault(quantity.id, [])
        number = len(paths) + 1
        reason = f"{reason}; path {number} of {total}"
        paths.append(self._add(formula, quantity, value, reason, number))
        if number == total:
            terms = " + ".join(line.symbol for line in paths)
            whole = np.sum([line.value for line in paths], axis=0, dtype=value.dtype)
            formula = ast.parse(terms, mode="eval").body
            self._add(formula, quantity, whole, f"the sum over the {total} paths")

    def _formula(self, step: Step, contribution: Contribution) -> ast.expr | None:
        operand = contribution.operand
        is_root = step.output.id == self.root
        counts = {"n": 1.0, "m": 1.0} if is_root and self.count is not None else {}
        formula: ast.expr | None
        if is_root and step.op.public in ("sum", "mean") and contribution.value.shape:
            formula = ast.Constant(1)  # 1 for each element; the n of a mean comes back at the end
            if step.op.public == "mean" and self.count is None:
                formula = None
        else:
            gradients = incoming(
                step, self.computation.steps, self._gradient, ast.Constant(0), ast.List
            )
            formula = contribution_formula(
                step, operand.parameter, gradients, self.symbol_of, counts, self.definitions
            )
        if formula is None or not contribution.summed:
            return formula
        added = contribution.unreduced.ndim - contribution.value.ndim
        return unbroadcast(formula, contribution.summed, added)

    def _gradient(self, id: str) -> ast.expr:
        return self.gradient_of.get(id) or ast.Name(f"d{self.symbol_of[id]}")

    def _is_passed_on(self, quantity: Quantity, step: Step, formula: Any) -> bool:
        """Whether the next line takes this formula in: dZ1 = (dZ2 W2) ⊙ g'(Z1) is one line."""
        maker = self.made_by.get(quantity.id)
        return (
            formula is not None
            and maker is not None
            and step.op.public in ("linear", "matmul")
            and getattr(maker.op, "elementwise", False)
            and len(maker.operands) == 1
        )

    def _reason(self, step: Step, contribution: Contribution) -> str:
        reason = f"{step.op.public}, rule for {shown_name(step.op, contribution.operand.parameter)}"
        if isinstance(self.gradient_of.get(step.output.id), ast.BinOp):
            passed = self.symbol_of[step.output.id]
            reason = f"chain rule: back through what used {passed}, then {reason}"
        if contribution.summed:
            axes = " and ".join(map(str, contribution.summed))
            reason = f"{reason}; summed over axis {axes}, along which it was broadcast"
        return reason

    def _add(
        self,
        formula: ast.expr | None,
        quantity: Quantity,
        value: Array,
        reason: str,
        path: int = 0,
    ) -> Line:
        number, tensor = len(self.lines) + 1, self.symbol_of[quantity.id]
        symbol = self._line_symbol(tensor, path)
        name = quantity.name
        line = Line(number, symbol, tensor, formula, value.shape, value, name, reason, path)
        self.lines.append(line)
        return line

    def _line_symbol(self, tensor: str, path: int) -> str:
        """Return dx, or for one path of several dx_1, where that is not the gradient of x_1."""
        if not path:
            return f"d{tensor}"
        symbol, known = f"{tensor}_{path}", self.symbol_of.values()
        return f"d{tensor}_path{path}" if symbol in known or f"d{symbol}" in known else f"d{symbol}"
