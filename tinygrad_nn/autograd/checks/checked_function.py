"""A function under a gradient check: call it, move its inputs, pull gradients back through it.
Read `gradient_checks.py` next, which asks it questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DTypeError
from .. import engine
from ..tensor_base import TensorBase, make_tensor
from .numeric import Slope, slope

Array = NDArray[Any]
Outputs = dict[int, TensorBase]  # by their number among all that the function returned
SEED = 67280421310721  # for a generator of our own: the global random state is left alone


@dataclass
class CheckedFunction:
    """A function with its arguments, and how exact its gradients have to be."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    eps: float
    atol: float
    rtol: float

    def __post_init__(self) -> None:
        self.inputs = dict(requiring_grad(self.arguments))
        self.random = np.random.Generator(np.random.PCG64(SEED))

    def outputs(self) -> Outputs:
        """Call the function; return its outputs that require a gradient."""
        found = all_outputs(self.function, self.arguments)
        return {i: each for i, each in found.items() if each.node is not None}

    def slope(
        self, outputs: Iterable[int], j: int, where: Any, direction: Any, here: Array
    ) -> Slope:
        """Return how these outputs, one behind the other, change with a part of input j."""

        def values() -> Array:
            return joined(all_outputs(self.function, self.arguments), outputs)

        array = self.inputs[j].array
        return slope(values, array, where, direction, self.eps, here, self.atol, self.rtol)

    def pull(self, outputs: Outputs, gradients: dict[int, Array]) -> list[Array]:
        """Return every input's gradient, given those of some outputs; zeros if it has none."""
        roots = [outputs[i] for i in gradients]
        inputs = list(self.inputs.values())
        given = [make_tensor(gradient.copy()) for gradient in gradients.values()]
        found = engine.grad(roots, inputs, given, retain_graph=True, allow_unused=True)
        return [
            np.zeros_like(x.array) if g is None else g.array
            for x, g in zip(inputs, found, strict=True)
        ]

    def random_gradients(self, outputs: Outputs) -> dict[int, Array]:
        """Return an incoming gradient for each output."""
        return {i: random_like(each.array, self.random) for i, each in outputs.items()}


def requiring_grad(arguments: Any) -> Iterator[tuple[int, TensorBase]]:
    """Yield (number, tensor) for the arguments that require a gradient, also inside of lists."""
    for i, each in enumerate(_flattened(arguments)):
        if isinstance(each, TensorBase) and each.node is not None:
            yield i, each


def _flattened(arguments: Any) -> Iterator[Any]:
    for each in arguments:
        if isinstance(each, (list, tuple)):
            yield from _flattened(each)
        else:
            yield each


def all_outputs(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Outputs:
    """Call the function and return all its outputs.

    Raises:
        DTypeError: one that is no tensor.
    """
    result = function(*arguments)
    outputs = dict(enumerate(result if isinstance(result, (list, tuple)) else (result,)))
    for i, each in outputs.items():
        if not isinstance(each, TensorBase):
            raise DTypeError(
                f"gradcheck: output {i} of the function is a {type(each).__name__}, not a Tensor"
            )
    return outputs


def joined(outputs: Outputs, numbers: Iterable[int]) -> Array:
    """Return the values of these outputs one behind the other."""
    return np.concatenate([outputs[i].array.ravel() for i in numbers])


def random_like(array: Array, random: np.random.Generator) -> Array:
    """Return values from 0.5 to 1 of either sign, so that every entry counts, like the array."""
    values: Array = random.uniform(0.5, 1, array.shape) * random.choice((-1, 1), array.shape)
    return values.astype(array.dtype)
