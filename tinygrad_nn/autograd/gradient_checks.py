"""What a backward pass is held to: its values, and how it treats what comes in.
Read `numeric.py` for the differences, and `mismatch.py` for what is said of a wrong entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DTypeError, ShapeError
from ..warn import warn_user
from . import engine
from .mismatch import GradcheckError, check_jacobian
from .numeric import Slope, largest_difference, rounding, slope
from .tensor_base import TensorBase, make_tensor

Array = NDArray[Any]
SEED = 67280421310721  # of PyTorch's generators; the global random state is left alone


@dataclass
class Subject:
    """A function, the inputs to move, and how exact its gradients have to be."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    eps: float
    atol: float
    rtol: float

    def __post_init__(self) -> None:
        self.random = np.random.Generator(np.random.PCG64(SEED))
        self.inputs = dict(requiring_grad(self.arguments))
        self.kinks: list[str] = []

    def outputs(self) -> dict[int, TensorBase]:
        """Call the function; return its outputs that require a gradient, by their number."""
        found = outputs_of(self.function, self.arguments)
        return {i: each for i, each in found.items() if each.node is not None}

    def slope(
        self, numbers: Iterable[int], j: int, where: Any, direction: Any, here: Array
    ) -> Slope:
        """Return how these outputs, one behind the other, change with a part of input j."""

        def values() -> Array:
            return flat(outputs_of(self.function, self.arguments), numbers)

        array = self.inputs[j].array
        return slope(values, array, where, direction, self.eps, here, self.atol, self.rtol)

    def pull(self, outputs: dict[int, TensorBase], gradients: dict[int, Array]) -> list[Array]:
        """Return the gradient of every input, given those of some outputs; zeros where it has none."""
        inputs = list(self.inputs.values())
        roots = [outputs[i] for i in gradients]
        given = [make_tensor(g.copy()) for g in gradients.values()]
        found = engine.grad(roots, inputs, given, retain_graph=True, allow_unused=True)
        return [
            np.zeros_like(x.array) if g is None else g.array
            for x, g in zip(inputs, found, strict=True)
        ]

    def random_gradients(self, outputs: dict[int, TensorBase]) -> dict[int, Array]:
        """Return an incoming gradient for each output, uniform from -1 to 1."""
        return {i: random_like(each.array, self.random) for i, each in outputs.items()}


def check_inputs(subject: Subject) -> None:
    """Some input requires a gradient, and no write into one entry of it changes another."""
    if not subject.inputs:
        raise ValueError("gradcheck: no input requires a gradient, so there is nothing to check")
    for j, x in subject.inputs.items():
        offsets = sum(
            np.ix_(
                *(
                    np.arange(n) * stride
                    for n, stride in zip(x.array.shape, x.array.strides, strict=True)
                )
            ),
            np.zeros(x.array.shape, np.intp),
        )
        if np.unique(offsets).size < x.array.size:
            raise ShapeError(
                f"gradcheck: entries of input {j}, of shape {x.array.shape}, share memory (strides "
                f"{x.array.strides}), so that none can be moved alone; pass .contiguous() of it"
            )
        if not x.array.flags.writeable:
            raise ValueError(
                f"gradcheck: input {j} is read-only and cannot be moved; pass a .clone()"
            )
        if x.array.dtype != np.float64:
            warn_user(
                f"gradcheck: input {j} is {x.array.dtype}; a difference over eps={subject.eps:g} needs "
                "float64, and will most likely not agree with backward otherwise. Use .double()"
            )


def check_constant(subject: Subject) -> None:
    """No output requires a gradient: then none may move with an input."""
    found = outputs_of(subject.function, subject.arguments)
    numbers = [i for i, each in found.items() if each.array.dtype.kind == "f"]
    if not numbers:
        return
    here = flat(found, numbers)
    for j, x in subject.inputs.items():
        for index in np.ndindex(x.array.shape):
            moves = abs(subject.slope(numbers, j, index, 1.0, here).value)
            if moves.any():
                raise GradcheckError(
                    f"no output requires a gradient, yet moving input {j}{list(index)} moves them, by up "
                    f"to {moves.max():.6g} per unit. Were they computed under no_grad(), from "
                    ".detach(), or in NumPy?"
                )


