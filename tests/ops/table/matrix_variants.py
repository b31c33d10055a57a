"""The variants of a row's samples: dtypes, shapes and layouts of its operands.
Read `../differential_matrix.py` next, which runs each here and in PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from matrix_exceptions import OWN_DTYPES, OWN_SHAPES
from op_rows import Case, Row, Sample, Shape

DTYPES = ("float64", "float32", "int64", "int32", "uint8", "bool", "complex128")
MIXED = (("float64", "float32"), ("float32", "int64"), ("int64", "float64"))
CHOOSING = {"topk", "kthvalue", "median_dim", "nanmedian_dim"}
OF_NO_PHASE = {"svd", "eig", "eigh"}
SINGULAR = {
    *("inv", "det", "slogdet", "solve", "solve_triangular", "linalg_cholesky", "cholesky_solve"),
    *("qr", "eig", "eigh", "svd", "pinv", "lu_factor"),
}
ADDED = 2  # the size of an axis that is put in front


class Variant(NamedTuple):
    """A sample of a row with its operands in some dtypes and one layout."""

    row: Row
    shapes: tuple[Shape, ...]
    attributes: dict[str, Any]
    dtypes: tuple[str, ...]  # of the first operand, and of the others
    layout: str

    def __str__(self) -> str:
        return f"{Case(self.row, Sample(self.shapes, self.attributes))} {self.kinds}"

    @property
    def kinds(self) -> str:
        """The dtypes and the layout."""
        layout = "" if self.layout == "by rows" else f" {self.layout}"
        return f"[{' '.join(dict.fromkeys(self.dtypes))}{layout}]"

    @property
    def skipped(self) -> str | None:
        """Say why there is nothing to compare, where there isn't."""
        repeats = self.layout == "expanded" or self.dtypes[0] not in ("float64", "float32")
        name = self.row.name
        if (repeats and not self.row.has_ties) or (name in CHOOSING and repeats):
            return "PyTorch doesn't say which of several equal elements it takes"
        if name in OF_NO_PHASE and self.dtypes[0] == "complex128":
            return "vectors have a phase that nobody fixes"
        if name in SINGULAR and repeats:
            return "repeated or of small integers the matrix is singular"
        return None

    def arrays(self) -> list[Any]:
        """Return the operands, the same for the same sample."""
        drawn = Case(self.row, Sample(self.shapes, self.attributes)).draw()
        has_floats = any(x.dtype.kind in "fc" for x in drawn)
        lay = LAYOUTS[self.layout]
        made = []
        for place, x in enumerate(drawn):
            dtype = np.dtype(self.dtypes[min(place, len(self.dtypes) - 1)])
            is_data = x.dtype.kind in "fc" if has_floats else x.dtype.kind in "iu"
            made.append(lay(_as(x, dtype, place) if is_data else x))
        return made


def _as(x: Any, dtype: Any, place: int) -> Any:
    """The same numbers in another dtype: small whole ones of integers, imaginary parts beside."""
    if x.dtype == dtype or (x.dtype.kind == "i" and dtype.kind == "f"):
        return x.astype(dtype)
    if dtype.kind == "c":
        turned = np.random.default_rng(place).uniform(0.5, 1.5, x.shape)
        return np.asarray(x + 1j * turned * (x.real if x.dtype.kind != "b" else x))
    if dtype.kind in "biu":
        x = np.nan_to_num(x.real, posinf=1.0, neginf=1.0)
        return np.asarray(np.abs(np.round(2 * x)) % 4).astype(dtype)
    return (x.real if x.dtype.kind == "c" and dtype.kind != "c" else x).astype(dtype)


# --- layouts --------------------------------------------------------------------------------------


def _flipped(x: Any) -> Any:
    turned = np.array(x[(slice(None, None, -1),) * x.ndim])
    return turned[(*(slice(None, None, -1),) * x.ndim, ...)]


def _sliced(x: Any) -> Any:
    spread = np.zeros((*x.shape, 2), x.dtype)
    spread[..., 0] = x
    return spread[..., 0]


def _expanded(x: Any) -> Any:
    """Stride 0 along the first axis: other numbers, the same for both."""
    if not x.ndim or not len(x):
        return x
    first = np.array(x[:1])
    return np.lib.stride_tricks.as_strided(first, x.shape, (0, *first.strides[1:]))


LAYOUTS = {
    "by rows": lambda x: np.array(x, order="C"),
    "flipped": _flipped,
    "transposed": lambda x: np.array(x, order="F"),
    "sliced": _sliced,
    "expanded": _expanded,
}


# --- shapes ---------------------------------------------------------------------------------------


def shapes_beside(shapes: tuple[Shape, ...]) -> Iterator[tuple[Shape, ...]]:
    """Yield the shapes with an axis of 0 or 1, without axes, with one more, or broadcasting."""
    sizes = {size for shape in shapes for size in shape}
    for size in sorted(sizes - {0}):
        for other in {0, 1} - {size}:
            yield tuple(tuple(other if n == size else n for n in shape) for shape in shapes)
    yield tuple(() for _ in shapes)
    yield tuple((ADDED, *shape) for shape in shapes)
    yield tuple(shape[1:] for shape in shapes)
    if len(shapes) < 2:
        return
    for place, shape in enumerate(shapes):
        alone = [(), (ADDED, *shape), tuple(1 for _ in shape), (1, *shape[1:]), (*shape[:-1], 1)]
        for other in alone:
            if other != shape:
                yield (*shapes[:place], other, *shapes[place + 1 :])


# --- all of a row ---------------------------------------------------------------------------------


def variants_of(row: Row) -> Iterator[Variant]:
    """Yield all variants of all samples, each once."""
    seen = set()
    for sample in row.samples:
        count = min(len(sample.shapes), len(row.operands))
        for shapes, dtypes, layout in _ways(row, sample.shapes, count):
            variant = Variant(row, shapes, sample.attributes, dtypes, layout)
            if str(variant) not in seen:
                seen.add(str(variant))
                yield variant


def _ways(row: Row, shapes: tuple[Shape, ...], count: int) -> Iterator[tuple[Any, Any, str]]:
    for dtype in DTYPES[:2] if row.name in OWN_DTYPES else DTYPES:
        yield shapes, (dtype,), "by rows"
    for layout in LAYOUTS:
        yield shapes, ("float64",), layout
    if count > 1 and row.name not in OWN_DTYPES:
        for dtypes in MIXED:
            yield shapes, dtypes, "by rows"
    if row.name in OWN_SHAPES:
        return
    for other in shapes_beside(shapes):
        for dtype in ("float64", "int64"):
            yield other, (dtype,), "by rows"
