"""How several samples become one batch: tensors are stacked, numbers become tensors.
Read `fetching.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from ...arrays.dtypes import float64
from ...arrays.kinds import is_differentiable, is_integral
from ...arrays.refusing import shown
from ...errors import DTypeError, ShapeError
from ...ops.shape.joining import stack
from ...tensor import Tensor
from ...tensor.creation import as_tensor, tensor


def default_convert(data: Any) -> Any:
    """Return NumPy's arrays and numbers within `data`, at any depth, as tensors.

    Example:
        >>> import numpy as np, tinygrad_nn as tnn
        >>> tnn.utils.data.default_convert({"x": np.ones(2), "name": "a"})
        {'x': tensor([1., 1.], dtype=torch.float64), 'name': 'a'}
    """
    if isinstance(data, Tensor):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        return as_tensor(data) if _is_numeric(data) else data
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, tuple):
        return [default_convert(each) for each in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like(data, [default_convert(each) for each in data])
    return data


def _is_numeric(data: Any) -> bool:
    return is_integral(data) or is_differentiable(data)


def _like(data: Any, values: Any) -> Any:
    """Return the values in a container of the kind of `data`, or as they are if there is no way."""
    if type(data) is type(values):
        return values
    try:
        if isinstance(data, Mapping):
            made: Any = copy(data)
            made.update(values)
            return made
        return type(data)(values)
    except (AttributeError, TypeError):
        return values


def default_collate(batch: Any) -> Any:
    """Return samples as one batch: tensors and arrays stacked, floats as float64, ints as int64.

    Mappings, named tuples and sequences are collated part by part; strings stay a list.

    Raises:
        DTypeError: a class that is none of these. ShapeError: sequences of different lengths.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.utils.data.default_collate([(0, {"x": 1.0}), (1, {"x": 2.0})])
        [tensor([0, 1]), {'x': tensor([1., 2.], dtype=torch.float64)}]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Any, *, collate_fn_map: Mapping[Any, Callable[..., Any]] | None = None) -> Any:
    """Return samples as one batch, by a table of classes and functions.

    The class of the first sample is looked up, then those that it is an instance of, in order; the
    function is called with the batch, and with the table as `collate_fn_map` for what is within.
    A program may extend `default_collate_fn_map`, by which `default_collate` goes.
    """
    first, table = batch[0], collate_fn_map or {}
    kinds = [type(first), *(kind for kind in table if isinstance(first, kind))]
    for kind in kinds:
        if kind in table:
            return table[kind](batch, collate_fn_map=table)
    raise DTypeError(
        "default_collate: a batch is of tensors, arrays, numbers, strings, dicts or lists, found "
        f"{type(first)}; pass a collate_fn of your own"
    )


def _collate_arrays(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    if not _is_numeric(batch[0]):
        raise DTypeError(
            f"default_collate: an array of dtype {batch[0].dtype} has no tensor; found "
            f"{shown(batch[0])}"
        )
    if batch[0].ndim == 0:
        return as_tensor(np.array(batch))
    return _stacked([as_tensor(each) for each in batch])


def _stacked(batch: list[Tensor]) -> Tensor:
    for i, each in enumerate(batch):
        if isinstance(each, Tensor) and each.shape != batch[0].shape:
            raise ShapeError(
                f"default_collate: sample {i} of a batch has shape {each.array.shape}, sample 0 "
                f"{batch[0].array.shape}, and they cannot be stacked; pass a collate_fn of your "
                "own, which pads them (nn.utils.rnn.pad_sequence) or returns a list"
            )
    return stack(batch)


def _collate_mappings(batch: Sequence[Mapping[Any, Any]], *, collate_fn_map: Any = None) -> Any:
    first = batch[0]
    for i, each in enumerate(batch):
        lacking = [key for key in first if key not in each]
        if lacking:
            raise KeyError(f"default_collate: sample {i} of a batch has no {lacking[0]!r}")
    return _like(
        first,
        {
            key: collate([each[key] for each in batch], collate_fn_map=collate_fn_map)
            for key in first
        },
    )


def _collate_sequences(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    first = batch[0]
    parts = (collate(each, collate_fn_map=collate_fn_map) for each in zip(*batch, strict=True))
    if hasattr(first, "_fields"):
        return type(first)(*parts)
    lengths = {len(each) for each in batch}
    if len(lengths) > 1:
        raise ShapeError(
            f"default_collate: samples of one length are needed, got lengths {sorted(lengths)}; "
            "each element in list of batch should be of equal size"
        )
    collated = list(parts)
    return collated if isinstance(first, tuple) else _like(first, collated)


def _collate_tensors(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    return _stacked(list(batch))


def _collate_floats(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    return tensor(list(batch), dtype=float64)


def _collate_integers(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    return tensor(list(batch))


def _collate_strings(batch: Sequence[Any], *, collate_fn_map: Any = None) -> Any:
    return batch


default_collate_fn_map: dict[Any, Callable[..., Any]] = {
    Tensor: _collate_tensors,
    (np.ndarray, np.bool_, np.number): _collate_arrays,
    float: _collate_floats,
    int: _collate_integers,
    (str, bytes): _collate_strings,
    Mapping: _collate_mappings,
    Sequence: _collate_sequences,
}
"""By class, or several: what makes a batch of its samples."""