def check_values_repeat(
    subject: Subject, outputs: dict[int, TensorBase], nondet_tol: float
) -> None:
    """Two calls on the same inputs give the same values, or no difference means anything."""
    again = subject.outputs()
    for i, output in outputs.items():
        if i not in again or again[i].array.shape != output.array.shape:
            raise GradcheckError(
                f"two calls on the same inputs gave different shapes of output {i}"
            )
        difference = largest_difference(output.array, again[i].array)
        if difference > nondet_tol + rounding(output.array, output.array, 1.0):
            raise GradcheckError(
                f"two calls on the same inputs gave different values of output {i}, by up to "
                f"{difference:.6g}. Fix what is random in the function, such as dropout, before "
                "checking its gradient"
            )


def check_backward(
    subject: Subject, outputs: dict[int, TensorBase], nondet_tol: float, check_dtypes: bool
) -> None:
    """What can be said of backward alone: shapes and dtypes, the same twice, zeros for zeros."""
    gradients = subject.random_gradients(outputs)
    first, second = subject.pull(outputs, gradients), subject.pull(outputs, gradients)
    zeros = subject.pull(outputs, {i: np.zeros_like(g) for i, g in gradients.items()})
    for (j, x), one, two, zero in zip(subject.inputs.items(), first, second, zeros, strict=True):
        if one.shape != x.array.shape:
            raise GradcheckError(
                f"the gradient of input {j} has shape {one.shape}, the input {x.array.shape}"
            )
        if check_dtypes and one.dtype != x.array.dtype:
            raise GradcheckError(
                f"the gradient of input {j} is {one.dtype}, the input {x.array.dtype}"
            )
        difference = largest_difference(one, two)
        if difference > nondet_tol:
            raise GradcheckError(
                f"two backward passes gave different gradients of input {j}, by up to "
                f"{difference:.6g}; allowed is nondet_tol={nondet_tol:g}"
            )
        if zero.any():
            raise GradcheckError(
                f"backward gave a gradient of input {j} of up to {abs(zero).max():.6g} for incoming "
                "gradients of zero. Does it multiply by the incoming gradient?"
            )


def check_missing_gradients(subject: Subject, outputs: dict[int, TensorBase]) -> None:
    """No gradient for one of several outputs means the same as zeros."""
    gradients = subject.random_gradients(outputs)
    for i in outputs:
        others = {k: g for k, g in gradients.items() if k != i}
        zeros = {k: np.zeros_like(g) if k == i else g for k, g in gradients.items()}
        expected = subject.pull(outputs, zeros)
        try:
            found = subject.pull(outputs, others)
        except Exception as error:
            raise GradcheckError(
                f"backward fails when output {i} gets no gradient: {type(error).__name__}: {error}. "
                "It has to take None there, or leave set_materialize_grads(True) on to get zeros"
            ) from error
        for j, one, two in zip(subject.inputs, found, expected, strict=True):
            if not np.allclose(one, two, subject.rtol, subject.atol, equal_nan=True):
                raise GradcheckError(
                    f"the gradient of input {j} differs by {largest_difference(one, two):.6g} between "
                    f"no gradient for output {i} and one of zeros"
                )


def check_entries(subject: Subject, outputs: dict[int, TensorBase]) -> None:
    """Every entry of every output against every entry of every input."""
    here = flat(outputs, outputs)
    by_input = []  # one row per entry of the input, one column per entry of all outputs
    for j, x in subject.inputs.items():
        found = [subject.slope(outputs, j, index, 1.0, here) for index in np.ndindex(x.array.shape)]
        pairs = (x.array.size, here.size)
        kink = np.array([each.kink for each in found], bool).reshape(pairs)
        by_input.append(Slope(np.array([each.value for each in found]).reshape(pairs), kink))
        for row in np.flatnonzero(kink.any(axis=1)):
            entry = [int(each) for each in np.unravel_index(row, x.array.shape)]
            subject.kinks.append(f"input {j}{entry or ''}")
    gradients = subject.random_gradients(outputs)
    end = 0
    for i, output in outputs.items():
        start, end = end, end + output.array.size
        rows = [subject.pull(outputs, {i: one_hot}) for one_hot in units(output.array)]
        pulled = subject.pull(outputs, {i: gradients[i]})
        for p, (j, x) in enumerate(subject.inputs.items()):
            numeric = Slope(*(part[:, start:end] for part in by_input[p]))
            columns = [row[p].ravel() for row in rows]
            backward = np.array(columns).reshape(output.array.size, x.array.size).T
            check_jacobian(
                backward,
                *numeric,
                subject.atol,
                subject.rtol,
                output=(i, output.array.shape),
                input=(j, x.array),
                eps=subject.eps,
            )
            check_linear(
                subject, pulled[p].ravel(), backward, gradients[i].ravel(), f"output {i}", j
            )


