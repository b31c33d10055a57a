"""Random programs of views and writes, run here and in PyTorch: values, gradients, versions.
Read `test_views.py` for single cases; this finds the ones that nobody thought of.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from beside_torch import differences, shrunk, torch

import tinygrad_nn as tnn

PROGRAMS = 400

pytestmark = pytest.mark.filterwarnings("ignore:Use of .* on expanded tensors")  # PyTorch's


class Run(NamedTuple):
    """What a program came to, and how it reads."""

    lines: list[str]
    versions: list[list[int]]
    values: list[Any]
    gradients: list[Any]
    error: str  # "", or where it was raised: "write" or "backward"


MAKERS = {
    "tanh": lambda x, u: x.tanh(),
    "neg": lambda x, u: -x,
    "half": lambda x, u: x * 0.5,
    "clone": lambda x, u: x.clone(),
    "mul": lambda x, u: x * u,
    "add": lambda x, u: x + u,
    "square": lambda x, u: x * x,
    "sigmoid": lambda x, u: x.sigmoid(),
    "reversed": lambda x, u: x[list(range(x.shape[0]))[::-1]] if x.ndim else x.clone(),
}
VIEWS = {
    "first": lambda x: x[0],
    "tail": lambda x: x[1:],
    "every_other": lambda x: x[..., ::2],
    "last_column": lambda x: x[..., -1],
    "transposed": lambda x: x.transpose(0, -1),
    "flat": lambda x: x.reshape(-1),
    "row": lambda x: x.unsqueeze(0),
    "squeezed": lambda x: x.squeeze(),
    "expanded": lambda x: x.expand(2, *x.shape),
    "whole": lambda x: x[...],
}
WRITES = {
    "add_": lambda x, u: x.add_(u),
    "sub_": lambda x, u: x.sub_(u, alpha=0.5),
    "mul_": lambda x, u: x.mul_(u),
    "div_": lambda x, u: x.div_(2.0),
    "neg_": lambda x, u: x.neg_(),
    "tanh_": lambda x, u: x.tanh_(),
    "sigmoid_": lambda x, u: x.sigmoid_(),
    "relu_": lambda x, u: x.relu_(),
    "abs_": lambda x, u: x.abs_(),
    "clamp_": lambda x, u: x.clamp_(-0.5, 0.7),
    "pow_": lambda x, u: x.pow_(2),
    "copy_": lambda x, u: x.copy_(u),
    "fill_": lambda x, u: x.fill_(0.3),
    "zero_": lambda x, u: x.zero_(),
}
INDICES = {
    "[0]": 0,
    "[1:]": slice(1, None),
    "[..., 0]": (..., 0),
    "[..., 1:]": (..., slice(1, None)),
    "[:]": slice(None),
    "[[0, 0]]": [0, 0],
    "[..., [1, 0]]": (..., [1, 0]),
}
UNTRUE = ("relu_", "abs_", "clamp_", "no_grad", "detach", "[0, 0]")  # for difference quotients


def fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, into) == into
    except ValueError:
        return False


def apart(u: Any, x: Any) -> Any:
    """Return a value to write that is no part of x: PyTorch leaves an overlap undefined."""
    return u.clone() if memory(u) == memory(x) else u


def memory(x: Any) -> int:
    return id(x.version) if isinstance(x, tnn.Tensor) else x.untyped_storage().data_ptr()


def choose(random: Any, table: dict[str, Any]) -> tuple[str, Any]:
    name = list(table)[random.integers(len(table))]
    return name, table[name]


def step(library: Any, seed: int, tensors: list[Any], lines: list[str]) -> None:
    """Run the instruction that `seed` stands for; it depends on the tensors' shapes only."""
    random = np.random.default_rng(seed)
    i = int(random.integers(len(tensors)))
    x = tensors[i]
    partners = [j for j, t in enumerate(tensors) if fits(tuple(t.shape), tuple(x.shape))]
    j = int(random.choice(partners))
    u = tensors[j] if i == j else apart(tensors[j], x)
    kind = random.choice(["make", "view", "write", "set", "set +=", "mask", "detach", "no_grad"],
                         p=[0.22, 0.26, 0.24, 0.12, 0.04, 0.04, 0.03, 0.05])  # fmt: skip
    new = f"t{len(tensors)} = "
    if kind == "make":
        name, make = choose(random, MAKERS)
        lines.append(f"{new}{name}(t{i}, t{j})")
        tensors.append(make(x, u))
    elif kind == "view":
        name, view = choose(random, VIEWS)
        if x.ndim == 0 or x.ndim > 2 or x.shape[0] == 1:
            name, view = "whole", VIEWS["whole"]
        lines.append(f"{new}{name}(t{i})")
        tensors.append(view(x))
    elif kind == "detach":
        lines.append(f"{new}t{i}.detach()")
        tensors.append(x.detach())
    elif kind == "mask":
        mask = library.tensor(random.random(tuple(x.shape)) < 0.5)
        lines.append(f"t{i}[{mask.tolist()}] = 0.25")
        x[mask] = 0.25
    elif kind in ("write", "no_grad"):
        name, write = choose(random, WRITES)
        lines.append(f"{'' if kind == 'write' else 'no_grad: '}t{i}.{name}(t{j})")
        if kind == "write":
            write(x, u)
        else:
            with library.no_grad():
                write(x, u)
    else:
        name, index = choose(random, INDICES)
        if x.ndim == 0 or 0 in x[index].shape:
            name, index = "[...]", ...
        values = [j for j, t in enumerate(tensors) if fits(tuple(t.shape), tuple(x[index].shape))]
        j = int(random.choice([*values, -1]))
        value = apart(tensors[j], x) if j >= 0 else 0.4
        lines.append(f"t{i}{name} {kind[4:] or '='} {f't{j}' if j >= 0 else value}")
        if kind == "set":
            x[index] = value
        else:
            x[index] += value


