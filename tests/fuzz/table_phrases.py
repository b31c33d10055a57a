"""Templates from the table of operations: each call that it lists, on tensors of the program.
Read `slots.py` next.

What is added to the table is drawn here too, if it has the same name in both libraries. An operand
of another shape, or outside of where the operation has a slope, is made to fit in the template.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, NamedTuple

import numpy as np
import op_rows
from beside_torch import torch
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry

from .program import compiled, slots_of

# An operand as its row draws it, made of any tensor.
BROUGHT_THERE = {
    op_rows.real: "{}",
    op_rows.wide: "{}",
    op_rows.in_order: "{}.sort(stable=True).values",
    op_rows.half_zero: "{}",
    op_rows.positive: "({}.abs() + 0.5)",
    op_rows.low: "(-{}.abs() - 0.5)",
    op_rows.nonzero: "torch.where({0} < 0, {0} - 0.5, {0} + 0.5)",
    op_rows.inside: "({}.sin() * 0.9)",
    op_rows.above_one: "({}.abs() + 1.1)",
    op_rows.probability: "({}.sigmoid() * 0.8 + 0.1)",
}


class Call(NamedTuple):
    """A template, and the shapes that its operands are brought to (None: any that broadcast)."""

    template: str
    shapes: tuple[tuple[int, ...], ...] | None


def found(path: str) -> bool:
    """Whether both libraries have a function of this name."""
    for library in (torch, tnn):  # which is quick to say no
        owner: Any = library
        for part in path.split("."):
            owner = getattr(owner, part, None)
        if not callable(owner):
            return False
    return True


def path_of(row: Any) -> str | None:
    """Return where both libraries have the function, None if nowhere."""
    name = row.name.partition("(")[0]
    for path in (row._torch, name, f"nn.functional.{name}"):
        if isinstance(path, str) and found(path) and row._of is None and row._then is None:
            return path
    return None


def literal(value: Any) -> str | None:
    """Return an argument of a sample as it is written, None if it has no short form."""
    if isinstance(value, np.ndarray):
        dtype = ", dtype=torch.float64" if value.dtype.kind == "f" else ""
        dtype = dtype or (", dtype=torch.int64" if value.dtype.kind == "i" else "")
        return f"torch.tensor({value.tolist()}{dtype})" if value.size or value.ndim < 2 else None
    if isinstance(value, tuple):
        parts = [literal(each) for each in value]
        return None if None in parts else f"({''.join(f'{part}, ' for part in parts)})"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    return repr(value) if isinstance(value, bool | int | float | str | None) else None


def calls_of(row: Any) -> list[Call]:
    """Return the calls of one row that can be said."""
    path = path_of(row)
    if path is None or any(draw not in BROUGHT_THERE for draw in row.operands):
        return []
    if row.elementwise and "(" not in row.name:
        operands = [
            BROUGHT_THERE[draw].format(slot)
            for draw, slot in zip(row.operands, ("{x}", "{u}", "{w}"), strict=False)
        ]
        return [Call(f"torch.{path}({', '.join(operands)})", None)]
    calls = []
    for sample in row.samples:
        given = {name: literal(value) for name, value in sample.attributes.items()}
        if None in given.values() or sum(map(np.prod, sample.shapes)) > 200:
            continue
        operands = [
            BROUGHT_THERE[draw].format(f"{{o{i}}}" if row.has_ties else f"({{o{i}}} + {{r{i}}})")
            for i, (draw, _) in enumerate(zip(row.operands, sample.shapes, strict=False))
        ]
        if row.name in registry and registry[row.name].sequence:
            operands = [f"[{', '.join(operands)}]"]
        elif row._named:
            named = zip(row._named, operands[1:], strict=False)
            operands = [operands[0], *(f"{name}={operand}" for name, operand in named)]
        arguments = [*operands, *(f"{name}={value}" for name, value in given.items())]
        calls.append(Call(f"torch.{path}({', '.join(arguments)})", sample.shapes))
    return calls


def is_said(template: str, shapes: tuple[tuple[int, ...], ...] | None, makes: bool = True) -> bool:
    """Whether PyTorch takes and differentiates it: a name may mean another thing there."""
    names = list("xuwv") if shapes is None else [f"o{i}" for i in range(len(shapes))]
    by_name = dict(zip(names, shapes or [(2, 3)] * 4, strict=True))
    given = []
    for slot in slots_of(template):
        x = torch.full(by_name[slot.replace("r", "o")], 0.5, dtype=torch.float64)
        given.append(0.5 if slot == "v" else x.requires_grad_().clone())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            made = compiled(template, makes)(torch, *given)
            made = made if isinstance(made, tuple | list) else [made]
            for x in made:
                if x.requires_grad:
                    x.abs().sum().backward(retain_graph=True)
        except (RuntimeError, TypeError, IndexError, ValueError):
            return False
    return True


CALLS = [
    calls
    for row in [*TABLE, *COMPOSED]
    if (calls := [call for call in calls_of(row) if is_said(call.template, call.shapes)])
]
NEAR = {
    op_rows.positive: lambda a: a > 0.05,
    op_rows.inside: lambda a: abs(a) < 0.95,
    op_rows.above_one: lambda a: a > 1.05,
    op_rows.probability: lambda a: abs(a - 0.5) < 0.45,
    op_rows.nonzero: lambda a: abs(a) > 0.05,
}


def write_of(row: Any) -> str | None:
    """Return the form of an elementwise operation that writes, None if there is none."""
    if not row.elementwise or any(draw not in BROUGHT_THERE for draw in row.operands):
        return None
    if not all(hasattr(library.Tensor, f"{row.name}_") for library in (tnn, torch)):
        return None
    for other in ("{v}", "{u}.clone()"):  # not all take numbers
        template = f"{{x}}.{row.name}_({', '.join([other] * (len(row.operands) - 1))})"
        if is_said(template, None, makes=False):
            return template
    return None


WRITES = [(said, row.operands) for row in TABLE if (said := write_of(row)) is not None]
