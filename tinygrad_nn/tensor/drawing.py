"""The methods that fill a tensor in place with random numbers, PyTorch's for the same seed.
Read `creation.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.arguments import as_bool, as_integer, as_number
from ..arrays.kinds import is_bool, is_integral
from ..arrays.layout import in_memory_order
from ..arrays.refusing import check_are_tensors, instead_of, refuses
from ..arrays.warnings import quiet
from ..autograd.tensor_base import make_tensor
from ..autograd.writing import write
from ..errors import ArgumentError, DTypeError, ShapeError
from ..ops.elementwise.drawing import bernoulli
from ..random import Generator, default_generator, distributions
from ..random.generator import DIGITS

Draw = Callable[[Generator, Any, Any], Any]


def _fill(x: Any, name: str, generator: Generator | None, draw: Draw) -> Any:
    """Write draw(stream, shape, dtype) into x in the order that its elements have in memory."""
    source = default_generator if generator is None else generator
    with quiet():
        values = draw(source, in_memory_order(x.array).shape, x.array.dtype)

    def put(array: Any, given: Any) -> None:
        with quiet():  # what the dtype cannot hold becomes inf
            np.copyto(in_memory_order(array), given, casting="unsafe")

    return write(x, values, name, put)


def _bounds(name: str, given: Any, named: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Return the arguments `from`, a word of Python's, and `to`."""
    asked = {"from": low, "to": high}
    if len(given) > 2 or not named.keys() <= asked.keys():
        raise TypeError(f"{name}() takes from, to and generator; got {given} and {named}")
    asked.update(zip(asked, given, strict=False))
    asked.update(named)
    return asked["from"], asked["to"]


