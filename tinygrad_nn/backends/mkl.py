"""Whether PyTorch would compute with MKL: NumPy has libraries of its own.
Read `cpu.py` next.
"""


def is_available() -> bool:
    """Return False."""
    return False
