"""Sequences of different lengths: padded to one length, or packed step after step.
Read `../layers/recurrent.py` next, whose layers take both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy as np

from ...arrays.refusing import check_are_tensors, refuses, shown
from ...errors import ArgumentError, DTypeError, ShapeError
from ...ops.indexing.places import index_put
from ...ops.shape.joining import stack
from ...ops.shape.padding import constant_pad_nd
from ...tensor import Tensor
from ...tensor.creation import from_numpy, full

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Packed(NamedTuple):
    data: Any
    batch_sizes: Any
    sorted_indices: Any
    unsorted_indices: Any


class PackedSequence(_Packed):
    """Sequences of different lengths, the first step of all, then the second: made by `pack_...`.

    Attributes:
        data: the rows, (sum of the lengths, ...).
        batch_sizes: how many sequences have a first step, a second and so on; int64.
        sorted_indices: which sequence stands where, the longest first; None if all were in order.
        unsorted_indices: where each sequence stands.
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> Self:
        if batch_sizes is None:
            if not isinstance(data, (tuple, list)) or len(data) != 2:
                raise DTypeError(
                    "PackedSequence() takes data and batch_sizes, or both as a pair; got "
                    f"{shown(data)}"
                )
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Return the same with its data converted, as `Tensor.to` does."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else self._replace(data=data)

    def cpu(self) -> Self:
        """Return this, which is on the CPU."""
        return self

    def double(self) -> Self:
        """Convert the data to float64."""
        return self.to(np.dtype(np.float64))

    def float(self) -> Self:
        """Convert the data to float32."""
        return self.to(np.dtype(np.float32))

    def half(self) -> Self:
        """Convert the data to float16."""
        return self.to(np.dtype(np.float16))

    def long(self) -> Self:
        """Convert the data to int64."""
        return self.to(np.dtype(np.int64))

    def int(self) -> Self:
        """Convert the data to int32."""
        return self.to(np.dtype(np.int32))

    def short(self) -> Self:
        """Convert the data to int16."""
        return self.to(np.dtype(np.int16))

    def char(self) -> Self:
        """Convert the data to int8."""
        return self.to(np.dtype(np.int8))

    def byte(self) -> Self:
        """Convert the data to uint8."""
        return self.to(np.dtype(np.uint8))

    @property
    def is_cuda(self) -> bool:
        """False: there is the CPU only."""
        return False

    def is_pinned(self) -> bool:
        """Return False: there is the CPU only."""
        return False


@refuses
def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Return the permutation that undoes another; None for None."""
    if permutation is None:
        return None
    return from_numpy(np.argsort(permutation.array))


def _steps_and_places(lengths: Any) -> tuple[Any, Any]:
    """Return the step and the sequence of each packed row; the longest sequences come first."""
    return np.nonzero(np.arange(lengths[0])[:, None] < lengths)  # type: ignore[return-value]


@refuses
def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Return padded sequences (T, N, ...), or (N, T, ...) if `batch_first`, packed.

    `lengths` holds the N lengths, in a list or tensor; what lies behind them is left out. The
    longest sequence comes first: with `enforce_sorted=False`, they are put in this order.

    Raises:
        ShapeError: lengths that do not fit the input, or are not in order.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([[1, 2, 3], [4, 5, 0]])
        >>> tnn.nn.utils.rnn.pack_padded_sequence(x, [3, 2], batch_first=True).data
        tensor([1, 4, 2, 5, 3])
    """
    check_are_tensors("pack_padded_sequence", input=input)
    if input.ndim < 2:
        raise ShapeError(f"pack_padded_sequence: input must be (T, N, ...), got {shown(input)}")
    by_step = input.transpose(0, 1) if batch_first else input
    steps, batch = by_step.shape[:2]
    sizes = np.asarray(getattr(lengths, "array", lengths)).astype(np.int64)
    if sizes.shape != (batch,) or not batch:
        raise ShapeError(
            f"pack_padded_sequence: {batch} lengths, one or more, are expected for an input of "
            f"shape {tuple(input.shape)}; got {shown(lengths)}"
        )
    if sizes.min() < 1 or sizes.max() > steps:
        raise ShapeError(
            f"pack_padded_sequence: lengths must be from 1 to {steps}, got {sizes.tolist()}"
        )
    order = None
    if not enforce_sorted:
        order = np.argsort(-sizes, kind="stable")
        sizes = sizes[order]
    elif (np.diff(sizes) > 0).any():
        raise ShapeError(
            "pack_padded_sequence: with enforce_sorted=True the longest sequence comes first; got "
            f"lengths {sizes.tolist()}: pass enforce_sorted=False"
        )
    step, place = _steps_and_places(sizes)
    data = by_step[step, place if order is None else order[place]]
    batch_sizes = from_numpy(np.bincount(step))
    return PackedSequence(data, batch_sizes, None if order is None else from_numpy(order))


