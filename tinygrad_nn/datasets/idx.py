"""The IDX format of the MNIST files: a dtype, the sizes of the dimensions, then the elements.
Read `byte_source.py` for how a file is unpacked, and `mnist.py` for what is asked of these arrays.
"""

import math
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.refusing import refuses
from .byte_source import ByteSource, malformed

DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 64  # NumPy's own limit


@refuses
def read_idx(path: str | os.PathLike[str], *, max_bytes: int = 2**30) -> NDArray[Any]:
    """Read one array from an IDX file, plain or gzip.

    The file is two zero bytes, a byte for the dtype (uint8, int8, int16, int32, float32, float64),
    a byte for the number of dimensions, their sizes as 32-bit numbers, then the elements, all of it
    big-endian (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"). Returns
    a writable array in the machine's byte order. Raises DataError, naming the field, what was
    expected and what was found, for a file that departs from that by a byte or promises more than
    `max_bytes`. No more than the header promises is ever unpacked.

    >>> import tempfile, pathlib
    >>> import tinygrad_nn as tnn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels-idx1-ubyte")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    ...     tnn.datasets.read_idx(path)
    array([5, 0, 4], dtype=uint8)
    """
    name = os.fspath(path)
    with open(path, "rb") as file:
        source = ByteSource(file, name)
        dtype, shape = _read_header(source)
        promised = dtype.itemsize * math.prod(shape)
        # An empty dimension makes any other size legal on paper: count it as one.
        if dtype.itemsize * math.prod(max(size, 1) for size in shape) > max_bytes:
            sizes = " x ".join(map(str, shape))
            found = f"{sizes} of {dtype.itemsize} bytes"
            raise malformed(name, "dimensions", f"at most {max_bytes} bytes (max_bytes)", found)
        payload = source.read_exactly(promised, "elements")
        source.expect_end("after the elements")
    elements = np.frombuffer(payload, dtype).reshape(shape)
    return elements.astype(dtype.newbyteorder("="), copy=False)


def _read_header(source: ByteSource) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = source.read_exactly(4, "magic number")
    if magic[:2] != b"\0\0":
        swapped = " (is it little-endian?)" if magic[2:] == b"\0\0" else ""
        raise malformed(source.name, "magic number", "00 00 first", magic.hex(" ") + swapped)
    code, dimensions = magic[2:]
    if code not in DTYPES:
        known = ", ".join(f"{code:02x}" for code in DTYPES)
        raise malformed(source.name, "dtype code", f"one of {known}", f"{code:02x}")
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        expected = f"1 to {MOST_DIMENSIONS}"
        raise malformed(source.name, "number of dimensions", expected, dimensions)
    sizes = source.read_exactly(4 * dimensions, "dimensions")
    return np.dtype(DTYPES[code]), tuple(np.frombuffer(sizes, ">u4").tolist())
