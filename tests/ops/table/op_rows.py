"""What a row of the table of operations is made of: operands, samples, two spellings of a call.
Read `op_checks.py` next, which draws a row's operands and runs it.
"""

from __future__ import annotations

import copy
import inspect
import itertools
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry

Shape = tuple[int, ...]
Draw = Callable[[Any, Shape], Any]

# --- what an operand may hold: functions of a random generator and a shape ------------------------


def real(random: Any, shape: Shape) -> Any:
    return random.standard_normal(shape)


def wide(random: Any, shape: Shape) -> Any:
    """Often beyond the bounds of `low` and `positive`."""
    return 3.0 * real(random, shape)


def positive(random: Any, shape: Shape) -> Any:
    return random.uniform(0.5, 2.0, shape)


def low(random: Any, shape: Shape) -> Any:
    return -positive(random, shape)


def nonzero(random: Any, shape: Shape) -> Any:
    """Away from 0, where |x| and relu have their kinks and 1 / x its pole."""
    return positive(random, shape) * random.choice([-1.0, 1.0], shape)


def inside(random: Any, shape: Shape) -> Any:
    """Between -1 and 1, where arcsine has a slope."""
    return random.uniform(-0.9, 0.9, shape)


def above_one(random: Any, shape: Shape) -> Any:
    return random.uniform(1.1, 3.0, shape)


def probability(random: Any, shape: Shape) -> Any:
    return random.uniform(0.1, 0.9, shape)


def in_order(random: Any, shape: Shape) -> Any:
    return np.sort(real(random, shape), axis=-1)


def some_nan(random: Any, shape: Shape) -> Any:
    return np.where(random.random(shape) < 0.4, np.nan, real(random, shape))


def half_zero(random: Any, shape: Shape) -> Any:
    return np.where(random.random(shape) < 0.5, 0.0, real(random, shape))


def some_infinite(random: Any, shape: Shape) -> Any:
    return np.where(
        random.random(shape) < 0.5,
        real(random, shape),
        random.choice([np.inf, -np.inf, np.nan], shape),
    )


def complex_(random: Any, shape: Shape) -> Any:
    """Away from 0, where the angle has its branch point."""
    return nonzero(random, shape) + 1j * nonzero(random, shape)


def with_imaginary_part(draw: Draw) -> Draw:
    """The same numbers, each with an imaginary part drawn likewise."""
    return lambda random, shape: draw(random, shape) + 1j * draw(random, shape)


def invertible(random: Any, shape: Shape) -> Any:
    """Matrices whose singular values lie apart, also when they are cut to whole numbers."""
    rows, columns = shape[-2:]
    return 0.3 * real(random, shape) + np.eye(rows, columns) * np.arange(2, 2 + 2 * columns, 2)


def integer(random: Any, shape: Shape) -> Any:
    return random.integers(-4, 5, shape)


def boolean(random: Any, shape: Shape) -> Any:
    return random.random(shape) < 0.5


# --- where an operation is tried ------------------------------------------------------------------


class Sample(NamedTuple):
    """The shapes of the operands and the other arguments of one call."""

    shapes: tuple[Shape, ...]
    attributes: dict[str, Any]

    def __str__(self) -> str:
        shapes = ",".join(_short(shape) for shape in self.shapes)
        given = [f"{name}={_short(value)}" for name, value in self.attributes.items()]
        return " ".join([shapes, *given])


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({','.join(map(_short, value))})"
    if isinstance(value, slice):
        return ":".join(
            "" if end is None else str(end) for end in (value.start, value.stop, value.step)
        )
    name = getattr(value, "__name__", getattr(value, "name", None))
    return str(name or getattr(value, "tolist", lambda: value)()).replace(" ", "")


def at(*shapes: Shape, **attributes: Any) -> Sample:
    return Sample(shapes, attributes)


def each(shapes: Sequence[Any], *attributes: dict[str, Any]) -> list[Sample]:
    """Every shape (or tuple of shapes, one per operand) with every set of attributes."""
    return [
        at(*(shape if shape and isinstance(shape[0], tuple) else (shape,)), **given)
        for shape, given in itertools.product(shapes, attributes)
    ]


def ints(*values: Any) -> Any:
    return np.array(values)


floats = ints
CUBE = (2, 3, 4)

singles = [at(()), at((3,)), at((2, 3)), at((2, 1, 3)), at((0,)), at((3, 0))]
pairs = [
    *[at((), ()), at((3,), ()), at((), (2, 3)), at((3, 1), (3,)), at((3,), (2, 3))],
    *[at((4, 2, 3), (2, 3)), at((4, 2, 3), (4, 2, 3)), at((2, 1, 3), (2, 3))],
    *[at((2, 1, 3), (1, 4, 3)), at((0, 1, 3), (0, 2, 3)), at((1, 1), (0,))],
]
triples = [
    *[at((2, 3), (2, 3), (2, 3)), at((), (3,), (2, 1)), at((4, 1, 3), (2, 1), ())],
    at((0, 3), (3,), (1, 1)),
]

MAKES_COMPLEX = {"complex", "polar", "view_as_complex"}  # of real numbers

# --- the row --------------------------------------------------------------------------------------


