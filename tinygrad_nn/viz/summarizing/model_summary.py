"""`summary`: a table of a model's layers, with what backward will need of each of them.
Read `calls.py` next, which watches the layers; `table.py` shows them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...arrays.refusing import shown
from ...arrays.storage import memory_of
from ...autograd.grad_mode import enable_grad
from ...autograd.node import Node
from ...errors import ArgumentError, DTypeError
from ...nn import Module
from ...random import default_generator
from ...tensor import Tensor
from ...tensor.sampling import rand
from ..structure.reading import oldest_first
from ..structure.subject import tensors_in
from .calls import Layer, watched
from .table import ModelSummary


def summary(
    model: Module,
    input_data: Any = None,
    *,
    input_size: Any = None,
    dtypes: Any = None,
    mode: str | None = None,
) -> ModelSummary:
    """Call a model once, and return a table of its layers: shapes, parameters, what is computed.

    `input_data` is what it is called with: a tensor, a tuple or list of arguments, or a dict of
    keywords. A size in its place, such as (1, 28, 28), or `input_size`, or a list of sizes, stands
    for random numbers of that shape, of the dtype in `dtypes`. The model runs as it is, or in
    `mode` "train" or "eval"; its buffers and the random stream stand afterwards as before.

    `saved_bytes` is what the recorded graph keeps for a backward pass, exact: each memory once,
    where it is kept first, without parameters and inputs, which a program has anyway. Parameters
    that stand in several places count once. Multiply-adds are counted as torchinfo counts them.

    Raises:
        DTypeError: no Module, or an input that is none. ArgumentError: no input, or another mode.

    Example:
        >>> import tinygrad_nn as tnn
        >>> model = tnn.nn.Sequential(tnn.nn.Linear(4, 3), tnn.nn.Tanh())
        >>> found = tnn.summary(model, (2, 4))
        >>> found.total_params, found.total_mult_adds, found.total_saved_bytes
        (15, 30, 24)
    """
    if not isinstance(model, Module):
        raise DTypeError(f"summary() takes a Module, got {shown(model)}")
    if mode not in (None, "train", "eval"):
        raise ArgumentError(f"summary: mode is 'train', 'eval' or None, got {mode!r:.40}")
    with _as_before(model):
        if mode is not None:
            model.train(mode == "train")
        args, kwargs = _arguments(input_data, input_size, dtypes)
        with enable_grad():
            calls, output = watched(model, lambda: model(*args, **kwargs))
        given = list(tensors_in((args, kwargs)))
        parameters = list(model.parameters())
        _count_kept_bytes(calls, tensors_in(output), [*parameters, *model.buffers(), *given])
        return ModelSummary(
            tuple(calls),
            total_params=sum(each.numel() for each in parameters),
            trainable_params=sum(each.numel() for each in parameters if each.requires_grad),
            total_mult_adds=sum(call.multiply_adds for call in calls),
            total_saved_bytes=sum(call.saved_bytes for call in calls),
            input_bytes=sum(each.array.nbytes for each in given),
            param_bytes=sum(each.array.nbytes for each in parameters),
        )


def _arguments(data: Any, size: Any, dtypes: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what to call the model with."""
    if (data is None) == (size is None):
        raise ArgumentError(
            "summary: what the model is called with is needed, once: a tensor, or a size such as "
            "(1, 28, 28)"
        )
    sizes = _sizes(data if size is None else size)
    if sizes is not None:
        kinds = list(dtypes) if isinstance(dtypes, (list, tuple)) else [dtypes] * len(sizes)
        if len(kinds) != len(sizes):
            raise ArgumentError(f"summary: {len(kinds)} dtypes for {len(sizes)} inputs")
        made = [rand(*each) for each in sizes]
        return tuple([x if d is None else x.to(d) for x, d in zip(made, kinds, strict=True)]), {}
    if size is not None:
        raise DTypeError(f"summary: a size or a list of sizes expected, got {shown(size)}")
    if isinstance(data, Mapping):
        return (), dict(data)
    if isinstance(data, np.ndarray):
        raise DTypeError("summary: an ndarray is no input; make it a tensor with tnn.from_numpy()")
    return (tuple(data) if isinstance(data, (list, tuple)) else (data,)), {}


def _sizes(given: Any) -> list[Any] | None:
    """Return the sizes given, of which one may stand alone, or None if they are none."""
    if not isinstance(given, (list, tuple)) or not given:
        return None
    sizes = [given] if type(given[0]) is int else list(given)
    are_sizes = all(isinstance(size, (list, tuple)) and size for size in sizes)
    return sizes if are_sizes and all(type(n) is int for size in sizes for n in size) else None


@contextmanager
def _as_before(model: Module) -> Iterator[None]:
    """Leave modes, buffers and the random stream as they were."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.array.copy()) for buffer in model.buffers()]
    state = default_generator.get_state()
    try:
        yield
    finally:
        default_generator.set_state(state)
        for module, training in modes:
            module.training = training
        for buffer, array in buffers:
            buffer.array[...] = array


def _count_kept_bytes(
    calls: list[Layer], outputs: Iterable[Tensor], known: Iterable[Tensor]
) -> None:
    """Tell each call how many bytes the operations in it keep, calls within it not counted.

    Memory counts once, where it is kept first, and whole, since a view keeps all of it. What the
    program holds anyway, the `known` tensors (parameters, buffers, inputs), does not count.
    """
    seen = {_place(tensor.array) for tensor in known}
    for node in oldest_first(tensor.grad_fn for tensor in outputs):
        for array in _arrays([value for value, _ in node.kept().values()]):
            place = _place(array)
            if place not in seen:
                seen.add(place)
                _call_of(node, calls).saved_bytes += place[1]


def _place(array: Any) -> tuple[int, int]:
    """Return where the memory of an array begins, and how many bytes it has."""
    memory = memory_of(array)
    return memory.__array_interface__["data"][0], memory.nbytes


def _arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _arrays(each)


def _call_of(node: Node, calls: list[Layer]) -> Layer:
    """Return the innermost call in which a Node was made; the outermost if none."""
    place = bisect_right(calls, node.serial, key=lambda call: call.begin) - 1
    call = calls[max(place, 0)]
    while call.parent is not None and call.end < node.serial:
        call = call.parent
    return call
