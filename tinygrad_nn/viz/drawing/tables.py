"""An array as HTML: a table whose cells are shaded by their value, or a picture of its pixels.
Read `../player/` next, which shows such tables step by step.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from html import escape
from itertools import islice

import numpy as np

from ...arrays.dtypes import Array
from ..structure.summary import number, statistics
from .words import printable

WHOLE = 12  # a side of at most this many cells is shown whole
ENDS = 5  # of a longer one the first and last cells
SLICES = 4
SMALLEST, LARGEST = 8, 1024  # the sides of a picture, in pixels

POSITIVE = np.array([92, 158, 222])  # blue and orange: told apart by every kind of eye, and
NEGATIVE = np.array([236, 140, 60])  # light enough for INK: contrast 6 at least
INK = "#14181f"
CELL = "padding:2px 6px;border:1px solid #88888866"
NOT_A_NUMBER = np.array([214, 168, 214])


def array_html(array: Array, *, label: str = "") -> str:
    """Return an array as HTML that needs no other style: what its caption says, and its numbers.

    Cells are shaded from orange (negative) over white (zero) to blue (positive); a cell shows 4
    significant digits, and all of them under the mouse. Of a side longer than 12 the first and the
    last five cells are shown, with a line of statistics below; of more than two dimensions, the
    first four matrices. A matrix that is too large for a table, with sides from 8 to 1024, is
    also shown as a picture of its pixels.

    Example:
        >>> html = array_html(np.array([0.5, -1.0]), label="bias")
        >>> "bias, shape (2,)" in html, 'title="[1] = -1.0"' in html
        (True, True)
    """
    shape = f"shape {array.shape}" if array.ndim else "one number"
    caption = ", ".join(part for part in (label, shape) if part)
    if array.size == 0:
        return _box([_paragraph(f"{caption}: no numbers")])
    colours = shades(array)
    if array.ndim <= 2:
        parts = _matrix(array, colours, caption, ())
    else:
        parts = [_paragraph(caption)]
        for index in islice(np.ndindex(array.shape[:-2]), SLICES):
            place = "".join(f"{i}, " for i in index)
            parts += _matrix(array[index], colours[index], f"[{place}:, :]", index)
        rest = math.prod(array.shape[:-2]) - SLICES
        if rest > 0:
            parts.append(_paragraph(f"and {rest} more"))
    if max(array.shape, default=0) > WHOLE:
        parts.append(_paragraph(statistics(array)))
    return _box(parts)


@np.errstate(all="ignore")
def shades(array: Array) -> Array:
    """Return the colour of each element, as red, green and blue of 8 bits in one more dimension.

    White is zero, and the strongest colour belongs to the largest finite number, of either sign.
    """
    values = np.asarray(np.real(array), np.float64)
    finite = np.abs(values[np.isfinite(values)])
    largest = finite.max() if finite.size and finite.max() > 0 else 1.0
    within = np.clip(np.nan_to_num(values, nan=0.0), -largest, largest)
    strength = (within / largest)[..., np.newaxis]
    strongest = np.where(strength < 0, NEGATIVE, POSITIVE)
    colours = 255 + np.abs(strength) * (strongest - 255)
    colours[np.isnan(values)] = NOT_A_NUMBER
    return colours.round().astype(np.uint8)


def png(pixels: Array) -> bytes:
    """Return an image of shape (height, width, 3), 8 bits each, as a PNG file.

    Source: https://www.w3.org/TR/png-3/ (colour type 2, no filter, one block of data).
    """
    height, width, _ = pixels.shape
    filters = np.zeros_like(pixels, shape=(height, 1))
    rows = np.concatenate([filters, pixels.reshape(height, 3 * width)], axis=1)

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    header = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows.tobytes()))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


def _matrix(array: Array, colours: Array, caption: str, index: tuple[int, ...]) -> list[str]:
    """Return the table of an array of at most two dimensions, and its picture if it is large."""
    parts = [_table(array, colours, caption, index)]
    cut = array.ndim == 2 and max(array.shape) > WHOLE
    if cut and min(array.shape) >= SMALLEST and max(array.shape) <= LARGEST:
        parts.append(_picture(colours, caption))
    return parts


def _table(array: Array, colours: Array, caption: str, index: tuple[int, ...]) -> str:
    rows, columns = (1, 1, *array.shape)[-2:]
    cells, shown = array.reshape(rows, columns), colours.reshape(rows, columns, 3)
    lines = []
    for i in _ends(rows):
        line = []
        for j in _ends(columns):
            if i is None or j is None:
                line.append(f'<td style="{CELL};text-align:center">…</td>')
                continue
            place = [*index, *(i, j)[2 - array.ndim :]]
            told = f"{place} = {cells[i, j]}" if place else str(cells[i, j])
            colour = "#" + shown[i, j].tobytes().hex()
            line.append(
                f'<td title="{told}" style="{CELL};text-align:right;'
                f'background:{colour};color:{INK}">{number(cells[i, j])}</td>'
            )
        lines.append(f"<tr>{''.join(line)}</tr>")
    return (
        '<table style="border-collapse:collapse;margin:0.5em 0;'
        'font-variant-numeric:tabular-nums">'
        '<caption style="text-align:left;caption-side:top;white-space:nowrap">'
        f"{escape(printable(caption))}</caption>{''.join(lines)}</table>"
    )


def _ends(length: int) -> list[int | None]:
    """Return the indices to show of a side, with None for those left out."""
    if length <= WHOLE:
        return list(range(length))
    return [*range(ENDS), None, *range(length - ENDS, length)]


def _picture(colours: Array, caption: str) -> str:
    height, width, _ = colours.shape
    content = base64.b64encode(png(colours)).decode()
    zoom = max(1, 224 // max(height, width))
    return (
        f'<img src="data:image/png;base64,{content}" alt="{escape(printable(caption))}, as pixels" '
        f'style="image-rendering:pixelated;width:{width * zoom}px;max-width:100%">'
    )


def _paragraph(text: str) -> str:
    return f'<p style="margin:0.3em 0">{escape(printable(text))}</p>'


def _box(parts: list[str]) -> str:
    return f'<div style="overflow-x:auto">{"".join(parts)}</div>'
