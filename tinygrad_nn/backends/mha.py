"""PyTorch's switch of a faster path through `MultiheadAttention`; here it changes nothing.
Read `../nn/layers/attention.py` next.
"""

_fastpath = True


def get_fastpath_enabled() -> bool:
    """Return what was set."""
    return _fastpath


def set_fastpath_enabled(value: bool) -> None:
    """Set what `get_fastpath_enabled` returns."""
    global _fastpath
    _fastpath = value
