"""The steps of a computation, forward and then backward, with their formulas and numbers.
Read `panel.py` next, which writes a step as HTML; the rules are read in `../notation/`.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, Literal

import numpy as np

from ...arrays.dtypes import Array
from ...arrays.kinds import is_floating
from ..derivation.backward import BackwardPass, BackwardStep, Contribution, backward_pass
from ..derivation.formulas import incoming
from ..derivation.symbols import symbols
from ..drawing.tables import pictures_of
from ..notation.arguments import arguments_latex, as_identifier, rounded, short_number
from ..notation.forward import call_latex, dotted, shapes_of, shown_name, shown_operation
from ..notation.latex import to_text
from ..notation.latex_of import expression_latex
from ..notation.rules import rule_of_step
from ..structure.computation import Computation, Quantity, Step
from ..structure.tracing import source_of
from .frames import Frame, Part, Paths, Playback, Shown, Tables, Value, derivative

SIGNS = {None: "·", r"\cdot": "·", r"\odot": "⊙", "+": "+", "-": "−"}  # in a row of tensors
STEP = 0.01  # by how much a tensor is raised to say what its gradient means
LONGEST = 60  # characters of a title
_PRODUCT_IN_SUM = re.compile(r"(?:(?<=\()|(?<=[=+−] ))\(([^()+−/]*)\)(?= [+−]|\)|$)")
_DERIVATIVE = re.compile(r"\(∂ ([^ ()]+)\)/\(∂ ([^ ()]+)\)")


def playback(
    computation: Computation,
    backward: BackwardPass | None = None,
    add: Callable[[Any, Any], Any] = np.add,
) -> Playback:
    """Return the steps of a computation of one number, and of its backward pass.

    `add` gives the sum over two paths. Raises GraphError as `backward_pass` does.
    """
    return _Writer(computation, backward or backward_pass(computation), add).write()


class _Writer:
    def __init__(
        self, computation: Computation, backward: BackwardPass, add: Callable[[Any, Any], Any]
    ) -> None:
        self.add = add
        self.computation = computation
        self.backward = backward
        self.symbols = symbols(computation)
        self.names = {quantity.id: quantity.name for quantity in computation.quantities}
        self.output = computation.outputs[0]
        self.tables = Tables(pictures=_pictures(computation, backward))
        self.total = Counter(
            part.operand.quantity.id for step in backward.steps for part in step.contributions
        )
        self.arrived: dict[str, list[tuple[str, Array]]] = {}

    def write(self) -> Playback:
        forward = [self.forward(step) for step in self.computation.steps]
        backward = [self.back_through(step) for step in self.backward.steps]
        frames = [*forward, self.start(), *backward, self.end()]
        symbol = self.symbols[self.output.id]
        gradients = self.backward.gradients
        return Playback(symbol, self.symbols, frames, self.tables.html, gradients, self.title())

    def title(self) -> str:
        """Return the whole expression, or where that is long what it is made by."""
        written = dict(self.symbols)
        for step in self.computation.steps:
            names = {o.parameter: written[o.quantity.id] for o in step.operands}
            latex = call_latex(step, {**arguments_latex(step.attributes), **names})
            if len(latex) <= LONGEST:
                written[step.output.id] = latex
        steps = self.computation.steps
        text = to_text(f"{self.symbols[self.output.id]} = {written[self.output.id]}")
        if all(quantity.shape == () for quantity in self.computation.quantities):
            text = text.replace("⊙", "·")
        text = _PRODUCT_IN_SUM.sub(r"\1", text)
        whole = all(written[step.output.id] != self.symbols[step.output.id] for step in steps)
        if whole and len(text) <= LONGEST:
            return text
        called = " → ".join(shown_operation(step.op) for step in steps)
        return called if len(called) <= LONGEST else f"{len(steps)} operations, forward and back"

    def forward(self, step: Step) -> Frame:
        made = self.shown(step.output)
        right_side = call_latex(step, self.names_of(step))
        filled = ""
        numbers = self.numbers_of(step)
        if numbers is not None and step.op.latex:
            filled = f"{call_latex(step, numbers)} = {made.value.latex}"
        told = f"{self.formula(step)} = {filled or made.value.latex}".removesuffix(" = ")
        return self.frame(
            "forward",
            step,
            f"{to_text(told)}{_of_shape(made.value)}",
            filled=filled,
            terms=self.terms(right_side, {o.quantity.id: o.quantity for o in step.operands}),
            outputs=(made,),
        )

    def start(self) -> Frame:
        gradient = self.gradient(self.output.id)
        formula = f"{self.derivative(self.output.id)} = {gradient.value.latex or 1}"
        return Frame(
            "start",
            self.output.id,
            f"{self.in_words(formula, self.output.id)}: the backward pass starts here",
            formula=formula,
            outputs=(gradient,),
            finished=(gradient,),
        )

    def back_through(self, back: BackwardStep) -> Frame:
        step = back.step
        parts = tuple(self.part(back, each) for each in back.contributions)
        paths, finished = [], []
        for tensor in dict.fromkeys(part.id for part in parts):
            if len(self.arrived[tensor]) == self.total[tensor]:
                finished.append(self.gradient(tensor))
            if self.total[tensor] > 1:
                paths.append(self.paths(tensor))
        return self.frame(
            "backward",
            step,
            "; ".join(self.told(step, parts, paths)),
            outputs=tuple(
                self.gradient(each.output.id)  # of each tensor that the operation made
                for each in self.computation.steps
                if each.call is step.call and each.output.id in self.backward.gradients
            ),
            parts=parts,
            paths=tuple(paths),
            finished=tuple(finished),
            meaning=self.meaning(finished),
        )

    def end(self) -> Frame:
        wanted = [
            self.gradient(quantity.id)
            for quantity in self.computation.quantities
            if quantity.kind in ("leaf", "parameter") and quantity.id in self.backward.gradients
        ]
        told = [self.equation(each.id, each.value) + _of_shape(each.value) for each in wanted]
        text = f"All gradients: {'; '.join(told)}"
        return Frame("end", "", text, outputs=tuple(wanted), meaning=self.meaning(wanted))

    def frame(
        self, phase: Literal["forward", "backward"], step: Step, text: str, **more: Any
    ) -> Frame:
        """Return a step about an operation."""
        return Frame(
            phase,
            step.output.id,
            text,
            operation=shown_operation(step.op),
            module=step.module,
            source=source_of(step.call),
            formula=self.formula(step),
            operands=tuple(self.shown(o.quantity) for o in step.operands),
            **more,
        )

    def meaning(self, gradients: list[Shown]) -> tuple[str, ...]:
        """Return what each gradient says of the result, of arrays the number that counts most."""
        told = []
        output = to_text(self.symbols[self.output.id])
        for shown in gradients:
            gradient = self.backward.gradients[shown.id]
            if not is_floating(gradient) or not gradient.size or not np.isfinite(gradient).all():
                told.append("")
                continue
            place = np.unravel_index(int(np.abs(gradient).argmax()), gradient.shape)
            index = f"[{', '.join(map(str, place))}]" if place else ""
            change = float(f"{STEP * float(gradient[place]):.2g}")
            verb = "rises" if change > 0 else "falls"
            by = f"{verb} by about {to_text(short_number(abs(change)))}" if change else "stays"
            told.append(f"Raise {to_text(shown.symbol)}{index} by {STEP} and {output} {by}.")
        return tuple(told)

    # --- what a step is made of -------------------------------------------------------------------

    def part(self, back: BackwardStep, contribution: Contribution) -> Part:
        step, operand = back.step, contribution.operand
        tensor = operand.quantity.id
        self.arrived.setdefault(tensor, []).append(
            (self.symbols[step.output.id], contribution.value)
        )
        rule = rule_of_step(step, operand.parameter)
        latex = filled = ""
        taken: tuple[Shown, ...] = ()
        terms: tuple[Shown, ...] = ()
        if rule is not None:
            rule = rounded(rule)
            y = step.output_name  # in a rule that is the output, even if an operand is called so
            tensors = {as_identifier(o.parameter): o.quantity for o in step.operands}
            tensors[y] = step.output
            wanted = {each.id for each in ast.walk(rule) if isinstance(each, ast.Name)}
            taken = tuple(self.shown(each) for name, each in tensors.items() if name in wanted)
            came_in = incoming(step, self.computation.steps, self.derivative, "0", _listed)
            given_names = {as_identifier(x): latex for x, latex in self.names_of(step).items()}
            names = {**given_names, y: self.symbols[step.output.id], **came_in}
            latex = dotted(expression_latex(rule, names), shapes_of(step))
            terms = self.terms(latex, {each.id: each for each in tensors.values()}, step.output.id)
            numbers, made = self.numbers_of(step), step.output.value
            if numbers is not None and made is not None:
                result, g = (short_number(each[()]) for each in (made, back.incoming))
                filled = expression_latex(rule, {**numbers, y: result, "g": g, f"g_{y}": g})
                filled = "" if filled == short_number(contribution.value[()]) else filled
        value = self.tables.value(contribution.value)
        return Part(
            tensor,
            self.symbols[tensor],
            operand.quantity.name,
            shown_name(step.op, operand.parameter),
            step.operands.index(operand),
            len(self.arrived[tensor]) if self.total[tensor] > 1 else 0,
            latex,
            filled,
            None if contribution.local is None else self.tables.value(contribution.local),
            taken,
            terms,
            self.tables.value(contribution.unreduced) if contribution.summed else value,
            contribution.summed,
            value,
        )

    @np.errstate(all="ignore")
    def paths(self, id: str) -> Paths:
        arrived = self.arrived[id]
        return Paths(
            id,
            self.symbols[id],
            tuple(self.tables.value(value) for _, value in arrived),
            tuple(symbol for symbol, _ in arrived),
            self.total[id],
            len(arrived) == self.total[id],
            self.tables.value(np.asarray(reduce(self.add, (value for _, value in arrived)))),
        )

    def told(self, step: Step, parts: tuple[Part, ...], paths: list[Paths]) -> list[str]:
        """Return what a backward step does, in words."""
        in_words = self.in_words
        several = {each.id for each in paths}
        sentences = [f"Back through {to_text(self.formula(step))}"]
        for part in parts:
            rule = part.rule or r"\text{what its backward() gives}"
            chain = [each for each in (rule, part.filled, part.value.latex) if each]
            told = in_words(" = ".join(chain), step.output.id)
            if part.summed:
                told += f", summed over {dims(part.summed)}"
            gets = "gets" if part.id in several else "="
            sentences.append(f"{in_words(self.derivative(part.id), part.id)} {gets} {told}")
        for each in paths:
            so_far = "is the whole sum" if each.complete else "so far"
            count = f"{len(each.arrived)} of {each.total} paths"
            sentences.append(f"{self.equation(each.id, each.value)} {so_far}: {count}")
        return sentences

    def equation(self, id: str, value: Value) -> str:
        """Return "∂L/∂w = 2"; of an array only its name."""
        return self.in_words(f"{self.derivative(id)} = {value.latex}", id).rstrip(" =")

    def in_words(self, latex: str, id: str) -> str:
        """Return a formula as text, with the derivatives in it on one line, first that by `id`."""
        output, of = to_text(self.symbols[self.output.id]), to_text(self.symbols[id])
        text = to_text(latex).replace(to_text(self.derivative(id)), f"∂{output}/∂{of}")
        return _DERIVATIVE.sub(r"∂\1/∂\2", text)

    def shown(self, quantity: Quantity) -> Shown:
        value = self.tables.value(quantity.value, quantity.shape)
        return Shown(quantity.id, self.symbols[quantity.id], quantity.name, value)

    def terms(
        self, latex: str, tensors: Mapping[str, Quantity], came_in: str = ""
    ) -> tuple[Shown, ...]:
        """Return a formula as a row of these tensors, and of the gradient that came in."""
        named = {self.symbols[key]: (key, each.value, "") for key, each in tensors.items()}
        if came_in:
            gradient = self.backward.gradients[came_in]
            named[self.derivative(came_in)] = ("", gradient, came_in)
        row = []
        for sign, symbol, transposed in places_of(latex, named):
            tensor, array, of = named[symbol]
            if array is None or (transposed and array.ndim < 2):
                return ()
            value = self.tables.value(array, transposed=transposed)
            base = rf"\left({symbol}\right)" if of and transposed else symbol
            caption = rf"{base}^{{T}}" if transposed else symbol
            name, gradient = self.names.get(tensor, ""), "" if transposed else of
            row.append(Shown(tensor, caption, name, value, sign, gradient))
        return tuple(row)

    def gradient(self, id: str) -> Shown:
        value = self.tables.value(self.backward.gradients[id])
        return Shown(id, self.symbols[id], self.names[id], value)

    def derivative(self, id: str) -> str:
        return derivative(self.symbols[self.output.id], self.symbols[id])

    # --- formulas ---------------------------------------------------------------------------------

    def formula(self, step: Step) -> str:
        return f"{self.symbols[step.output.id]} = {call_latex(step, self.names_of(step))}"

    def names_of(self, step: Step) -> dict[str, str]:
        """Return what to call the operation's arguments in formulas."""
        names = {operand.parameter: self.symbols[operand.quantity.id] for operand in step.operands}
        return {**arguments_latex(step.attributes), **names}

    def numbers_of(self, step: Step) -> dict[str, str] | None:
        """Return the numbers of an operation on single numbers, None if arrays take part."""
        tensors = {each.parameter: each.quantity.value for each in step.operands}
        if any(x is None or x.shape != () for x in (*tensors.values(), step.output.value)):
            return None
        numbers = {name: short_number(x[()]) for name, x in tensors.items() if x is not None}
        return {**arguments_latex(step.attributes), **numbers}


