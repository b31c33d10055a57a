"""`compare` holds gradients worked out by hand against autograd, and both against differences.
Read `comparison.py` next: the table it returns. `../by_hand.py` is a network worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.kinds import category
from ...errors import ArgumentError, DTypeError, GraphError, ShapeError
from .. import engine
from ..tensor_base import TensorBase
from .comparison import Comparison, ComparisonRow
from .numeric import slope

Array = NDArray[Any]
ROUNDING = 16 * 2.0**-52  # of a loss of size 1; on digits 0.3 to 13 times 2**-52 were measured
SEED = 67280421310721  # for a generator of our own: the global random state is left alone


def compare(
    by_hand: Mapping[str, Any],
    loss: Callable[[], Any],
    parameters: Mapping[str, TensorBase],
    *,
    entries: int | None = 200,
    eps: float = 1e-6,
    tolerance: float = 1e-12,
    numeric_tolerance: float = 1e-6,
) -> Comparison:
    """Return a table of gradients: by hand, by autograd, and by differences of the loss.

    How far two of them are apart is relative to the largest entry: max |a - b| / max(|a|, |b|). A
    row is right if by hand has the gradient's shape and is within `tolerance` of autograd, and the
    differences are within `numeric_tolerance` of it. These are exact to the rounding of the loss
    only, so a gradient below 0.004 max(1, |loss|) (at the usual eps) is measured against that.
    Entries within eps of a kink of the loss, such as a ReLU's, have no difference.

    Args:
        by_hand: the gradients worked out by hand, arrays or tensors, by name.
        loss: takes nothing and returns the loss of the parameters as they are, a float64 scalar;
            called twice per entry that is checked by differences.
        parameters: float64 tensors that require a gradient, by the same names. They are moved in
            place and put back; their `.grad` is left alone.
        entries: how many entries of each gradient to check by differences: the one where by hand
            is furthest off, the largest, and others at random, the same every time. None is all of
            them, 0 leaves differences out.
        eps: the step of the differences, (loss(w + eps) - loss(w - eps)) / 2 eps.
        tolerance: how far by hand may be from autograd.
        numeric_tolerance: how far differences may be from autograd.

    Raises:
        ValueError: names that are not the same, a loss that changes from call to call.
        DTypeError: a parameter or a loss that is not float64.
        ShapeError: a loss that is no scalar, a parameter without entries.
        GraphError: a parameter that requires no gradient, a loss that depends on none.

    Example:
        >>> import tinygrad_nn as tnn
        >>> w = tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)
        >>> table = tnn.autograd.compare({"w": 3 * w.detach()}, lambda: (w * w).sum(), {"w": w})
        >>> table.ok
        False
        >>> print(*(f"{row.name}: {row.remark}" for row in table))
        w: by hand is 1.5 times autograd at every entry
    """
    _check_names(by_hand, parameters)
    _check_parameters(parameters)
    if entries is not None and entries < 0:
        raise ArgumentError(f"compare: entries={entries}; it is a count, or None for all entries")
    hands = {name: _array(name, by_hand[name]) for name in parameters}
    value = _scalar(loss())
    here = value.array.reshape(1)
    _check_repeatable(loss, here)
    found = engine.grad(value, list(parameters.values()), allow_unused=True)
    random = np.random.Generator(np.random.PCG64(SEED))
    least = ROUNDING * max(1.0, _largest(here)) / eps / numeric_tolerance
    rows = []
    for (name, parameter), gradient in zip(parameters.items(), found, strict=True):
        autograd = np.zeros_like(parameter.array) if gradient is None else gradient.array
        fitted = _fitted(hands[name], autograd.shape)
        chosen = _chosen(fitted, autograd, entries, random)
        atol = numeric_tolerance * max(_largest(autograd), least)
        numeric, kinks = _differences(loss, parameter.array, chosen, eps, here, atol)
        checked = ~np.isnan(numeric)
        by_differences = _difference(numeric[checked], autograd[checked], least)
        row = ComparisonRow(
            name=name,
            by_hand=hands[name],
            fitted=fitted,
            autograd=autograd,
            numeric=numeric,
            kinks=kinks,
            hand_difference=_difference(fitted, autograd),
            numeric_difference=by_differences if checked.any() else np.nan,
            tolerance=tolerance,
            numeric_tolerance=numeric_tolerance,
        )
        rows.append(row)
    return Comparison(tuple(rows))


def _check_names(by_hand: Mapping[str, Any], parameters: Mapping[str, TensorBase]) -> None:
    missing, unknown = set(parameters) - set(by_hand), set(by_hand) - set(parameters)
    if missing or unknown or not parameters:
        raise ArgumentError(
            f"compare: by_hand has {', '.join(map(repr, by_hand)) or 'no names'}, parameters have "
            f"{', '.join(map(repr, parameters)) or 'none'}; each gradient is named as its parameter"
        )


def _check_parameters(parameters: Mapping[str, TensorBase]) -> None:
    for name, parameter in parameters.items():
        if not isinstance(parameter, TensorBase):
            raise DTypeError(f"compare: {name} is a {type(parameter).__name__}, not a Tensor")
        if parameter.array.dtype != np.float64:
            raise DTypeError(
                f"compare: {name} is {parameter.array.dtype}; differences need float64, as "
                "model.double() or dtype=tnn.float64 gives"
            )
        if not parameter.array.size:
            raise ShapeError(
                f"compare: {name} has no entries, its shape is {parameter.array.shape}"
            )
        if parameter.node is None:
            raise GraphError(f"compare: {name} requires no gradient; see requires_grad_()")


def _check_repeatable(loss: Callable[[], Any], here: Array) -> None:
    again = _scalar(loss()).array.reshape(1)
    if not np.allclose(here, again, 4 * ROUNDING, 0.0, equal_nan=True):
        raise ArgumentError(
            f"compare: the loss is {here.item()} and then {again.item()}; fix what is random in "
            "it, such as dropout or the choice of a batch"
        )


def _array(name: str, given: Any) -> Array:
    array = np.asarray(given.array if isinstance(given, TensorBase) else given)
    if category(array.dtype) not in ("integer", "float"):
        raise DTypeError(f"compare: {name} by hand is no array of numbers: {given!r:.60}")
    return array


def _scalar(value: Any) -> Any:
    if not isinstance(value, TensorBase) or value.array.dtype != np.float64:
        kind = value.array.dtype if isinstance(value, TensorBase) else type(value).__name__
        raise DTypeError(f"compare: the loss has to be a float64 Tensor, it is {kind}")
    if value.array.size != 1:
        raise ShapeError(f"compare: the loss has to be a scalar, its shape is {value.array.shape}")
    return value


def _fitted(hand: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient by hand in the shape it should have, as well as that can be done."""
    if hand.T.shape == shape != hand.shape:
        return hand.T
    if hand.size == np.prod(shape):
        return hand.reshape(shape)
    try:
        return np.broadcast_to(hand, shape)
    except ValueError:
        return np.full(shape, np.nan)


