"""bfloat16 in operations: they compute in float32, and what they make is rounded once.
Read `promotion.py` next: what stands beside a tensor of 16 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .bfloat16 import load
from .dtypes import FLOAT32
from .kinds import DIFFERENTIABLE, is_array

Compute = Callable[..., Any]


def rounding_once(
    forward: Compute, parameters: Sequence[str], numbers: Sequence[int], outputs: int, mixes: bool
) -> Compute:
    """Return `forward` for bfloat16 too: given float32 in its place, its results made bfloat16.

    `numbers` are the places of operands where a number is rounded as the tensors beside it are. Of
    what forward returns the first `outputs` are rounded, or those of a list all. Where there are
    wider floats beside bfloat16 and it `mixes` them, the results are theirs; else it sees them as
    they are, and refuses.
    """
    narrow = load()
    place = parameters.index("dtype") if "dtype" in parameters else -1

    def compute(*given: Any, **named: Any) -> Any:
        wanted = named.get("dtype") if place < 0 or place >= len(given) else given[place]
        kinds = {array.dtype for array in _arrays_in((*given, *named.values()))}
        if narrow not in kinds and wanted is not narrow:
            return forward(*given, **named)
        is_alone = not any(dtype in DIFFERENTIABLE for dtype in kinds - {narrow})
        if not is_alone and not mixes:
            return forward(*given, **named)
        operands = [_wide(each) for each in given]
        for i in numbers:
            if type(operands[i]) in (int, float):
                operands[i] = _rounded_number(operands[i])
        made = forward(*operands, **{name: _wide(each) for name, each in named.items()})
        return _narrowed(made) if wanted is narrow or (wanted is None and is_alone) else made

    def _wide(value: Any) -> Any:
        if is_array(value):
            return value.astype(FLOAT32) if value.dtype is narrow else value
        if value is narrow:
            return FLOAT32
        return [_wide(each) for each in value] if type(value) is list else value

    def _narrowed(made: Any) -> Any:
        if isinstance(made, (list, tuple)):
            some = outputs or len(made)
            return (*map(_narrowed, made[:some]), *made[some:])
        return made.astype(narrow) if made.dtype is FLOAT32 else made

    def _rounded_number(number: Any) -> Any:
        rounded = float(narrow.type(number))
        return number if rounded == number else rounded  # an int stays one

    return compute


def _arrays_in(values: Sequence[Any]) -> Iterator[Any]:
    for each in values:
        if is_array(each):
            yield each
        elif type(each) is list:
            yield from (array for array in each if is_array(array))