class DrawingMethods:
    """Methods of a Tensor that draw."""

    __slots__ = ()

    array: Any

    bernoulli = bernoulli

    @refuses
    @instead_of("uniform", name="uniform_")
    def uniform_(self, *given: Any, generator: Generator | None = None, **named: Any) -> Any:
        """Fill with values spread evenly over [from, to), by default [0, 1)."""
        low, high = _bounds("uniform_", given, named, 0.0, 1.0)
        a, b = as_number(low, "from", "uniform_"), as_number(high, "to", "uniform_")

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            return source.uniform(shape, a, b, dtype)

        return _fill(self, "uniform_", generator, draw)

    @refuses
    @instead_of("normal", name="normal_")
    def normal_(
        self, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
    ) -> Any:
        """Fill with values of the normal distribution N(mean, std^2)."""
        middle, width = as_number(mean, "mean", "normal_"), as_number(std, "std", "normal_")
        in_pairs = not self.array.flags.c_contiguous

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            return source.normal(shape, middle, width, dtype, in_pairs)

        return _fill(self, "normal_", generator, draw)

    @refuses
    @instead_of("exponential", name="exponential_")
    def exponential_(self, lambd: float = 1.0, *, generator: Generator | None = None) -> Any:
        """Fill with waiting times of a process of `lambd` events a unit."""
        rate = as_number(lambd, "lambd", "exponential_")

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            return source.exponential(shape, rate, dtype)

        return _fill(self, "exponential_", generator, draw)

    @refuses
    @instead_of("geometric", name="geometric_")
    def geometric_(self, p: float, *, generator: Generator | None = None) -> Any:
        """Fill with the numbers of trials, of chance `p` each, up to the first success."""
        chance = as_number(p, "p", "geometric_")

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            return distributions.geometric(source, chance, shape, dtype)

        return _fill(self, "geometric_", generator, draw)

    @refuses
    @instead_of("cauchy", name="cauchy_")
    def cauchy_(
        self, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None
    ) -> Any:
        """Fill with values of the Cauchy distribution about `median`, of half width `sigma`."""
        middle, width = as_number(median, "median", "cauchy_"), as_number(sigma, "sigma", "cauchy_")

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            return distributions.cauchy(source, middle, width, shape, dtype)

        return _fill(self, "cauchy_", generator, draw)

    @refuses
    @instead_of("log_normal", name="log_normal_")
    def log_normal_(
        self, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None
    ) -> Any:
        """Fill with e^z for z of the normal distribution N(mean, std^2)."""
        middle, width = as_number(mean, "mean", "log_normal_"), as_number(std, "std", "log_normal_")

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            return distributions.log_normal(source, middle, width, shape, dtype)

        return _fill(self, "log_normal_", generator, draw)

    @refuses
    @instead_of("bernoulli", name="bernoulli_")
    def bernoulli_(self, p: Any = 0.5, *, generator: Generator | None = None) -> Any:
        """Fill with 1 with probability `p`, a number or a tensor that broadcasts here, else 0."""
        if hasattr(p, "array"):
            chances = p.array
            try:
                chances = np.broadcast_to(chances, self.array.shape)
            except ValueError:
                raise ShapeError(
                    f"bernoulli_: p {chances.shape} does not broadcast to {self.array.shape}"
                ) from None
            if not self.array.flags.c_contiguous:
                order = np.argsort([-stride for stride in self.array.strides], kind="stable")
                chances = chances.transpose(order)
        else:
            chances = as_number(p, "p", "bernoulli_")
            if not 0 <= chances <= 1:
                raise ArgumentError(f"bernoulli_: p is a probability, from 0 to 1; got {p}")

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            return source.bernoulli(chances, shape, dtype)

        return _fill(self, "bernoulli_", generator, draw)

    @refuses
    @instead_of("randint", name="random_")
    def random_(self, *given: Any, generator: Generator | None = None, **named: Any) -> Any:
        """Fill with integers: `random_(to)` of [0, to), `random_(from, to)` of [from, to).

        Without bounds, or with `from` alone, up to the largest that the dtype counts to.
        """
        if not given and not named:
            return _fill(self, "random_", generator, distributions.any_integer)
        if len(given) == 1 and not named:
            given = (0, *given)
        low, high = _bounds("random_", given, named, 0, None)
        first = as_integer(low, "from", "random_")
        above = _largest(self.array) + 1 if high is None else as_integer(high, "to", "random_")

        def draw(source: Generator, shape: Any, dtype: Any) -> Any:
            if above == 2**63:
                return distributions.int64_from(source, first, shape)
            return source.randint(first, above, shape, dtype)

        return _fill(self, "random_", generator, draw)

    @refuses
    def multinomial(
        self,
        num_samples: int,
        replacement: bool = False,
        *,
        generator: Generator | None = None,
    ) -> Any:
        """Return indices drawn by the weights in each row: see `tinygrad_nn.multinomial`."""
        return multinomial(self, num_samples, replacement, generator=generator)


@refuses
def multinomial(
    input: Any,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Any = None,
) -> Any:
    """Return `num_samples` indices drawn by weight, of a vector of weights or of each row.

    The weights are floats of a sum above 0. PyTorch's numbers for the same seed.

    Raises:
        RandomError: weights or a number of samples that cannot be drawn. ShapeError, DTypeError:
        what is no vector or matrix of floats.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.multinomial(tnn.tensor([0.0, 3.0, 1.0]), 5, replacement=True)
        tensor([2, 1, 1, 2, 1])
    """
    check_are_tensors("multinomial", input=input)
    source = default_generator if generator is None else generator
    count = as_integer(num_samples, "num_samples", "multinomial")
    drawn = source.multinomial(
        input.array, count, as_bool(replacement, "replacement", "multinomial")
    )
    if out is None:
        return make_tensor(drawn)
    return write(out, drawn, "multinomial")


def _largest(x: Any) -> int:
    if is_bool(x):
        return 1
    if x.dtype in DIGITS:
        return 2 ** DIGITS[x.dtype]
    if not is_integral(x):
        raise DTypeError(f"random_: {x.dtype} holds no range of integers")
    return int(np.iinfo(x.dtype).max)
