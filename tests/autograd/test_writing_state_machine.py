"""Programs of operations, views, writes in place and backward, drawn and run in both libraries.
Read `test_kept_values.py` next, which writes after each operation of the table in turn.

A program is a list of instructions, each a name and six numbers. What it does is a line of Python,
written when the shapes of the tensors so far are known and run with `torch` meaning one library or
the other: what a failure prints is a program to paste. TINYGRAD_NN_PROGRAMS=20000 runs as many.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from beside_torch import shrunk, torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from program_lines import OPERATIONS, PICKS, PLACES, SHAPES, SWITCHES, VIEWS, WRITES

import tinygrad_nn as tnn

PROGRAMS = int(os.environ.get("TINYGRAD_NN_PROGRAMS", "200"))
LARGEST = 1e4  # a larger number ends a program: rounding would be all that differs
ERRORS = (RuntimeError, IndexError, ValueError, TypeError)


class Step(NamedTuple):
    """A line about to be run, or, with its errors and what it made, one that was."""

    kind: str
    line: str
    x: Any  # PyTorch's tensor that the line is about, None if it makes one
    others: list[Any]  # PyTorch's other tensors
    grad_mode: bool
    errors: tuple[Exception | None, Exception | None] = (None, None)  # here, and in PyTorch
    made: tuple[Any, Any] = (None, None)


# What is different and is to be: the reason, and when it holds. Such a line is left out; one that
# turns out so when it is run ends the program.
DOCUMENTED: dict[str, Callable[[Step], bool]] = {
    "what keeps nothing can be gone back through twice here, a kept tensor be detached_, a bool "
    "tensor be subtracted, and a power be written to if its exponent needs no gradient": (
        lambda step: step.errors[0] is None and ALLOWED_HERE.search(str(step.errors[1]))
    ),
    "an index is copied here, and may be written to; PyTorch refuses backward": (
        lambda step: step.errors[0] is None and re.search("Long|BoolT", str(step.errors[1]))
    ),
    "no write goes into an expanded tensor here, in PyTorch a few do, such as zero_": (
        lambda step: step.kind in ("write", "set") and expanded(step.x)
    ),
    "PyTorch says that a view taken under no_grad requires a gradient as soon as its base does, "
    "and loses that gradient; here such a view is a constant": (
        lambda step: step.kind == "view" and not step.grad_mode
    ),
    "in PyTorch requires_grad_ changes what views taken before say, but not their gradients": (
        lambda step: step.kind == "switch" and any(overlap(step.x, u) for u in step.others)
    ),
    "after a write under no_grad PyTorch takes views anew from their base: what was computed from "
    "them before has no gradient with respect to them then, here it has": (
        lambda step: step.kind == "grad" and step.x._is_view() and step.x._version > 0
    ),
    "tanh_ and the like keep a copy of their output here, PyTorch refuses backward once the tensor "
    "is written again": (
        lambda step: step.errors[0] is None and KEPT_WHERE_IT_LIES.search(str(step.errors[1]))
    ),
    "with create_graph a gradient that is constant, such as that of relu, may require a gradient "
    "here, which is 0": (
        lambda step: (
            step.kind == "grad"
            and None not in step.made
            and step.made[0].requires_grad
            and not step.made[1].requires_grad
        )
    ),
    "a leaf that was switched off and written is no leaf, which PyTorch finds in backward": (
        lambda step: "graph interior" in str(step.errors[1])
    ),
    "PyTorch writes up to the index that is out of range, here nothing is written": (
        lambda step: step.kind == "set" and None not in step.errors
    ),
    "a write by an index array takes another dtype, as one by a slice does": (
        lambda step: step.errors[0] is None and "Index put" in str(step.errors[1])
    ),
    "view_as_complex takes numbers that lie in pairs, wherever the first lies": (
        lambda step: step.errors[0] is None and "divisible by 2" in str(step.errors[1])
    ),
    "one of the views that split, chunk or unbind return may be written here, and used after its "
    "base or another was; PyTorch refuses both": (
        lambda step: step.errors[0] is None and SEVERAL_VIEWS in str(step.errors[1])
    ),
    "a backward that fails has added to the gradients of some leaves in PyTorch": (
        lambda step: step.kind == "backward" and None not in step.errors
    ),
}
SEVERAL_VIEWS = "function that returns multiple views"
ALLOWED_HERE = re.compile("second time|detached in-place|Subtraction, the|output 0 of Pow")
KEPT_WHERE_IT_LIES = re.compile("output 0 of (Relu|Tanh|Exp|Sigmoid|Sqrt|AsStrided)(Backward0)?,")
# Left out in `Machine.value`: where a value overlaps with what it is written to, its clone is
# written. PyTorch leaves it undefined if a part overlaps, and where all does, as in x.mul_(x), it
# keeps x itself and refuses backward; here a copy is kept, and the gradient is right. Overflow in
# + - * and @ warns here; the programs run with NumPy's warnings off.

KINDS = [
    *["operation"] * 7 + ["view"] * 6 + ["write"] * 6 + ["set"] * 4 + ["make"] * 2 + ["pick"] * 2,
    *["switch", "backward", "grad"],
]
INSTRUCTION = st.tuples(st.sampled_from(KINDS), st.tuples(*[st.integers(0, 59)] * 6))
PROGRAM = st.lists(INSTRUCTION, min_size=6, max_size=10)  # `shrunk` makes them shorter


def fits(shape: Any, into: Any) -> bool:
    try:
        return np.broadcast_shapes(tuple(shape), tuple(into)) == tuple(into)
    except ValueError:
        return False


def overlap(x: Any, u: Any) -> bool:
    return np.shares_memory(x.detach().numpy(), u.detach().numpy())


def expanded(x: Any) -> bool:
    return any(size > 1 and step == 0 for size, step in zip(x.shape, x.stride(), strict=True))


def weighed(names: list[str]) -> str:
    weights = [0.7, -1.2, 0.4, 1.6, -0.3]
    return " + ".join(f"({name} * {weights[i % 5]}).sum()" for i, name in enumerate(names))


class Numbers:
    """The numbers of one instruction, used up one after the other; 0 comes after the last."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.rest = list(numbers)

    def below(self, count: int) -> int:
        return self.rest.pop(0) % count if self.rest else 0

    def of(self, choices: Any) -> Any:
        return choices[self.below(len(choices))]


