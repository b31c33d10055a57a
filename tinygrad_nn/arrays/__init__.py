"""What lies below every tensor: dtypes and their limits, exact sums, Python data read as arrays.
Read `dtypes.py` next, then `limits.py`, `sums.py` and `reading.py`.
"""

from .memory import keep_freed_memory

keep_freed_memory()
