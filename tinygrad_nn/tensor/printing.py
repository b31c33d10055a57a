"""How a tensor reads on the screen: numbers, brackets and suffixes exactly as PyTorch prints them.
Read `facts.py` next, whose `__repr__` calls `tensor_repr` with the suffixes that it alone knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..arrays.kinds import is_complex, is_floating
from ..errors import ArgumentError

Array = NDArray[Any]


@dataclass(frozen=True)
class PrintOptions:
    """What `set_printoptions` sets, with PyTorch's defaults."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=math.inf),
}
_options = _PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Sets how tensors are printed from now on, in the whole program.

    `precision` is the number of digits after the point, `linewidth` the columns of a line.
    A tensor of more than `threshold` elements shows only the first and last `edgeitems` of each
    dimension. `profile` ("default", "short" or "full") gives all of them at once; the others then
    change it. What is None stays as it was, but `sci_mode=None` always returns to the automatic
    choice between 1234.5000 and 1.2345e+03. Raises ValueError for a value that cannot be used.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.set_printoptions(precision=2)
        >>> tnn.tensor([0.125, 2.5])
        tensor([0.12, 2.50])
        >>> tnn.set_printoptions(profile="default")
    """
    global _options
    if profile is not None and profile not in _PROFILES:
        raise ArgumentError(
            f"set_printoptions: no profile is called {profile!r}; there are {', '.join(_PROFILES)}"
        )
    base = _options if profile is None else _PROFILES[profile]
    _options = PrintOptions(
        precision=_whole_number("precision", precision, base.precision),
        threshold=_threshold(threshold, base.threshold),
        edgeitems=_whole_number("edgeitems", edgeitems, base.edgeitems),
        linewidth=_whole_number("linewidth", linewidth, base.linewidth),
        sci_mode=sci_mode,
    )


def _whole_number(name: str, value: int | None, unchanged: int) -> int:
    if value is None:
        return unchanged
    if not isinstance(value, Integral) or value < 0:
        raise ArgumentError(f"set_printoptions: {name} must be a whole number >= 0, not {value!r}")
    return int(value)


def _threshold(value: float | None, unchanged: float) -> float:
    if value is None:
        return unchanged
    if not isinstance(value, Real) or math.isnan(value):
        raise ArgumentError(
            f"set_printoptions: threshold must be a number of elements, not {value!r}; "
            "math.inf prints every tensor whole"
        )
    return value


def tensor_repr(
    array: Array,
    *,
    prefix: str = "tensor(",
    suffixes: Sequence[str] = (),
    default_dtype: DTypeLike = np.float32,
) -> str:
    """The text of a tensor that holds `array`: prefix, numbers, size, dtype, `suffixes`, bracket.

    The size is given where the brackets do not show it, the dtype where the digits do not:
    `default_dtype`, int64 and bool go without, but an empty tensor shows all but `default_dtype`.
    A suffix that would pass the end of the line starts a new one.

    Example:
        >>> from tinygrad_nn.tensor.printing import tensor_repr
        >>> tensor_repr(np.array([0.5, 2.0]), suffixes=["grad_fn=<MulBackward0>"])
        'tensor([0.5000, 2.0000], dtype=torch.float64, grad_fn=<MulBackward0>)'
        >>> tensor_repr(np.zeros((0, 3), np.float32))
        'tensor([], size=(0, 3))'
    """
    options = _options
    indent = len(prefix)
    text = prefix + format_array(array, indent)

    empty = array.size == 0
    notes = []
    if (empty and array.shape != (0,)) or (not empty and options.edgeitems == 0):
        notes.append(f"size={array.shape}")
    told = (np.int64, np.bool, np.result_type(default_dtype, np.complex64))
    digits_tell = not empty and array.dtype in told
    if array.dtype != default_dtype and not digits_tell:
        notes.append(f"dtype=torch.{array.dtype.name}")

    # Columns that this line needs, with its comma or bracket; PyTorch keeps one more free.
    used = len(text) - (text.rfind("\n") + 1) + 2
    for note in [*notes, *suffixes]:
        if used + len(note) + 2 > options.linewidth:
            text += ",\n" + " " * indent + note
            used = indent + len(note)
        else:
            text += ", " + note
            used += len(note) + 2
    return text + ")"


def format_array(array: Array, indent: int) -> str:
    """The numbers of `array` in brackets; lines after the first start `indent` columns in.

    Shape: any. Dtype: any that a tensor has. One format serves all elements: whole numbers
    as `1.`, others with `precision` digits, and powers of ten where the magnitudes ask for it (see
    `_float_writer`). Only the elements that are printed are read, so the cost does not grow
    with the array.

    Example:
        >>> from tinygrad_nn.tensor.printing import format_array
        >>> print(format_array(np.array([[1.0, -2.5], [np.inf, 0.0]]), indent=0))
        [[ 1.0000, -2.5000],
         [    inf,  0.0000]]
    """
    options = _options
    if array.size == 0:
        return "[]"
    shown, shortened = _shown_part(array, options)
    if any(shortened) and options.edgeitems == 0:
        return "[...]"

    write, width = _cell_writer(shown, options)

    def bracketed(items: Any, dim: int) -> str:
        column = indent + dim
        margin = " " * (column + 1)
        if dim < array.ndim - 1:
            rows = [bracketed(item, dim + 1) for item in items]
            if shortened[dim]:
                rows.insert(options.edgeitems, "...")
            return "[" + ("," + "\n" * (array.ndim - 1 - dim) + margin).join(rows) + "]"
        cells = [write(value) for value in items]
        if shortened[dim]:
            cells.insert(options.edgeitems, " ...")
        per_line = max(1, (options.linewidth - column) // (width + len(", ")))
        starts = range(0, len(cells), per_line)
        lines = [", ".join(cells[start : start + per_line]) for start in starts]
        return "[" + (",\n" + margin).join(lines) + "]"

    return bracketed(shown.tolist(), 0) if array.ndim else write(shown.item()).lstrip()


def _cell_writer(shown: Array, options: PrintOptions) -> tuple[Callable[[Any], str], int]:
    """How each element is written, and the columns that it takes."""
    if is_complex(shown):
        (write_real, real_width), (write_imag, imag_width) = (
            _cell_writer(part, options) for part in (shown.real, shown.imag)
        )

        def write_both(value: complex) -> str:
            imag = write_imag(value.imag).lstrip()
            return f"{write_real(value.real)}{'' if imag[0] == '-' else '+'}{imag}j"

        return write_both, real_width + imag_width + 1
    if is_floating(shown):
        # Zeros, nan and inf have no say in the format or the width: zeros alone are 1 wide.
        measured = shown[np.isfinite(shown) & (shown != 0)].tolist()
        write = _float_writer(measured, options)
    else:
        measured = shown.ravel().tolist()
        write = str
    width = max((len(write(value)) for value in measured), default=1)
    return lambda value: write(value).rjust(width), width


def _shown_part(array: Array, options: PrintOptions) -> tuple[Array, list[bool]]:
    """The elements that are printed, and which dimensions have `...` in their middle."""
    if array.ndim == 0 or array.size <= options.threshold:
        return array, [False] * array.ndim
    edge = options.edgeitems
    shortened = [length > 2 * edge for length in array.shape]
    kept = [
        [*range(edge), *range(length - edge, length)] if short else range(length)
        for length, short in zip(array.shape, shortened, strict=True)
    ]
    return array[np.ix_(*kept)], shortened


def _float_writer(measured: list[float], options: PrintOptions) -> Callable[[float], str]:
    """How every float of a tensor is written, given its finite elements other than 0.

    Powers of ten serve where the largest magnitude is above 1e8 or more than 1000 times the
    smallest, or where the smallest is under 1e-4 (PyTorch's limits).
    """
    if not measured:
        return _write_whole
    whole = all(value.is_integer() for value in measured)
    smallest, largest = min(map(abs, measured)), max(map(abs, measured))
    scientific = largest > 1e8 or largest / smallest > 1000 or smallest < 1e-4
    if options.sci_mode is not None:
        scientific = options.sci_mode
    if whole and not scientific:
        return _write_whole
    return f"{{:.{options.precision}{'e' if scientific else 'f'}}}".format


def _write_whole(value: float) -> str:
    return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"
