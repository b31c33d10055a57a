"""What the processes of a group do together; of one process, each hands on what it is given.
Read `../nn/parallel/distributed.py` next, which trains a model so.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from ..autograd.grad_mode import no_grad
from ..errors import NotHereError
from .group import default_group

__all__ = [
    "ReduceOp",
    "Work",
    "all_gather",
    "all_gather_into_tensor",
    "all_gather_object",
    "all_gather_single",
    "all_reduce",
    "all_to_all",
    "all_to_all_single",
    "barrier",
    "broadcast",
    "broadcast_object_list",
    "gather",
    "gather_object",
    "irecv",
    "isend",
    "monitored_barrier",
    "recv",
    "reduce",
    "reduce_scatter",
    "reduce_scatter_single",
    "reduce_scatter_tensor",
    "scatter",
    "scatter_object_list",
    "send",
]


class ReduceOp(Enum):
    """How the tensors of the processes become one; of one process, each leaves it as it is."""

    SUM, AVG, PRODUCT, MIN, MAX, BAND, BOR, BXOR = range(8)


class Work:
    """What an operation with `async_op=True` returns: it is done."""

    def wait(self, timeout: Any = None) -> bool:
        """Return True."""
        return True

    def is_completed(self) -> bool:
        """Return True."""
        return True


def _done(name: str, async_op: bool) -> Work | None:
    default_group(name)
    return Work() if async_op else None


@no_grad()
def _copied(name: str, async_op: bool, to: Any, tensor: Any) -> Work | None:
    done = _done(name, async_op)
    to.copy_(tensor.reshape(to.shape))
    return done


def all_reduce(
    tensor: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """Leave the tensor as it is: the sum, or what `op` says, over one process."""
    return _done("all_reduce", async_op)


def reduce(
    tensor: Any,
    dst: int | None = None,
    op: Any = ReduceOp.SUM,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """Leave the tensor as it is."""
    return _done("reduce", async_op)


def broadcast(
    tensor: Any,
    src: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """Leave the tensor as it is."""
    return _done("broadcast", async_op)


def all_gather(
    tensor_list: list[Any], tensor: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """Write the tensor into the list's only one."""
    (to,) = tensor_list
    return _copied("all_gather", async_op, to, tensor)


def all_gather_single(
    output_tensor: Any, input_tensor: Any, group: Any = None, async_op: bool = False
) -> Work | None:
    """Write the second tensor into the first."""
    return _copied("all_gather_single", async_op, output_tensor, input_tensor)


all_gather_into_tensor = all_gather_single  # its older name


def gather(
    tensor: Any,
    gather_list: list[Any] | None = None,
    dst: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """Write the tensor into the list's only one."""
    (to,) = gather_list or [tensor]
    return _copied("gather", async_op, to, tensor)


def scatter(
    tensor: Any,
    scatter_list: list[Any] | None = None,
    src: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """Write the list's only tensor into the tensor."""
    (given,) = scatter_list or [tensor]
    return _copied("scatter", async_op, tensor, given)


def reduce_scatter(
    output: Any,
    input_list: list[Any],
    op: Any = ReduceOp.SUM,
    group: Any = None,
    async_op: bool = False,
) -> Work | None:
    """Write the list's only tensor into the output."""
    (given,) = input_list
    return _copied("reduce_scatter", async_op, output, given)


def reduce_scatter_single(
    output: Any, input: Any, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """Write the second tensor into the first."""
    return _copied("reduce_scatter_single", async_op, output, input)


reduce_scatter_tensor = reduce_scatter_single  # its older name


def all_to_all(
    output_tensor_list: list[Any],
    input_tensor_list: list[Any],
    group: Any = None,
    async_op: bool = False,
) -> Work | None:
    """Write the only tensor of the second list into that of the first."""
    (to,), (given,) = output_tensor_list, input_tensor_list
    return _copied("all_to_all", async_op, to, given)


def all_to_all_single(
    output: Any,
    input: Any,
    output_split_sizes: Any = None,
    input_split_sizes: Any = None,
    group: Any = None,
    async_op: bool = False,
) -> Work | None:
    """Write the second tensor into the first."""
    return _copied("all_to_all_single", async_op, output, input)


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """Put the object into the list's only place."""
    default_group("all_gather_object")
    object_list[:] = [obj]


def gather_object(
    obj: Any,
    object_gather_list: list[Any] | None = None,
    dst: int | None = None,
    group: Any = None,
    group_dst: int | None = None,
) -> None:
    """Put the object into the list's only place."""
    default_group("gather_object")
    if object_gather_list is not None:
        object_gather_list[:] = [obj]


def broadcast_object_list(
    object_list: list[Any],
    src: int | None = None,
    group: Any = None,
    device: Any = None,
    group_src: int | None = None,
) -> None:
    """Leave the list as it is."""
    default_group("broadcast_object_list")


def scatter_object_list(
    scatter_object_output_list: list[Any],
    scatter_object_input_list: list[Any] | None = None,
    src: int | None = None,
    group: Any = None,
    group_src: int | None = None,
) -> None:
    """Put the input list's only object into the output list's first place."""
    default_group("scatter_object_list")
    if scatter_object_input_list is not None:
        (scatter_object_output_list[0],) = scatter_object_input_list


def barrier(
    group: Any = None, async_op: bool = False, device_ids: Any = None, timeout: Any = None
) -> Work | None:
    """Go on: there is no other process to wait for."""
    return _done("barrier", async_op)


def monitored_barrier(group: Any = None, timeout: Any = None, wait_all_ranks: bool = False) -> None:
    """Go on: there is no other process to wait for."""
    default_group("monitored_barrier")


def send(
    tensor: Any,
    dst: int | None = None,
    group: Any = None,
    tag: int = 0,
    group_dst: int | None = None,
) -> Any:
    """Raise NotHereError: there is no other process."""
    return _no_other("send or isend")


def recv(
    tensor: Any,
    src: int | None = None,
    group: Any = None,
    tag: int = 0,
    group_src: int | None = None,
) -> Any:
    """Raise NotHereError: there is no other process."""
    return _no_other("recv or irecv")


isend, irecv = send, recv


def _no_other(name: str) -> Any:
    default_group(name)
    raise NotHereError(f"{name}: the group has one process, there is no other to exchange with")
