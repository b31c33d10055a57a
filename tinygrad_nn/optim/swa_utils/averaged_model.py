"""`AveragedModel`: a copy of a model whose parameters are the average of those it has had.
Read `swa_lr.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from ...autograd.grad_mode import no_grad
from ...autograd.tensor_base import make_tensor
from ...errors import ArgumentError
from ...nn.module import Module
from ...tensor import Tensor
from .averages import get_swa_avg_fn


class AveragedModel(Module):
    """Keep the average of a model's parameters, over the calls of `update_parameters`.

    Izmailov et al. 2018 (SWA): the mean of all, unless `avg_fn(average, new, count)` or
    `multi_avg_fn(averages, news, count)` says another, such as `get_ema_multi_avg_fn()`. Buffers
    are copied, or with `use_buffers` averaged too. Called as the model is.

    Raises:
        ValueError: both functions.

    Example:
        >>> import tinygrad_nn as tnn
        >>> model = tnn.nn.Linear(1, 1, bias=False)
        >>> averaged = tnn.optim.swa_utils.AveragedModel(model)
        >>> for value in (1.0, 2.0):
        ...     _ = tnn.nn.init.constant_(model.weight, value)
        ...     averaged.update_parameters(model)
        >>> averaged.module.weight.item()
        1.5
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[..., Any] | None = None,
        multi_avg_fn: Callable[..., None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ArgumentError("AveragedModel: give avg_fn or multi_avg_fn, not both")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", make_tensor(np.array(0, np.int64)))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the model with the averaged parameters."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Take the model's parameters, as they are now, into the average."""
        averages = [p.detach() for p in _tensors(self.module, self.use_buffers)]
        news = [p.detach() for p in _tensors(model, self.use_buffers)]
        if self.n_averaged == 0:
            for average, new in zip(averages, news, strict=True):
                average.copy_(new)
        elif self.multi_avg_fn is not None:
            for dtype in dict.fromkeys(average.dtype for average in averages):
                alike = [i for i, average in enumerate(averages) if average.dtype is dtype]
                self.multi_avg_fn(
                    [averages[i] for i in alike], [news[i] for i in alike], self.n_averaged
                )
        else:
            average_of = self.avg_fn or get_swa_avg_fn()
            for average, new in zip(averages, news, strict=True):
                average.copy_(average_of(average, new, self.n_averaged))
        if not self.use_buffers:
            for ours, theirs in zip(self.module.buffers(), model.buffers(), strict=True):
                ours.detach().copy_(theirs.detach())
        self.n_averaged += 1


def _tensors(model: Module, with_buffers: bool) -> Any:
    return chain(model.parameters(), model.buffers()) if with_buffers else model.parameters()