class Row:
    """One operation: its name in the registry, its operands, where it is tried, PyTorch's spelling.

    `torch` is a name below torch (by default the operation's own) or a function of the same
    arguments. A function that is no single operation has `spelling(framework, *operands, **given)`.
    `named` are the names of the operands behind the first, where other arguments come before them;
    `numbers` says whether PyTorch takes a number as an operand, `ties` whether it says which of
    several equal elements it chooses. `of(framework, *operands)` are the operands that the
    operation is called with, of those that are drawn and differentiated by; `then(*outputs)` is
    what is looked at of several outputs.
    """

    def __init__(
        self,
        name: str,
        *operands: Draw,
        torch: str | Callable[..., Any] | None = None,
        samples: list[Sample] | None = None,
        spelling: Callable[..., Any] | None = None,
        named: tuple[str, ...] = (),
        numbers: bool = True,
        ties: bool = True,
        of: Callable[..., Any] | None = None,
        then: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.operands = operands
        self.elementwise = samples is None
        self.samples = samples or (singles, pairs, triples)[len(operands) - 1]
        self._torch = torch or name
        self._spelling = spelling
        self._named = named
        self.takes_numbers = numbers
        self.has_ties = ties
        self._of = of
        self._then = then

    @property
    def makes_operands(self) -> bool:
        """Whether the operation is called with tensors made of those that are drawn."""
        return self._of is not None

    def __repr__(self) -> str:
        return self.name

    @property
    def differentiable(self) -> bool:
        return self._spelling is not None or bool(registry[self.name].rules)

    @property
    def torch_name(self) -> str | None:
        """PyTorch's name below torch, if that is how it is called."""
        return self._torch if isinstance(self._torch, str) else None

    @property
    def is_complex(self) -> bool:
        return complex_ in self.operands or self.name in MAKES_COMPLEX

    @property
    def takes_sequence(self) -> bool:
        return self._spelling is None and registry[self.name].sequence

    def call(self, framework: Any) -> Callable[..., Any]:
        """Return the function of the operands and attributes, of tinygrad_nn or of torch."""
        if self._spelling is not None:
            return lambda *operands, **given: self._spelling(framework, *operands, **given)
        function: Any = self._torch
        library = framework
        if framework is tnn:
            function = registry[self.name].call
        elif isinstance(function, str):
            for part in function.split("."):
                framework = getattr(framework, part)
            function = framework
        if framework is tnn or not callable(self._torch):
            function = self.by_name(function)
        if self._then is not None:
            whole, then = function, self._then
            return lambda *operands, **given: then(*whole(*operands, **given))
        if self._of is not None:
            made, prepared = function, self._of
            return lambda *operands, **given: made(
                *(prepared(library, *operands) if hasattr(operands[0], "ndim") else operands),
                **given,
            )
        if not self.takes_sequence:
            return function
        return lambda *operands, **given: function(list(operands), **given)

    def by_name(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of all operands in order of one that takes some by name."""
        if not self._named:
            return function
        return lambda first, *others, **given: function(
            first, **dict(zip(self._named[: len(others)], others, strict=True)), **given
        )

    def on_complex_numbers(self, which: Sequence[bool]) -> Row:
        """Return this row with imaginary parts for the operands of floats that `which` says."""
        made = copy.copy(self)
        made.operands = tuple(
            with_imaginary_part(draw) if imaginary and draw in FLOATS else draw
            for draw, imaginary in zip(self.operands, which, strict=True)
        )
        return made


def functional(name: str, *operands: Draw, samples: list[Sample]) -> Row:
    """Return the row of a function below nn.functional that is no single operation."""
    return Row(
        name,
        *operands,
        samples=samples,
        spelling=lambda framework, *x, **given: getattr(framework.nn.functional, name)(*x, **given),
    )


FLOATS = (real, wide, half_zero, positive, low, nonzero, inside, above_one)
FLOATS += (probability, invertible, in_order)


class Case(NamedTuple):
    """One row at one sample."""

    row: Row
    sample: Sample

    def __str__(self) -> str:
        return f"{self.row.name} {self.sample}"

    def draw(self, seed: int = 0) -> list[Any]:
        """Return operands, the same for the same seed."""
        random = np.random.default_rng([seed, zlib.crc32(str(self).encode())])
        drawn = zip(self.row.operands, self.sample.shapes, strict=False)
        return [np.asarray(draw(random, shape)) for draw, shape in drawn]


def cases(rows: list[Row]) -> list[Case]:
    return [Case(row, sample) for row in rows for sample in row.samples]


def for_each_case(given: list[Case]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Parametrize a test of `case` by row: one test an operation, which runs all its cases."""
    by_row: dict[str, list[Case]] = {}
    for case in given:
        by_row.setdefault(str(case.row), []).append(case)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        def run(each_of: list[Case], **others: Any) -> None:
            for case in each_of:
                test(case=case, **others)

        parameters = inspect.signature(test).parameters.values()
        names = [p.replace(name="each_of") if p.name == "case" else p for p in parameters]
        run.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
        run.__name__, run.__doc__ = test.__name__, test.__doc__
        run.__module__ = test.__module__
        return pytest.mark.parametrize("each_of", list(by_row.values()), ids=list(by_row))(run)

    return decorate
