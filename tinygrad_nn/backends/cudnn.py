"""PyTorch's switches of cuDNN: they can be set, and change nothing, as there is no GPU.
Read `mps.py` next.
"""

__all__ = ["allow_tf32", "benchmark", "deterministic", "enabled", "is_available", "version"]

allow_tf32 = True
benchmark = False
deterministic = False
enabled = True


def is_available() -> bool:
    """Return False."""
    return False


def version() -> None:
    """Return None, for no cuDNN."""
