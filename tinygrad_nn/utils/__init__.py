"""What a training loop needs beside the model: the data, in `data/`, and following how it goes.
Read `data/dataset.py` next, then `progress_bar.py` and `tensorboard.py`.
"""

from ..places import paths as _paths
from . import _contextlib as _contextlib
from . import _pytree as _pytree
from . import checkpoint, data, dlpack, hooks, tensorboard
from .progress_bar import progress
from .swapping import swap_tensors

__all__ = ["checkpoint", "data", "dlpack", "hooks", "progress", "swap_tensors", "tensorboard"]

_paths.enter_below("utils")
