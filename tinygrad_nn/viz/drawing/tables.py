"""An array as HTML: a table whose cells are shaded by their value, or images where it holds some.
Read `../player/` next, which shows such tables step by step.
"""

from __future__ import annotations

import base64
import math
import re
import struct
import zlib
from html import escape
from itertools import islice

import numpy as np

from ...arrays.dtypes import Array
from ..structure.computation import Computation
from ..structure.summary import number, statistics
from .words import printable

WHOLE = 12  # a side of at most this many cells is shown whole
ENDS = 5  # of a longer one the first and last cells
SLICES = 4
IMAGES = 16
SIDES = {784: 28, 64: 8}  # of images that are rows: MNIST's digits, and the small ones
PRODUCTS = ("linear", "matmul", "mm", "addmm")
SMALLEST, LARGEST = 8, 1024  # the sides of a picture, in pixels
WIDE, MIDDLE, NARROW = 224, 112, 56  # pixels on the page of one image, of few, and of many

# The one scale of colours, which the plots have too: blue and orange are told apart by every kind
POSITIVE = np.array([92, 158, 222])  # of eye, and light enough for INK: contrast 6 at least
NEGATIVE = np.array([236, 140, 60])
NOT_A_NUMBER = np.array([214, 168, 214])
INK = "#14181f"
CELL = "padding:2px 6px;border:1px solid #88888866"
PLACE = "padding:0 4px;border:0;font-weight:400;font-size:0.75em;opacity:0.75"
# What does not fit fades at the right, until it is scrolled there: the fade lies over the padding.
SCROLLS = (
    "overflow-x:auto;box-sizing:border-box;width:fit-content;max-width:100%;padding-right:1.2em;"
    "mask-image:linear-gradient(to left,transparent,#000 1.2em)"
)


def array_html(
    array: Array, *, label: str = "", transposed: bool = False, pictures: bool = False
) -> str:
    """Return an array as HTML that needs no other style: what its caption says, and its numbers.

    Cells are shaded from orange (negative) over white (zero) to blue (positive), and a legend says
    how far; a cell shows 4 significant digits, and all of them under the mouse. Of a side longer
    than 12 the first and the last five cells are shown, with a line of statistics below; of more
    than two dimensions, the first four matrices.

    Rows of 784 numbers, those of 64 if they are known to be `pictures`, and matrices with sides
    from 8 to 1024, if there are several or one is too large for a table, are images; their numbers
    can be unfolded. Of a `transposed` array the columns are what its rows are.

    Example:
        >>> html = array_html(np.array([0.5, -1.0]), label="bias")
        >>> "bias, shape (2,)" in html, 'title="[1] = -1.0"' in html
        (True, True)
    """
    shown = np.swapaxes(array, -1, -2) if transposed else array
    caption = ", ".join(each for each in (label, _shape(shown)) if each)
    if array.size == 0:
        return _box([_paragraph(f"{caption}: no numbers")])
    if array.ndim == 0:
        told = f'<b title="{array[()]!s}" style="font-size:1.4em">{_signed(array[()])}</b>'
        return _box([_paragraph(caption), f'<div style="margin:0.3em 0">{told}</div>'])
    colours = shades(shown)
    images = _images(array, transposed, pictures)
    numbers = _tables(shown, colours)
    if images:
        height, width, _ = images[0][1].shape
        count = f"{len(images)} images" if len(images) > 1 else "as an image"
        caption += f": {count} of {height} × {width}"
        numbers = [f"<details><summary>numbers</summary>{''.join(numbers)}</details>"]
    parts = [_paragraph(caption), _pictures(images), *numbers, _legend(array)]
    if max(array.shape) > WHOLE:
        parts.append(_paragraph(statistics(array)))
    return _box(parts)


def _shape(array: Array) -> str:
    return f"shape {array.shape}" if array.ndim else "one number"


@np.errstate(all="ignore")
def shades(array: Array) -> Array:
    """Return the colour of each element, as red, green and blue of 8 bits in one more dimension.

    White is zero, and the strongest colour belongs to the largest finite number, of either sign.
    """
    values = np.asarray(np.real(array), np.float64)
    largest = max(map(abs, _ends_of(values))) or 1.0
    strength = (np.nan_to_num(values, nan=0.0) / largest).clip(-1, 1)[..., np.newaxis]
    colours = 255 + np.abs(strength) * (np.where(strength < 0, NEGATIVE, POSITIVE) - 255)
    colours[np.isnan(values)] = NOT_A_NUMBER
    return colours.round().astype(np.uint8)


def _ends_of(values: Array) -> tuple[float, float]:
    """Return the least and the largest finite number, and 0 if there is none beyond it."""
    finite = values[np.isfinite(values)]
    return float(finite.min(initial=0.0)), float(finite.max(initial=0.0))


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


def pictures_of(computation: Computation) -> set[str]:
    """Return the ids of tensors whose rows may be images: data, and what it is multiplied with."""
    found: set[str] = set()
    for step in computation.steps:
        taken = [each.quantity for each in step.operands if each.parameter != "bias"]
        is_product = step.op.public in PRODUCTS
        if taken and (taken[0].kind == "data" or (is_product and taken[0].kind == "leaf")):
            found |= {each.id for each in (taken if is_product else taken[:1])}
    return found


