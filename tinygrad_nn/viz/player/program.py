"""A computation and its backward pass as a program in JavaScript, one line for each number.
Read `formulas.py` next, for operations on single numbers, or `sliders.py`: a page that runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...arrays.dtypes import Array
from ..derivation.backward import BackwardPass, BackwardStep, Contribution
from ..structure.computation import Computation, Step
from .formulas import Fixed, Text, forward_formula, literal, of_each, rule_formula

MOST = 12  # numbers in a tensor
NUMERALS = range(1001, 9999)  # of 4 digits: what is shown of them is all of them


class Program:
    """Lines that fill the places of `m`, and numerals that stand for these places in a page.

    Arrays of the text "m[3]", or of a literal, take the place of arrays of numbers in the work; in
    what comes out, `computation` and `backward`, it is numerals. Raises `Fixed` where an operation
    has no formula of single numbers, or there are too many. What is in `moved` is set from outside.
    """

    def __init__(
        self, computation: Computation, backward: BackwardPass, moved: set[str], avoided: set[int]
    ) -> None:
        self.lines: list[str] = []
        self.numerals: dict[str, int] = {}  # by the text of the place, in the order of places
        self.first_place: dict[str, int] = {}  # of what is set from outside, by the tensor's id
        self._free = iter([each for each in NUMERALS if each not in avoided])
        self._sums: dict[tuple[float, float], float] = {}  # of numerals, over paths
        self._texts: dict[str, Array] = {}  # by the id of the tensor
        for each in computation.quantities:
            if each.value is None or (each.requires_grad and each.value.size > MOST):
                raise Fixed(f"a tensor of shape {each.shape}")
            if each.id in moved:
                self.first_place[each.id] = len(self.numerals)
                self._texts[each.id] = self._new(each.value.shape)
            elif each.kind != "result":
                self._texts[each.id] = of_each(literal, each.value)
        for step in computation.steps:
            made = np.asarray(_forward(step, self._operands(step)), object)
            if made.shape != step.output.shape:
                raise Fixed(step.op.public)
            self._texts[step.output.id] = self._assign(made)
        shown = {
            each.id: replace(each, value=self._numbers(self._texts[each.id]))
            for each in computation.quantities
        }
        steps = {
            step.output.id: replace(
                step,
                operands=tuple(replace(o, quantity=shown[o.quantity.id]) for o in step.operands),
                output=shown[step.output.id],
            )
            for step in computation.steps
        }
        (output,) = computation.outputs
        self._gradients = {output.id: _ones(output.shape)}
        back = [self._back(each, steps[each.step.output.id]) for each in backward.steps]
        gradients = {key: self._numbers(text) for key, text in self._gradients.items()}
        self.backward = BackwardPass(tuple(back), gradients)
        self.computation = replace(
            computation,
            steps=tuple(steps.values()),
            quantities=tuple(shown.values()),
            outputs=(shown[output.id],),
        )

    def add(self, left: Array, right: Array) -> Array:
        """Return the numerals of the sums over paths that the program computes."""
        return np.asarray(of_each(lambda *pair: self._sums[pair], left, right), np.float64)

    def _operands(self, step: Step) -> dict[str, Array]:
        return {each.parameter: self._texts[each.quantity.id] for each in step.operands}

    def _back(self, back: BackwardStep, shown: Step) -> BackwardStep:
        """Write what an operation hands on, and add it to the gradients."""
        step = back.step
        g = self._gradients[step.output.id]
        known = {step.output_name: self._texts[step.output.id], **self._operands(step)}
        operands = {each.parameter: each for each in shown.operands}
        contributions = []
        for each in back.contributions:
            unreduced = value = self._assign(_handed_on(step, each, {**known, "g": g}))
            if each.summed:
                total = np.asarray(np.sum(value, axis=each.summed), object)
                value = self._assign(total.reshape(each.value.shape))
            self._arrive(each.operand.quantity.id, value)
            local = each.local
            if local is not None:
                ones = _ones(step.output.shape)
                local = self._numbers(self._assign(_handed_on(step, each, {**known, "g": ones})))
            operand, numbers = operands[each.operand.parameter], self._numbers
            contributions.append(
                Contribution(operand, local, numbers(unreduced), each.summed, numbers(value))
            )
        return BackwardStep(shown, self._numbers(g), tuple(contributions))

    def _arrive(self, tensor: str, value: Array) -> None:
        """Add to the gradient of a tensor."""
        so_far = self._gradients.get(tensor)
        if so_far is None:
            self._gradients[tensor] = value
            return
        total = self._gradients[tensor] = self._assign(np.asarray(so_far + value, object))
        left, right, made = (self._numbers(x).ravel().tolist() for x in (so_far, value, total))
        self._sums |= dict(zip(zip(left, right, strict=True), made, strict=True))

    # --- places and numerals ----------------------------------------------------------------------

    def _new(self, shape: tuple[int, ...]) -> Array:
        """Return the text of new places, each with a numeral of its own."""
        made = np.empty(shape, object)
        for index in np.ndindex(shape):
            numeral = next(self._free, None)
            if numeral is None:
                raise Fixed("a computation of so many numbers")
            place = made[index] = Text(f"m[{len(self.numerals)}]")
            self.numerals[place] = numeral
        return made

    def _assign(self, formulas: Array) -> Array:
        """Write a line for each formula, and return the places; what is a place or 0 stays so."""
        if all(each in self.numerals or each in ("0.0", "1.0") for each in formulas.ravel()):
            return formulas
        made = self._new(formulas.shape)
        pairs = zip(made.ravel(), formulas.ravel(), strict=True)
        self.lines += [f"{place} = {formula};" for place, formula in pairs]
        return made

    def _numbers(self, texts: Array) -> Array:
        def number(text: str) -> float:
            return self.numerals[text] if text in self.numerals else float(text.strip("()"))

        return np.asarray(of_each(number, texts), np.float64)


def _forward(step: Step, given: Mapping[str, Array]) -> Any:
    """Return the formulas of what an operation makes."""
    op, attributes = step.op, step.attributes
    match op.public, [*given.values()]:
        case "mse_loss", [x, target]:
            return _reduced((x - target) * (x - target), attributes.get("reduction", "mean"))
        case _ if getattr(op, "elementwise", False):
            return np.broadcast_to(forward_formula(step, given), step.output.shape or ())
        case ("sum" | "mean") as kind, [x]:
            return _reduced(x, kind, attributes.get("dim"), bool(attributes.get("keepdim")))
        case "matmul", [x, y]:
            return x @ y
        case "linear", [x, weight, *bias]:
            return sum(bias, start=x @ weight.T)
        case _, [x] if getattr(op, "view", False):
            return op.forward(x, **attributes)
    raise Fixed(op.public)


def _handed_on(step: Step, contribution: Contribution, known: Mapping[str, Array]) -> Array:
    """Return the formulas of what an operand gets, before broadcasting is undone."""
    op, attributes, parameter = step.op, step.attributes, contribution.operand.parameter
    g, own = known["g"], known[parameter]
    if op.public in ("sum", "mean"):
        dims = attributes.get("dim")
        if dims is not None and not attributes.get("keepdim"):
            g = np.expand_dims(g, dims)
        size = own.size // g.size if op.public == "mean" else 1
        return np.broadcast_to(np.asarray(g if size == 1 else g / size, object), own.shape)
    if not getattr(op, "view", False):
        n = own.size if attributes.get("reduction", "mean") == "mean" else 1
        handed = rule_formula(step, parameter, known, {"n": n})
        return np.broadcast_to(handed, g.shape) if getattr(op, "elementwise", False) else handed
    handed = np.full(own.size, "0", object)
    places = np.asarray(op.forward(np.arange(own.size).reshape(own.shape), **attributes))
    for place, each in zip(places.ravel(), g.ravel(), strict=True):
        handed[place] = each if handed[place] == "0" else handed[place] + each
    return handed.reshape(own.shape)


def _ones(shape: tuple[int, ...] | None) -> Array:
    return of_each(literal, np.ones(shape or ()))


def _reduced(texts: Array, kind: str, dims: Any = None, keepdims: bool = False) -> Any:
    """Return the sum or the mean; with the kind "none" it is what was given."""
    if kind == "none":
        return texts
    made = np.sum(texts, axis=dims, keepdims=keepdims)
    return made / (texts.size // np.size(made)) if kind == "mean" else made
