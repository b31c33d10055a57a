"""What a line of the table of operations is made of: how its operands are drawn, how it is called.
Read `operations.py` next, the table itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

Shape = tuple[int, ...]
Draw = Callable[[Any, Shape], Any]  # of a random generator and a shape

SIZES: dict[str, tuple[int, int]] = {"small": (4, 4), "middle": (16, 32), "large": (256, 1024)}

# --- what an operand holds, and its shape for a size of n x m -------------------------------------


class Operand(NamedTuple):
    """Floats of either sign, n x m and wanting a gradient, unless it says otherwise."""

    draw: Draw = lambda random, shape: random.standard_normal(shape)
    shape: Callable[[int, int], Shape] = lambda n, m: (n, m)
    wants_gradient: bool = True

    def of(self, shape: Callable[[int, int], Shape]) -> Operand:
        """The same in another shape."""
        return self._replace(shape=shape)

    def make(self, library: ModuleType, random: Any, n: int, m: int) -> Any:
        """Draw it as a float32, int64 or bool tensor of the library."""
        array = np.asarray(self.draw(random, self.shape(n, m)))
        floats = array.dtype.kind == "f"
        tensor = library.from_numpy(array.astype(np.float32) if floats else array)
        return tensor.requires_grad_(floats and self.wants_gradient)


def _below(limit: Callable[[int, int], int], shape: Callable[[int, int], Shape]) -> Operand:
    """Ints from 0 to a limit that depends on the size; the shape is drawn with the limit in it."""
    return Operand(
        lambda random, given: random.integers(0, given[-1], given[:-1]),
        lambda n, m: (*shape(n, m), limit(n, m)),
    )


real = Operand()
positive = Operand(lambda random, shape: random.uniform(0.5, 2.0, shape))
inside = Operand(lambda random, shape: random.uniform(-0.9, 0.9, shape))  # for asin, atanh
above = Operand(lambda random, shape: random.uniform(1.1, 3.0, shape))  # for acosh
probability = Operand(lambda random, shape: random.uniform(0.1, 0.9, shape))
target = real._replace(wants_gradient=False)
some_nan = Operand(lambda random, shape: np.where(random.random(shape) < 0.4, np.nan, 1.0))
mask = Operand(lambda random, shape: random.random(shape) < 0.5)
ints = Operand(lambda random, shape: random.integers(0, 100, shape))

row, column = real.of(lambda n, m: (m,)), real.of(lambda n, m: (n, 1))
middle_one = real.of(lambda n, m: (n, 1, m))
two_rows, half_rows = real.of(lambda n, m: (2, m)), real.of(lambda n, m: (n // 2, m))
turned = real.of(lambda n, m: (m, n))
stack = real.of(lambda n, m: (4, n, m // 4))
turned_stack = real.of(lambda n, m: (4, m // 4, n))
square = Operand(  # well-conditioned, and small: the time of the factorisation itself is LAPACK's
    lambda random, shape: random.standard_normal(shape) + 2 * shape[0] ** 0.5 * np.eye(*shape),
    lambda n, m: (min(n, 32), min(n, 32)),
)
spread = Operand(  # singular values far from each other, since gradients have their differences
    lambda random, shape: random.standard_normal(shape) / 9 + np.diag(np.arange(1.0, shape[0] + 1)),
    square.shape,
)
columns = real.of(lambda n, m: (min(n, 32), 2))
weight, bias = real.of(lambda n, m: (m // 4, m)), real.of(lambda n, m: (m // 4,))
hidden = real.of(lambda n, m: (n, m // 4))
gate_weights = (real.of(lambda n, m: (m, m)), real.of(lambda n, m: (m, m // 4)), row, row)
IMAGES = {4: (1, 1, 4, 4), 16: (2, 4, 8, 8), 256: (16, 16, 32, 32)}  # as many elements as n x m
images = real.of(lambda n, m: IMAGES[n])
signals = real.of(lambda n, m: (IMAGES[n][0], IMAGES[n][1], IMAGES[n][2] * IMAGES[n][3]))
filters = real.of(lambda n, m: (2 * IMAGES[n][1], IMAGES[n][1], 3, 3))
filters_1d = real.of(lambda n, m: (2 * IMAGES[n][1], IMAGES[n][1], 3))
filter_bias = real.of(lambda n, m: (2 * IMAGES[n][1],))
channel = real.of(lambda n, m: (IMAGES[n][1],))

labels = _below(lambda n, m: m, lambda n, m: (n,))
rows = _below(lambda n, m: n, lambda n, m: (n // 2,))
places = _below(lambda n, m: n, lambda n, m: (n, m))
other_rows = Operand(  # none twice, so that a write has one outcome
    lambda random, shape: random.permutation(shape[0])[: shape[0] // 2], lambda n, m: (n,)
)

# --- the line -------------------------------------------------------------------------------------


def find(library: Any, path: str) -> Any:
    """Return what a dotted name below the library stands for, None if it is not there."""
    for part in path.split("."):
        library = getattr(library, part, None)
    return library


def has(library: Any, path: str) -> bool:
    """Whether the library has a public function, or method, of this dotted name."""
    return find(library, path) is not None


class Line:
    """A way to call one operation: a title that begins with the operation's name, and operands.

    `call` is a dotted name below the library (by default the first word of the title) or a function
    of the library and the operands. A line whose `call` or `needs` names what a library does not
    have is left out. `writes` says that it writes into its first operand. Two libraries may draw
    different numbers where it is `random`.
    """

    def __init__(
        self,
        title: str,
        *operands: Operand,
        call: str | Callable[..., Any] | None = None,
        needs: str | None = None,
        records: str | None = None,
        writes: bool = False,
        random: bool = False,
    ) -> None:
        self.title = title
        self.operands = operands
        self.call = call or title.split()[0]
        self.needs = needs or (self.call if isinstance(self.call, str) else None)
        self.records = records or title.split()[0]
        self.writes = writes
        self.random = random

    def __repr__(self) -> str:
        return self.title

    @property
    def covers(self) -> set[str]:
        """The names under which the operation may be in the registry."""
        return {self.records, self.records.replace(".", "_"), self.records.rpartition(".")[2]}

    def there(self, *libraries: Any) -> bool:
        """Whether every one of the libraries has it."""
        return self.needs is None or all(has(library, self.needs) for library in libraries)

    def bind(self, library: ModuleType) -> Callable[..., Any]:
        """Return a function of the operands alone, with as little around it as can be."""
        if isinstance(self.call, str):
            return find(library, self.call)
        return partial(self.call, library)


class Run:
    """A line with one library, on operands that are the same for every library."""

    def __init__(self, line: Line, library: ModuleType, n: int, m: int, calls: int = 25) -> None:
        random = np.random.default_rng(zlib.crc32(line.title.encode()))
        self.library = library
        self.operands = [each.make(library, random, n, m) for each in line.operands]
        self.leaves = [each for each in self.operands if each.requires_grad]
        self.call = line.bind(library)
        self.times = range(calls)
        self.forward = self._writes if line.writes else self._calls
        results = self.forward()
        parts = results[0] if type(results[0]) is not type(self.operands[0]) else None
        self.parts = parts and [i for i, part in enumerate(parts) if part.requires_grad]
        self.ones = [library.ones(each.shape, dtype=each.dtype) for each in self.outputs(results)]

    def _calls(self) -> list[Any]:
        call, operands = self.call, self.operands
        return [call(*operands) for _ in self.times]

    def _writes(self) -> list[Any]:
        call, (first, *others) = self.call, self.operands
        written = first.clone()
        for _ in self.times:
            call(written, *others)
        return [written]

    def outputs(self, results: list[Any]) -> list[Any]:
        """The tensors that a backward pass begins at: of sort's pair, say, the values only."""
        if self.parts is None:
            return results if results[0].requires_grad else []
        return [result[i] for result in results for i in self.parts]

    def backward(self, results: list[Any]) -> None:
        """Go back from all of them at once, each with a gradient of ones."""
        self.library.autograd.backward(self.outputs(results), self.ones)

    def both(self) -> None:
        """Forward and backward; the gradients are dropped, not added up."""
        self.backward(self.forward())
        for leaf in self.leaves:
            leaf.grad = None