class Machine:
    """Both libraries' tensors by name, and the lines that made them."""

    def __init__(self) -> None:
        self.ours: dict[str, Any] = {"torch": tnn}
        self.theirs: dict[str, Any] = {"torch": torch}
        self.lines: list[str] = []
        self.count = 0
        self.tolerance = 1e-9

    def names(self, where: Callable[[Any], bool] = lambda x: True) -> list[str]:
        """Return the names of PyTorch's tensors that are so, the newest first."""
        return [
            name
            for name, x in reversed(self.theirs.items())
            if isinstance(x, torch.Tensor) and where(x)
        ]

    # --- from an instruction to a line ------------------------------------------------------------

    def step(self, kind: str, numbers: Numbers) -> Step:
        grad_mode = numbers.below(6) != 5
        floats = self.names(torch.is_floating_point)
        if kind == "make" or not floats:
            return Step("make", f"t{self.count} = {self.made(numbers)}", None, [], grad_mode)
        name = numbers.of(self.names() if kind in ("view", "write", "set", "switch") else floats)
        x = self.theirs[name]
        others = [self.theirs[other] for other in self.names() if other != name]
        return Step(kind, self.line(kind, name, numbers), x, others, grad_mode)

    def line(self, kind: str, name: str, numbers: Numbers) -> str:
        new = f"t{self.count} = "
        if kind == "operation":
            return new + self.filled(numbers.of(OPERATIONS), name, numbers)
        if kind == "view":
            return new + self.filled(numbers.of(VIEWS), name, numbers)
        if kind == "pick":
            return new + name + self.filled(numbers.of(PICKS), name, numbers)
        if kind == "switch":
            return self.filled(numbers.of(SWITCHES), name, numbers)
        if not self.theirs[name].is_floating_point():
            return f"{name}.zero_()"
        if kind == "write":
            return self.filled(numbers.of(WRITES), name, numbers)
        if kind == "set":
            place = self.filled(numbers.of(PLACES), name, numbers)
            operator = numbers.of(["=", "+=", "*="])
            return f"{name}{place} {operator} {self.value(name, place, operator, numbers)}"
        names = self.names(torch.is_floating_point)
        chosen = names if numbers.below(3) == 2 else [numbers.of(names), numbers.of(names)]
        total = weighed(list(dict.fromkeys(chosen)))
        if kind == "backward":
            return f"({total}).backward(retain_graph={numbers.of([True, False])})"
        gradient = (
            f"torch.autograd.grad({total}, {name}, retain_graph=True, "
            f"create_graph={numbers.of([False, True])}, allow_unused=True)"
        )  # a copy: PyTorch's may be a view that was taken under no_grad
        return f"t{self.count}, = [g if g is None else g.clone() for g in {gradient}]"

    def made(self, numbers: Numbers) -> str:
        shape = numbers.of(SHAPES)
        if numbers.below(12) == 11:
            return f"torch.tensor({[numbers.below(2), numbers.below(2)]})"
        drawn = np.random.default_rng(self.count).choice(
            [-1.31, -0.83, -0.47, 0.59, 1.13, 1.72], shape
        )
        needed = numbers.of(["True", "True", "False"])
        dtype = numbers.of(["float64"] * 9 + ["float32"])
        return f"torch.tensor({drawn.tolist()}, dtype=torch.{dtype}, requires_grad={needed})"

    def filled(self, template: str, name: str, numbers: Numbers) -> str:
        """Put tensors that fit, dimensions and values where the template has room for them."""
        x = self.theirs[name]

        def tensor(fitting: Callable[[Any], bool], otherwise: str = name) -> str:
            return numbers.of(self.names(fitting) or [otherwise])

        def mask() -> str:
            drawn = np.random.default_rng(numbers.below(60)).random(tuple(x.shape)) < 0.5
            return tensor(
                lambda u: u.dtype == torch.bool and u.shape == x.shape,
                f"torch.tensor({drawn.tolist()})",
            )

        room = {
            "x": lambda: name,
            "u": lambda: tensor(lambda u: fits(u.shape, x.shape)),
            "w": lambda: tensor(lambda u: fits(x.shape, u.shape)),
            "s": lambda: tensor(lambda u: u.shape == x.shape),
            "m": lambda: tensor(
                lambda u: u.ndim > 0 and u.shape[-2:][0] == [*x.shape, 0][x.ndim - 1]
            ),
            "i": lambda: tensor(lambda u: u.dtype == torch.int64, "torch.tensor([1, 0])"),
            "b": mask,
            "d": lambda: numbers.of([0, -1, 1][: x.ndim + 1]),
            "order": lambda: str(tuple(reversed(range(x.ndim)))),
            "v": lambda: self.value(name, "", template, numbers),
        }
        return template.format(**{key: room[key]() for key in room if f"{{{key}}}" in template})

    def value(self, name: str, place: str, operator: str, numbers: Numbers) -> str:
        """Return a number or a tensor that fits, to be written to this place."""
        x = self.theirs[name]
        try:
            shape = eval(f"{name}{place}", dict(self.theirs)).shape
        except ERRORS:
            return "0.7"
        value = numbers.of([*self.names(lambda u: fits(u.shape, shape)), "0.7"])
        if value == "0.7":
            return value
        if overlap(x, self.theirs[value]) and (value != name or place or "add" not in operator):
            return f"{value}.clone()"
        return numbers.of([value, value, f"{value}.detach()"])

    # --- running it -------------------------------------------------------------------------------

    def run(self, step: Step) -> str:
        """Run a line in both; return what differs, "" if nothing."""
        if any(holds(step) for holds in DOCUMENTED.values()):
            return ""
        line = step.line if step.grad_mode else f"with torch.no_grad(): {step.line}"
        self.lines.append(line)
        if "float32" in line or ".float()" in line:
            self.tolerance = 1e-4
        code = compile(line, "program", "exec")
        here, there = failure(code, self.ours), failure(code, self.theirs)
        new = f"t{self.count}"
        done = step._replace(errors=(here, there), made=(self.ours.get(new), self.theirs.get(new)))
        if any(holds(done) for holds in DOCUMENTED.values()):
            raise EndOfProgramError
        if (here is None) != (there is None):
            return f"here: {here!r}\nPyTorch: {there!r}"
        if new in self.theirs:
            self.count += 1
        if found := self.compared():
            return found
        if self.theirs.get(new, 0) is None:
            del self.ours[new], self.theirs[new]
        return ""

    def compared(self) -> str:
        for name in [each for each in self.theirs if re.fullmatch(r"t\d+", each)]:
            a, b = self.ours[name], self.theirs[name]
            if found := self.differs(name, a, b):
                return found
            if b is None:
                continue
            for what in ("requires_grad", "is_leaf"):
                if failure_of(lambda b=b, what=what: getattr(b, what), SEVERAL_VIEWS):
                    raise EndOfProgramError
                if getattr(a, what) != getattr(b, what):
                    return f"{name}.{what}: {getattr(a, what)} is {getattr(b, what)} in PyTorch"
            if b.is_leaf and (found := self.differs(f"{name}.grad", a.grad, b.grad)):
                return found
        return ""

    def differs(self, name: str, a: Any, b: Any) -> str:
        text = f"{name}: {a} is {b} in PyTorch"
        if a is None or b is None:
            return "" if a is b else text
        a, b = a.detach().numpy(), b.detach().numpy(force=True)
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            return text
        largest = np.abs(b).max(initial=0)
        if not largest < LARGEST and "grad" not in name:
            raise EndOfProgramError
        within = self.tolerance * max(1, largest)
        return "" if np.allclose(a, b, self.tolerance, within, equal_nan=True) else text

    def end(self) -> str:
        """Run backward from a weighed sum of all that needs a gradient; compare the leaves'."""
        names = self.names(lambda x: x.requires_grad)[::-1]
        if not names:
            return ""
        return self.run(Step("backward", f"({weighed(names)}).backward()", None, [], True))


