"""Rows of the operations that rearrange elements and change none.
Read `table_indexing.py` next.
"""

from __future__ import annotations

import importlib
from importlib import import_module
from typing import Any

from op_rows import CUBE, Row, at, each, real

from tinygrad_nn.arrays.storage import Geometry
from tinygrad_nn.autograd import registry

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


WHOLE, OVERLAPPING = Geometry((2, 3), (3, 1), 0), Geometry((2, 3), (1, 2), 0)
DIAGONALS = [{}, {"offset": 1, "dim1": -1, "dim2": 0}, {"offset": -2}, {"offset": 5}]
THEIR_PLACES = {  # steps to a view, as PyTorch writes into it
    "diagonal": ((registry["diagonal"], (1, 0, 1)),),
    "an index": ((registry["getitem"], ((slice(1, 2), 0),)),),
}


def _torch():
    return importlib.import_module("torch")


def _placed(torch, x, shape, steps):
    y = torch.zeros(shape, dtype=x.dtype)
    seen = "diagonal" if steps[0][0].name == "diagonal" else "an index"
    return y.diagonal_scatter(x, 1) if seen == "diagonal" else _with_row(torch, y, x)


def _with_row(torch, y, x):
    return torch.cat([y[:1], torch.cat([x[:, None], y[1:2, 1:]], 1), y[2:]])


def _folded(x, shape, dimension, size, step):
    torch = _torch()
    y = torch.zeros(shape, dtype=x.dtype, requires_grad=True)
    seen = y.unfold(dimension, size, step)
    return torch.autograd.grad(seen, y, x, create_graph=True)[0]


def _restrided(x, of, to, shared):
    torch = _torch()
    y = torch.zeros(shared.shape, dtype=x.dtype, requires_grad=True)
    seen = y.as_strided(of.shape, of.strides, of.offset)
    return torch.autograd.grad(seen, y, x, create_graph=True)[0]


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
    Row("expanded", real, torch=lambda x, shape: x.expand(shape).clone(), samples=EXPANDED),
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
    Row("placed", real, torch=lambda *given, **named: _placed(_torch(), *given, **named), samples=[
        at((2,), shape=(3, 3), steps=THEIR_PLACES["diagonal"]),
        at((1,), shape=(3, 3), steps=THEIR_PLACES["an index"]),
    ]),
    Row("diagonal", real, samples=[
        *each([CUBE], *DIAGONALS), at((3, 3), dim1=1, dim2=0), at((0, 2)), at((3, 1)),
    ]),
    Row("diag_embed", real, samples=[
        *each([(2, 3)], {}, {"offset": -1}, {"offset": 2, "dim1": 0, "dim2": 2},
              {"dim1": 2, "dim2": 1}),
        *[at((3,)), at((0,), offset=1), at((2, 0))],
    ]),
    Row("tril", real, samples=each([CUBE, (3, 3), (0, 2)], {}, {"diagonal": 1}, {"diagonal": -2})),
    Row("triu", real, samples=[
        *each([CUBE, (3, 3), (0, 2)], {}, {"diagonal": 1}, {"diagonal": -5}), at((1, 2, 1, 4)),
    ]),
    Row("roll", real, samples=[
        *each([CUBE], {"shifts": 5}, {"shifts": (1, -1), "dims": (0, 2)},
              {"shifts": (2,), "dims": (1,)}, {"shifts": (1, 3), "dims": (2, 2)}),
        *[at((), shifts=1), at((0, 2), shifts=1, dims=1), at((3,), shifts=3)],
    ]),
    Row("repeat", real, torch=lambda x, repeats: x.repeat(repeats), samples=[
        *each([(2, 3)], {"repeats": (2, 3)}, {"repeats": (1, 1)}, {"repeats": (2, 1, 2)},
              {"repeats": (0, 2)}),
        *[at((), repeats=(2, 2)), at((0,), repeats=(3,)), at((), repeats=())],
    ]),
    Row("repeat_each", real, torch="repeat_interleave", samples=[
        *each([CUBE], {"repeats": 2, "dim": 0}, {"repeats": 3, "dim": -1},
              {"repeats": 0, "dim": 1}),
        at((3,), repeats=1, dim=0),
    ]),
    Row("unfold", real, torch=lambda x, **given: x.unfold(**given), samples=[
        *each([(7,), (7, 2)], {"dimension": 0, "size": 3, "step": 2},
              {"dimension": 0, "size": 2, "step": 3}),
        *each([CUBE], {"dimension": 1, "size": 2, "step": 1},
              {"dimension": -1, "size": 4, "step": 1}),
        *[at((9,), dimension=0, size=7, step=1), at((), dimension=0, size=1, step=1)],
    ]),
    Row("unfold_backward", real, torch=_folded, samples=[
        at((3, 3), shape=(7,), dimension=0, size=3, step=2),
        at((2, 2, 4, 2), shape=CUBE, dimension=1, size=2, step=1),
        at((2, 6), shape=(8,), dimension=0, size=6, step=2),
        at((2, 2), shape=(7,), dimension=0, size=2, step=4),
        at((1,), shape=(), dimension=0, size=1, step=1),
    ]),
    Row("strided_view", real,
        torch=lambda x, of, to: x.contiguous().as_strided(to.shape, to.strides, to.offset),
        samples=[at((2, 3), of=WHOLE, to=to) for to in (
            *[OVERLAPPING, WHOLE, Geometry((2,), (2,), 3), Geometry((), (), 1)],
            Geometry((2, 2), (0, 4), 1),
        )]),
    Row("restrided", real, torch=_restrided, samples=[
        at((2, 3), of=OVERLAPPING, to=WHOLE, shared=WHOLE),
        at((2,), of=Geometry((2,), (2,), 3), to=WHOLE, shared=WHOLE),
    ]),
    Row("blocks_on_diagonal", real, real, real, torch=lambda tensors: _torch().block_diag(*tensors),
        samples=[at((2, 3), (1, 1), (2, 2)), at((), (3,), (0, 2)), at((2,), (1, 2), (2, 1))]),
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
