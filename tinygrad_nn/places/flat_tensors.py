"""What programs import from `torch._utils`: several tensors in one, and sizes of elements.
Read `../utils/data/failures.py` next, for errors that come from other processes.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..arrays.dtypes import dtype
from ..ops.names import cat
from ..tensor import Tensor
from ..tensor.creation import empty


def _flatten_dense_tensors(tensors: Sequence[Tensor]) -> Tensor:
    """Return the elements of all tensors in one, of one dimension."""
    return cat([each.contiguous().view(-1) for each in tensors])


def _unflatten_dense_tensors(flat: Tensor, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Return views of a flat tensor, of the shapes of these tensors, one after another."""
    parts = flat.split([each.numel() for each in tensors])
    return tuple(part.view_as(each) for part, each in zip(parts, tensors, strict=True))


def _element_size(dtype: dtype) -> int:
    """Return how many bytes an element takes."""
    return empty(0, dtype=dtype).element_size()


def _get_available_device_type() -> None:
    """Return None: there is no GPU, as PyTorch says on a CPU."""