class EndOfProgramError(Exception):
    """What comes after is not comparable."""


def failure_of(call: Callable[[], Any], says: str) -> bool:
    try:
        call()
    except RuntimeError as error:
        return says in str(error)
    return False


def failure(code: Any, names: dict[str, Any]) -> Exception | None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", UserWarning)  # PyTorch's
        try:
            exec(code, names)
        except ERRORS as error:
            return error
    return None


def disagreement(program: list[tuple[str, tuple[int, ...]]]) -> str:
    """Return the program as it reads and what differs from PyTorch, "" if nothing."""
    machine = Machine()
    found = ""
    try:
        for kind, numbers in program:
            if found := machine.run(machine.step(kind, Numbers(numbers))):
                break
        else:
            found = machine.end()
    except EndOfProgramError:
        return ""
    return "\n".join(["", *machine.lines, found]) if found else ""


def check(programs: int) -> None:
    @settings(
        max_examples=programs,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(PROGRAM)
    def agree(program: list[tuple[str, tuple[int, ...]]]) -> None:
        if disagreement(program):
            short = shrunk(program, lambda part: bool(disagreement(part)))
            pytest.fail(disagreement(short), pytrace=False)

    agree()


def test_programs_that_write_in_place_do_what_they_do_in_pytorch():
    check(PROGRAMS)


@pytest.mark.slow
def test_many_programs_that_write_in_place_do_what_they_do_in_pytorch():
    check(2_000)
