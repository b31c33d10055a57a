"""Rows of the operations that rearrange elements and change none.
Read `table_indexing.py` next.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from op_rows import CUBE, Row, at, each, real

EXPANDED = [
    *each([(2, 1)], {"shape": (2, 3)}, {"shape": (4, 2, 3)}, {"shape": (2, 0)}),
    *[at((), shape=(2, 2)), at((1, 3), shape=(1, 3))],
]
MODES = ("reflect", "replicate", "circular")


def _pad_with_own(x: Any, pad: Any, padding_mode: str) -> Any:
    return import_module("torch").nn.functional.pad(x, pad, padding_mode)


def _fold_padding(g: Any, pad: Any, padding_mode: str, shape: Any) -> Any:
    """The adjoint, by the derivative of a linear function."""
    x = g.new_zeros(shape).requires_grad_()
    padded = _pad_with_own(x, pad, padding_mode)
    return import_module("torch").autograd.grad(padded, x, g, create_graph=True)[0]


SHAPE = [
    Row("reshape", real, samples=[
        *each([(2, 6)], {"shape": (3, 4)}, {"shape": (-1,)}, {"shape": (2, -1, 3)}),
        *[at((), shape=(1, 1)), at((1,), shape=()), at((0, 3), shape=(5, 0))],
    ]),
    Row("view", real, torch=lambda x, shape: x.view(shape),
        samples=[at((2, 6), shape=(3, 4)), at((2, 6), shape=(2, 3, -1)), at((), shape=(1,))]),
    Row("transpose", real, samples=[
        *each([CUBE], {"dim0": 0, "dim1": 1}, {"dim0": -1, "dim1": 0}, {"dim0": 1, "dim1": 1}),
        at((), dim0=0, dim1=-1),
    ]),
    Row("permute", real, samples=[
        *each([CUBE], {"dims": (1, 2, 0)}, {"dims": (-1, 0, 1)}, {"dims": (0, 1, 2)}),
        at((), dims=()),
    ]),
    Row("flip", real, samples=[
        *each([CUBE], {"dims": (0,)}, {"dims": (-1, 0)}, {"dims": ()}, {"dims": (0, 1, 2)}),
        *[at((3,), dims=(0,)), at((), dims=(0,)), at((0, 2), dims=(0,))],
    ]),
    Row("unsqueeze", real, samples=each([(2, 3), ()], {"dim": 0}, {"dim": -1})),
    Row("squeeze", real, samples=each([(1, 3, 1)], {}, {"dim": 0}, {"dim": 1}, {"dim": (0, -1)})),
    Row("expand", real, torch=lambda x, shape: x.expand(shape),
        samples=[*EXPANDED, at((2, 1), shape=(4, -1, 3))]),
    Row("expand_copy", real, torch=lambda x, shape: x.expand(shape).clone(), samples=EXPANDED),
    Row("cat", real, real, real, samples=[
        *[at((2, 3), (1, 3), (4, 3)), at((2, 1), (2, 0), (2, 3), dim=-1), at((3,), dim=0)],
        *[at((2, 3), (0,), (1, 3)), at((0,), (0,))],
    ]),
    Row("stack", real, real, real,
        samples=[*each([((2, 3),) * 3], {}, {"dim": 1}, {"dim": -1}), at((), ()), at((0,), (0,))]),
    Row("unbind", real, samples=[
        *each([CUBE], {}, {"dim": 1}, {"dim": -1}), *[at((3,)), at((2, 0)), at((1, 2), dim=0)],
    ]),
    Row("split", real, samples=[
        *each([(5, 3)], *({"split_size_or_sections": n} for n in (1, 2, 5, 7, (1, 4), (2, 0, 3)))),
        at((2, 5), split_size_or_sections=2, dim=-1),
        at((2, 0), split_size_or_sections=1),
    ]),
    Row("constant_pad_nd", real, samples=[
        *[at((2, 3), pad=(1, 2)), at((2, 3), pad=(1, -1, 0, 2)), at((3,), pad=(-1, -1))],
        *[at((2, 3), pad=(0, 1), value=2.5), at((), pad=()), at((0, 2), pad=(1, 1, 1, 0))],
    ]),
    Row("pad_with_own", real, torch=_pad_with_own, samples=[
        *each([(2, 3, 4)], *({"pad": pad, "padding_mode": mode} for mode in MODES
                             for pad in ((1, 2), (1, 2, 2, 0), (0, 0)))),
        at((1, 2, 2, 2), pad=(1, 0, 1, 1, 0, 1), padding_mode="reflect"),
    ]),
    Row("fold_padding", real, torch=_fold_padding, samples=[
        at((2, 6), pad=(1, 2), padding_mode=mode, shape=(2, 3)) for mode in MODES
    ]),
]  # fmt: skip
