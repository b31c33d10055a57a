"""K4, K5, K6: a file that was cut, flipped, spliced or made up is refused, quickly, by one error.
Read `test_interrupted_saves.py` next.
"""

import contextlib
import io
import json
import random
import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import CheckpointError

OBJECT = {
    "model": {"weight": tnn.arange(200.0).reshape(20, 10), "bias": tnn.zeros(10).double()},
    "epoch": 3,
    "betas": (0.9, 0.999),
    "name": "run ü",
    "state": np.arange(40, dtype=np.uint8),
}


def saved(obj):
    file = io.BytesIO()
    tnn.save(obj, file)
    return file.getvalue()


def is_refused(content):
    """Whether these bytes are refused: by our error, with nothing else thrown."""
    try:
        tnn.load(io.BytesIO(content))
    except CheckpointError:
        return True
    return False


def flipped(content, bit):
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_k4_a_file_cut_off_at_any_byte_is_refused():
    content = saved(OBJECT)
    assert 1_500 < len(content) < 2_500
    assert all(is_refused(content[:length]) for length in range(len(content)))
    assert is_refused(content + b"\0")


def test_k4_every_single_flipped_bit_of_a_small_file_is_found():
    content = saved(OBJECT)
    missed = [bit for bit in range(8 * len(content)) if not is_refused(flipped(content, bit))]
    assert missed == []


