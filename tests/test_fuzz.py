"""Random programs of up to eight operations, run here and in PyTorch: values and gradients.
Read `beside_torch.py` first. A program is a list of seeds; what one does depends on shapes only.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from beside_torch import differences, shrunk, torch

import tinygrad_nn as tnn

PROGRAMS = 1500
LARGEST = 400  # elements; larger tensors are only reduced

UNARY = {
    "neg": lambda x: -x,
    "exp": lambda x: x.clamp(-3, 3).exp(),
    "log": lambda x: (x.abs() + 0.5).log(),
    "sqrt": lambda x: (x * x + 0.1).sqrt(),
    "abs": lambda x: x.abs(),
    "sign": lambda x: x.sign() * x,
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),
    "clamp": lambda x: x.clamp(-1, 2),
    "square": lambda x: x.clamp(-99, 99) ** 2,
    "cube": lambda x: x.clamp(-9, 9) ** 3,
    "reciprocal": lambda x: 1 / (x.abs() + 1),
    "affine": lambda x: 2 - x * 3 + 1,
    "power of two": lambda x: 2 ** x.clamp(-2, 2),
    "clone": lambda x: x.clone(),
}
BINARY = {
    "add": lambda x, u: x + u,
    "sub": lambda x, u: x - u,
    "mul": lambda x, u: x * u,
    "div": lambda x, u: x / (u.abs() + 1),
    "pow": lambda x, u: (x.abs() + 0.5) ** u.clamp(-2, 2),
    "maximum": lambda x, u: x.maximum(u),
    "minimum": lambda x, u: x.minimum(u),
    "clamp between": lambda x, u: x.clamp(u, u + 1),
}
REDUCTIONS = {
    "sum": lambda x, dim, keep: x.sum(dim, keep),
    "mean": lambda x, dim, keep: x.mean(dim, keep),
    "var": lambda x, dim, keep: x.var(dim, correction=0, keepdim=keep),
    "amax": lambda x, dim, keep: x.amax(dim, keep),
    "amin": lambda x, dim, keep: x.amin(dim, keep),
    "logsumexp": lambda x, dim, keep: x.logsumexp(dim, keep),
}
ALONG = {
    "softmax": lambda x, dim: x.softmax(dim),
    "log_softmax": lambda x, dim: x.log_softmax(dim),
    "max": lambda x, dim: x.max(dim).values,
    "min": lambda x, dim: x.min(dim, True).values,
    "sum": lambda x, dim: x.sum(dim),
    "unsqueeze": lambda x, dim: x.unsqueeze(dim),
    "squeeze": lambda x, dim: x.squeeze(dim),
    "transpose": lambda x, dim: x.transpose(dim, -1),
}
KINDS = {
    "unary": 0.22,
    "binary": 0.24,
    "reduction": 0.08,
    "along": 0.09,
    "reshape": 0.05,
    "permute": 0.05,
    "slice": 0.05,
    "pick": 0.05,
    "gather": 0.03,
    "expand": 0.03,
    "matmul": 0.05,
    "join": 0.03,
    "where": 0.03,
}


class Run(NamedTuple):
    """What a program came to, and how it reads."""

    lines: list[str]
    values: list[Any]
    gradients: list[Any]
    error: Exception | None


def broadcast(first: Any, second: Any) -> tuple[int, ...] | None:
    try:
        return np.broadcast_shapes(tuple(first.shape), tuple(second.shape))
    except ValueError:
        return None


def choose(random: Any, table: Any) -> Any:
    names = list(table)
    return names[random.integers(len(names))]


def reduced_dims(random: Any, ndim: int) -> Any:
    """All dims, one of them from either end, or several."""
    several = tuple(int(d) for d in random.permutation(ndim)[: random.integers(1, ndim + 1)])
    return several if random.random() < 0.5 or not ndim else int(random.integers(-ndim, ndim))


def sliced(random: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    index: list[Any] = []
    for size in shape[: random.integers(len(shape) + 1)]:
        start, step = random.integers(max(size, 1)), int(random.integers(1, 3))
        kinds = [
            slice(None),
            slice(int(start), None, step),
            int(start) if size else slice(None),
            None,
        ]
        index.append(kinds[random.integers(4)])
    return (*index, ...) if random.random() < 0.5 else tuple(index)


def product(random: Any, x: Any, tensors: list[Any]) -> Any:
    """Multiply x with any tensor that fits, or with itself."""
    partners = [
        t for t in tensors if t.ndim and x.ndim and t.shape[max(t.ndim - 2, 0)] == x.shape[-1]
    ]
    fitting = [t for t in partners if t.ndim < 3 or broadcast(x[..., :1, :1], t[..., :1, :1])]
    if not fitting or (x.ndim == 1 and random.random() < 0.3):
        return x.unsqueeze(-1) @ x.unsqueeze(-2)
    return x @ fitting[random.integers(len(fitting))]


def step(library: Any, seed: int, tensors: list[Any], lines: list[str]) -> None:
    """Run the instruction that a seed stands for and append what it makes."""
    random = np.random.default_rng(seed)
    i = len(tensors) - 1 - int(random.integers(min(len(tensors), 3)))
    x = tensors[i]
    shape, ndim = tuple(x.shape), x.ndim
    kind = random.choice(list(KINDS), p=list(KINDS.values()))
    if x.numel() > LARGEST or ndim > 4:
        kind = "reduction"
    line = f"t{len(tensors)} = {kind} of t{i} {shape}"
    lines.append(line)
    if kind == "unary":
        name = choose(random, UNARY)
        made = UNARY[name](x)
        detail = name
    elif kind in ("binary", "where"):
        j = choose(random, [j for j, t in enumerate(tensors) if broadcast(x, t) is not None])
        name = choose(random, BINARY)
        detail = f"{name} t{j}"
        if kind == "binary":
            made = BINARY[name](x, tensors[j])
        else:
            made = library.where(x > tensors[j], x, tensors[j] * 2)
    elif kind == "reduction":
        name, dim, keep = (
            choose(random, REDUCTIONS),
            reduced_dims(random, ndim),
            random.random() < 0.5,
        )
        if name == "logsumexp" and not x.numel():
            name = "sum"  # -inf, which NumPy warns of where it meets another
        detail = f"{name} {dim} {keep}"
        made = REDUCTIONS[name](x, dim, keep)
    elif kind == "along":
        name, dim = choose(random, ALONG), int(random.integers(-max(ndim, 1), max(ndim, 1)))
        detail = f"{name} {dim}"
        made = ALONG[name](x, dim)
    elif kind == "reshape":
        target = random.permutation(shape).tolist() if random.random() < 0.5 else [-1]
        detail = str(target)
        made = x.reshape(target if x.numel() or -1 not in target else shape)
    elif kind == "permute":
        detail = str(order := tuple(int(d) for d in random.permutation(ndim)))
        made = x.permute(order)
    elif kind == "slice":
        detail = str(index := sliced(random, shape))
        made = x[index]
    elif kind == "pick":
        size = max(shape[0] if shape else 0, 1)
        where = random.integers(0, size, random.integers(1, 5)) if shape and shape[0] else None
        detail = f"[{where}]"
        made = x if where is None else x[library.tensor(where)]
        if random.random() < 0.3:
            made = x[library.tensor(random.random(shape) < 0.6)]
            detail = "mask"
    elif kind == "gather" and ndim and 0 not in shape:
        dim = int(random.integers(-ndim, ndim))
        index = library.tensor(random.integers(0, shape[dim], shape))
        detail = f"{dim} {index.tolist()}"
        made = x.gather(dim, index)
    elif kind == "expand":
        sizes = [3 if size == 1 else -1 for size in shape]
        detail = str(sizes)
        made = x.expand([2] * int(random.integers(2)) + sizes)
    elif kind == "matmul" and ndim:
        made, detail = product(random, x, tensors), ""
    elif kind == "join":
        same = [t for t in tensors if tuple(t.shape) == shape]
        parts = [x, *(same[random.integers(len(same))] for _ in range(2))]
        dim = int(random.integers(-max(ndim, 1), max(ndim, 1)))
        made = (
            library.cat(parts, dim) if ndim and random.random() < 0.5 else library.stack(parts, dim)
        )
        detail = str(dim)
    else:
        made, detail = x * 1.5, "times 1.5"
    lines[-1] = f"{line}: {detail}"
    tensors.append(made)


def make_leaves(seed: int) -> list[Any]:
    """One to three arrays that broadcast: normal numbers, small integers that tie, large ones."""
    random = np.random.default_rng(seed)
    full = random.choice(
        [0, 1, 1, 2, 2, 3, 3, 3], p=[0.02] + [0.14] * 7, size=random.integers(0, 5)
    )
    leaves = []
    for _ in range(random.integers(1, 4)):
        shape = [
            1 if random.random() < 0.25 else int(size) for size in full[random.integers(0, 2) :]
        ]
        values = random.standard_normal(shape)
        if random.random() < 0.3:
            values = random.integers(-2, 3, shape).astype(float)
        leaves.append(np.asarray(values * (10 if random.random() < 0.1 else 1)))
    return leaves


def run(library: Any, program: list[int], arrays: list[Any], order: int) -> Run:
    """Run a program and differentiate a weighed sum of all that it made, `order` times."""
    leaves = [library.tensor(array, requires_grad=True) for array in arrays]
    tensors, lines = list(leaves), [f"t{i} = {array.tolist()}" for i, array in enumerate(arrays)]
    try:
        for seed in program:
            step(library, seed, tensors, lines)
    except (RuntimeError, IndexError, ValueError) as error:
        return Run(lines, [], [], error)
    random = np.random.default_rng(len(tensors))
    outputs, gradients = tensors[len(leaves) :], []
    for remaining in range(order, 0, -1):
        weights = [library.tensor(random.standard_normal(tuple(t.shape))) for t in outputs]
        pairs = [(t, w) for t, w in zip(outputs, weights, strict=True) if t.requires_grad]
        found = [None] * len(leaves)
        if pairs:
            roots, cotangents = zip(*pairs, strict=True)
            found = library.autograd.grad(
                roots, leaves, cotangents, create_graph=remaining > 1, allow_unused=True
            )
        gradients += found
        outputs = [g for g in found if g is not None]
    return Run(lines, *([plain(t) for t in each] for each in (tensors, gradients)), None)


def plain(tensor: Any) -> Any:
    return None if tensor is None else tensor.detach().numpy(force=True).copy()


def differs(ours: list[Any], theirs: list[Any], name: str, leaves: int) -> list[str]:
    """Compare to 1e-6, or to 1e-8 of the largest number in the array and 1e-12 of that in all.

    Beyond the first order, no gradient at all is the same as zeros.
    """
    found = []
    everywhere = max(map(largest, theirs), default=0.0)
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if i >= leaves and (a is None) != (b is None):
            a, b = (np.zeros_like(b), b) if a is None else (a, np.zeros_like(a))
        tolerance = 1e-8 * largest(b) + 1e-12 * everywhere
        found += differences(a, b, 1e-6, tolerance, f"{name} {i}")
    return found


def largest(array: Any) -> float:
    return 0.0 if array is None else max(np.abs(array[np.isfinite(array)]), default=0.0)


def disagreement(program: list[int], arrays: list[Any], order: int) -> str:
    """Return what differs from PyTorch and the program; "" if nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PyTorch's, on a variance of nothing
        theirs = run(torch, program, arrays, order)
    ours = run(tnn, program, arrays, order)
    text = "\n  ".join([f"program of order {order}:", *ours.lines])
    if theirs.error is not None:
        same = isinstance(ours.error, type(theirs.error)) and len(ours.lines) == len(theirs.lines)
        return "" if same else f"{text}\n{ours.error!r} is {theirs.error!r} in PyTorch"
    if ours.error is not None:
        return f"{text}\n{ours.error!r}, no error in PyTorch"
    found = differs(ours.values, theirs.values, "value", len(ours.values))
    found += differs(ours.gradients, theirs.gradients, "gradient", len(arrays))
    return "\n".join([text, *found]) if found else ""


def check(case: int) -> str:
    """Return the shortest part of a case that disagrees with PyTorch, "" if it agrees."""
    random = np.random.default_rng([case, 7])
    arrays, order = make_leaves(case), 2 if case % 4 == 0 else 1
    program = random.integers(0, 2**32, random.integers(1, 9)).tolist()
    if not disagreement(program, arrays, order):
        return ""
    program = shrunk(program, lambda part: bool(disagreement(part, arrays, order)))
    return f"case {case}, {disagreement(program, arrays, order)}"


def test_random_programs_agree_with_pytorch():
    assert [found for case in range(PROGRAMS) if (found := check(case))] == []


@pytest.mark.slow
def test_many_random_programs_agree_with_pytorch():
    assert [found for case in range(PROGRAMS, 21_500) if (found := check(case))] == []
