"""What programs ask of a GPU before they choose a device, of whichever make: there is none.
Read `../cuda/__init__.py` next, which is asked most.
"""


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


def current_accelerator(check_available: bool = False) -> None:
    """Return None, for no accelerator."""


def empty_cache() -> None:
    """Do nothing: no memory of a GPU is kept."""


def manual_seed(seed: int) -> None:
    """Do nothing: the stream of a GPU that is not there has no seed."""


def manual_seed_all(seed: int) -> None:
    """Do nothing, as `manual_seed`."""


def seed() -> None:
    """Do nothing, as `manual_seed`."""


def seed_all() -> None:
    """Do nothing, as `manual_seed`."""
