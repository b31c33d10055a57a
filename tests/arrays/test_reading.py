"""Tensors from Python's numbers and lists and from NumPy's arrays: dtype, shape, memory, errors.
Read `../tensor/test_creation.py` next: filled, in ranges, drawn.
"""

import collections

import numpy as np
import pytest
from beside_torch import assert_same
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

DATA = [
    3,
    3.5,
    True,
    [],
    [[]],
    [[], []],
    [1, 2],
    [1, 2.0],
    [True, False],
    [True, 2],
    [True, 2.5],
    [1, True],
    [[1, 2], [3.5, 4]],
    [[True], [False]],
    [[[1, 2]], [[3, 4]]],
    (1, 2),
    ((1.0,), [2]),
    range(3),
    collections.deque([1, 2]),
    bytearray(b"ab"),
    [float("nan"), 1],
    [float("inf"), -1e400],
    [2**40, 1],
    -(2**63),
    np.array([1, 2.0]),
    np.array([1, 2], np.float16),
    np.array(5),
    np.array([True]),
    np.zeros((0, 3)),
    np.ones((2, 3)).T,
    np.float64(2),
    np.float32(2),
    np.int32(3),
    np.bool_(True),
    np.float16(1),
    [np.float64(1), 2.0],
    [np.float32(1), 2],
    [np.float32(1), np.float64(2)],
    [np.int32(1), np.int32(2)],
    [np.int8(1), 300],
    [np.float64(1)],
]


@pytest.mark.parametrize("data", DATA, ids=repr)
def test_dtype_and_shape_are_inferred_as_in_pytorch(data):
    assert_same(lambda library: library.tensor(data))


@pytest.mark.parametrize(
    "make",
    [
        lambda lib: [lib.tensor(1.0), lib.tensor(2.0)],
        lambda lib: [lib.tensor(1.0), lib.tensor(2)],
        lambda lib: [lib.tensor(1), lib.tensor(2)],
        lambda lib: [lib.tensor(1), 2.5],
        lambda lib: [lib.tensor(1.0).double(), 2],
        lambda lib: [[lib.tensor(1), lib.tensor(2)], [3, 4]],
        lambda lib: [lib.tensor([1.0]), lib.tensor([3.0])],
        lambda lib: [lib.ones(1).sum(), lib.ones(2).sum().item()],
    ],
)
def test_tensors_of_one_element_in_lists_are_numbers(make):
    assert_same(lambda library: library.tensor(make(library)))


def test_lists_of_arrays_are_read_element_by_element():
    # PyTorch warns that this is slow.
    for arrays in (
        [np.array([1.0, 2.0])],
        [np.array([1, 2], np.int32)],
        [np.array([1, 2], np.float32), np.array([1, 2])],
        [np.array([1.5, 2]), [3, 4]],
    ):
        assert_same(lambda library, arrays=arrays: library.tensor(arrays))


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int8", "int64", "float16", "float32", "float64"]
)
@pytest.mark.parametrize(
    "data",
    [[1.7, -1.7], [0, 1], 300, [-1], [1e10], [float("nan")], [0.1], np.array([300, -1]), [2**62]],
    ids=repr,
)
def test_a_dtype_converts_or_refuses_as_in_pytorch(data, dtype):
    assert_same(lambda library: library.tensor(data, dtype=getattr(library, dtype)))


@given(
    npst.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.int16, np.uint8, np.bool_]),
        npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    )
)
def test_an_array_and_its_lists_come_back_as_they_were(array):
    made = tnn.tensor(array)
    assert made.numpy().dtype == array.dtype
    np.testing.assert_array_equal(made.numpy(), array)
    listed = tnn.tensor(array.tolist(), dtype=array.dtype)
    np.testing.assert_array_equal(listed.numpy(), array.reshape(listed.shape))


# --- memory ---------------------------------------------------------------------------------------


