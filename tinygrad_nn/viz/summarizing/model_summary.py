"""`summary`: a table of a model's layers, with what backward will need of each of them.
Read `table.py` next, which writes it as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays.refusing import shown
from ...autograd.grad_mode import enable_grad
from ...errors import ArgumentError, DTypeError
from ...nn import Module
from ...random import default_generator
from ...tensor import Tensor
from ...tensor.sampling import rand
from ..drawing.saving import write_as
from .calls import Call, tensors_in, watched
from .counting import kernel, multiply_adds, own_parameters
from .facts import Layer, ModelFacts
from .kept_bytes import kept_bytes
from .table import terminal_width, to_text
from .table_html import to_html, to_page


class ModelSummary(ModelFacts):
    """A model's layers in the order of their calls, and totals; `str()` and notebooks show it."""

    def __str__(self) -> str:
        return to_text(self, terminal_width())

    __repr__ = __str__

    def save(self, path: str | PathLike[str], title: str = "A model's layers") -> Path:
        """Write the table as its name ends: .txt or .html, a page under the title.

        Raises:
            ValueError: another ending. OSError: the file cannot be written.
        """
        writers = {
            ".txt": lambda shown: f"{shown}\n",
            ".html": lambda shown: to_page(shown, title),
        }
        return write_as(path, "a summary", writers, self)

    def _repr_html_(self) -> str:
        return to_html(self)


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
        known = [*model.parameters(), *model.buffers(), *given]
        kept = kept_bytes(calls, tensors_in(output), known)
        return _summarized(model, calls, kept, given)


def _arguments(data: Any, size: Any, dtypes: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what to call the model with."""
    if (data is None) == (size is None):
        raise ArgumentError(
            "summary: what the model is called with is needed, once: a tensor, or a size such as "
            "(1, 28, 28)"
        )
    if _is_size(data) or _are_sizes(data):
        data, size = None, data
    if size is not None:
        sizes = [size] if _is_size(size) else size
        if not _is_size(size) and not _are_sizes(size):
            raise DTypeError(f"summary: a size or a list of sizes expected, got {shown(size)}")
        kinds = list(dtypes) if isinstance(dtypes, (list, tuple)) else [dtypes] * len(sizes)
        if len(kinds) != len(sizes):
            raise ArgumentError(f"summary: {len(kinds)} dtypes for {len(sizes)} inputs")
        made = [rand(*each) for each in sizes]
        return tuple([x if d is None else x.to(d) for x, d in zip(made, kinds, strict=True)]), {}
    if isinstance(data, Mapping):
        return (), dict(data)
    if isinstance(data, np.ndarray):
        raise DTypeError("summary: an ndarray is no input; make it a tensor with tnn.from_numpy()")
    return (tuple(data) if isinstance(data, (list, tuple)) else (data,)), {}


def _is_size(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and bool(given) and all(type(n) is int for n in given)


def _are_sizes(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and bool(given) and all(map(_is_size, given))


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


def _summarized(
    model: Module, calls: list[Call], kept: list[int], given: list[Tensor]
) -> ModelSummary:
    layers = tuple(_layer(call, count) for call, count in zip(calls, kept, strict=True))
    parameters = list(model.parameters())
    return ModelSummary(
        layers,
        total_params=sum(each.numel() for each in parameters),
        trainable_params=sum(each.numel() for each in parameters if each.requires_grad),
        total_mult_adds=sum(layer.multiply_adds for layer in layers),
        total_saved_bytes=sum(kept),
        input_bytes=sum(each.array.nbytes for each in given),
        param_bytes=sum(each.array.nbytes for each in parameters),
    )


def _layer(call: Call, saved: int) -> Layer:
    own = [parameter for _, parameter in own_parameters(call.module)]
    trainable = {parameter.requires_grad for parameter in own}
    return Layer(
        call.name,
        type(call.module).__name__,
        call.depth,
        tuple(call.inputs),
        tuple(call.outputs),
        kernel(call.module),
        parameters=sum(parameter.numel() for parameter in own),
        trainable=trainable.pop() if len(trainable) == 1 else None,
        multiply_adds=multiply_adds(call),
        saved_bytes=saved,
        is_repeated=not call.is_first,
    )