def check_linear(
    subject: Subject, pulled: Array, backward: Array, gradient: Array, output: str, j: int
) -> None:
    """A random incoming gradient gives the sum of what its entries give one by one."""
    expected = backward @ gradient
    allowed = subject.atol + subject.rtol * (abs(backward) @ abs(gradient))
    if not (abs(pulled - expected) <= allowed).all():
        raise GradcheckError(
            f"backward of {output} is not linear in its incoming gradient: for a random one the gradient "
            f"of input {j} is off by {largest_difference(pulled, expected):.6g} from the sum of its parts"
        )


def check_directions(subject: Subject, outputs: dict[int, TensorBase]) -> None:
    """One random direction per input against one random incoming gradient per output."""
    here = flat(outputs, outputs)
    gradients = subject.random_gradients(outputs)
    pulled = {i: subject.pull(outputs, {i: gradients[i]}) for i in outputs}
    for p, (j, x) in enumerate(subject.inputs.items()):
        direction = random_like(x.array, subject.random)
        numeric = subject.slope(outputs, j, ..., direction, here)
        if numeric.kink.any():
            subject.kinks.append(f"input {j}")
        end = 0
        for i, output in outputs.items():
            start, end = end, end + output.array.size
            gradient = gradients[i].ravel()
            found = float((pulled[i][p] * direction).sum())
            expected = float(numeric.value[start:end] @ gradient)
            weight = abs(direction).sum() * abs(gradient).sum()
            allowed = subject.atol * weight + subject.rtol * abs(expected)
            if not abs(found - expected) <= allowed:
                raise GradcheckError(
                    f"wrong gradient of output {i} with respect to input {j}: along a random direction "
                    f"backward gives {found:.10g}, differences give {expected:.10g}. They differ by "
                    f"{abs(found - expected):.3g}, allowed is {allowed:.3g}; fast_mode=False says at "
                    "which entry"
                )


def requiring_grad(arguments: Any) -> Iterator[tuple[int, TensorBase]]:
    """Yield (number, tensor) for the arguments that require a gradient, those inside lists too."""
    for i, each in enumerate(_flattened(arguments)):
        if isinstance(each, TensorBase) and each.node is not None:
            yield i, each


def _flattened(arguments: Any) -> Iterator[Any]:
    for each in arguments:
        if isinstance(each, (list, tuple)):
            yield from _flattened(each)
        else:
            yield each


def outputs_of(function: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[int, TensorBase]:
    """Call the function and return all its outputs by number."""
    result = function(*arguments)
    outputs = dict(enumerate(result if isinstance(result, (list, tuple)) else (result,)))
    for i, each in outputs.items():
        if not isinstance(each, TensorBase):
            raise DTypeError(
                f"gradcheck: output {i} of the function is a {type(each).__name__}, no Tensor"
            )
    return outputs


def flat(outputs: dict[int, TensorBase], numbers: Iterable[int]) -> Array:
    """Return the values of these outputs one behind the other."""
    return np.concatenate([outputs[i].array.ravel() for i in numbers])


def units(array: Array) -> Iterator[Array]:
    """Yield an array of zeros with a single 1, for every entry."""
    for index in np.ndindex(array.shape):
        unit = np.zeros_like(array)
        unit[index] = 1
        yield unit


def random_like(array: Array, random: np.random.Generator) -> Array:
    return random.uniform(-1, 1, array.shape).astype(array.dtype)
