"""A computation and its backward pass as a program in JavaScript, one line for each number.
Read `sliders.py` next, which has a page run it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...arrays.dtypes import Array
from ..derivation.backward import BackwardPass, BackwardStep, Contribution
from ..structure.computation import Computation, Step
from .scalar_formulas import Fixed, forward_formula, literal, rule_formula

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
        self.numerals: dict[int, int] = {}  # and the places that they stand for
        self.leaves: dict[str, list[int]] = {}  # the places to be set, by the id of the tensor
        self.count = 0
        self._free = iter([each for each in NUMERALS if each not in avoided])
        self._numeral_of: dict[str, int] = {}  # by the text of the place
        self._texts: dict[str, Array] = {}  # by the id of the tensor
        for each in computation.quantities:
            if each.value is None or (each.requires_grad and each.value.size > MOST):
                raise Fixed(f"a tensor of shape {each.shape}")
            if each.id in moved:
                self._texts[each.id] = self._new(each.value.shape)
                self.leaves[each.id] = list(self.numerals.values())[-each.value.size :]
            elif each.kind != "result":
                self._texts[each.id] = _each(literal, each.value)
        for step in computation.steps:
            made = _forward(step, self._operands(step))
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
        self._gradients = {output.id: _each(literal, np.ones(output.shape or ()))}
        back = [self._back(each, steps[each.step.output.id]) for each in backward.steps]
        gradients = {key: self._numbers(text) for key, text in self._gradients.items()}
        self.backward = BackwardPass(tuple(back), gradients)
        self.computation = replace(
            computation,
            steps=tuple(steps.values()),
            quantities=tuple(shown.values()),
            outputs=(shown[output.id],),
        )

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
            operand = operands[each.operand.parameter]
            unreduced = value = self._assign(_handed_on(step, each, {**known, "g": g}))
            if each.summed:
                value = self._assign(_sum_of(unreduced, each.summed).reshape(each.value.shape))
            tensor = each.operand.quantity.id
            if tensor in self._gradients:
                value = self._apart(value, self._gradients[tensor])
                unreduced = unreduced if each.summed else value
                self._gradients[tensor] = self._total(self._gradients[tensor], value)
            else:
                self._gradients[tensor] = value
            local = each.local
            if local is not None:
                ones = _each(literal, np.ones(step.output.shape or ()))
                alone = self._assign(_handed_on(step, each, {**known, "g": ones}))
                local = self._numbers(alone)
            numbers = self._numbers(unreduced), self._numbers(value)
            contributions.append(Contribution(operand, local, numbers[0], each.summed, numbers[1]))
        return BackwardStep(shown, self._numbers(g), tuple(contributions))

    # --- places and numerals ----------------------------------------------------------------------

    def _new(self, shape: tuple[int, ...]) -> Array:
        """Return the text of new places, each with a numeral of its own."""
        made = np.empty(shape, object)
        for index in np.ndindex(shape):
            numeral = next((each for each in self._free if each not in self.numerals), None)
            if numeral is None:
                raise Fixed("a computation of so many numbers")
            place = made[index] = f"m[{self.count}]"
            self.numerals[numeral], self._numeral_of[place] = self.count, numeral
            self.count += 1
        return made

    def _assign(self, formulas: Array) -> Array:
        """Write a line for each formula, and return the places; what is a place or 0 stays so."""
        if all(each in self._numeral_of or each in ("0.0", "1.0") for each in formulas.ravel()):
            return formulas
        made = self._new(formulas.shape)
        pairs = zip(made.ravel(), formulas.ravel(), strict=True)
        self.lines += [f"{place} = {formula};" for place, formula in pairs]
        return made

    def _number(self, text: str) -> float:
        return self._numeral_of[text] if text in self._numeral_of else float(text.strip("()"))

    def _numbers(self, texts: Array) -> Array:
        return np.asarray(_each(self._number, texts), np.float64)

    def _apart(self, value: Array, so_far: Array) -> Array:
        """Return the same numbers, in other places where the numeral of the sum would be taken."""
        value = value.copy()
        for index in np.ndindex(value.shape):
            while self._number(value[index]) + self._number(so_far[index]) in self.numerals:
                value[index] = self._assign(np.array(f"+{value[index]}", object))[()]
        return value

    def _total(self, so_far: Array, value: Array) -> Array:
        """Return the sum over two paths, whose numeral is the sum of theirs."""
        places = self._assign(_each("{} + {}".format, so_far, value))
        for place, a, b in zip(places.ravel(), so_far.ravel(), value.ravel(), strict=True):
            numeral = int(self._number(a) + self._number(b))
            if numeral > NUMERALS[-1]:
                raise Fixed("a sum over so many paths")
            self.numerals[numeral] = self.numerals.pop(self._numeral_of[place])
            self._numeral_of[place] = numeral
        return places


def _forward(step: Step, given: Mapping[str, Array]) -> Array:
    """Return the formulas of what an operation makes."""
    op, attributes = step.op, step.attributes
    match op.public, [*given.values()]:
        case "mse_loss", _:
            squares = _elementwise(lambda names: forward_formula(step, names), given)
            return _reduced(squares, attributes.get("reduction", "mean"))
        case _ if getattr(op, "elementwise", False):
            return _elementwise(lambda names: forward_formula(step, names), given)
        case ("sum" | "mean") as kind, [x]:
            return _reduced(x, kind, attributes.get("dim"), bool(attributes.get("keepdim")))
        case "matmul", [x, y]:
            return _product(x, y)
        case "linear", [x, weight, *bias]:
            made = _product(x, weight.T)
            return _each("{} + {}".format, made, bias[0]) if bias else made
        case _, [x] if getattr(op, "view", False):
            return np.asarray(op.forward(x, **attributes), object)
    raise Fixed(op.public)


def _handed_on(step: Step, contribution: Contribution, known: Mapping[str, Array]) -> Array:
    """Return the formulas of what an operand gets, before broadcasting is undone."""
    op, attributes, parameter = step.op, step.attributes, contribution.operand.parameter
    g, own = known["g"], known[parameter]
    if getattr(op, "elementwise", False):
        return _elementwise(lambda names: rule_formula(step, parameter, names), known)
    match op.public:
        case "mse_loss":
            sign = "2" if parameter == "input" else "-2"
            size = own.size if attributes.get("reduction", "mean") == "mean" else 1
            formula = f"{{}} * {sign} * ({{}} - {{}}) / {size}"
            return _each(formula.format, g, known["input"], known["target"])
        case "sum" | "mean":
            dims = attributes.get("dim")
            if dims is not None and not attributes.get("keepdim"):
                g = np.expand_dims(g, dims)
            spread = np.broadcast_to(g, own.shape)
            size = own.size // g.size if op.public == "mean" else 1
            return spread if size == 1 else _each(f"{{}} / {size}".format, spread)
        case "matmul":
            x, y = known["input"], known["other"]
            return _product(g, y.T) if parameter == "input" else _product(x.T, g)
        case "linear":
            x, weight = known["input"], known["weight"]
            if parameter == "bias":
                return g
            return _product(g, weight) if parameter == "input" else _product(g.T, x)
    handed = np.full(own.size, "0", object)
    places = np.asarray(op.forward(np.arange(own.size).reshape(own.shape), **attributes))
    for place, each in zip(places.ravel(), g.ravel(), strict=True):
        handed[place] = each if handed[place] == "0" else f"{handed[place]} + {each}"
    return handed.reshape(own.shape)


def _each(function: Callable[..., Any], *arrays: Array) -> Array:
    """Return what a function gives for each element, the arrays broadcast to one shape."""
    return np.asarray(np.frompyfunc(function, len(arrays), 1)(*arrays), object)


def _elementwise(formula: Callable[[dict[str, str]], str], given: Mapping[str, Array]) -> Array:
    return _each(lambda *texts: formula(dict(zip(given, texts, strict=True))), *given.values())


def _sum_of(texts: Array, dims: Any = None, keepdims: bool = False) -> Array:
    """Return sums of formulas; Python's own + of texts joins them, each behind a sign."""
    signed = _each("+{}".format, texts)
    return np.asarray(np.sum(signed, axis=dims, keepdims=keepdims), object)


def _reduced(texts: Array, kind: str, dims: Any = None, keepdims: bool = False) -> Array:
    """Return the sum or the mean; with the kind "none" it is what was given."""
    if kind == "none":
        return texts
    made = _sum_of(texts, dims, keepdims)
    return _each(f"({{}}) / {texts.size // made.size}".format, made) if kind == "mean" else made


def _product(left: Array, right: Array) -> Array:
    """Return the product of two matrices of formulas."""
    if left.ndim != 2 or right.ndim != 2:
        raise Fixed("a product that is none of two matrices")
    return _sum_of(_each("{} * {}".format, left[:, :, None], right[None]), 1)
