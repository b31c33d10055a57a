"""Every operation beside PyTorch, in each dtype, shape and layout of each row of the table.
Read `matrix_variants.py` next, which derives them.

    python tests/ops/differential_matrix.py              a table, and a line for each disagreement
    python tests/ops/differential_matrix.py exp matmul   of some rows alone

Values agree to 1e-10 in float64 and to 1.3e-6 in float32, which is judged against PyTorch's float64
of the same numbers and allowed what PyTorch's own float32 is off; gradients to 1e-9. Shapes and
dtypes are equal, what is a view there is one here, and what is refused there is refused here.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

if __name__ == "__main__":
    sys.path += [str(Path(__file__).parent / "table"), str(Path(__file__).parents[1])]

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")  # where this file is collected for its doctests

from matrix_exceptions import INNER, why_allowed  # noqa: E402
from matrix_variants import Variant, variants_of  # noqa: E402
from op_checks import attribute, drawn_like  # noqa: E402
from op_rows import Row  # noqa: E402
from op_table import COMPOSED, TABLE  # noqa: E402

from tinygrad_nn.autograd import registry  # noqa: E402

UNDRAWN = "operands of these shapes can't be drawn"
EXACT, GRADIENT, NARROW = 1e-10, 1e-9, 1.3e-6


class Made(NamedTuple):
    """What a call came to: outputs, whether each requires a gradient and shares memory, gradients.

    `error` is that of the call, `broken` that of the backward pass.
    """

    outputs: Sequence[Any] = ()
    requires: Sequence[bool] = ()
    shares: Sequence[Any] = ()
    gradients: Sequence[Any] = ()
    error: Exception | None = None
    broken: Exception | None = None


# --- one call -------------------------------------------------------------------------------------


def made_by(framework: Any, variant: Variant, arrays: list[Any]) -> Made:
    """Call the operation, and differentiate it from random cotangents."""
    tensors = [_leaf(framework, x) for x in arrays]
    kind = arrays[0].dtype
    given = variant.attributes.items()
    try:
        attributes = {name: attribute(framework, value, kind) for name, value in given}
        made = called_by(framework, variant.row)(*tensors, **attributes)
    except Exception as error:  # whatever it is, it is a refusal
        return Made(error=error)
    outputs = list(made) if isinstance(made, tuple | list) else [made]
    if not all(hasattr(y, "requires_grad") for y in outputs):
        return Made(outputs=[np.asarray(y) for y in outputs])
    shares = [[_shared(framework, x, y) for x in tensors] for y in outputs]
    requires = [bool(y.requires_grad) for y in outputs]
    found = [_array(y) for y in outputs]
    roots = [y for y in outputs if y.requires_grad]
    if not roots:
        return Made(found, requires, shares)
    variables = [x for x in tensors if x.requires_grad]
    random = np.random.default_rng(1)
    cotangents = [framework.from_numpy(drawn_like(random, y)) for y in roots]
    try:
        gradients = framework.autograd.grad(roots, variables, cotangents, allow_unused=True)
    except Exception as error:
        return Made(found, requires, shares, broken=error)
    return Made(
        found,
        requires,
        shares,
        [
            np.zeros(tuple(x.shape), _array(x).dtype) if g is None else _array(g)
            for g, x in zip(gradients, variables, strict=True)
        ],
    )


def called_by(framework: Any, row: Row) -> Any:
    """Return the function as users call it, by PyTorch's name; else the operation behind it."""
    named = row.torch_name
    if framework is torch or row in COMPOSED or row.name in INNER or named is None:
        return row.call(framework)
    try:
        attrgetter(named)(tnn)
    except AttributeError:
        return row.call(framework)
    return row.call(AS_USERS_DO)


class _AsUsersDo:
    """The package, which a row takes for another library, and so calls by PyTorch's names."""

    def __getattr__(self, name: str) -> Any:
        return getattr(tnn, name)


AS_USERS_DO = _AsUsersDo()


def _leaf(framework: Any, x: Any) -> Any:
    if framework is torch and any(step < 0 for step in x.strides):
        x = x.copy()
    return framework.from_numpy(x).requires_grad_(x.dtype.kind in "fc")


def _array(tensor: Any) -> Any:
    tensor = tensor.detach()
    if isinstance(tensor, torch.Tensor):
        tensor = tensor.resolve_conj().resolve_neg()
    return np.asarray(tensor.numpy(force=True))


def _shared(framework: Any, x: Any, y: Any) -> bool:
    if not y.numel() or not x.numel():
        return False
    if framework is torch:
        return x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()
    return np.may_share_memory(x.array, y.array)


