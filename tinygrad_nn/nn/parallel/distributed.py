"""`DistributedDataParallel`: a model that several processes train, each on its share; here one.
Read `../../distributed/group.py` next, which makes the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...distributed.group import default_group
from ...errors import GraphError, NotHereError
from ..module import Module


class DistributedDataParallel(Module):
    """A module whose `forward` is that of `module`: gradients over one process are its own.

    The keys of its `state_dict` begin with "module.", so that files fit. All options of PyTorch's
    are taken; they say how gradients travel.

    Raises:
        ArgumentError: there is no process group. GraphError: no parameter requires a gradient.
        NotHereError: `device_ids` name GPUs.
    """

    def __init__(
        self,
        module: Module,
        device_ids: Any = None,
        output_device: Any = None,
        dim: int = 0,
        broadcast_buffers: bool = True,
        **options: Any,
    ) -> None:
        super().__init__()
        default_group("DistributedDataParallel")
        if not any(p.requires_grad for p in module.parameters()):
            raise GraphError("DistributedDataParallel: no parameter of the module needs a gradient")
        if device_ids:
            raise NotHereError(
                f"DistributedDataParallel: device_ids={device_ids}: there is no GPU here; leave it "
                "out"
            )
        self.module, self.device_ids, self.output_device, self.dim = module, None, None, dim
        self.require_backward_grad_sync = True

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Leave gradients as they are inside: there are no others to add."""
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before

    @contextmanager
    def join(
        self,
        divide_by_initial_world_size: bool = True,
        enable: bool = True,
        throw_on_early_termination: bool = False,
    ) -> Iterator[None]:
        """Do nothing: there is no process that could have fewer batches."""
        yield

    def register_comm_hook(self, state: Any, hook: Any) -> None:
        """Do nothing: no gradients travel."""
