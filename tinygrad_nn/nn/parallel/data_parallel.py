"""`DataParallel`, which PyTorch gives several GPUs: on a CPU it hands on to the module inside.
Read `distributed.py` next.
"""

from __future__ import annotations

from typing import Any

from ...errors import NotHereError
from ..module import Module


class DataParallel(Module):
    """A module whose `forward` is that of `module`, as PyTorch's without a GPU.

    The keys of its `state_dict` begin with "module.", so that files fit.

    Raises:
        NotHereError: `device_ids` name GPUs.

    Example:
        >>> import tinygrad_nn as torch
        >>> list(torch.nn.DataParallel(torch.nn.Linear(2, 1)).state_dict())
        ['module.weight', 'module.bias']
    """

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        _check("DataParallel", device_ids)
        self.module, self.dim, self.output_device = module, dim, None
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Any = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: dict[str, Any] | None = None,
) -> Any:
    """Return what the module computes: there are no GPUs to share the batch."""
    _check("data_parallel", device_ids)
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*given, **(module_kwargs or {}))


def _check(name: str, device_ids: Any) -> None:
    if device_ids:
        raise NotHereError(f"{name}: device_ids={device_ids}: there is no GPU here; leave it out")
