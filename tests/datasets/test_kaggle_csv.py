"""Kaggle's CSV files: the spellings that are read, and the line and column of those that are not.
Read `test_mnist.py` next, for the way from a path to a data set.
"""

import gzip
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinygrad_nn.datasets import read_kaggle_csv
from tinygrad_nn.errors import DataError

PIXELS = [f"pixel{index}" for index in range(784)]
HEADER = ["label", *PIXELS]
IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
LABELS = np.array([7, 0, 9])
TABLE = np.column_stack([LABELS, IMAGES.reshape(3, 784)]).tolist()


def csv(rows=TABLE, header=HEADER, newline="\n", end="\n", cell="{}"):
    """The text of a file, each cell written by the format `cell`."""
    lines = [header, *rows] if header else rows
    return newline.join(",".join(map(cell.format, line)) for line in lines) + end


def with_cell(text, row=1, column=3):
    """A file in which one cell, by default on line 3 and in column 4 (pixel2), is `text`."""
    rows = [list(line) for line in TABLE]
    rows[row][column] = text
    return csv(rows)


ACCEPTED = {
    "as Kaggle writes it": csv(),
    "byte order mark": "\ufeff" + csv(),
    "CRLF": csv(newline="\r\n", end="\r\n"),
    "no newline at the end": csv(end=""),
    "CRLF but not at the end": csv(newline="\r\n", end=""),
    "blank last line": csv(end="\n\n"),
    "blank last lines, CRLF": csv(newline="\r\n", end="\r\n\r\n\r\n"),
    "quoted": csv(cell='"{}"'),
    "header alone quoted": csv(header=[f'"{name}"' for name in HEADER]),
    "byte order mark and quoted": "\ufeff" + csv(cell='"{}"'),
    "fashion": csv(header=["label", *(f"pixel{index}" for index in range(1, 785))]),
    "MNIST in CSV": csv(
        header=["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))]
    ),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_these_spellings_hold_the_same_images(text, pack, tmp_path):
    path = tmp_path / "train.csv"
    path.write_bytes(pack(text.encode()))
    images, labels = read_kaggle_csv(path)
    np.testing.assert_array_equal(images, IMAGES, strict=True)
    np.testing.assert_array_equal(labels, LABELS, strict=True)
    assert images.flags.writeable


def test_a_file_without_labels_gives_images_and_none(tmp_path):
    path = tmp_path / "test.csv"
    path.write_text(csv([line[1:] for line in TABLE], PIXELS))
    images, labels = read_kaggle_csv(path)
    np.testing.assert_array_equal(images, IMAGES, strict=True)
    assert images.flags.writeable
    assert labels is None


WHOLE = "expected a whole number 0 to 255, found"

# the bytes of the file, and what the message must say
REFUSED = {
    "empty": (b"", "line 1, column 1: expected a header, found nothing"),
    "blank first line": ("\n" + csv(), "line 1, column 1: expected a header, found nothing"),
    "header missing": (
        csv(header=None),
        "line 1, column 1: expected 'label' (is this the header?)",
    ),
    "header alone": (csv([]), "line 2: expected at least one image, found the end of the file"),
    "header alone, cut": (csv([], end=""), "line 2: expected at least one image"),
    "header again in the middle": (
        csv([TABLE[0], HEADER, TABLE[1]]),
        f"line 3, column 1 (label): {WHOLE} 'label'",
    ),
    "header one name short": (
        csv(header=HEADER[:-1]),
        "column 785: expected 'pixel783' (is this the header?), found the end of the header",
    ),
    "header one name long": (
        csv(header=[*HEADER, "pixel784"]),
        "column 786: expected the end of the header (is this the header?), found 'pixel784'",
    ),
    "fashion header one name short": (
        csv(header=["label", *PIXELS[1:]]),
        "column 785: expected 'pixel784' (is this the header?), found the end of the header",
    ),
    "header misspelt": (
        csv(header=["label", "pixel0", "pixle1", *HEADER[3:]]),
        "line 1, column 3: expected 'pixel1' (is this the header?), found 'pixle1'",
    ),
    "header not UTF-8": (
        csv().encode().replace(b"pixel5,", b"p\xefxel5,", 1),
        "line 1, column 7: expected 'pixel5' (is this the header?), found 'p\\\\xefxel5'",
    ),
    "UTF-16": (csv().encode("utf-16"), "line 1, column 1: expected 'label'"),
    "separated by semicolons": (csv().replace(",", ";"), "line 1, column 1: expected 'label'"),
    "row one value short": (
        csv([TABLE[0], TABLE[1][:-1]]),
        "line 3, column 785 (pixel783): expected 785 values, found 784",
    ),
    "every row one value short": (
        csv([line[:-1] for line in TABLE]),
        "line 2, column 785 (pixel783): expected 785 values, found 784",
    ),
    "row one value long": (
        csv([TABLE[0], [*TABLE[1], 0]]),
        "line 3, column 786: expected 785 values, found 786",
    ),
    "comma at the end of a row": (
        csv([TABLE[0], [*TABLE[1], ""]]),
        "line 3, column 786: expected 785 values, found 786",
    ),
    "rows without the label": (
        csv([line[1:] for line in TABLE]),
        "line 2, column 785 (pixel783): expected 785 values, found 784",
    ),
    "rows with a label that the header lacks": (
        csv(header=PIXELS),
        "line 2, column 785: expected 784 values, found 785",
    ),
    "cut in a row": (csv()[:-100], "line 4, column"),
    "blank line in the middle": (
        csv([TABLE[0], [], TABLE[1]]),
        "line 3, column 1 (label): expected 785 values, found a blank line",
    ),
    "two blank lines in the middle": (
        csv([TABLE[0], [], [], TABLE[1]]),
        "line 3, column 1 (label)",
    ),
    "label 10": (
        with_cell("10", column=0),
        "line 3, column 1 (label): expected a digit 0 to 9, found 10",
    ),
    "label on the last line": (with_cell("255", row=2, column=0), "line 4, column 1 (label)"),
    "empty cell": (with_cell(""), f"line 3, column 4 (pixel2): {WHOLE} ''"),
    "first cell empty": (with_cell("", column=0), f"line 3, column 1 (label): {WHOLE} ''"),
    "last cell empty": (with_cell("", column=784), f"line 3, column 785 (pixel783): {WHOLE} ''"),
    "space before a row": (
        with_cell(" 1", column=0),
        f"line 3, column 1 (label): {WHOLE} ' 1'",
    ),
    "space after a row": (
        with_cell("1 ", column=784),
        f"line 3, column 785 (pixel783): {WHOLE} '1 '",
    ),
    "CR alone at the end": (csv(end="\r"), "line 4, column 785 (pixel783)"),
    "NUL": (with_cell("1\0"), f"line 3, column 4 (pixel2): {WHOLE} '1\\x00'"),
    "not UTF-8": (
        with_cell("\xff").encode("latin-1"),
        f"line 3, column 4 (pixel2): {WHOLE} '\\\\xff'",
    ),
    "lines ended by CR alone": (csv(newline="\r"), "line 1, column 785: expected 'pixel783'"),
    "a line without end": (
        csv() + 2**21 * "7",
        "line 5, column 1: expected at most 65536 characters",
    ),
    "gzip: two members": (
        gzip.compress(csv().encode()) + gzip.compress(csv(header=None).encode()),
        "after the gzip stream: expected the end of the file, found another gzip member",
    ),
    "gzip: cut": (gzip.compress(csv().encode())[:-5], "gzip data: expected an intact stream"),
} | {
    f"cell {text!r}": (with_cell(text), f"line 3, column 4 (pixel2): {WHOLE} {text!r}")
    for text in (
        *["256", "-1", "+1", "1.5", "1.0", "1e3", "0x1f", "nan", "inf", "1_0", "007", "zero"],
        *["None", "'1'", "٣", "²", "1" * 30, "\ufeff1"],
        *['"1', '1"', '""1""', '" 1"', " 1", "1 ", "\t1", "1;2"],
    )
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_malformed_file_is_refused_with_the_line_and_the_column(content, message, tmp_path):
    path = tmp_path / "train.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as refusal:
        read_kaggle_csv(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert message in str(refusal.value)


def test_the_refusals_do_not_depend_on_assert(tmp_path):
    for number, (content, _) in enumerate(REFUSED.values()):
        content = content.encode() if isinstance(content, str) else content
        (tmp_path / f"{number}.csv").write_bytes(content)
    program = f"""
import pathlib, sys
from tinygrad_nn.datasets import read_kaggle_csv
from tinygrad_nn.errors import DataError
for path in pathlib.Path({str(tmp_path)!r}).iterdir():
    try:
        read_kaggle_csv(path)
    except DataError:
        print("refused", sys.flags.optimize)
"""
    run = subprocess.run(
        [sys.executable, "-O", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == len(REFUSED) * ["refused 1"]


def test_a_long_cell_is_not_quoted_whole(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(with_cell("x" * 10_000))
    with pytest.raises(DataError) as refusal:
        read_kaggle_csv(path)
    assert len(str(refusal.value)) < len(str(path)) + 150


def test_a_named_gz_must_be_gzip(tmp_path):
    path = tmp_path / "train.csv.gz"
    path.write_text(csv())
    with pytest.raises(DataError, match="gzip magic: expected 1f 8b, found 6c 61"):
        read_kaggle_csv(path)


def test_the_cap_is_the_callers_to_set(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(csv())
    size = path.stat().st_size
    read_kaggle_csv(path, max_bytes=size)
    with pytest.raises(DataError, match=rf"size: expected at most {size - 1} bytes \(max_bytes\)"):
        read_kaggle_csv(path, max_bytes=size - 1)


def test_a_packed_line_without_end_is_refused_after_one_block(tmp_path):
    path = tmp_path / "train.csv.gz"
    path.write_bytes(gzip.compress(csv().encode() + bytes(64 * 2**20), 1))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="line 5, column 1: expected at most 65536 characters"):
            read_kaggle_csv(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20


def test_a_file_of_many_blocks_comes_back_whole(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(csv(500 * TABLE))
    assert path.stat().st_size > 3 * 2**20
    images, labels = read_kaggle_csv(path)
    np.testing.assert_array_equal(images, np.tile(IMAGES, (500, 1, 1)))
    np.testing.assert_array_equal(labels, np.tile(LABELS, 500))


def test_lines_are_counted_across_blocks(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(csv(500 * TABLE + [[0] * 784 + ["x"]]))
    with pytest.raises(DataError, match=r"line 1502, column 785 \(pixel783\)"):
        read_kaggle_csv(path)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=5), row=st.integers(0, 2), column=st.integers(1, 784))
def test_any_text_in_a_cell_is_that_number_or_is_refused(text, row, column, tmp_path):
    path = tmp_path / "train.csv"
    path.write_bytes(with_cell(text, row, column).encode("utf-8", "surrogatepass"))
    plain = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if plain in map(str, range(256)):
        assert read_kaggle_csv(path)[0][row].flat[column - 1] == int(plain)
    elif column == 784 and text.removesuffix("\r") in map(str, range(256)):
        read_kaggle_csv(path)  # a CR before the newline belongs to the line's end
    else:
        with pytest.raises(DataError, match=f"line {row + 2}"):
            read_kaggle_csv(path)