def _images(array: Array, transposed: bool, pictures: bool) -> list[tuple[str, Array]]:
    """Return the images that an array holds, each with its place and its colours."""
    colours = shades(array)
    rows, columns = (1, *array.shape)[-2:]
    if array.ndim <= 2 and rows != columns and (columns == 784 or (pictures and columns in SIDES)):
        side = SIDES[columns]
        place = "[:, {}]" if transposed else "[{}, :]" if array.ndim == 2 else "[:]"
        images = colours.reshape(rows, side, side, 3)
        return [(place.format(i), image) for i, image in enumerate(images)]
    if array.ndim == 2 and rows == 784 and not transposed:
        return _images(array.T, True, pictures)  # a first weight that is multiplied from the right
    least = SMALLEST if array.ndim > 2 else WHOLE + 1
    fits = min(rows, columns) >= SMALLEST and least <= max(rows, columns) <= LARGEST
    if not fits or (array.ndim == 2 and transposed):
        return []
    return [(_place(index), colours[index]) for index in np.ndindex(array.shape[:-2])]


def _pictures(images: list[tuple[str, Array]]) -> str:
    """Return images in a row, each under the mouse with its place, and the count of the rest."""
    count = len(images)
    size = WIDE if count == 1 else MIDDLE if count <= SLICES else NARROW
    parts = []
    for place, colours in images[:IMAGES]:
        height, width, _ = colours.shape
        shown = max(1, size // max(height, width)) * width
        content = base64.b64encode(png(colours)).decode()
        parts.append(
            f'<img src="data:image/png;base64,{content}" title="{place}" alt="{place}, as pixels" '
            f'style="image-rendering:pixelated;width:{min(shown, 2 * size)}px;max-width:100%;'
            'margin:0 4px 4px 0;outline:1px solid #88888866">'
        )
    if count > IMAGES:
        parts.append(f"and {count - IMAGES} more")
    return f'<div style="white-space:normal">{"".join(parts)}</div>' if parts else ""


def _tables(array: Array, colours: Array) -> list[str]:
    """Return the tables of an array: one, or one for each of the first matrices of a larger one."""
    if array.ndim <= 2:
        return [_table(array, colours, ())]
    parts = []
    for index in islice(np.ndindex(array.shape[:-2]), SLICES):
        caption, table = _paragraph(_place(index)), _table(array[index], colours[index], index)
        parts.append(f'<div style="display:inline-block;margin-right:1em">{caption}{table}</div>')
    rest = math.prod(array.shape[:-2]) - SLICES
    return [*parts, _paragraph(f"and {rest} more")] if rest > 0 else parts


def _table(array: Array, colours: Array, index: tuple[int, ...]) -> str:
    rows, columns = (1, 1, *array.shape)[-2:]
    cells, shown = array.reshape(rows, columns), colours.reshape(rows, columns, 3)
    lines = []
    if columns > 1:
        lines.append(["<td></td>"] * (rows > 1) + [_head("col", j) for j in _ends(columns)])
    for i in _ends(rows):
        line = [_head("row", i)] * (rows > 1)
        for j in _ends(columns):
            if i is None or j is None:
                line.append(f'<td style="{CELL};text-align:center">…</td>')
                continue
            place = [*index, *(i, j)[2 - array.ndim :]]
            colour = "#" + shown[i, j].tobytes().hex()
            line.append(
                f'<td title="{place} = {cells[i, j]!s}" style="{CELL};text-align:right;'
                f'background:{colour};color:{INK}">{_signed(cells[i, j])}</td>'
            )
        lines.append(line)
    written = "".join(f"<tr>{''.join(line)}</tr>" for line in lines)
    return (
        '<table style="border-collapse:collapse;margin:0.3em 0;font-variant-numeric:tabular-nums">'
        f"{written}</table>"
    )


def _place(index: tuple[int, ...]) -> str:
    """Return where a matrix stands in an array of more dimensions: "[1, 0, :, :]"."""
    return f"[{', '.join([*map(str, index), ':', ':'])}]"


def _head(of: str, index: int | None) -> str:
    """Return the small number of a row or of a column."""
    return f'<th scope="{of}" style="{PLACE}">{"…" if index is None else index}</th>'


def _ends(length: int) -> list[int | None]:
    """Return the indices to show of a side, with None for those left out."""
    if length <= WHOLE:
        return list(range(length))
    return [*range(ENDS), None, *range(length - ENDS, length)]


def _legend(array: Array) -> str:
    """Return the scale of the colours, from the least that they can show to the most."""
    least, most = _ends_of(np.asarray(np.real(array), np.float64))
    largest = max(-least, most)
    if largest == 0 or array.size == 1:
        return ""
    negative, positive = (f"rgb({','.join(map(str, each))})" for each in (NEGATIVE, POSITIVE))
    bar = ",".join([negative] * (least < 0) + ["#fff"] + [positive] * (most > 0))
    ends = _signed(-largest if least < 0 else 0), number(largest if most > 0 else 0)
    return (
        '<div class="scale" style="font-size:0.85em;opacity:0.85;white-space:nowrap">'
        f'{ends[0]} <span style="display:inline-block;width:4.5em;height:0.7em;'
        f'border:1px solid #88888866;background:linear-gradient(to right,{bar})"></span>'
        f" {ends[1]}</div>"
    )


def _signed(value: object) -> str:
    """Return a number with a minus sign that is as wide as a plus."""
    return re.sub("^-", "−", number(value))


def _paragraph(text: str) -> str:
    return f'<p style="margin:0.3em 0">{escape(printable(text))}</p>'


def _box(parts: list[str]) -> str:
    return f'<div style="{SCROLLS}">{"".join(parts)}</div>'
