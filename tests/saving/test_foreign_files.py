"""Files that others wrote: every dtype of the format, and bytes that are no whole file.
Read `test_safetensors_file.py` next, for files that were written here.
"""

import io
import json
import struct
import sys

import numpy as np
import pytest
from bfloat16_arrays import needs_bfloat16
from hypothesis import given
from hypothesis import strategies as st
from safetensors import numpy as safetensors_numpy

import tinygrad_nn as tnn
from tinygrad_nn.arrays import bfloat16
from tinygrad_nn.errors import DataError, DTypeError
from tinygrad_nn.saving import load_file, save_file
from tinygrad_nn.saving.safetensors_file import HELD

BYTES = {"F4": 0.5, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "U16": 2, "U32": 4, "U64": 8}
WAYS_OUT = {"U16": "int32", "U32": "int64", "U64": "int64"}


def file_of(header, data=b"", length=None):
    """The bytes of a file, with a header that is JSON or whatever it is given."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def written(folder, content):
    path = folder / "weights.safetensors"
    path.write_bytes(content)
    return path


@needs_bfloat16
def test_bfloat16_is_read_and_written_bit_for_bit(tmp_path):
    bits = np.arange(2**16, dtype="<u2")
    content = file_of({"x": entry("BF16", (256, 256), (0, 2**17))}, bits.tobytes())
    read = load_file(written(tmp_path, content))
    assert read["x"].dtype is tnn.bfloat16
    assert (read["x"].array.view(np.uint16).ravel() == bits).all()
    save_file({"x": read["x"].T}, tmp_path / "again")
    assert load_file(tmp_path / "again")["x"].T.array.tobytes() == bits.tobytes()


def test_bfloat16_is_read_as_float32_where_ml_dtypes_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(bfloat16, "loaded", [])
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    bits = np.arange(2**16, dtype="<u2")
    path = written(tmp_path, file_of({"x": entry("BF16", (256, 256), (0, 2**17))}, bits.tobytes()))
    read = load_file(path)["x"]
    assert read.dtype is tnn.float32
    assert read.shape == (256, 256)
    assert (read.numpy().view(np.uint32).ravel() == bits.astype(np.uint32) << 16).all()


def test_bfloat16_is_what_pytorch_reads(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as torch_save_file

    tensors = {"x": torch.randn(3, 4).bfloat16(), "one": torch.tensor(1.5).bfloat16()}
    torch_save_file(tensors, tmp_path / "x")
    for name, tensor in load_file(tmp_path / "x").items():
        assert np.array_equal(tensor.float().numpy(), tensors[name].float().numpy())


def test_a_model_loads_bfloat16(tmp_path):
    content = np.array([0x3F80, 0x4000], "<u2").tobytes()
    path = written(tmp_path, file_of({"weight": entry("BF16", (1, 2), (0, 4))}, content))
    model = tnn.nn.Linear(2, 1, bias=False)
    model.load_state_dict(load_file(path))
    assert model.weight.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("kind", list(HELD))
def test_every_dtype_that_a_tensor_holds_is_read(tmp_path, kind):
    array = np.array([1, 0, 1], HELD[kind])
    path = written(tmp_path, file_of({"x": entry(kind, (3,), (0, array.nbytes))}, array.tobytes()))
    read = load_file(path)["x"]
    assert read.array.dtype == array.dtype.newbyteorder("=")
    assert (read.array == array).all()


@pytest.mark.parametrize("kind", list(BYTES))
def test_a_dtype_that_no_tensor_holds_is_named_with_its_tensor_and_file(tmp_path, kind):
    count = int(4 * BYTES[kind])
    path = written(tmp_path, file_of({"layer.x": entry(kind, (4,), (0, count))}, bytes(count)))
    wider = WAYS_OUT.get(kind, "float32")
    with pytest.raises(
        DTypeError,
        match=rf"load_file: 'layer\.x' in .*weights\.safetensors is {kind}, .* as {wider} ",
    ):
        load_file(path)


def test_complex64_comes_back_and_complex128_is_refused(tmp_path):
    save_file({"z": tnn.tensor([1 + 2j])}, tmp_path / "z")
    assert load_file(tmp_path / "z")["z"].tolist() == [1 + 2j]
    with pytest.raises(DTypeError, match="save_file: 'z' is complex128, which safetensors does"):
        save_file({"z": tnn.tensor([1 + 2j], dtype=tnn.complex128)}, tmp_path / "z")
    assert load_file(tmp_path / "z")["z"].tolist() == [1 + 2j]


def test_an_empty_name_is_a_name(tmp_path):
    save_file({"": tnn.ones(2)}, tmp_path / "x")
    assert load_file(tmp_path / "x")[""].tolist() == [1.0, 1.0]
    assert list(safetensors_numpy.load_file(tmp_path / "x")) == [""]


EIGHT = bytes(8)
DAMAGED = {
    "nothing": b"",
    "half a length": bytes(3),
    "a length beyond the file": file_of({"x": entry()}, EIGHT, length=1000),
    "a length of no file": b"\xff" * 20,
    "a length of zero": file_of({"x": entry()}, EIGHT, length=0),
    "a list": file_of([]),
    "half a header": file_of(b'{"x":'),
    "no text": file_of(b"\xff\xfe"),
    "too few bytes": file_of({"x": entry()}, bytes(7)),
    "too many bytes": file_of({"x": entry()}, bytes(9)),
    "offsets the wrong way": file_of({"x": entry(offsets=(8, 0))}, EIGHT),
    "offsets beyond": file_of({"x": entry(offsets=(0, 2**62))}, EIGHT),
    "a hole": file_of({"x": entry(offsets=(4, 12))}, bytes(12)),
    "tensors that overlap": file_of({"x": entry(), "y": entry()}, EIGHT),
    "a negative size": file_of({"x": entry(shape=(-2,))}, EIGHT),
    "a size beyond": file_of({"x": entry(shape=(2**40, 2**40))}, EIGHT),
    "no elements of a size beyond": file_of({"x": entry(shape=(0, 2**62), offsets=(0, 0))}),
    "more dimensions than arrays have": file_of({"x": entry("U8", (1,) * 70, (0, 1))}, b"1"),
    "no shape": file_of({"x": {"dtype": "F32"}}, EIGHT),
    "an unknown dtype": file_of({"x": entry("Q7")}, EIGHT),
    "metadata that is no dict": file_of({"__metadata__": 3, "x": entry()}, EIGHT),
}


@pytest.mark.parametrize("damage", list(DAMAGED))
def test_a_file_that_is_not_whole_is_named(tmp_path, damage):
    with pytest.raises(DataError, match=r"weights\.safetensors: "):
        load_file(written(tmp_path, DAMAGED[damage]))


WHOLE = file_of({"a": entry(), "b": entry("BF16", (2, 2), (8, 16))}, bytes(16))


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=3),
    st.integers(0, len(WHOLE)),
)
def test_no_damage_is_anything_but_an_error_of_ours(tmp_path_factory, changes, length):
    content = bytearray(WHOLE)
    for place, byte in changes:
        content[place] = byte
    path = tmp_path_factory.getbasetemp() / "damaged.safetensors"
    said = []
    for damaged in (content, content[:length]):
        path.write_bytes(damaged)
        try:
            load_file(path)
        except (DataError, DTypeError) as error:
            said.append(str(error))
    assert all("damaged.safetensors" in each for each in said)


@pytest.mark.parametrize("path", [None, 3, b"x", [], {}, object(), io.BytesIO(WHOLE), tnn.ones(2)])
def test_what_is_no_path_is_no_file(path):
    with pytest.raises(TypeError, match=r"load_file\(\) takes a path, .*, got "):
        load_file(path)


@pytest.mark.parametrize("tensors", [None, 3, "x", [tnn.ones(2)], tnn.ones(2), object()])
def test_what_is_no_dict_is_not_saved(tmp_path, tensors):
    with pytest.raises(TypeError, match=r"save_file\(\) takes a dict of Tensors by name, .*, got "):
        save_file(tensors, tmp_path / "x")


@pytest.mark.parametrize("name", [None, 3, b"x", (1,)])
def test_what_is_no_string_is_no_name(tmp_path, name):
    with pytest.raises(TypeError, match="save_file: names are strings, got "):
        save_file({name: tnn.ones(2)}, tmp_path / "x")


def test_a_name_that_is_no_text_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no place for a tensor named '\\ud800'"):
        save_file({"\ud800": tnn.ones(2)}, tmp_path / "x")
