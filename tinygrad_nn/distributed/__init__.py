"""Processes that train together, under PyTorch's names: here a group is of one process.
Read `group.py` next, then `collectives.py`.
"""

from ..places import paths as _paths
from . import collectives as _collectives
from . import group as _group
from . import torchrun as torchrun  # at distributed.elastic, by the table of paths
from .collectives import *
from .group import *

__all__ = [*_collectives.__all__, *_group.__all__]

_paths.enter_below("distributed")
