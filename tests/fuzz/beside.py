"""Running statements in both libraries, and comparing all that there is after each.
Read `documented.py` next, for what is different and is to be.
"""

from __future__ import annotations

import contextlib
import re
from random import Random
from typing import Any, NamedTuple

import numpy as np
from beside_torch import torch

import tinygrad_nn as tnn

from .documented import is_documented, is_undefined
from .drawing import Facts, draw_leaves, draw_statement
from .program import Leaf, Name, Program, Statement, weights

ERRORS = (RuntimeError, IndexError, ValueError, TypeError)  # what a library refuses with
LARGEST = 1e6  # a larger number ends a program: rounding would be all that differs
TOLERANCE = 1e-9
COARSE = {"matrix_exp": 1e-4}  # its gradient loses digits, in both, where what comes in is large
NOISE = 1e-12
MOST = 400  # elements of a variable that further statements are about


class DisagreementError(Exception):
    """What differs, in a line."""


class EndOfProgramError(Exception):
    """What comes after is not comparable, and why."""


class Side:
    """One library, its variables, and what it makes of a statement."""

    def __init__(self, library: Any, leaves: tuple[Leaf, ...], factor: float = 1.0) -> None:
        self.library, self.factor = library, factor
        self.names: dict[str, Any] = {}
        self.unpacked = False  # whether the last statement made a sequence
        for leaf in leaves:
            made = library.from_numpy(np.array(leaf.array * factor))
            self.names[leaf.name] = made.requires_grad_() if leaf.requires_grad else made

    def run(self, statement: Statement) -> tuple[list[Any], Exception | None]:
        """Return what it made, or wrote into, and its error."""
        try:
            made = statement.run(self.library, self.names)
        except Exception as error:
            return [], error
        if not statement.makes:
            self.names[statement.given["x"]] = made
        self.unpacked = isinstance(made, (tuple, list))
        parts = list(made) if self.unpacked else [made]
        if self.factor != 1.0:
            self.disturb(parts)
        return parts, None

    def disturb(self, made: list[Any]) -> None:
        """Scale PyTorch's floats by a few ulp, another number of them after each statement."""
        self.factor = 1.0 + (self.factor - 1.0) * -1.5
        for x in made:
            if x.dtype is torch.float64 and 0 not in x.stride():
                x.data.mul_(self.factor)

    def gradients(self, names: list[Name], leaves: list[Name], order: int) -> Any:
        """Return the leaves' gradients of the weighed sum of these, and those gradients' own."""
        roots = [self.names[name] for name in names]
        variables = [self.names[name] for name in leaves]
        found: list[Any] = []
        try:
            for _ in range(order):
                roots = [x for x in roots if x is not None and x.requires_grad]
                if not roots:
                    found += [None] * len(leaves)
                    continue
                weighed = [self.library.from_numpy(weights(tuple(x.shape))) for x in roots]
                if order == 1:
                    self.library.autograd.backward(roots, weighed)
                    roots = [x.grad for x in variables]
                else:
                    roots = self.library.autograd.grad(
                        roots, variables, weighed, create_graph=True, allow_unused=True
                    )
                found += roots
        except Exception as error:
            return [], error
        return found, None


def array_of(x: Any) -> Any:
    if type(x) is tnn.Tensor:
        return x.array
    try:
        return x.detach().numpy()
    except RuntimeError:  # PyTorch's lazy conjugates and zeros
        return x.numpy(force=True)


def largest(array: Any) -> float:
    """Return the largest absolute value; nan if there is one."""
    if not array.size or array.dtype.kind not in "fc":
        return 0.0
    return float(np.abs(array).max())


def differs(a: Any, b: Any, within: float) -> bool:
    if a.dtype != b.dtype or a.shape != b.shape:
        return True
    if a.tobytes() == b.tobytes():
        return False
    if b.dtype.kind not in "fc":
        return True
    if (np.abs(a - b) <= within).all():
        return False
    return not np.allclose(a, b, TOLERANCE, within if within < np.inf else 0.0, equal_nan=True)


