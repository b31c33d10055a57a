"""`update_bn`: the running statistics of batch normalisation, for a model that was averaged.
Read `averaged_model.py` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...autograd.grad_mode import no_grad
from ...nn.layers.batch_normalization import BatchNorm
from ...nn.module import Module


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Set the running statistics of BatchNorm layers to the means over all batches of `loader`.

    A batch is a tensor, or a list or tuple whose first element is given to the model, which is in
    train mode meanwhile. Its mode and the layers' momenta are put back, after an error too.
    """
    layers = [each for each in model.modules() if isinstance(each, BatchNorm)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    try:
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None  # all batches alike
        for batch in loader:
            first = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(first if device is None else first.to(device))
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        model.train(was_training)