@refuses
def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Return packed sequences padded, (T, N, ...), or (N, T, ...) if `batch_first`; their lengths.

    The sequences come in the order in which they were packed. They are padded with `padding_value`
    to the longest, or to `total_length`.

    Raises:
        ArgumentError: a total_length below that of the longest sequence.
    """
    data, batch_sizes, order, back = sequence
    counts = batch_sizes.array
    longest = len(counts)
    steps = longest if total_length is None else total_length
    if steps < longest:
        raise ArgumentError(
            f"pad_packed_sequence: total_length={total_length} is less than the {longest} steps of "
            "the longest sequence"
        )
    lengths = (np.arange(counts[0])[:, None] < counts).sum(1)
    step, place = _steps_and_places(lengths)
    if back is not None:
        place, lengths = order.array[place], lengths[back.array]
    shape = (counts[0], steps) if batch_first else (steps, counts[0])
    empty = full((*shape, *data.shape[1:]), padding_value, dtype=data.dtype)
    where = (place, step) if batch_first else (step, place)
    padded = index_put(empty, [from_numpy(each) for each in where], data)
    return padded, from_numpy(lengths)


@refuses
def pad_sequence(
    sequences: Any,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Return sequences (length, ...) padded to the longest: (T, N, ...), (N, T, ...) `batch_first`.

    Raises:
        ArgumentError: a padding_side that is neither "left" nor "right". ShapeError: no sequences.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.utils.rnn.pad_sequence([tnn.ones(1), tnn.ones(2)], batch_first=True)
        tensor([[1., 0.],
                [1., 1.]])
    """
    if padding_side not in ("left", "right"):
        raise ArgumentError(
            f'pad_sequence: padding_side is "left" or "right", got {padding_side!r}'
        )
    if not isinstance(sequences, Iterable):
        raise DTypeError(f"pad_sequence: a list of tensors expected, got {shown(sequences)}")
    given = list(sequences)
    if not given:
        raise ShapeError("pad_sequence: one sequence or more expected, got none")
    check_are_tensors("pad_sequence", **{f"sequences_{i}": each for i, each in enumerate(given)})
    steps = max(each.shape[0] for each in given)
    padded = []
    for each in given:
        widths = (0, steps - each.shape[0])
        pad = (0, 0) * (each.ndim - 1) + (widths if padding_side == "right" else widths[::-1])
        padded.append(constant_pad_nd(each, pad, padding_value))
    return stack(padded, 0 if batch_first else 1)


@refuses
def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """Return the sequences of a padded tensor (T, N, ...), (N, T, ...) `batch_first`, as a list."""
    check_are_tensors("unpad_sequence", padded_sequences=padded_sequences)
    by_sequence = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    sizes = np.asarray(getattr(lengths, "array", lengths)).tolist()
    return [each[:size] for each, size in zip(by_sequence, sizes, strict=True)]


@refuses
def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Return a list of sequences (length, ...) packed; the longest comes first if `enforce_sorted`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.utils.rnn.pack_sequence([tnn.tensor([1, 2]), tnn.tensor([3])])
        PackedSequence(data=tensor([1, 3, 2]), batch_sizes=tensor([2, 1]), sorted_indices=None, \
unsorted_indices=None)
    """
    lengths = [each.shape[0] for each in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


@refuses
def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """Return packed sequences as a list, in the order in which they were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
