"""Elements repeated along dimensions of size 1: in the same memory, or in new one.
Read `order.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Shape, as_shape
from ...arrays.refusing import instead_of
from ...arrays.size import Size
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ShapeError
from .sizes import shape_of, sizes_given

__all__ = ["broadcast_shapes", "broadcast_tensors", "broadcast_to"]

_FEW = (
    16_384  # elements that are written sooner than NumPy makes a view of them, which takes 2.4 µs
)


@op(r"\operatorname{expand}(x)", view=True)
def expand(input: Array, shape: Shape) -> Array:
    """Return a view repeated along dimensions of size 1 and new ones in front; -1 keeps a size."""
    held = input.shape
    added = len(shape) - len(held)
    sizes, strides = list(shape), [0] * len(shape)
    fits = added >= 0
    for i in range(max(-added, 0), len(held)):
        size = sizes[added + i]
        if size == held[i] or size == -1:
            sizes[added + i], strides[added + i] = held[i], input.strides[i]
        elif held[i] != 1:
            fits = False
    if not fits or (sizes and min(sizes) < 0):
        raise ShapeError(
            f"expand: shape {held} cannot expand to {shape}; only sizes of 1 and new dimensions "
            "in front can grow"
        )
    # What np.broadcast_to makes, in 0.8 µs for its 2.4; writes are refused where memory is shared.
    if input.size and input.flags.c_contiguous:
        return np.ndarray(sizes, input.dtype, input, 0, strides)
    return np.lib.stride_tricks.as_strided(input, sizes, strides)


expand.vjp(input=lambda g: g)


@op(r"\operatorname{expand}(x)")
def expanded(input: Array, shape: Shape) -> Array:
    """Return the input repeated to a shape that it broadcasts to, in memory of its own if small."""
    if math.prod(shape) > _FEW:
        return np.broadcast_to(input, shape)
    y = np.empty_like(input, shape=shape, subok=False)
    y[...] = input
    return y


expanded.vjp(input=lambda g: g)


@instead_of("expand")
def broadcast_to(input: Any, size: Any) -> Any:
    """Return a view of the input repeated to a size that it broadcasts to."""
    return expand(input, size)


def broadcast_shapes(*shapes: Any) -> Size:
    """Return the shape that shapes broadcast to.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.broadcast_shapes((2, 1), (3,))
        torch.Size([2, 3])
    """
    given = [as_shape(shape, "broadcast_shapes") for shape in shapes]
    return Size(_met(given, "broadcast_shapes"))


def _met(shapes: list[tuple[int, ...]], name: str) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(map(str, shapes))
        raise ShapeError(f"{name}: shapes {listed} do not broadcast") from None


def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """Return views of all tensors in the shape that they broadcast to."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    shapes = [shape_of(each, "broadcast_tensors") for each in tensors]
    shape = _met(shapes, "broadcast_tensors")
    return tuple([expand(each, shape) for each in tensors])


class ExpandingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    broadcast_to = broadcast_to

    def expand(self, *sizes: Any, size: Any = None) -> Any:
        """Return a view repeated along dimensions of size 1; -1 keeps a size."""
        return expand(self, sizes_given(sizes, size))

    @instead_of("expand")
    def expand_as(self, other: Any) -> Any:
        """Return a view expanded to the other tensor's shape."""
        return expand(self, shape_of(other, "expand_as"))
