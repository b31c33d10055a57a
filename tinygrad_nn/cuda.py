"""What programs ask of a GPU before they choose a device: there is none, as in PyTorch on a CPU.
Read `accelerator.py` next, which newer programs ask.
"""

from typing import Any

__all__ = [
    "device_count",
    "empty_cache",
    "is_available",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
]


def is_available() -> bool:
    """Return False: tensors are on the CPU.

    Example:
        >>> import tinygrad_nn as torch
        >>> torch.device("cuda" if torch.cuda.is_available() else "cpu")
        device(type='cpu')
    """
    return False


def is_initialized() -> bool:
    """Return False."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing: the stream of a GPU that is not there has no seed."""


def manual_seed_all(seed: int) -> None:
    """Do nothing, as `manual_seed`."""


def empty_cache() -> None:
    """Do nothing: no memory of a GPU is kept."""


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"tinygrad_nn.cuda has no {name}: there is no GPU here; ask cuda.is_available() first"
    )