def test_tensor_copies(library):
    array = np.zeros(2)
    made = library.tensor(array)
    made[0] = 5.0
    assert array.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("make", ["from_numpy", "as_tensor"])
def test_from_numpy_and_as_tensor_share_memory(library, make):
    array = np.zeros((2, 2), np.float32)
    made = getattr(library, make)(array)
    made[0, 0] = 5.0
    array[1, 1] = 7.0
    assert array.tolist() == made.tolist() == [[5.0, 0.0], [0.0, 7.0]]
    assert made.dtype == library.float32
    assert made.numpy()[0, 0] == 5.0


def test_as_tensor_copies_only_for_another_dtype(library):
    array = np.zeros(2)
    made = library.as_tensor(array, dtype=library.float32)
    made[0] = 5.0
    assert array[0] == 0.0
    x = library.ones(2, requires_grad=True)
    assert library.as_tensor(x) is x
    assert library.as_tensor(x, dtype=library.float64).requires_grad
    assert library.as_tensor([1, 2.5]).tolist() == [1.0, 2.5]
    assert library.as_tensor(np.ones(2), device="cpu").dtype == library.float64


def test_a_tensor_of_a_tensor_leaves_its_graph():
    x = tnn.ones(2, requires_grad=True)
    made = tnn.tensor(x * 2)
    assert not made.requires_grad
    assert tnn.tensor(x, requires_grad=True).is_leaf


# --- what is refused ------------------------------------------------------------------------------

