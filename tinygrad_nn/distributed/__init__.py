"""Processes that train together, under PyTorch's names: here a group is of one process.
Read `group.py` next, then `collectives.py`.
"""

from ..places import paths as _paths
from ..places.absent import stand_ins as _stand_ins
from . import collectives as _collectives
from . import group as _group
from . import torchrun as torchrun  # at distributed.elastic, by the table of paths
from .collectives import *
from .group import *

_NAMES_ONLY = """
    DeviceMesh FileStore GradBucket P2POp PrefixStore ProcessGroupGloo Store TCPStore
    batch_isend_irecv init_device_mesh new_subgroups_by_enumeration recv_object_list
    send_object_list
"""
__all__ = [*_collectives.__all__, *_group.__all__, *_NAMES_ONLY.split()]
__getattr__ = _stand_ins(
    "distributed", "tinygrad_nn trains in one process, which holds the model whole", _NAMES_ONLY
)

_paths.enter_below("distributed")
