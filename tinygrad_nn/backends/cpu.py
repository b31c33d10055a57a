"""What the processor can do, which NumPy knows for itself.
Read `mkldnn.py` next.
"""


def get_cpu_capability() -> str:
    """Return "DEFAULT": NumPy chooses its instructions itself."""
    return "DEFAULT"