class Beside:
    """A program as it runs: what there is in both libraries so far."""

    def __init__(self, leaves: tuple[Leaf, ...], library: Any = tnn, factor: float = 1.0) -> None:
        self.leaves = leaves
        self.theirs = Side(torch, leaves)
        self.ours = Side(library, leaves, factor)
        self.count = len(leaves)
        self.facts: dict[Name, Facts] = {}  # of what the next statement may be about
        for leaf in leaves:
            self.know(leaf.name, self.theirs.names[leaf.name])
        self.refused = 0
        self.unrecorded: set[Name] = set()  # made under no_grad, or of what was
        self.scale = 1.0  # the largest number so far
        self.tolerance = TOLERANCE
        self.adopting = False  # whether PyTorch goes on with the last digits that came out here

    def know(self, name: Name, x: Any) -> None:
        """Let further statements be about a variable, if it is one of PyTorch's float tensors."""
        if x.dtype is torch.float64 and x.numel() <= MOST and x.ndim < 6:
            memory = x.untyped_storage().data_ptr()
            self.facts[name] = Facts(tuple(x.shape), memory, x)

    def do(self, statement: Statement) -> Statement:
        """Run a statement; return it with the names of all that it made."""
        if any(name not in self.theirs.names for name in statement.reads):
            return statement  # a program that is being shrunk has lost what it is about
        if is_undefined(statement, self.theirs.names):
            raise EndOfProgramError("documented")
        for operation, tolerance in COARSE.items():
            if operation in statement.template:
                self.tolerance = tolerance
        theirs, error = self.theirs.run(statement)
        ours, own_error = self.ours.run(statement)
        if error is not None or own_error is not None:
            self.compare_errors(statement, own_error, error)
            self.refused += 1
        if len(theirs) != len(ours):
            raise DisagreementError(f"{len(ours)} tensors, {len(theirs)} in PyTorch")
        if not statement.makes:
            self.compare_all()
            return statement
        names = statement.makes
        if not error and len(theirs) != len(names):
            first = int(names[0][1:])
            names = tuple(Name(f"t{first + i}") for i in range(len(theirs)))
        self.count += len(names)
        if not statement.recorded or not self.unrecorded.isdisjoint(statement.reads):
            self.unrecorded.update(names)
        for name, x, y in zip(names, theirs, ours, strict=False):
            self.theirs.names[name], self.ours.names[name] = x, y
            self.know(name, x)
            self.compare(name)
        return statement._replace(makes=names or statement.makes, unpacks=self.theirs.unpacked)

    def compare_errors(self, statement: Any, own: Any, theirs: Any) -> None:
        if own is not None and theirs is not None:
            if not isinstance(own, ERRORS):
                raise DisagreementError(f"no error of a library: {own!r}")
        elif is_documented(statement, own, theirs, self.theirs.names, self.leaves):
            raise EndOfProgramError("documented")
        else:
            raise DisagreementError(f"here: {own!r}\nPyTorch: {theirs!r}")

    def compare_all(self) -> None:
        for name in self.theirs.names:
            self.compare(name)

    def compare(self, name: str) -> None:
        ours, theirs = self.ours.names[name], self.theirs.names[name]
        if ours.requires_grad != theirs.requires_grad:
            if theirs.requires_grad and name in self.unrecorded:
                # PyTorch says that a view taken under no_grad needs a gradient as soon as its base
                # does, and loses that gradient; here such a view is a constant
                raise EndOfProgramError("documented")
            if not theirs.numel():
                raise EndOfProgramError("documented")  # an empty view has no memory of its base's
            raise DisagreementError(
                f"{name}.requires_grad: {ours.requires_grad}, {theirs.requires_grad} in PyTorch"
            )
        a, b = array_of(ours), array_of(theirs)
        size = largest(b)
        if differs(a, b, self.tolerance * max(size, 1.0)):
            raise DisagreementError(f"{name}: {ours} is {theirs} in PyTorch")
        if self.adopting and 0 not in theirs.stride() and a.tobytes() != b.tobytes():
            theirs.data.copy_(torch.from_numpy(np.array(a)))
        if not size < LARGEST:
            raise EndOfProgramError("large")
        self.scale = max(self.scale, size)

    def finish(self, order: int) -> None:
        """Compare all values once more, and the gradients."""
        self.compare_all()
        known = {leaf.name for leaf in self.leaves}
        roots = [
            name
            for name, x in self.theirs.names.items()
            if name not in known and x.requires_grad and x.dtype is torch.float64
        ]
        if not roots:
            raise EndOfProgramError("nothing to differentiate")
        leaves = [leaf.name for leaf in self.leaves if leaf.requires_grad]
        theirs, error = self.theirs.gradients(roots, leaves, order)
        ours, own_error = self.ours.gradients(roots, leaves, order)
        if error is not None or own_error is not None:
            self.compare_errors(None, own_error, error)
            raise EndOfProgramError("backward refused")
        for place, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            self.compare_gradients(place, leaves, a, b)

    def compare_gradients(self, place: int, leaves: list[Name], ours: Any, theirs: Any) -> None:
        what = f"gradient of {leaves[place % len(leaves)]}, order {place // len(leaves) + 1}"
        if ours is None or theirs is None:
            if ours is theirs:
                return
            some = largest(array_of(theirs if ours is None else ours))
            if place < len(leaves) or not some < self.tolerance * self.scale:
                raise DisagreementError(f"{what}: {ours} is {theirs} in PyTorch")
            return  # beyond the first order, none is the same as zeros
        a, b = array_of(ours), array_of(theirs)
        if place >= len(leaves) and np.isnan(b).any() and not np.isnan(a).any():
            return  # rules select here, where PyTorch multiplies a power of 0 by 0
        if differs(a, b, self.tolerance * max(largest(b), self.scale)):
            raise DisagreementError(f"{what}: {ours} is {theirs} in PyTorch")


