"""What a backward pass is held to: its values, and how it treats what comes in.
Read `numeric.py` for the differences, and `mismatch.py` for what is said of a wrong entry.

Those that compare values return the places of kinks, where agreement says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.kinds import is_floating
from ...errors import ArgumentError, ShapeError
from ...warn import warn_user
from .checked_function import CheckedFunction, Outputs, all_outputs, joined, random_like
from .mismatch import GradcheckError, check_jacobian, entry
from .numeric import UNITS_OF_ROUNDING, largest_difference, unit_of

Array = NDArray[Any]


def check_inputs(checked: CheckedFunction) -> None:
    """Some input requires a gradient, and each entry can be moved alone."""
    if not checked.inputs:
        raise ArgumentError("gradcheck: no input requires a gradient, so there is nothing to check")
    for j, x in checked.inputs.items():
        if _shares_memory_with_itself(x.array):
            raise ShapeError(
                f"gradcheck: entries of input {j}, of shape {x.array.shape} and strides "
                f"{x.array.strides}, share memory and cannot be moved alone; pass its .clone()"
            )
        if not x.array.flags.writeable:
            raise ArgumentError(
                f"gradcheck: input {j} is read-only and cannot be moved; pass its .clone()"
            )
        if x.array.dtype != np.float64:
            warn_user(
                f"gradcheck: input {j} is {x.array.dtype}. Differences over eps={checked.eps:g} "
                "need float64 (.double()) and will most likely not agree with backward"
            )


def _shares_memory_with_itself(array: Array) -> bool:
    offsets = np.zeros(array.shape, np.intp)
    sides = [np.arange(n) * s for n, s in zip(array.shape, array.strides, strict=True)]
    for side in np.ix_(*sides):
        offsets += side
    return np.unique(offsets).size < array.size


def check_constant(checked: CheckedFunction) -> None:
    """No output requires a gradient: then none may move with an input."""
    outputs = all_outputs(checked.function, checked.arguments)
    numbers = [i for i, each in outputs.items() if is_floating(each.array)]
    if not numbers:
        return
    here = joined(outputs, numbers)
    for j, x in checked.inputs.items():
        for index in np.ndindex(x.array.shape):
            if checked.slope(numbers, j, index, 1.0, here).value.any():
                raise GradcheckError(
                    f"no output requires a gradient, yet moving input {j}{entry(index)} moves "
                    "them. Were they computed under no_grad(), from .detach(), or in NumPy?"
                )


def check_repeatable(checked: CheckedFunction, outputs: Outputs, nondet_tol: float) -> None:
    """Two calls on the same inputs give the same values, or no difference means anything."""
    again = checked.outputs()
    for i, output in outputs.items():
        if i not in again or again[i].array.shape != output.array.shape:
            raise GradcheckError(f"two calls on the same inputs gave output {i} different shapes")
        first, second = output.array, again[i].array
        rtol = UNITS_OF_ROUNDING * unit_of(first)
        if not np.allclose(first, second, rtol, nondet_tol, equal_nan=True):
            raise GradcheckError(
                f"two calls on the same inputs gave values of output {i} that differ by up to "
                f"{largest_difference(first, second):.3g}. Fix what is random, such as dropout"
            )


def check_backward(
    checked: CheckedFunction, outputs: Outputs, nondet_tol: float, check_dtypes: bool
) -> None:
    """Gradients have the inputs' shapes and dtypes, are the same twice, and zeros for zeros."""
    gradients = checked.random_gradients(outputs)
    first, second = checked.pull(outputs, gradients), checked.pull(outputs, gradients)
    zeros = checked.pull(outputs, {i: np.zeros_like(g) for i, g in gradients.items()})
    for (j, x), one, two, zero in zip(checked.inputs.items(), first, second, zeros, strict=True):
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
                f"two backward passes gave gradients of input {j} that differ by up to "
                f"{difference:.3g}; nondet_tol allows {nondet_tol:g}"
            )
        if zero.any():
            question = "Does it multiply by them, or is the derivative infinite here?"
            raise GradcheckError(
                f"for incoming gradients of zero, backward gave input {j} a gradient of up to "
                f"{abs(zero).max():.3g}. {question}"
            )


