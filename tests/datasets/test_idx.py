"""IDX files: what the format allows is read exactly, and each way to break it is refused by name.
Read `test_mnist.py` next, for what is asked of a pair of these files.
"""

import gzip
import math
import struct
import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tinygrad_nn.datasets import read_idx
from tinygrad_nn.errors import DataError

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}

# Hypothesis runs one test many times in one tmp_path, where each example overwrites the last.
many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def idx(array, *, code=None, shape=None):
    """The bytes of a right IDX file, or of one whose header says something else."""
    array = np.asarray(array)
    shape = array.shape if shape is None else shape
    code = CODES[array.dtype.str[1:]] if code is None else code
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
GOOD = idx(IMAGES)
PACKED = gzip.compress(GOOD, mtime=0)


def zeros_for_a_gigabyte(start):
    """A gzip stream of `start` and then 2^30 zeros, in about 1 MB."""
    deflate = zlib.compressobj(9, wbits=-15)
    first = deflate.compress(start) + deflate.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block depends on nothing before it, so it can be repeated.
    block = deflate.compress(bytes(2**20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return PACKED[:10] + first + 1024 * block + deflate.flush()


# file name, its bytes, what the message must say
REFUSED = {
    "empty": ("x", b"", "magic number: expected 4 bytes, found the end after 0"),
    "empty but named .gz": ("x.gz", b"", "gzip magic: expected 1f 8b, found an empty file"),
    "named .gz but plain": ("x.gz", GOOD, "gzip magic: expected 1f 8b, found 00 00"),
    "cut in the magic number": ("x", GOOD[:3], "magic number: expected 4 bytes, found the end"),
    "little-endian magic": (
        "x",
        GOOD[3::-1] + GOOD[4:],
        "found 03 08 00 00 (is it little-endian?)",
    ),
    "first byte not zero": (
        "x",
        b"\x01" + GOOD[1:],
        "magic number: expected 00 00 first, found 01",
    ),
    "second byte not zero": ("x", b"\0\x01" + GOOD[2:], "expected 00 00 first, found 00 01"),
    "unknown dtype": (
        "x",
        idx(IMAGES, code=0x0A),
        "dtype code: expected one of 08, 09, 0b, 0c, 0d, 0e, found 0a",
    ),
    "no dimensions": ("x", b"\0\0\x08\0\x07", "number of dimensions: expected 1 to 64, found 0"),
    "65 dimensions": (
        "x",
        idx(np.uint8(7), shape=(1,) * 65),
        "number of dimensions: expected 1 to 64, found 65",
    ),
    "cut in the dimensions": (
        "x",
        GOOD[:10],
        "dimensions: expected 12 bytes, found the end after 6",
    ),
    "no elements": ("x", GOOD[:16], "elements: expected 60 bytes, found the end after 0"),
    "one byte short": ("x", GOOD[:-1], "elements: expected 60 bytes, found the end after 59"),
    "one byte long": ("x", GOOD + b"\0", "after the elements: expected the end of the file"),
    "little-endian dimensions": (
        "x",
        GOOD[:4] + struct.pack("<3I", 3, 4, 5) + GOOD[16:],
        "dimensions: expected at most 1073741824 bytes (max_bytes), found 50331648 x 67108864",
    ),
    "sizes too large for the elements": (
        "x",
        idx(IMAGES, shape=(4, 4, 5)),
        "elements: expected 80 bytes, found the end after 60",
    ),
    "sizes too small for the elements": (
        "x",
        idx(IMAGES, shape=(2, 4, 5)),
        "after the elements: expected the end of the file, found more bytes",
    ),
    "dtype wider than the elements": (
        "x",
        idx(IMAGES, code=0x0E),
        "elements: expected 480 bytes, found the end after 60",
    ),
    "2^32-1 elements": ("x", idx(IMAGES, shape=(2**32 - 1,)), "found 4294967295 of 1 bytes"),
    "2^32-1 in each dimension": ("x", idx(IMAGES, shape=(2**32 - 1,) * 3), "4294967295 x 429"),
    "2^32-1 beside an empty dimension": (
        "x",
        idx(np.uint8([]), shape=(2**32 - 1, 2**32 - 1, 0)),
        "dimensions: expected at most 1073741824 bytes",
    ),
    "gzip: two members": (
        "x.gz",
        PACKED + PACKED,
        "after the gzip stream: expected the end of the file, found another gzip member",
    ),
    "gzip: one file in two members": (
        "x.gz",
        gzip.compress(GOOD[:30]) + gzip.compress(GOOD[30:]),
        "found another gzip member",
    ),
    "gzip: bytes after the stream": ("x.gz", PACKED + b"\0", "after the gzip stream: expected the"),
    "gzip: cut in the stream": ("x.gz", PACKED[:-20], "gzip data: expected an intact stream"),
    "gzip: cut in the checksum": ("x.gz", PACKED[:-6], "gzip data: expected an intact stream"),
    "gzip: only its magic": ("x.gz", PACKED[:2], "gzip data: expected an intact stream"),
    "gzip: wrong checksum": (
        "x.gz",
        PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:],
        "incorrect data check",
    ),
    "gzip: wrong length": (
        "x.gz",
        PACKED[:-4] + bytes([PACKED[-4] ^ 1]) + PACKED[-3:],
        "incorrect length check",
    ),
    "gzip: of a longer file": ("x.gz", gzip.compress(GOOD + b"\0"), "after the elements"),
    "gzip: of a shorter file": (
        "x.gz",
        gzip.compress(GOOD[:-1]),
        "expected 60 bytes, found the end",
    ),
    "gzip: of nothing": ("x.gz", gzip.compress(b""), "magic number: expected 4 bytes"),
    "gzip: of gzip": (
        "x.gz",
        gzip.compress(PACKED),
        "magic number: expected 00 00 first, found 1f 8b",
    ),
    "gzip: a gigabyte where 60 bytes were promised": (
        "x.gz",
        zeros_for_a_gigabyte(GOOD[:16]),
        "after the elements: expected the end of the file, found more bytes",
    ),
}


@pytest.mark.parametrize(("name", "content", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_malformed_file_is_refused_with_its_path_and_the_field(name, content, message, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as refusal:
        read_idx(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert message in str(refusal.value)


def test_the_refusals_do_not_depend_on_assert(tmp_path):
    for number, (name, content, _) in enumerate(REFUSED.values()):
        (tmp_path / f"{number}-{name}").write_bytes(content)
    program = f"""
import pathlib, sys
from tinygrad_nn.datasets import read_idx
from tinygrad_nn.errors import DataError
for path in pathlib.Path({str(tmp_path)!r}).iterdir():
    try:
        read_idx(path)
    except DataError:
        print("refused", sys.flags.optimize)
"""
    run = subprocess.run(
        [sys.executable, "-O", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == len(REFUSED) * ["refused 1"]


@pytest.mark.parametrize(
    "case", ["2^32-1 elements", "gzip: a gigabyte where 60 bytes were promised"]
)
def test_a_file_that_lies_about_its_size_costs_no_memory(case, tmp_path):
    name, content, _ = REFUSED[case]
    path = tmp_path / name
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            read_idx(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_memory_is_taken_as_bytes_arrive_not_as_the_header_promises(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(idx(IMAGES, shape=(2**30,)))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="expected 1073741824 bytes, found the end after 60"):
            read_idx(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


@pytest.mark.parametrize("name", ["x", "x.gz", "gzip without the ending"])
def test_gzip_is_known_by_its_first_bytes(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(GOOD if name == "x" else PACKED)
    np.testing.assert_array_equal(read_idx(path), IMAGES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_of_many_blocks_comes_back_whole(pack, tmp_path):
    array = np.random.default_rng(0).integers(0, 2**31, (1009, 1013), np.int32)
    path = tmp_path / "x"
    path.write_bytes(pack(idx(array)))
    np.testing.assert_array_equal(read_idx(path), array)


def test_the_cap_is_the_callers_to_set(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(GOOD)
    np.testing.assert_array_equal(read_idx(path, max_bytes=60), IMAGES)
    with pytest.raises(
        DataError, match=r"at most 59 bytes \(max_bytes\), found 3 x 4 x 5 of 1 bytes"
    ):
        read_idx(path, max_bytes=59)


def test_a_missing_file_is_the_usual_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "nowhere")


@many
@given(
    array=st.sampled_from(sorted(CODES)).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_side=0, max_dims=5, max_side=5))
    ),
    packed=st.booleans(),
)
def test_every_dtype_and_shape_is_read_in_the_machines_byte_order(array, packed, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    read = read_idx(path)
    assert read.dtype == array.dtype
    assert read.dtype.isnative
    assert read.flags.writeable
    np.testing.assert_array_equal(read, array, strict=True)


@pytest.mark.parametrize(
    ("content", "dtype", "values"),
    [
        ("0000 08 01 00000002 01 ff", np.uint8, [1, 255]),
        ("0000 09 01 00000002 01 ff", np.int8, [1, -1]),
        ("0000 0b 01 00000002 0102 fffe", np.int16, [258, -2]),
        ("0000 0c 01 00000002 01020304 fffffffe", np.int32, [16909060, -2]),
        ("0000 0d 01 00000002 3fc00000 c0000000", np.float32, [1.5, -2.0]),
        ("0000 0e 01 00000002 3ff8000000000000 c000000000000000", np.float64, [1.5, -2.0]),
    ],
)
def test_these_bytes_mean_these_numbers(content, dtype, values, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes.fromhex(content))
    np.testing.assert_array_equal(read_idx(path), np.array(values, dtype), strict=True)


def read_or_refuse(path):
    """The array, or None where the file is refused; any other exception is the test's failure."""
    try:
        return read_idx(path)
    except DataError:
        return None


@pytest.mark.parametrize("content", [GOOD, PACKED], ids=["plain", "gzip"])
def test_a_file_cut_at_any_byte_is_refused(content, tmp_path):
    path = tmp_path / "x"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert read_or_refuse(path) is None, length


def test_a_flipped_bit_in_a_gzip_file_never_changes_the_numbers(tmp_path):
    path = tmp_path / "x.gz"
    unseen = set()
    for position in range(8 * len(PACKED)):
        flipped = bytearray(PACKED)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        read = read_or_refuse(path)
        if read is not None:
            np.testing.assert_array_equal(read, IMAGES)
            unseen.add(position // 8)
    # The header's text flag, time, level and system say nothing about the data; nor does the
    # padding of the last byte before the checksum and the length.
    assert unseen <= {*range(3, 10), len(PACKED) - 9}


def test_a_flipped_bit_in_a_header_is_refused_or_another_dtype_of_one_byte(tmp_path):
    path = tmp_path / "x"
    for position in range(8 * 16):
        flipped = bytearray(GOOD)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        read = read_or_refuse(path)
        assert read is None or read.dtype == np.int8, position


@many
@given(content=st.binary(max_size=200))
def test_random_bytes_are_refused_or_are_an_array_of_their_size(content, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"\0\0" + content)
    read = read_or_refuse(path)
    if read is not None:
        assert 2 + 2 + 4 * read.ndim + read.nbytes == 2 + len(content)
        assert math.prod(read.shape) == read.size
