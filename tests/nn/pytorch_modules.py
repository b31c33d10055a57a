"""A command: PyTorch's own module database, each sample built and run here and there, as a table.
Read `module_comparison.py` first, which says what is compared.

    python tests/nn/pytorch_modules.py [NAMES]
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import pytest
from module_comparison import Built, Case, Fixed, disagreements

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")


class Row(NamedTuple):
    """A module of the database with how many samples were compared and where they differ."""

    name: str
    samples: int
    found: list[str]
    is_here: bool


def database() -> dict[str, Any]:
    """Return the modules of PyTorch's database by their names in `nn`."""
    pytest.importorskip("expecttest")
    from torch.testing._internal.common_modules import module_db

    return {each.name.removeprefix("nn."): each for each in module_db}


def given_by_pytorch(value: Any) -> Any:
    """Return an argument with PyTorch's tensors as arrays, and what it names as "@name"."""
    if isinstance(value, torch.Tensor):
        array = value.detach().numpy()
        return array if value.requires_grad else Fixed(array)
    if isinstance(value, torch.dtype):
        return f"@{str(value).removeprefix('torch.')}"
    if isinstance(value, (tuple, list)):
        return type(value)([given_by_pytorch(each) for each in value])
    if isinstance(value, torch.nn.TransformerEncoderLayer):
        return Built("TransformerEncoderLayer", _arguments_of(value))
    name = getattr(value, "__name__", "")
    if callable(value) and getattr(torch.nn.functional, name, None) is value:
        return f"@nn.functional.{name}"
    return value


def _arguments_of(layer: Any) -> list[Any]:
    """Return the arguments that a layer of an encoder was made with."""
    attention, linear, norm = layer.self_attn, layer.linear1, layer.norm1
    given = [attention.embed_dim, attention.num_heads, linear.out_features, layer.dropout.p]
    given += [given_by_pytorch(layer.activation), norm.eps, attention.batch_first]
    return [*given, layer.norm_first, linear.bias is not None]


def samples(info: Any, training: bool) -> list[Case]:
    """Return the samples of a module as cases of both libraries."""
    torch.manual_seed(0)
    asked = {"device": "cpu", "dtype": torch.float64, "requires_grad": True}
    found = []
    for each in info.module_inputs_func(info, training=training, **asked):
        made, run = each.constructor_input, each.forward_input
        arguments, keywords = given_by_pytorch(list(made.args)), dict(made.kwargs)
        keywords = {name: given_by_pytorch(value) for name, value in keywords.items()}
        input_keywords = {name: given_by_pytorch(value) for name, value in run.kwargs.items()}
        name = info.name.removeprefix("nn.")
        found.append(
            Case(name, arguments, keywords, given_by_pytorch(list(run.args)), input_keywords)
        )
    return found


def compared(name: str, info: Any) -> Row:
    """Compare every sample of a module, in training and after `eval()`."""
    if not hasattr(tnn.nn, name):
        return Row(name, 0, [], False)
    count, found = 0, []
    for training in (True, False):
        for case in samples(info, training):
            count += 1
            mode = "training" if training else "eval"
            found += [f"{case} ({mode}): {each}" for each in disagreements(case, training)]
    return Row(name, count, found, True)


def main(names: list[str]) -> int:
    """Print a line for each module, what differs, and the sums; return how many differ."""
    rows = []
    for name, info in database().items():
        if names and name not in names:
            continue
        row = compared(name, info)
        rows.append(row)
        verdict = f"{len(row.found)} disagreements" if row.found else "equal"
        print(f"{name:30}{row.samples:5} samples  {verdict if row.is_here else 'not here'}")
        for each in row.found[:4]:
            print(f"    {each:.300}")
    here = [row for row in rows if row.is_here]
    missing = [row.name for row in rows if not row.is_here]
    wrong = [row.name for row in here if row.found]
    total = sum(row.samples for row in here)
    print(f"\n{len(here)} modules, {total} samples: {len(wrong)} disagree ({', '.join(wrong)})")
    print(f"not here: {', '.join(missing) or 'none'}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
