"""`torch.distributed.fsdp`: models whose parameters are spread over processes; a call says no.
Read `../nn/parallel/distributed.py` next, which does work, in one process.
"""

from ..absent import stand_ins

_NAMES = """
    BackwardPrefetch CPUOffload FullStateDictConfig FullyShardedDataParallel MixedPrecision
    ShardingStrategy StateDictType fully_shard
"""

__all__ = _NAMES.split()
__getattr__ = stand_ins(
    "distributed.fsdp", "tinygrad_nn trains in one process, which holds the model whole", _NAMES
)