def run(library: Any, program: list[int], values: list[Any], requires_grad: bool = True) -> Run:
    """Run a program, then backward from a weighed sum of all that it made."""
    given = [library.tensor(value) for value in values]
    leaves = [t.requires_grad_(requires_grad) for t in given[:2]]
    tensors = [leaves[0] * 1.0, leaves[1] * 1.0, given[2]]
    lines: list[str] = []
    versions = []
    for seed in program:
        try:
            step(library, seed, tensors, lines)
        except RuntimeError as error:
            return Run([*lines, str(error)], versions, [], [], "write")
        versions.append([t._version for t in tensors])
    random = np.random.default_rng(len(tensors))
    total = leaves[0].sum() + leaves[1].sum()
    for t in tensors:
        weight = library.tensor(random.standard_normal(tuple(t.shape)))
        total = total + (t * weight).sum()
    found = [t.detach().numpy().copy() for t in tensors]
    if not requires_grad:
        return Run(lines, versions, [*found, total.item()], [], "")
    try:
        total.backward()
    except RuntimeError as error:
        return Run([*lines, str(error)], versions, found, [], "backward")
    return Run(lines, versions, found, [t.grad.numpy().copy() for t in leaves], "")


def quotients(program: list[int], values: list[Any]) -> list[Any]:
    """Return the gradients by central differences."""
    found = []
    for k in range(2):
        gradient = np.zeros_like(values[k])
        for place in np.ndindex(gradient.shape):
            sums = []
            for sign in (1, -1):
                moved = [value.copy() for value in values]
                moved[k][place] += sign * 1e-6
                sums.append(run(tnn, program, moved, requires_grad=False).values[-1])
            gradient[place] = (sums[0] - sums[1]) / 2e-6
        found.append(gradient)
    return found


def disagreement(program: list[int], values: list[Any]) -> str:
    """Return what differs from PyTorch, "" if nothing.

    PyTorch refuses some programs that are right here: it keeps the output of `tanh_` where it lies,
    not in a copy, and wants no overlap between what is written and where. Difference quotients say
    then whether the gradient is right. Here, every write into an expanded tensor is refused.
    """
    ours, theirs = run(tnn, program, values), run(torch, program, values)
    text = "\n  ".join(["", *ours.lines])
    if ours.error and not theirs.error and "it was expanded" not in ours.lines[-1]:
        return f"{text}\nan error in {ours.error}, none in PyTorch"
    if ours.error:
        return ""
    if theirs.error:
        if any(word in text for word in UNTRUE):
            return ""
        found = differences(ours.gradients, quotients(program, values), 1e-4, 1e-4, "gradients")
        return "\n".join([text, *found, theirs.lines[-1]]) if found else ""
    found = differences([ours.versions], [theirs.versions], 0, 0, "versions")
    found += differences(ours.values, theirs.values, 1e-9, 1e-9, "values")
    found += differences(ours.gradients, theirs.gradients, 1e-9, 1e-9, "gradients")
    return "\n".join([text, *found]) if found else ""


def check(case: int) -> str:
    random = np.random.default_rng(case)
    values = [random.standard_normal(shape) for shape in ((2, 3), (3,), (2, 3))]
    program = random.integers(0, 2**32, random.integers(1, 11)).tolist()
    if not disagreement(program, values):
        return ""
    program = shrunk(program, lambda part: bool(disagreement(part, values)))
    return f"program {case}: {disagreement(program, values)}"


def test_random_programs_of_views_and_writes_agree_with_pytorch():
    assert [found for case in range(PROGRAMS) if (found := check(case))] == []


@pytest.mark.slow
def test_many_random_programs_of_views_and_writes_agree_with_pytorch():
    assert [found for case in range(PROGRAMS, 20_000) if (found := check(case))] == []