def disagreement(variant: Variant) -> str | None:
    """Say how ours differs from PyTorch's; "" if both refuse, None if they agree."""
    try:
        arrays = variant.arrays()
    except Exception:
        return UNDRAWN
    ours, theirs = made_by(tnn, variant, arrays), made_by(torch, variant, arrays)
    if theirs.error is not None:
        if ours.error is None:
            return f"is taken, in PyTorch refused: {_says(theirs.error)}"
        if type(ours.error).__module__ == tnn.errors.__name__:
            return ""
        return f"is refused by an error that is not ours, {_says(ours.error)}"
    if ours.error is not None:
        nothing = any(not x.size for x in arrays) or not any(x.size for x in theirs.outputs)
        return f"is refused, {_says(ours.error)}{' of nothing' * nothing}"
    if ours.requires != theirs.requires:
        refused = ", which has no derivative there" if theirs.broken and not ours.broken else ""
        return f"requires a gradient: {ours.requires}, in PyTorch {theirs.requires}{refused}"
    if len(ours.outputs) != len(theirs.outputs):
        return f"gives {len(ours.outputs)} outputs, in PyTorch {len(theirs.outputs)}"
    wide = None
    if any(x.dtype == np.float32 for x in arrays):
        doubles = [x.astype(np.float64) if x.dtype == np.float32 else x for x in arrays]
        wide = made_by(torch, variant, doubles)
    for what, tolerance in (("outputs", EXACT), ("gradients", GRADIENT)):
        wider = getattr(wide, what) if wide is not None else []
        pairs = zip(getattr(ours, what), getattr(theirs, what), strict=False)
        for i, (one, other) in enumerate(pairs):
            judge = wider[i] if i < len(wider) else None
            says = difference(one, other, tolerance, judge, wide is not None)
            if says:
                return f"{what[:-1]} {i} {says}"
    if (ours.broken is None) != (theirs.broken is None):
        name = "PyTorch's" if theirs.broken else "our"
        return f"{name} backward pass is refused, {_says(ours.broken or theirs.broken)}"
    if ours.shares != theirs.shares:
        return f"shares memory with its operands: {ours.shares}, in PyTorch {theirs.shares}"
    return None


def _says(error: Any) -> str:
    return f"{type(error).__name__}: {error}".split("\n")[0][:160]


def difference(
    ours: Any, theirs: Any, tolerance: float, wide: Any = None, is_narrow: bool = False
) -> str | None:
    """Say how two arrays differ: in shape, dtype or by more than the tolerance of the largest."""
    if ours.shape != theirs.shape:
        return f"has shape {ours.shape}, in PyTorch {theirs.shape}"
    if ours.dtype != theirs.dtype:
        return f"is {ours.dtype}, in PyTorch {theirs.dtype}"
    if ours.dtype.kind in "biu":
        return None if np.array_equal(ours, theirs) else "has other values"
    with np.errstate(all="ignore"):
        allowed: Any = 0.0
        if is_narrow or ours.dtype in (np.float32, np.complex64):
            tolerance = NARROW
            if wide is not None and wide.shape == theirs.shape:
                allowed = np.abs(np.nan_to_num(theirs - wide))
                theirs = np.where(np.isfinite(theirs), wide, theirs)
        sizes = np.abs(theirs)
        scale = max(1.0, sizes[np.isfinite(sizes)].max(initial=0.0))
        off = np.abs(ours - theirs)
        close = off <= tolerance * (scale + np.nan_to_num(sizes)) + allowed
        close |= (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        return None if close.all() else f"is off by {np.max(np.where(close, 0, off)):.1e}"


# --- the whole matrix -----------------------------------------------------------------------------


class Count(NamedTuple):
    """What came of the cases of one row."""

    row: Row
    cases: int
    refused: int
    skipped: Counter[str]
    allowed: Counter[str]
    disagreements: list[str]


def folder_of(row: Row) -> str:
    if row.name not in registry or row in COMPOSED:
        return "compositions"
    return registry[row.name].call.__module__.split(".")[2]


def counted(row: Row) -> Count:
    """Run all variants of a row."""
    tried, refused, found = 0, 0, list[str]()
    skipped, allowed = Counter[str](), Counter[str]()
    for variant in variants_of(row):
        if variant.skipped:
            skipped[variant.skipped] += 1
            continue
        says = disagreement(variant)
        if says == UNDRAWN:
            skipped[says] += 1
            continue
        tried += 1
        if says:
            why = why_allowed(row.name, f"{variant.kinds} {says}")
            if why:
                allowed[why.why] += 1
            else:
                found.append(f"{variant} {says}")
        refused += says == ""
    return Count(row, tried, refused, skipped, allowed, found)


def matrix(names: list[str]) -> Iterator[Count]:
    """Yield the count of each row, or of those of some names."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for row in TABLE + COMPOSED:
            if not names or row.name in names:
                yield counted(row)


def report(counts: list[Count]) -> Iterator[str]:
    """Yield each disagreement, the reasons for what was skipped, and the table."""
    for count in counts:
        yield from count.disagreements
    reasons: Counter[str] = sum((count.skipped for count in counts), Counter[str]())
    yield from (f"skipped {many}: {reason}" for reason, many in reasons.most_common())
    reasons = sum((count.allowed for count in counts), Counter[str]())
    yield from (f"allowed {many}: {reason}" for reason, many in reasons.most_common())
    heads = (("operations", 11), ("cases", 9), ("refused by both", 17), ("skipped", 9))
    heads += (("allowed", 9), ("disagree", 10))
    yield " " * 14 + "".join(f"{head:>{width}}" for head, width in heads)
    by_folder: dict[str, list[Count]] = {}
    for count in counts:
        by_folder.setdefault(folder_of(count.row), []).append(count)
    for name, of_it in {**by_folder, "in all": counts}.items():
        yield (
            f"{name:14}{len({count.row.name for count in of_it}):11}"
            f"{sum(count.cases for count in of_it):9}{sum(count.refused for count in of_it):17}"
            f"{sum(count.skipped.total() for count in of_it):9}"
            f"{sum(count.allowed.total() for count in of_it):9}"
            f"{sum(len(count.disagreements) for count in of_it):10}"
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for line in report(list(matrix(sys.argv[1:]))):
        print(line, flush=True)