class Outcome(NamedTuple):
    """What came of a program."""

    program: Program
    found: str = ""  # what differs
    ended: str = ""  # why it was not run to the end
    refused: int = 0  # statements that both refuse


def drawn(seed: int) -> Outcome:
    """Draw the program of a seed while it runs."""
    random = Random(seed)
    beside = Beside(draw_leaves(random))
    length = 1 + int(8 * random.random())
    order = 2 if random.random() < 0.15 else 1
    statements: list[Statement] = []
    found = ended = ""
    try:
        for _ in range(3 * length):
            statement = draw_statement(random, beside.facts, beside.count)
            if statement is None:
                continue
            statements.append(statement)
            statements[-1] = beside.do(statement)
            if len(statements) == length:
                break
        beside.finish(order)
    except DisagreementError as error:
        found = str(error)
    except EndOfProgramError as error:
        ended = str(error)
    program = Program(beside.leaves, tuple(statements), order)
    if found:
        found, ended = judged(program, found)
    return Outcome(program, found, ended, beside.refused)


def difference(
    program: Program, library: Any = tnn, factor: float = 1.0, adopting: bool = False
) -> str:
    """Run a program; return what differs, "" if nothing."""
    beside = Beside(program.leaves, library, factor)
    beside.adopting = adopting
    try:
        for statement in program.statements:
            beside.do(statement)
        beside.finish(program.order)
    except DisagreementError as error:
        return str(error)
    except EndOfProgramError:
        pass
    return ""


def judged(program: Program, found: str) -> tuple[str, str]:
    """Return what differs in earnest, or why it is nothing."""
    if KEEPS_LESS.match(found):
        with torch.autograd.graph.saved_tensors_hooks(torch.clone, lambda kept: kept):
            found = difference(program)
        if not found:
            return "", "less is kept here"
    if rounds_differently(program) and (
        not difference(program, adopting=True) or has_noise(program) or is_ill_conditioned(program)
    ):
        return "", "ill-conditioned"
    if lies_in_rows(program):
        return "", "documented"
    return found, ""


def disagreement(program: Program) -> str:
    """Run a program; return what differs in earnest, "" if nothing."""
    found = difference(program)
    return judged(program, found)[0] if found else ""


# Backward of what was written since: where less is kept here, or a copy, the gradient is to be that
# of PyTorch when it keeps copies of all.
KEEPS_LESS = re.compile("here: None\nPyTorch: .*modified by an inplace operation")


def arrays_of(program: Program) -> list[tuple[Any, Any]]:
    """Return what each variable holds, in PyTorch and here."""
    beside = Beside(program.leaves)
    with contextlib.suppress(DisagreementError, EndOfProgramError):
        for statement in program.statements:
            beside.do(statement)
    ours, theirs = beside.ours.names, beside.theirs.names
    return [(array_of(theirs[name]), array_of(ours[name])) for name in ours if name in theirs]


def rounds_differently(program: Program) -> bool:
    """Whether any number is another in its last digits: else what ties here, ties there."""
    return any(a.tobytes() != b.tobytes() for a, b in arrays_of(program))


def lies_in_rows(program: Program) -> bool:
    """Whether what PyTorch lays out as an operand lies, lies row by row here.

    Then a view of it may be refused there, and a copy taken.
    """
    pairs = arrays_of(program)
    return any(b.flags.c_contiguous and not a.flags.c_contiguous for a, b in pairs)


def has_noise(program: Program) -> bool:
    """Whether a number is so small that it is what rounding left of 0, with a sign by chance."""
    sizes = [np.abs(x) for pair in arrays_of(program) for x in pair if x.dtype.kind in "fc"]
    return any(((size > 0) & (size < NOISE)).any() for size in sizes)


def is_ill_conditioned(program: Program) -> bool:
    """Whether PyTorch differs as much from itself, once all numbers are scaled by a few ulp.

    The elements of a tensor are by the same factor, so that what ties stays tied, and 0 stays 0.
    """
    factors = (1 + n * 2.0**-51 for n in (1, -1, 3, -3, 7))
    return any(difference(program, torch, factor) for factor in factors)
