"""Numbers drawn anew for each element of a tensor, whose gradient is 0: coins, counts, normals.
Read `../reduction/` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_number
from ...arrays.refusing import check_are_tensors, refuses
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...errors import ArgumentError, DTypeError, ShapeError
from ...random import Generator, default_generator, distributions
from ...random import binomial as counting
from .activations import check_float

__all__ = ["bernoulli", "binomial", "poisson"]


@op(r"y \sim D(x)", name="drawn")
def _drawn(input: Array, values: Data) -> Array:
    """Return values that were drawn for the input, which gets a gradient of 0."""
    return values


_drawn.vjp(input=lambda g: np.zeros_like(g))
drawn: Any = _drawn  # which takes out= besides


@refuses
def bernoulli(
    input: Any, p: Any = None, *, generator: Generator | None = None, out: Any = None
) -> Any:
    """Return 1 with the probability that the input holds, or that `p` is, else 0.

    Of the input's shape and dtype; PyTorch's numbers for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.bernoulli(tnn.tensor([0.1, 0.9, 0.9]))
        tensor([0., 1., 1.])
    """
    check_are_tensors("bernoulli", input=input)
    source = default_generator if generator is None else generator
    x = input.array
    if p is None:
        check_float(x, "bernoulli")
        probabilities = x
    else:
        probabilities = as_number(p, "p", "bernoulli")
        if not 0 <= probabilities <= 1:
            raise ArgumentError(f"bernoulli: p is a probability, from 0 to 1; got {p}")
    return drawn(input, source.bernoulli(probabilities, x.shape, x.dtype), out=out)


@refuses
def poisson(input: Any, generator: Generator | None = None) -> Any:
    """Return a count of the Poisson distribution for each rate in the input, in its dtype.

    PyTorch's numbers for the same seed; they are made one by one.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.poisson(tnn.tensor([0.0, 4.0, 20.0])).shape
        torch.Size([3])
    """
    check_are_tensors("poisson", input=input)
    check_float(input.array, "poisson")
    source = default_generator if generator is None else generator
    return drawn(input, distributions.poisson(source, input.array))


@refuses
def binomial(count: Any, prob: Any, generator: Generator | None = None) -> Any:
    """Return how many of `count` trials of probability `prob` succeed, in their common dtype.

    Both are tensors of one floating-point dtype that broadcast. PyTorch's numbers for the same
    seed; they are made one by one. The gradient is 0.

    Raises:
        DTypeError: integers, or two dtypes. ShapeError: shapes that do not broadcast.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.binomial(tnn.tensor([10.0, 100.0]), tnn.tensor([0.5]))
        tensor([ 7., 51.])
    """
    check_are_tensors("binomial", count=count, prob=prob)
    trials, chances = count.array, prob.array
    check_float(trials, "binomial")
    if chances.dtype != trials.dtype:
        raise DTypeError(
            f"binomial: count and prob are of one dtype, got {trials.dtype} and {chances.dtype}"
        )
    try:
        shape = np.broadcast_shapes(trials.shape, chances.shape)
    except ValueError:
        raise ShapeError(
            f"binomial: count {trials.shape} and prob {chances.shape} do not broadcast"
        ) from None
    source = default_generator if generator is None else generator
    values = counting.binomial(source, trials, chances)
    return drawn((count + prob) if shape else count, values)
