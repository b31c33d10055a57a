"""`compare` holds gradients worked out by hand against autograd, and both against differences.
Read `comparison.py` next: the table it returns. `../by_hand.py` is a network worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DTypeError, GraphError, ShapeError
from . import engine
from .comparison import Comparison, ComparisonRow
from .numeric import constant_ratio, rounding, slope
from .tensor_base import TensorBase

Array = NDArray[Any]
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

    Differences between the three are relative, max |a - b| / max(max |a|, max |b|). A row is right
    if by hand has the gradient's shape and is within `tolerance` of autograd, and the differences
    are within `numeric_tolerance` of it (and the rounding of the loss, 6e-8 |loss| at the usual
    eps). Entries within eps of a kink of the loss, such as a ReLU's, have no difference.

    Args:
        by_hand: the gradients worked out by hand, arrays or tensors, by name.
        loss: takes nothing and returns the loss of the parameters as they are, a float64 scalar;
            called twice per entry that is checked by differences.
        parameters: float64 tensors that require a gradient, by the same names. They are moved in
            place and put back; their `.grad` is left alone.
        entries: how many entries of each gradient to check by differences: the largest one, the
            one where by hand is furthest off, and others at random, the same every time. None is
            all of them, 0 leaves differences out.
        eps: the step of the differences, (loss(w + eps) - loss(w - eps)) / 2 eps.
        tolerance: how far by hand may be from autograd.
        numeric_tolerance: how far differences may be from autograd.

    Raises:
        ValueError: names that are not the same, or a loss that changes from call to call.
        DTypeError: anything but float64. ShapeError: a loss that is no scalar.
        GraphError: a parameter that requires no gradient, or a loss that depends on none.

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
    hands = {name: _array(name, by_hand[name]) for name in parameters}
    value = _scalar(loss())
    targets = list(parameters.values())
    found = engine.grad(value, targets, allow_unused=True)
    here = value.array.reshape(1)
    again = _scalar(loss()).array
    if not (abs(again - here) <= rounding(here, here, 1.0)).all():
        raise ValueError(
            f"compare: the loss is {here.item()} and then {again.item()}; fix what is random in it, "
            "such as dropout or the choice of a batch"
        )
    random = np.random.Generator(np.random.PCG64(SEED))
    rows = []
    for (name, parameter), gradient in zip(parameters.items(), found, strict=True):
        autograd = np.zeros_like(parameter.array) if gradient is None else gradient.array
        hand = hands[name]
        fitted = _fitted(hand, autograd.shape)
        chosen = _chosen(fitted, autograd, entries, random)
        atol = numeric_tolerance * _largest(autograd)
        numeric, kinks = _differences(loss, parameter.array, chosen, eps, here, atol)
        noise = float(rounding(here, here, eps).item())
        row = _row(
            name, hand, fitted, autograd, numeric, kinks, noise, tolerance, numeric_tolerance
        )
        rows.append(row)
    return Comparison(tuple(rows))


def _check_names(by_hand: Mapping[str, Any], parameters: Mapping[str, TensorBase]) -> None:
    missing, unknown = set(parameters) - set(by_hand), set(by_hand) - set(parameters)
    if missing or unknown or not parameters:
        raise ValueError(
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
        if parameter.node is None:
            raise GraphError(f"compare: {name} requires no gradient; see requires_grad_()")


def _array(name: str, given: Any) -> Array:
    array = np.asarray(given.array if isinstance(given, TensorBase) else given)
    if array.dtype.kind not in "iuf":
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
    first = [np.argmax(each) for each in (abs(fitted - autograd), abs(autograd)) if each.size]
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


def _row(
    name: str,
    hand: Array,
    fitted: Array,
    autograd: Array,
    numeric: Array,
    kinks: int,
    noise: float,
    tolerance: float,
    numeric_tolerance: float,
) -> ComparisonRow:
    hand_difference = _relative_difference(fitted, autograd)
    checked = ~np.isnan(numeric)
    numeric_difference = np.nan
    numeric_ok = True
    if checked.any():
        off = abs(numeric - autograd)[checked].max()
        scale = max(_largest(autograd), _largest(numeric[checked]))
        numeric_difference = off / scale if off else 0.0
        numeric_ok = off <= numeric_tolerance * scale + noise
    values_ok = hand_difference <= tolerance
    if not values_ok or not checked.any():
        distance = abs(fitted - autograd)
    else:
        distance = np.where(checked, abs(numeric - autograd), -1.0)
    worst = np.unravel_index(np.argmax(distance), distance.shape)
    remarks = []
    if hand.shape != autograd.shape:
        remarks.append(_shape_remark(hand, autograd, values_ok))
    elif not values_ok:
        remarks.append(_value_remark(hand, autograd, tolerance))
    if not numeric_ok:
        remarks.append(
            "differences of the loss do not give autograd's gradient: is part of the loss cut from "
            "the graph, by .detach(), .data or NumPy?"
        )
    if kinks:
        remarks.append(f"{kinks:,} entries have no difference: the loss has a kink within eps")
    return ComparisonRow(
        name=name,
        by_hand=hand,
        fitted=fitted,
        autograd=autograd,
        numeric=numeric,
        hand_difference=hand_difference,
        numeric_difference=float(numeric_difference),
        worst=tuple(int(each) for each in worst),
        ok=values_ok and numeric_ok and hand.shape == autograd.shape,
        remark="; ".join(remarks),
    )


def _shape_remark(hand: Array, autograd: Array, values_ok: bool) -> str:
    shapes = f"by hand has shape {hand.shape}, the gradient {autograd.shape}"
    if values_ok:
        return f"{shapes}: the numbers are right"
    if hand.size == 1:
        if abs(hand.item() - autograd.sum()) <= 1e-9 * abs(autograd).sum():
            return f"{shapes}: it is the sum of all its entries; sum over the examples only"
        return f"{shapes}: one number cannot be the gradient of {autograd.size:,}"
    return shapes


def _value_remark(hand: Array, autograd: Array, tolerance: float) -> str:
    if not np.isfinite(hand).all():
        return f"by hand is not finite at {np.count_nonzero(~np.isfinite(hand)):,} entries"
    ratio = constant_ratio(hand, autograd)
    if ratio is not None:
        return f"by hand is {ratio:.6g} times autograd at every entry"
    if hand.T.shape == hand.shape and _relative_difference(hand.T, autograd) <= tolerance:
        return "by hand is the transpose of autograd"
    off = abs(hand - autograd) > tolerance * _largest(autograd)
    return f"by hand differs from autograd at {np.count_nonzero(off):,} of {hand.size:,} entries"


def _largest(array: Array) -> float:
    return float(abs(array).max(initial=0.0))


def _relative_difference(first: Array, second: Array) -> float:
    difference = _largest(first - second)
    return difference / max(_largest(first), _largest(second)) if difference else 0.0
