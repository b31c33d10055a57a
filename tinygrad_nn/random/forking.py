"""A block after which the default stream goes on where it was before, whatever was drawn inside.
Read `../tensor/drawing.py` next, which fills tensors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ..arrays.arguments import as_bool
from ..errors import ArgumentError
from .generator import Generator, default_generator


@contextmanager
def fork_rng(
    devices: Iterable[Any] | None = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str | None = None,
) -> Iterator[None]:
    """Draw inside a block as if from now on, and after it as if nothing had been drawn.

    The arguments are PyTorch's; there is the CPU only, whose stream is always put back, unless
    `enabled` is False. Raises ArgumentError for a device.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> with tnn.random.fork_rng():
        ...     inside = tnn.rand(1)
        >>> tnn.rand(1) == inside
        tensor([True])
    """
    if not as_bool(enabled, "enabled", _caller):
        yield
        return
    if devices is not None and (named := list(devices)):
        raise ArgumentError(f"{_caller}: there is no device but the CPU, got {_devices_kw}={named}")
    state = default_generator.get_state()
    try:
        yield
    finally:
        default_generator.set_state(state)


def thread_safe_generator() -> Generator | None:
    """Return a worker thread's own stream, which draws there should take; None elsewhere.

    Workers are processes here, each with a default stream of its own: it is always None, which
    all functions take for the default stream.
    """
    return None
