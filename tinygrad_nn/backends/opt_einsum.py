"""Whether `einsum` plans the order of its products by opt_einsum: NumPy has its own.
Read `../ops/matrices/` next.
"""

enabled = False
strategy = None


def is_available() -> bool:
    """Return False."""
    return False
