"""`update_bn`: the running statistics of batch normalisation, for a model that was averaged.
Read `averaged_model.py` first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...autograd.grad_mode import no_grad
from ...nn.module import Module


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Set the running statistics of BatchNorm layers to the means over all batches of `loader`.

    A batch is a tensor, or a list or tuple whose first element is given to the model.
    """
    layers: list[Any] = [each for each in model.modules() if _is_batch_norm(each)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # all batches alike
    for batch in loader:
        first = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(first if device is None else first.to(device))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(was_training)


def _is_batch_norm(module: Any) -> bool:
    """Whether a layer keeps running statistics over batches, which InstanceNorm does otherwise."""
    names = [kind.__name__ for kind in type(module).__mro__]
    return hasattr(module, "reset_running_stats") and any("BatchNorm" in name for name in names)
