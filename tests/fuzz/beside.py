"""Running statements in both libraries, and comparing all that there is after each.
Read `documented.py` next, for what is different and is to be; `judging.py` says what is a fault.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from beside_torch import torch

import tinygrad_nn as tnn

from .documented import is_documented, is_undefined
from .drawing import Facts
from .program import Leaf, Name, Statement, weights

ERRORS = (RuntimeError, IndexError, ValueError, TypeError)  # what a library refuses with
LARGEST = 1e6  # a larger number ends a program: rounding would be all that differs
TOLERANCE = 1e-9
COARSE = {
    "matrix_exp": 1e-4,  # its gradient loses digits, in both, where what comes in is large
    "frexp": 1e-4,  # the mantissa of what is near 0 shows the digits that a difference lost
    "gamma": 1e-7,  # PyTorch's trigamma, the slope of digamma, has 9 of its digits
}
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