def _listed(formulas: list[str]) -> str:
    return f"[{', '.join(formulas)}]"


def dims(summed: tuple[int, ...]) -> str:
    """Return "dim 0" or "dims 0, 2"."""
    return f"dim{'s' if len(summed) > 1 else ''} {', '.join(map(str, summed))}"


def _of_shape(value: Value) -> str:
    return f", of shape {value.shape}" if value.shape else ""


def places_of(latex: str, symbols: Iterable[str]) -> list[tuple[str, str, bool]]:
    r"""Return the row of tensors that a formula is, as on a blackboard; nothing if it is none.

    Each is the sign that stands before it, its symbol, and whether it is transposed.

    Example:
        >>> for place in places_of(r"X W^{T} + b", ["X", "W", "b"]):
        ...     print(*place)
         X False
        · W True
        + b False
        >>> places_of(r"\max(X, 0)", ["X"])
        []
    """
    known = "|".join(re.escape(each) for each in sorted(symbols, key=len, reverse=True))
    place = re.compile(
        rf"\s*(?P<sign>\\odot|\\cdot|\+|-)?\s*(?:\\left\((?P<within>{known})\\right\)"
        rf"|(?P<bare>{known}))(?P<turned>\^{{T}})?(?![\w^{{(])"
    )
    found: list[tuple[str, str, bool]] = []
    at = 0
    while at < len(latex):
        match = place.match(latex, at)
        if match is None:
            return []
        sign = SIGNS[match["sign"]] if found or match["sign"] else ""
        found.append((sign, match["within"] or match["bare"], match["turned"] is not None))
        at = match.end()
    return found if len(found) > 1 else []


def _pictures(computation: Computation, backward: BackwardPass) -> set[int]:
    """Return the id() of each array whose rows may be images, and of the gradients of such."""
    wanted = pictures_of(computation)
    arrays = [each.value for each in computation.quantities if each.id in wanted]
    arrays += [backward.gradients.get(each) for each in wanted]
    for step in backward.steps:
        for part in step.contributions:
            if part.operand.quantity.id in wanted:
                arrays += [part.value, part.unreduced]
    return {id(array) for array in arrays if array is not None}