REFUSED = {
    "ragged": ([[1, 2], [3]], ValueError, ["length 2", "dimension 1", "got 1"]),
    "ragged deeper": ([[[1, 2]], [[3]]], ValueError, ["length 2", "dimension 2", "got 1"]),
    "ragged arrays": ([np.ones(2), np.ones(1)], ValueError, ["length 2", "got 1"]),
    "a string": ("a", TypeError, ["'a'", "str"]),
    "a list of strings": (["a"], ValueError, ["'a'", "str"]),
    "None": (None, RuntimeError, ["None"]),
    "a list of None": ([None], RuntimeError, ["None"]),
    "objects": (np.array([1, None]), TypeError, ["object"]),
    "text": (np.array(["a"]), TypeError, ["<U1"]),
    "an object": (object(), RuntimeError, ["object"]),
    "a set": ({1, 2}, RuntimeError, ["set"]),
    "a dict": ({1: 2}, RuntimeError, ["dict"]),
    "an iterator": (iter([1]), RuntimeError, ["list_iterator"]),
    "a number in a list of lists": ([[1], 2], (ValueError, TypeError), ["mixed", "dimension 1"]),
    "a list in a list of numbers": ([1, [2]], (ValueError, TypeError), ["mixed", "dimension 1"]),
    "an integer of 64 bits": (2**63, ValueError, ["too large", "int64"]),
    "a huge integer": ([10**30], ValueError, ["too large"]),
    "a date": (np.datetime64("2020-01-01"), TypeError, ["datetime64"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_number_is_refused_with_its_facts(case):
    data, error, facts = REFUSED[case]
    with pytest.raises(error):
        torch.tensor(data)
    with pytest.raises(error) as caught:
        tnn.tensor(data)
    assert [fact for fact in ["tensor()", *facts] if fact not in str(caught.value)] == []


@pytest.mark.parametrize(
    "data",
    [
        np.array([1], np.uint16),
        [np.uint32(1)],
        np.clongdouble(1j),
        np.array(["a"]),
        np.longdouble(1),
    ],
)
def test_numbers_that_no_dtype_here_holds_are_refused(data):
    with pytest.raises(TypeError, match=r"cannot|expected"):
        tnn.tensor(data)


@pytest.mark.parametrize("dtype", ["float64", "int64"])
def test_a_complex_number_becomes_no_real_one_by_itself(library, dtype):
    with pytest.raises((TypeError, RuntimeError)):
        library.tensor([1 + 2j], dtype=getattr(library, dtype))


def test_several_tensors_in_a_list_are_to_be_stacked(library):
    with pytest.raises((TypeError, ValueError)):
        library.tensor([library.ones(2), library.ones(2)])
    with pytest.raises(TypeError, match=r"tnn\.stack"):
        tnn.tensor([tnn.ones(2), tnn.ones(2)])


def test_integers_do_not_require_gradients(library):
    with pytest.raises(RuntimeError):
        library.tensor([1], requires_grad=True)
    assert library.tensor([1.0], requires_grad=True).requires_grad


@pytest.mark.parametrize("given", [[1.0], 3.0, np.float64(3), None])
def test_from_numpy_takes_arrays_only(library, given):
    with pytest.raises(TypeError):
        library.from_numpy(given)


def test_another_byte_order_is_converted_in_a_copy_but_cannot_be_shared():
    swapped = np.array([1, 2], np.dtype(np.float64).newbyteorder())
    assert tnn.tensor(swapped).tolist() == tnn.as_tensor(swapped).tolist() == [1.0, 2.0]
    with pytest.raises(TypeError, match="byte order"):
        tnn.from_numpy(swapped)


def test_a_reversed_array_can_be_shared_and_copied():
    array = np.arange(3.0)
    made = tnn.from_numpy(array[::-1])
    array[0] = 7.0
    assert made.tolist() == [2.0, 1.0, 7.0]
    assert tnn.tensor(array[::-1]).is_contiguous()


# --- Tensor(...) ----------------------------------------------------------------------------------


def test_tensor_of_integers_is_a_shape_and_of_a_list_is_data(library):
    Tensor = library.Tensor
    assert Tensor(2, 3).shape == (2, 3)
    assert Tensor(3).shape == (3,)
    assert Tensor(library.Size([2, 3])).shape == (2, 3)
    assert Tensor().shape == (0,)
    assert Tensor(0).shape == (0,)
    assert Tensor([2, 3]).tolist() == [2.0, 3.0]
    assert Tensor((2, 3)).tolist() == [2.0, 3.0]
    assert Tensor([]).shape == (0,)
    assert Tensor(range(3)).tolist() == [0.0, 1.0, 2.0]
    assert Tensor([[1, 2], [3, 4]]).shape == (2, 2)


def test_tensor_casts_to_float32(library):
    for data in ([1, 2], [True, False], np.ones(2), np.ones(2, np.int64)):
        assert library.Tensor(data).dtype == library.float32
    assert library.Tensor(np.ones((2, 3))).shape == (2, 3)


def test_tensor_of_a_tensor_shares_its_memory(library):
    x = library.zeros(2, dtype=library.float64)
    made = library.Tensor(x)
    made[0] = 3.0
    assert x.tolist() == [3.0, 0.0]
    assert made.dtype == library.float64
    assert library.Tensor(library.tensor(3.0)).shape == ()


@pytest.mark.parametrize("given", [2.5, "a", None])
def test_tensor_of_something_else_is_refused(library, given):
    with pytest.raises(TypeError):
        library.Tensor(given)


def test_tensor_of_negative_sizes_and_ragged_lists_is_refused(library):
    with pytest.raises(RuntimeError):
        library.Tensor(-1)
    with pytest.raises(ValueError, match="length 2"):
        library.Tensor([[1, 2], [3]])


@pytest.mark.parametrize("name", ["tensor", "as_tensor"])
def test_a_device_is_the_cpu(name):
    make = getattr(tnn, name)
    for device in ("cpu", "cpu:0", tnn.device("cpu"), None):
        assert make([1.0], device=device).device.type == "cpu"
    for device in ("cuda", "cuda:1", "mps", "nothing"):
        with pytest.raises(RuntimeError, match="CPU"):
            make([1.0], device=device)
    with pytest.raises(RuntimeError, match="CPU"):
        tnn.as_tensor(tnn.ones(1), device="cuda")