def random_flips(count, size):
    content = saved({"x": tnn.randn(size // 4), "run": [1.0, "a"]})
    rng = random.Random(0)
    places = [rng.randrange(8 * len(content)) for _ in range(count)]
    return sum(not is_refused(flipped(content, bit)) for bit in places)


def test_k4_random_flips_of_a_large_file_are_found():
    assert random_flips(200, 1_000_000) == 0


@pytest.mark.slow
def test_k4_ten_thousand_random_flips_of_a_large_file_are_found():
    assert random_flips(10_000, 1_000_000) == 0


def test_k4_a_damaged_tensor_is_named(tmp_path):
    content = saved(OBJECT)
    (tmp_path / "run.ckpt").write_bytes(content[:-3] + b"\xff" + content[-2:])
    with pytest.raises(CheckpointError, match=r"load: .*run\.ckpt: the tensor 'state' is damaged"):
        tnn.load(tmp_path / "run.ckpt")


# --- K5: headers ----------------------------------------------------------------------------------


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def file_of(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


EIGHT = bytes(8)
ONE = json.dumps(entry()).encode()
HOSTILE = {
    "an empty file": b"",
    "half of a length": b"\0\0\0",
    "a header of nothing": file_of(b"", EIGHT),
    "a header longer than the file": file_of({"x": entry()}, EIGHT, 10**6),
    "a header of 2**64 bytes": file_of({"x": entry()}, EIGHT, 2**64 - 1),
    "a key twice": file_of(b'{"x":' + ONE + b',"x":' + ONE + b"}", EIGHT),
    "a field twice": file_of(b'{"x":' + ONE[:-1] + b',"dtype":"F32"}}', EIGHT),
    "a leading space": file_of(b" " + json.dumps({"x": entry()}).encode(), EIGHT),
    "a byte order mark": file_of(b"\xef\xbb\xbf" + json.dumps({"x": entry()}).encode(), EIGHT),
    "no UTF-8": file_of(b'{"\xff":' + ONE + b"}", EIGHT),
    "a list": file_of([entry()], EIGHT),
    "something behind the JSON": file_of(b'{"x":' + ONE + b"}{}", EIGHT),
    "overlap": file_of({"x": entry(), "y": entry(offsets=(4, 12))}, bytes(12)),
    "two names of one memory": file_of({"x": entry(), "y": entry()}, EIGHT),
    "a hole": file_of({"x": entry(), "y": entry(offsets=(12, 20))}, bytes(20)),
    "a hole at the beginning": file_of({"x": entry(offsets=(4, 12))}, bytes(12)),
    "trailing bytes": file_of({"x": entry()}, bytes(9)),
    "too few bytes": file_of({"x": entry()}, bytes(7)),
    "a negative size": file_of({"x": entry(shape=(-2,))}, EIGHT),
    "two negative sizes": file_of({"x": entry(shape=(-2, -1))}, EIGHT),
    "a negative place": file_of({"x": entry(offsets=(-8, 0))}, EIGHT),
    "places in the wrong order": file_of({"x": entry(offsets=(8, 0))}, EIGHT),
    "a size with a fraction": file_of({"x": entry(shape=(2.0,))}, EIGHT),
    "a size that is true": file_of({"x": entry(shape=(True, 2))}, EIGHT),
    "a huge size": file_of({"x": entry(shape=(10**30,))}, EIGHT),
    "a size of ten thousand digits": file_of(
        b'{"x":{"dtype":"F32","shape":[' + b"9" * 10_000 + b'],"data_offsets":[0,8]}}', EIGHT
    ),
    "2**40 by 2**40": file_of({"x": entry(shape=(2**40, 2**40))}, EIGHT),
    "no elements of 2**62 rows": file_of({"x": entry(shape=(0, 2**62), offsets=(0, 0))}),
    "a thousand dimensions": file_of({"x": entry("U8", (1,) * 1000, (0, 1))}, b"1"),
    "another number of bytes": file_of({"x": entry(shape=(3,))}, EIGHT),
    "no shape": file_of({"x": {"dtype": "F32", "data_offsets": [0, 8]}}, EIGHT),
    "a field too many": file_of({"x": {**entry(), "run": "me"}}, EIGHT),
    "an unknown dtype": file_of({"x": entry("Q7")}, EIGHT),
    "a dtype that is a number": file_of({"x": {**entry(), "dtype": 32}}, EIGHT),
    "not a number": file_of(b'{"x":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}', EIGHT),
    "100,000 lists in each other": file_of(b'{"x":' + b"[" * 10**5 + b"]" * 10**5 + b"}"),
    "100,000 dicts in each other": file_of(b'{"x":' * 10**5 + b"1" + b"}" * 10**5),
    "millions of lists": lambda: file_of(b'{"x":[' + b"[]," * 5_000_000 + b"[]]}"),
    "metadata that is a number": file_of({"__metadata__": 3, "x": entry()}, EIGHT),
    "metadata of numbers": file_of({"__metadata__": {"a": 3}, "x": entry()}, EIGHT),
    "metadata of ours without a sum": file_of(
        {"__metadata__": {"tinygrad_nn.structure": "1"}, "x": entry()}, EIGHT
    ),
}
VALID = {
    "no tensor": (file_of({}), {}),
    "one number": (file_of({"x": entry(shape=(), offsets=(0, 4))}, bytes(4)), {"x": ()}),
    "no elements": (file_of({"x": entry(shape=(0, 3), offsets=(0, 0))}), {"x": (0, 3)}),
    "not a number": (file_of({"x": entry()}, b"\xff" * 8), {"x": (2,)}),
    "padding": (file_of(json.dumps({"x": entry()}).encode() + b" " * 9, EIGHT), {"x": (2,)}),
    "metadata": (file_of({"__metadata__": {"format": "pt"}, "x": entry()}, EIGHT), {"x": (2,)}),
    "names out of order": (
        file_of({"y": entry(offsets=(8, 16)), "x": entry()}, bytes(16)),
        {"x": (2,), "y": (2,)},
    ),
}


@pytest.mark.parametrize("what", list(HOSTILE))
def test_k5_a_hostile_header_is_refused_at_once_and_takes_no_memory(tmp_path, what):
    path, content = tmp_path / "x", HOSTILE[what]
    path.write_bytes(content() if callable(content) else content)
    tracemalloc.start()
    start = time.process_time()
    try:
        with pytest.raises(CheckpointError, match=r"load: .*/x: "):
            tnn.load(path)
        assert time.process_time() - start < 1.0
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size + 50_000_000
    finally:
        tracemalloc.stop()


def test_k5_a_header_above_the_bound_is_refused(tmp_path):
    with open(tmp_path / "x", "wb") as file:
        file.write(struct.pack("<Q", 100_000_001))
        file.truncate(100_000_009)  # which takes no place on the disk
    with pytest.raises(CheckpointError, match="it may have 100000000"):
        tnn.load(tmp_path / "x")


@pytest.mark.parametrize("what", list(VALID))
def test_k5_a_header_that_is_right_is_read(what):
    content, shapes = VALID[what]
    loaded = tnn.load(io.BytesIO(content))
    assert {name: tuple(tensor.shape) for name, tensor in loaded.items()} == shapes


def forged(structure, tensors=None):
    """A file whose sums are right, whatever its structure says."""
    arrays = {"x": np.arange(4, dtype="<f4")} if tensors is None else tensors
    header = {
        "__metadata__": {
            "tinygrad_nn.header_crc32": "0" * 8,
            "tinygrad_nn.tensors_crc32": json.dumps(
                {name: format(zlib.crc32(each), "08x") for name, each in arrays.items()}
            ),
            "tinygrad_nn.structure": structure,
        }
    }
    end = 0
    for name, each in arrays.items():
        header[name] = entry("F32", each.shape, (end, end + each.nbytes))
        end += each.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    whole = struct.pack("<Q", len(text)) + text
    crc = format(zlib.crc32(whole), "08x").encode()
    text = text.replace(b'crc32":"00000000"', b'crc32":"' + crc + b'"', 1)
    return struct.pack("<Q", len(text)) + text + b"".join(map(bytes, arrays.values()))


FORGED = (
    *("", "{", "[" * 10**5, '{"tuple": 3}', '{"a": 1, "b": 2}', '{"run": ["x"]}', '{"float": "x"}'),
    *('{"int": "9"}x', '{"int": []}', '{"dtype": "os"}', '{"device": "os"}', '{"set": [[1]]}'),
    *('{"dict": [[[], 1]]}', '{"dict": 3}', '{"dict": [[1]]}', '{"complex": [1]}', '{"Size": "a"}'),
    *(
        '{"tensor": "x"}',
        '{"tensor": [{"name": "y"}, false]}',
        '{"ndarray": {"name": "x", "a": 1}}',
    ),
    '{"ndarray": {"name": "x", "dtype": "object"}}',
    '{"ndarray": {"name": "x", "dtype": "O", "shape": [1], "strides": [8], "offset": 0}}',
    '{"ndarray": {"name": "x", "dtype": "float32", "shape": [5], "strides": [4], "offset": 0}}',
    '{"ndarray": {"name": "x", "dtype": "float32", "shape": [4], "strides": [-4], "offset": 0}}',
    '{"ndarray": {"name": "x", "dtype": "float32", "shape": [4], "strides": [4], "offset": -4}}',
    '{"ndarray": {"name": "x", "dtype": "float32", "shape": [1], "strides": [4], "offset": 1e9}}',
    '{"ndarray": {"name": "x", "dtype": "complex128", "shape": null}}x',
    '{"tensor": [{"name": "x", "dtype": "uint32", "shape": [1], "strides": [4], "offset": 0}, 0]}',
    '{"tensor": [{"name": "x", "dtype": "int32", "shape": [1], "strides": [4], "offset": 0}, 1]}',
)


@pytest.mark.parametrize("structure", FORGED, ids=map(str, range(len(FORGED))))
def test_a_structure_that_was_made_up_is_refused(structure):
    with pytest.raises(CheckpointError):
        tnn.load(io.BytesIO(forged(structure)))


def test_a_structure_that_was_made_up_well_is_read():
    assert tnn.load(io.BytesIO(forged('[{"tensor":[{"name":"x"},false]}]')))[0].tolist() == [
        *(0.0, 1.0, 2.0, 3.0)
    ]


# --- K6: random damage ----------------------------------------------------------------------------


def damaged(content, rng):
    """A file with some bits, a stretch, or a field of length changed."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed))
        way = rng.randrange(5)
        if way == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif way == 1:
            changed[at] = rng.randrange(256)
        elif way == 2:
            other = rng.randrange(len(changed))
            changed[at : at + rng.randint(1, 20)] = changed[other : other + rng.randint(0, 20)]
        elif way == 3:
            changed[: rng.choice((1, 2, 4, 8))] = rng.randbytes(8)[: rng.choice((1, 2, 4, 8))]
        else:
            del changed[at:]
        if not changed:
            return b""
    return bytes(changed)


def plain_file():
    return file_of({"x": entry(), "y": entry("I64", (1, 3), (8, 32))}, bytes(32))


def pytorch_files():
    torch = pytest.importorskip("torch")
    for form in (True, False):
        file = io.BytesIO()
        obj = {"a": torch.ones(3), "b": [1, "x", (2.5, None)], "c": torch.zeros(2, 2).T}
        torch.save(obj, file, _use_new_zipfile_serialization=form)
        yield file.getvalue()


def fuzzed(count):
    """The longest time that one of so many damaged files took."""
    rng = random.Random(1)
    sources = [saved(OBJECT), plain_file(), forged('{"tuple":[1]}'), *pytorch_files()]
    longest = 0.0
    for i in range(count):
        content = damaged(sources[i % len(sources)], rng)
        start = time.process_time()
        with contextlib.suppress(CheckpointError):
            tnn.load(io.BytesIO(content))
        longest = max(longest, time.process_time() - start)
    return longest


def test_k6_damage_of_any_kind_is_an_error_of_ours():
    assert fuzzed(2_000) < 1.0


@pytest.mark.slow
def test_k6_damage_of_any_kind_is_an_error_of_ours_a_hundred_thousand_times():
    assert fuzzed(100_000) < 1.0