def check_missing_gradients(checked: CheckedFunction, outputs: Outputs) -> None:
    """No gradient for one of several outputs means the same as zeros for it."""
    gradients = checked.random_gradients(outputs)
    for i in outputs:
        others = {k: g for k, g in gradients.items() if k != i}
        expected = checked.pull(outputs, others | {i: np.zeros_like(gradients[i])})
        try:
            found = checked.pull(outputs, others)
        except Exception as error:
            raise GradcheckError(
                f"backward fails when output {i} gets no gradient: {error!r}. It may get None "
                "there; without set_materialize_grads(False) it gets zeros"
            ) from error
        for j, one, two in zip(checked.inputs, found, expected, strict=True):
            if not np.allclose(one, two, checked.rtol, checked.atol, equal_nan=True):
                raise GradcheckError(
                    f"no gradient for output {i} and one of zeros give gradients of input {j} "
                    f"that differ by up to {largest_difference(one, two):.3g}"
                )


def check_entries(checked: CheckedFunction, outputs: Outputs) -> list[str]:
    """Every entry of every output is checked against every entry of every input."""
    here = joined(outputs, outputs)
    pulled = {i: _pull_units(checked, outputs, i) for i in outputs}
    kinks = []
    for p, (j, x) in enumerate(checked.inputs.items()):
        indices = list(np.ndindex(x.array.shape))
        slopes = [checked.slope(outputs, j, index, 1.0, here) for index in indices]
        numeric = np.array([each.value for each in slopes]).reshape(x.array.size, here.size)
        kink = np.array([each.kink for each in slopes], bool).reshape(numeric.shape)
        kinks += [f"input {j}{entry(indices[row])}" for row in np.flatnonzero(kink.any(axis=1))]
        for i, columns in _columns(outputs):
            backward = pulled[i][p].T
            check_jacobian(
                backward,
                numeric[:, columns],
                kink[:, columns],
                (i, outputs[i].array),
                (j, x.array),
                checked,
            )
            _check_linear(checked, outputs, i, j, backward)
    return kinks


def _check_linear(
    checked: CheckedFunction, outputs: Outputs, i: int, j: int, backward: Array
) -> None:
    """A random incoming gradient gives what its entries give one by one, added up."""
    gradient = random_like(outputs[i].array, checked.random)
    found = checked.pull(outputs, {i: gradient})[list(checked.inputs).index(j)].ravel()
    expected = backward @ gradient.ravel()
    allowed = checked.atol + checked.rtol * (abs(backward) @ abs(gradient.ravel()))
    if not (abs(found - expected) <= allowed).all():
        raise GradcheckError(
            f"the gradient of input {j} is not linear in the incoming gradient of output {i}: for "
            f"a random one it differs by up to {largest_difference(found, expected):.3g} from the "
            "sum of what its entries give one by one"
        )


def _pull_units(checked: CheckedFunction, outputs: Outputs, i: int) -> list[Array]:
    """Return for each input a row per entry of output i: the gradient if that entry gets a 1."""
    output = outputs[i].array
    rows: list[list[Array]] = [[] for _ in checked.inputs]
    for index in np.ndindex(output.shape):
        unit = np.zeros_like(output)
        unit[index] = 1
        for row, gradient in zip(rows, checked.pull(outputs, {i: unit}), strict=True):
            row.append(gradient.ravel())
    sizes = [x.array.size for x in checked.inputs.values()]
    return [np.array(row).reshape(output.size, size) for row, size in zip(rows, sizes, strict=True)]


def _columns(outputs: Outputs) -> Iterator[tuple[int, slice]]:
    """Yield where the entries of each output lie in `joined(outputs, outputs)`."""
    end = 0
    for i, output in outputs.items():
        start, end = end, end + output.array.size
        yield i, slice(start, end)


def check_directions(checked: CheckedFunction, outputs: Outputs) -> list[str]:
    """One random direction per input is checked against a random gradient of each output."""
    here = joined(outputs, outputs)
    gradients = checked.random_gradients(outputs)
    pulled = {i: checked.pull(outputs, {i: gradients[i]}) for i in outputs}
    kinks = []
    for p, (j, x) in enumerate(checked.inputs.items()):
        direction = random_like(x.array, checked.random)
        slope = checked.slope(outputs, j, ..., direction, here)
        if slope.kink.any():
            kinks.append(f"input {j}")
        for i, columns in _columns(outputs):
            gradient = gradients[i].ravel()
            found = float((pulled[i][p] * direction).sum())
            expected = float(slope.value[columns] @ gradient)
            weight = abs(direction).sum() * abs(gradient).sum()
            allowed = checked.atol * weight + checked.rtol * abs(expected)
            if not abs(found - expected) <= allowed:
                raise GradcheckError(
                    f"wrong gradient of output {i} with respect to input {j}: in a random "
                    f"direction backward gives {found:.10g}, differences give {expected:.10g}.\n"
                    f"They differ by {abs(found - expected):.3g}; allowed is {allowed:.3g}.\n"
                    "Without fast_mode the message names the entry"
                )
    return kinks
