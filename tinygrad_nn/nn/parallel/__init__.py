"""Models that PyTorch trains on several devices; here the one that is passed in does the work.
Read `distributed.py` next, then `data_parallel.py`.
"""

from .data_parallel import DataParallel, data_parallel
from .distributed import DistributedDataParallel

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]
