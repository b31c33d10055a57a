"""The forms in place of views: a tensor that takes another shape or order itself, `x.t_()`.
Read `../indexing/` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.layout import contiguous_format, preserve_format
from ...arrays.reading import sizes_from
from ...arrays.storage import Geometry, geometry_from, memory_of, row_strides
from ...autograd.grad_mode import INFERENCE, mode
from ...autograd.node import hand_on
from ...autograd.tensor_base import InferenceVersion, TensorBase
from ...autograd.views import base_of
from ...errors import ArgumentError, GraphError
from .order import swapaxes, swapdims, t, transpose
from .sizes import shape_of, sizes_given, squeeze, unsqueeze
from .strided import as_strided


def on_itself(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the form of a view in which the tensor itself becomes the view; it returns x."""
    name = f"{view.__name__}_"

    def call(x: Any, *args: Any, **keywords: Any) -> Any:
        _check(x, name)
        seen, old = view(x, *args, **keywords), x.node
        x.array, x.node = seen.array, seen.node
        x.version[0] += 1
        if base_of(x) is not None:  # the same view, and one step more
            x.view_steps, x.view_recorded = seen.view_steps, seen.view_recorded
        if old is not None and old.extra is not None:
            hand_on(old, x.node)
        return x

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Make this tensor what `{view.__name__}` sees of it, and return it."
    return call


def _check(x: TensorBase, name: str) -> None:
    """Raise `GraphError` where a graph would not know of the tensor's new shape."""
    if x.node is not None and (x.node.op is None or not mode()):
        what = "a leaf that requires a gradient" if x.node.op is None else "a part of a graph"
        raise GraphError(
            f"{name}: {what}, of shape {x.array.shape}, cannot change its shape in place"
            f"{'' if x.node.op is None else ' under no_grad'}; use {name[:-1]}(), which is a view"
        )
    if any(each() is not None for each in getattr(x, "views", ())):
        raise GraphError(
            f"{name}: there are views of this tensor of shape {x.array.shape}, which would be of "
            f"what it was; use {name[:-1]}(), which is a view"
        )
    if type(x.version) is InferenceVersion and mode() is not INFERENCE:
        raise GraphError(f"{name}: an inference tensor cannot be changed outside inference_mode")


def resized(x: Any, shape: tuple[int, ...], name: str, memory_format: Any = None) -> Any:
    """Give a tensor another size, over the same memory while that is enough, and return it.

    What is added where it is not is 0 here, and nobody promises it.
    """
    if x.node is not None:
        raise GraphError(f"{name}: a tensor that requires a gradient cannot be resized")
    _check(x, name)
    if memory_format not in (None, contiguous_format, preserve_format):
        raise ArgumentError(f"{name}: {memory_format} is not there; use contiguous_format")
    array, memory = x.array, memory_of(x.array)
    if shape == array.shape:
        return x
    place = Geometry(shape, row_strides(shape), geometry_from(array, memory).offset)
    if place.span() > memory.size:
        if base_of(x) is not None:
            raise GraphError(
                f"{name}: a view of shape {array.shape} cannot grow to {shape}, as its memory is "
                "another tensor's; .clone() it"
            )
        grown = np.zeros(place.span(), array.dtype)
        grown[: memory.size] = memory
        memory = grown
    strides = [each * array.itemsize for each in place.strides]
    if place.span():
        x.array = np.ndarray(shape, array.dtype, memory, place.offset * array.itemsize, strides)
    else:
        x.array = np.zeros(shape, array.dtype)
    x.version[0] += 1
    return x


class OwnShapeMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    t_, transpose_ = on_itself(t), on_itself(transpose)
    squeeze_, unsqueeze_ = on_itself(squeeze), on_itself(unsqueeze)
    swapaxes_, swapdims_ = on_itself(swapaxes), on_itself(swapdims)
    as_strided_ = on_itself(as_strided)

    def resize_(self, *sizes: Any, size: Any = None, memory_format: Any = contiguous_format) -> Any:
        """Give this tensor another size, over the same memory while that is enough."""
        shape = sizes_from(sizes_given(sizes, size), "resize_")
        return resized(self, shape, "resize_", memory_format)

    def resize_as_(self, the_template: Any, *, memory_format: Any = None) -> Any:
        """Give this tensor the size of another one."""
        return resized(self, shape_of(the_template, "resize_as_"), "resize_as_", memory_format)
