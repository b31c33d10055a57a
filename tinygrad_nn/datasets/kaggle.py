"""MNIST as the CSV files that Kaggle hands out: a header, then a row of 784 pixels for each image.
Read `byte_source.py` for how a file is unpacked, and `mnist.py` for the caller.
"""

import os
from collections.abc import Iterator
from itertools import product, takewhile

import numpy as np
from numpy.typing import NDArray

from ..arrays.refusing import refuses
from ..errors import DataError
from .byte_source import ByteSource, malformed

SIDE = 28
LONGEST_LINE = 2**16  # a full row is at most 785 x 6 characters

# The names of the pixel columns in the digit, the fashion and the "MNIST in CSV" files.
PIXEL_COLUMNS = (
    [f"pixel{index}" for index in range(SIDE * SIDE)],
    [f"pixel{index}" for index in range(1, SIDE * SIDE + 1)],
    [f"{row}x{column}" for row, column in product(range(1, SIDE + 1), repeat=2)],
)

# Every spelling that a cell may have. Looking cells up here, rather than converting them, is what
# keeps 256, -1, 1e3 and " 1" out, and it still reads 42,000 rows in 2 s.
CELLS = {text % value: value for text in (b"%d", b'"%d"') for value in range(256)}


@refuses
def read_kaggle_csv(
    path: str | os.PathLike[str], *, max_bytes: int = 2**30
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    r"""Read the images, and the labels if it has them, of a CSV file like Kaggle's digit files.

    The file, plain or gzip, is a header (`label,pixel0,...,pixel783`, or the pixels alone as in
    `test.csv`), then one row of whole numbers for each image: the label 0 to 9, the pixels 0 to
    255. A byte order mark, CRLF, quoted cells, no newline at the end and blank lines there are
    accepted. Returns uint8 images (N, 28, 28) and int64 labels (N,) or None. Raises DataError with
    the line and the column of anything else, and for a file of more than `max_bytes`.

    >>> import tempfile, pathlib
    >>> import tinygrad_nn as tnn
    >>> header = ",".join(["label", *(f"pixel{index}" for index in range(784))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "train.csv")
    ...     _ = path.write_text(header + "\n7" + 784 * ",0")
    ...     images, labels = tnn.datasets.read_kaggle_csv(path)
    >>> images.shape, labels
    ((1, 28, 28), array([7]))
    """
    name = os.fspath(path)
    with open(path, "rb") as file:
        lines = _lines(ByteSource(file, name), max_bytes)
        columns = _read_header(name, next(lines, b""))
        cells = bytearray()
        blank = None
        for number, line in enumerate(lines, start=2):
            if not line:
                blank = blank or number
                continue
            if blank:
                raise _bad_cell(name, blank, 0, columns, f"{len(columns)} values", "a blank line")
            cells += _read_row(name, number, line, columns)
    if not cells:
        raise malformed(name, "line 2", "at least one image", "the end of the file")
    rows = np.frombuffer(cells, np.uint8).reshape(-1, len(columns))
    if columns[0] != "label":
        return rows.reshape(-1, SIDE, SIDE), None
    labels = rows[:, 0].astype(np.int64)
    if labels.max() > 9:
        first = int((labels > 9).argmax())
        raise _bad_cell(name, first + 2, 0, columns, "a digit 0 to 9", labels[first])
    return rows[:, 1:].reshape(-1, SIDE, SIDE), labels


def _lines(source: ByteSource, max_bytes: int) -> Iterator[bytes]:
    """The lines of the file without their ends, in memory one block at a time."""
    rest, count, size = b"", 0, 0
    while block := source.read(2**20):
        size += len(block)
        *whole, rest = (rest + block).split(b"\n")
        count += len(whole)
        if size > max_bytes:
            raise malformed(source.name, "size", f"at most {max_bytes} bytes (max_bytes)", "more")
        for line in whole:
            yield line.removesuffix(b"\r")
        if len(rest) > LONGEST_LINE:
            expected = f"at most {LONGEST_LINE} characters"
            raise malformed(source.name, f"line {count + 1}, column 1", expected, "more")
    if rest:
        yield rest


def _read_header(name: str, line: bytes) -> list[str]:
    """The names of the columns, if they are those of a known file."""
    if not line:
        raise malformed(name, "line 1, column 1", "a header", "nothing")
    found = [_text(cell) for cell in line.removeprefix(b"\xef\xbb\xbf").split(b",")]
    found = [cell[1:-1] if cell[:1] == cell[-1:] == '"' else cell for cell in found]
    known = [[*label, *pixels] for label in (["label"], []) for pixels in PIXEL_COLUMNS]
    if found in known:
        return found
    # Report against the known header that agrees with this one the furthest.
    expected = max(known, key=lambda columns: _agreement(found, columns))
    agreed = _agreement(found, expected)
    wanted = repr(expected[agreed]) if agreed < len(expected) else "the end of the header"
    actual = repr(found[agreed][:40]) if agreed < len(found) else "the end of the header"
    raise malformed(name, f"line 1, column {agreed + 1}", f"{wanted} (is this the header?)", actual)


def _agreement(found: list[str], expected: list[str]) -> int:
    """How many of the first names are the same."""
    same = (left == right for left, right in zip(found, expected, strict=False))
    return sum(takewhile(bool, same))


def _read_row(name: str, number: int, line: bytes, columns: list[str]) -> bytes:
    cells = line.split(b",")
    if len(cells) != len(columns):
        column = min(len(cells), len(columns))
        raise _bad_cell(name, number, column, columns, f"{len(columns)} values", len(cells))
    try:
        return bytes(map(CELLS.__getitem__, cells))
    except KeyError:
        column = next(index for index, cell in enumerate(cells) if cell not in CELLS)
        found = repr(_text(cells[column])[:40])
        expected = "a whole number 0 to 255"
        raise _bad_cell(name, number, column, columns, expected, found) from None


def _bad_cell(
    name: str, line: int, column: int, columns: list[str], expected: object, found: object
) -> DataError:
    title = f" ({columns[column]})" if column < len(columns) else ""
    return malformed(name, f"line {line}, column {column + 1}{title}", expected, found)


def _text(cell: bytes) -> str:
    """The cell for an error message: bytes that are not UTF-8 show as escapes."""
    return cell.decode("utf-8", "backslashreplace")
