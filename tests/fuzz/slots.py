"""Filling in a template: which variables, dims, indices and numbers fit where.
Read `drawing.py` next, which draws whole programs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from .program import Index, Name, slots_of

Shape = tuple[int, ...]
NUMBERS = (0.5, -1, 2, 0.0, 1.5, -0.25)


METHODS = {
    "u": "broadcasting_there",
    "w": "broadcasting",
    "s": "of_its_shape",
    "m": "multiplying",
    "d": "own_dim",
    "e": "other_dim",
    "k": "flag",
    "n": "part_of_size",
    "b": "mask",
    "i": "indices",
    "j": "many_indices",
    "v": "value",
    "order": "order_of_dims",
    "reshaped": "shape_of_as_many",
    "index": "drawn_index",
}


class NothingFitsError(Exception):
    """No variable of the program can stand there."""


def broadcast(first: Shape, second: Shape) -> Shape | None:
    """Return the shape in which two meet, None if they do not."""
    length = max(len(first), len(second))
    met = []
    for i in range(-length, 0):
        a = first[i] if -i <= len(first) else 1
        b = second[i] if -i <= len(second) else 1
        if a != b and a != 1 and b != 1:
            return None
        met.append(b if a == 1 else a)
    return tuple(met)


def fits(shape: Shape, into: Shape) -> bool:
    return broadcast(shape, into) == into


def multiplies(first: Shape, second: Shape) -> bool:
    if not first or not second:
        return False
    inner = second[0] if len(second) == 1 else second[-2]
    return inner == first[-1] and broadcast(first[:-2], second[:-2]) is not None


class Slots:
    """The float variables that there are, their shapes by name, and the draws among them."""

    def __init__(self, random: Random, shapes: dict[Name, Shape]) -> None:
        self.random, self.shapes = random, shapes

    def below(self, count: int) -> int:
        return int(self.random.random() * count)

    def of(self, choices: Any) -> Any:
        return choices[int(self.random.random() * len(choices))]

    def variable(self, where: Callable[[Shape], bool]) -> Name:
        found = [name for name, shape in self.shapes.items() if where(shape)]
        if not found:
            raise NothingFitsError
        # the newest half of the times, so that programs go deep
        return found[-1] if self.random.random() < 0.4 else self.of(found)

    def fill(self, template: str, x: Name) -> dict[str, Any]:
        """Return what stands in each slot of a template about the variable x."""
        slots = slots_of(template)
        self.shape = self.place = self.shapes[x]
        self.dim = 0
        if "d" in slots and self.shape:
            self.dim = self.below(2 * len(self.shape)) - len(self.shape)
        self.wants_tensor = "{v}." in template
        given = {}
        for slot in slots:
            given[slot] = x if slot == "x" else getattr(self, METHODS[slot])()
        return given

    def broadcasting_there(self) -> Name:
        return self.variable(lambda shape: fits(shape, self.shape))

    def broadcasting(self) -> Name:
        return self.variable(lambda shape: broadcast(shape, self.shape) is not None)

    def of_its_shape(self) -> Name:
        return self.variable(lambda shape: shape == self.shape)

    def multiplying(self) -> Name:
        return self.variable(lambda shape: multiplies(self.shape, shape))

    def own_dim(self) -> int:
        return self.dim

    def other_dim(self) -> int:
        return self.below(len(self.shape) or 1)

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def part_of_size(self) -> int:
        return 1 + self.below(max(self.size, 1))

    @property
    def size(self) -> int:
        return self.shape[self.dim] if self.shape else 1

    def mask(self) -> Any:
        return self.nested(self.shape, lambda: self.random.random() < 0.5)

    def indices(self) -> list[int]:
        count = 1 + self.below(3) if self.size else 0
        return [self.below(self.size) for _ in range(count)]

    def many_indices(self) -> Any:
        return self.nested(self.shape, lambda: self.below(self.size))

    def nested(self, shape: Shape, draw: Callable[[], Any]) -> Any:
        if not shape:
            return draw()
        return [self.nested(shape[1:], draw) for _ in range(shape[0])]

    def order_of_dims(self) -> Shape:
        return tuple(self.random.sample(range(len(self.shape)), len(self.shape)))

    def shape_of_as_many(self) -> Shape:
        count = math.prod(self.shape)
        divisors = [each for each in (1, 2, 3, 4, 6) if count and count % each == 0]
        if not divisors:
            return self.shape
        first = self.of(divisors)
        return self.of([(first, count // first), (-1, first), (first, 1, count // first), (-1,)])

    def drawn_index(self) -> Index:
        parts: list[Any] = []
        for size in self.shape[: self.below(len(self.shape) + 1)]:
            kind = self.below(8)
            if kind < 2 and size:
                parts.append(self.below(2 * size) - size)
            elif kind < 5:
                start, step = self.below(size or 1), 1 + self.below(2)
                parts.append(slice(start or None, None, step if step > 1 else None))
            elif kind == 5:
                parts.append(slice(None, self.below(size + 1)))
            elif kind == 6 and size:
                parts.append([self.below(size) for _ in range(1 + self.below(3))])
            else:
                parts.append(slice(None))
            if self.random.random() < 0.1:
                parts.append(None)
        if not parts or self.random.random() < 0.2:
            parts.append(Ellipsis)
        index = Index(parts)
        try:
            self.place = np.broadcast_to(0.0, self.shape)[index.key].shape
        except IndexError:  # lists that do not broadcast, which both refuse
            self.place = ()
        return index

    def value(self) -> Any:
        """Return a number, or a tensor that fits where it is written to."""
        if not self.wants_tensor and self.random.random() < 0.4:
            return self.of(NUMBERS)
        return self.variable(lambda shape: fits(shape, self.place))
