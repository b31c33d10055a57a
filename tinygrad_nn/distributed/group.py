"""The process group, of this process alone: made, asked for its size and rank, ended.
Read `collectives.py` next, what the processes of a group do together.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..errors import ArgumentError, NotHereError

__all__ = [
    "Backend",
    "GroupMember",
    "ProcessGroup",
    "destroy_process_group",
    "get_backend",
    "get_process_group_ranks",
    "get_rank",
    "get_world_size",
    "group",
    "init_process_group",
    "is_available",
    "is_gloo_available",
    "is_initialized",
    "is_mpi_available",
    "is_nccl_available",
    "is_torchelastic_launched",
    "new_group",
]


class Backend(str):
    """The name of what carries data between processes: "gloo", "nccl", "mpi"."""

    GLOO, MPI, NCCL, UCC, XCCL, UNDEFINED = "gloo", "mpi", "nccl", "ucc", "xccl", "undefined"


class ProcessGroup:
    """A group of this process alone."""

    def __init__(self, backend: str) -> None:
        self.backend = Backend(backend)

    def size(self) -> int:
        """Return 1."""
        return 1

    def rank(self) -> int:
        """Return 0."""
        return 0


class _Group:
    """Holds the default group, under the name by which PyTorch gives it: `group.WORLD`."""

    WORLD: ProcessGroup | None = None
    NON_GROUP_MEMBER = object()


group = GroupMember = _Group


def is_available() -> bool:
    """Return True: a group of one process can be made."""
    return True


def is_initialized() -> bool:
    """Whether there is a group."""
    return _Group.WORLD is not None


def is_gloo_available() -> bool:
    """Return True: a group may say so, of one process."""
    return True


def is_nccl_available() -> bool:
    """Return False: there is no GPU."""
    return False


def is_mpi_available() -> bool:
    """Return False."""
    return False


def is_torchelastic_launched() -> bool:
    """Whether `torchrun` has started this process, as its environment says."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def init_process_group(
    backend: str | None = None,
    init_method: str | None = None,
    timeout: Any = None,
    world_size: int = -1,
    rank: int = -1,
    store: Any = None,
    group_name: str = "",
    pg_options: Any = None,
    device_id: Any = None,
    _ranks: list[int] | None = None,
) -> None:
    """Make the default group, of one process: `rank` and `world_size` are 0 and 1.

    Those that are not given are read from the environment, RANK and WORLD_SIZE, as with `torchrun`.

    Raises:
        ArgumentError: a rank or size is nowhere, or there is a group already, as in PyTorch.
        NotHereError: more than one process, or NCCL, which needs a GPU.

    Example:
        >>> import tinygrad_nn.distributed as dist
        >>> dist.init_process_group("gloo", rank=0, world_size=1)
        >>> dist.get_rank(), dist.get_world_size()
        (0, 1)
        >>> dist.destroy_process_group()
    """
    if is_initialized():
        raise ArgumentError(
            "init_process_group: there is a group already; end it by destroy_process_group()"
        )
    size = world_size if world_size != -1 else _from_environment("WORLD_SIZE", "world_size")
    number = rank if rank != -1 else _from_environment("RANK", "rank")
    if size != 1 or number != 0:
        raise NotHereError(
            f"init_process_group: rank {number} of world_size {size}: tinygrad_nn trains in one "
            "process; start the program once, with rank=0 and world_size=1"
        )
    if backend is not None and "nccl" in backend and "gloo" not in backend:
        raise NotHereError("init_process_group: 'nccl' needs a GPU; pass 'gloo'")
    _Group.WORLD = ProcessGroup(backend or "gloo")


def _from_environment(variable: str, argument: str) -> int:
    if variable not in os.environ:
        raise ArgumentError(
            f"init_process_group: {argument} is not given, and the environment has no {variable}"
        )
    return int(os.environ[variable])


def default_group(name: str) -> ProcessGroup:
    """Return the group, or raise ArgumentError, as PyTorch does, for a call before it is made."""
    if _Group.WORLD is None:
        raise ArgumentError(
            f"{name}: there is no process group; call init_process_group() first, or ask "
            "is_initialized()"
        )
    return _Group.WORLD


def destroy_process_group(group: Any = None) -> None:
    """End the group."""
    default_group("destroy_process_group")
    if group in (None, _Group.WORLD):
        _Group.WORLD = None


def get_rank(group: Any = None) -> int:
    """Return 0, the number of this process in the group."""
    return default_group("get_rank").rank()


def get_world_size(group: Any = None) -> int:
    """Return 1, how many processes the group has."""
    return default_group("get_world_size").size()


def get_backend(group: Any = None) -> Backend:
    """Return the name that `init_process_group` was given."""
    return default_group("get_backend").backend


def get_process_group_ranks(group: Any) -> list[int]:
    """Return [0]."""
    return [default_group("get_process_group_ranks").rank()]


def new_group(
    ranks: Sequence[int] | None = None, timeout: Any = None, backend: str | None = None, **_: Any
) -> ProcessGroup:
    """Return a group of this process too.

    Raises:
        ArgumentError: a rank that is not there.
    """
    default = default_group("new_group")
    if ranks is not None and [*ranks] != [0]:
        raise ArgumentError(f"new_group: the only rank is 0, got ranks={[*ranks]}")
    return ProcessGroup(backend or default.backend)