def _chosen(
    fitted: Array, autograd: Array, entries: int | None, random: np.random.Generator
) -> list[tuple[int, ...]]:
    """Return the indices to take differences at: the largest, the worst, then any."""
    with np.errstate(all="ignore"):
        first = [np.argmax(each) for each in (abs(fitted - autograd), abs(autograd))]
    order = dict.fromkeys([*first, *random.permutation(autograd.size)])
    return [
        tuple(int(each) for each in np.unravel_index(position, autograd.shape))
        for position in list(order)[:entries]
    ]


def _differences(
    loss: Callable[[], Any],
    array: Array,
    chosen: list[tuple[int, ...]],
    eps: float,
    here: Array,
    atol: float,
) -> tuple[Array, int]:
    """Return differences at the chosen entries, nan elsewhere, and how many are at a kink."""
    numeric, kinks = np.full(array.shape, np.nan), 0
    for index in chosen:
        found = slope(
            lambda: _scalar(loss()).array.reshape(1), array, index, 1.0, eps, here, atol, 0.0
        )
        if found.kink.any():
            kinks += 1
        else:
            numeric[index] = found.value.item()
    return numeric, kinks


def _largest(array: Array) -> float:
    return float(abs(array).max(initial=0.0))


def _difference(first: Array, second: Array, least: float = 0.0) -> float:
    """Return how far apart two arrays are, relative to their largest entry or to `least`."""
    with np.errstate(all="ignore"):
        difference = _largest(first - second)
    if not np.isfinite(difference):
        return np.inf
    return difference / max(_largest(first), _largest(second), least) if difference else 0.0
