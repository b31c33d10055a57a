"""`save` and `load`: every kind of value comes back as it was, and what cannot is named.
Read `test_damaged_checkpoints.py` next.
"""

import io
import json
import math
import random
import struct
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path

import numpy as np
import pytest
from bfloat16_arrays import needs_bfloat16

import tinygrad_nn as tnn
from tinygrad_nn.errors import CheckpointError

DTYPES = (
    *("float16", "float32", "float64", "complex64", "complex128"),
    *("uint8", "int8", "int16", "int32", "int64", "bool"),
)
SHAPES = ((), (1,), (3,), (2, 3), (0,), (2, 0, 3))


def again(obj):
    """An object as it comes out of the file that it was saved to."""
    file = io.BytesIO()
    tnn.save(obj, file)
    return tnn.load(io.BytesIO(file.getvalue()))


def same(a, b):
    """Whether two values are of one type and alike, not a number being like itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, tnn.Tensor):
        return a.requires_grad == b.requires_grad and same(a.detach().array, b.detach().array)
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or (a != a and b != b)


VALUES = (
    *(None, True, False, 0, -1, 2**53, -(2**53) - 1, 2**64, 10**400, -(7**9000)),
    *(0.0, 0.1, 1e308, 5e-324, math.inf, -math.inf, math.nan, 1j, complex(math.nan, -0.0)),
    *("", "weight", "\ud800", "\0", "∑ ü 🙂", "x" * 10_000, b"", b"\0\xff", bytearray(b"abc")),
    *([], (), {}, set(), frozenset({1, "a"}), {1, 2}, [[[]]], ((1,), [2]), {"a": {"b": [1, {}]}}),
    *({1: 2, "1": 3, (1, 2): 4, None: 5, 1.5: 7, b"k": 8}, {"tensor": ["x", False]}),
    *(OrderedDict([("b", 1), ("a", 2)]), OrderedDict({3: 1}), Counter({3: 2, "x": 1})),
    *(tnn.Size([2, 3]), tnn.float32, tnn.bfloat16, tnn.bool, tnn.device("cpu")),
    *(np.float32(0.1), np.float64(0.1), np.int64(3), np.bool_(True), np.uint64(2**64 - 1)),
    *(np.arange(6).reshape(2, 3), np.array(1.5), np.arange(3, dtype=np.uint16), np.zeros((0, 2))),
)


@pytest.mark.parametrize("value", VALUES, ids=map(str, range(len(VALUES))))
def test_a_value_comes_back_as_it_was(value):
    assert same(again(value), value)
    assert same(again({"a": [value, (value,)], 3: value}), {"a": [value, (value,)], 3: value})


def test_minus_zero_keeps_its_sign():
    assert str(again([-0.0, complex(0.0, -0.0)])) == "[-0.0, -0j]"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_tensor_of_any_dtype_and_shape_comes_back(dtype, shape):
    numbers = np.random.default_rng(0).normal(size=shape) * 3
    x = tnn.tensor(numbers.astype(dtype))
    assert same(again(x), x)
    assert same(again([x, x.clone()]), [x, x])


@needs_bfloat16
def test_bfloat16_comes_back_bit_for_bit():
    x = tnn.arange(12.0).reshape(3, 4).bfloat16()
    assert same(again({"x": x, "row": x[1]}), {"x": x, "row": x[1]})


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.T,
        lambda x: x[1],
        lambda x: x[:, ::2],
        lambda x: x.expand(2, 3, 4),
        lambda x: x.view(tnn.int32),
        lambda x: x[2, 3],
        lambda x: x,
    ],
)
@pytest.mark.parametrize("view_first", [True, False])
def test_what_shared_memory_shares_it_again(view, view_first):
    x = tnn.arange(12.0).reshape(3, 4)
    saved = [view(x), x] if view_first else [x, view(x)]
    loaded = again(saved)
    assert same(loaded, saved)
    base = loaded[view_first]
    base += 1
    x += 1
    assert same(loaded, saved)
    assert loaded[0].version is loaded[1].version


def test_two_views_without_their_base_share_memory_again():
    x = tnn.arange(10.0)
    loaded = again([x[1:8:2], x[2:8:2], x[3:5]])
    loaded[2][0] = 50.0
    assert [each.tolist() for each in loaded] == [[1, 50, 5, 7], [2, 4, 6], [50, 4]]


def test_a_tensor_under_two_names_is_one_tensor():
    x = tnn.ones(2, requires_grad=True)
    loaded = again({"a": x, "b": x, "copy": x.detach().clone()})
    assert loaded["a"] is loaded["b"]
    assert loaded["copy"] is not loaded["a"]


def test_parameters_come_back_as_parameters():
    loaded = again([tnn.nn.Parameter(tnn.ones(2)), tnn.nn.Parameter(tnn.ones(2), False)])
    assert [type(each) for each in loaded] == [tnn.nn.Parameter] * 2
    assert [each.requires_grad for each in loaded] == [True, False]


def test_a_computed_tensor_comes_back_as_a_leaf():
    loaded = again(tnn.ones(2, requires_grad=True) * 3)
    assert loaded.is_leaf
    assert loaded.requires_grad
    assert loaded.tolist() == [3.0, 3.0]


def test_states_of_random_streams_come_back():
    generator = tnn.Generator().manual_seed(3)
    generator.normal((3,))
    state = again(
        {"tnn": generator.get_state(), "python": random.getstate(), "numpy": numpy_state()}
    )
    other = tnn.Generator()
    other.set_state(state["tnn"])
    assert (other.normal((5,)) == generator.normal((5,))).all()
    assert state["python"] == random.getstate()
    assert state["numpy"] == numpy_state()


def numpy_state():
    return np.random.default_rng(5).bit_generator.state


def test_the_state_of_an_optimizer_comes_back():
    model = tnn.nn.Linear(2, 2)
    optimizer = tnn.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(tnn.ones(1, 2)).sum().backward()
    optimizer.step()
    state = optimizer.state_dict()
    assert same(again(state), state)


NOT_SAVED = {
    "an optimizer": (tnn.optim.SGD([tnn.ones(1)], 0.1), r"SGD.*; save its \.state_dict\(\)"),
    "a generator": (tnn.Generator(), r"Generator.*; save its \.get_state\(\)"),
    "a function": (again, r"code that no file holds; leave it out, or save its name"),
    "a class": (tnn.nn.Linear, r"code that no file holds; leave it out, or save its name"),
    "a defaultdict": (defaultdict(int), r"defaultdict, a kind of dict; save dict\(\.\.\.\) of it"),
    "a path": (Path("x"), r"Path; save str\(\.\.\.\) of it"),
    "an object": (object(), r"object; a file holds tensors, arrays, numbers, .*: save those that"),
    "an array of objects": (np.array([None]), r"an ndarray of object, which a file of tensors"),
    "an array of text": (np.array(["a"]), r"an ndarray of <U1, which a file of tensors"),
}


@pytest.mark.parametrize("what", list(NOT_SAVED))
def test_what_cannot_be_saved_is_named_with_its_place_and_the_way_out(tmp_path, what):
    value, said = NOT_SAVED[what]
    with pytest.raises(TypeError, match=r"save: obj\['run'\]\[1\] is " + ".*" + said):
        tnn.save({"run": [1, value]}, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_list_that_contains_itself_is_refused(tmp_path):
    circle = []
    circle.append(circle)
    with pytest.raises(ValueError, match=r"more than 150 containers .* does one contain itself"):
        tnn.save({"x": circle}, tmp_path / "x")


def test_a_tensor_as_a_key_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"a key of obj\['state'\] is a Tensor"):
        tnn.save({"state": {tnn.ones(1): 3}}, tmp_path / "x")


@pytest.mark.parametrize("location", [None, "cpu", tnn.device("cpu"), {"cuda:0": "cpu"}, max])
@pytest.mark.parametrize("weights_only", [None, True, False])
def test_arguments_of_pytorch_s_are_taken(tmp_path, location, weights_only):
    tnn.save([tnn.ones(2)], tmp_path / "x.pt")
    loaded = tnn.load(str(tmp_path / "x.pt"), location, weights_only=weights_only, mmap=True)
    assert same(loaded, [tnn.ones(2)])


def test_what_load_does_not_take_is_named(tmp_path):
    tnn.save(1, tmp_path / "x")
    with pytest.raises(RuntimeError, match=r"load\(\): device 'cuda' is not there"):
        tnn.load(tmp_path / "x", "cuda")
    with pytest.raises(TypeError, match="load: weights_only must be True, False or None"):
        tnn.load(tmp_path / "x", weights_only=3)
    with pytest.raises(TypeError, match=r"load\(\) takes a path"):
        tnn.load(3)
    with pytest.raises(TypeError, match=r"save\(\) takes a path"):
        tnn.save(1, 3)
    with pytest.raises(TypeError, match="open it with mode 'rb'"):
        tnn.load(io.StringIO("x"))
    with pytest.raises(FileNotFoundError):
        tnn.load(tmp_path / "nothing")


def test_a_file_is_saved_alike_each_time(tmp_path):
    """Wherever in memory its tensors lie."""
    memory = tnn.ones(20)
    for name, order in (("a", 1), ("b", -1)):
        parts = [memory[:5], memory[6:11], memory[12:17]][::order]
        tnn.save({"x": parts, "y": tnn.zeros(2).double(), "n": [1, 2]}, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_two_names_alike_in_dots_are_told_apart():
    x, y, z = tnn.ones(1), tnn.zeros(1), tnn.ones(2)
    saved = {"a.b": x, "a": {"b": y}, "__metadata__": z, "#": {1: x.clone(), "1": y.clone()}}
    assert same(again(saved), saved)


def test_the_structure_of_another_version_is_refused():
    file = io.BytesIO()
    tnn.save({"x": (1, 2)}, file)
    changed = file.getvalue().replace(b"tuple", b"truly")
    with pytest.raises(CheckpointError, match="CRC-32"):
        tnn.load(io.BytesIO(changed))


def test_plain_files_of_others_are_a_dict(tmp_path):
    text = json.dumps({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    (tmp_path / "x").write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    assert same(tnn.load(tmp_path / "x"), {"x": tnn.zeros(2)})
