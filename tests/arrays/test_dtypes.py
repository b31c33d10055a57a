"""Dtypes: PyTorch's names, limits and rules for mixing, and NumPy takes them as its own.
Read `../tensor/test_creation.py` next.
"""

import copy
import itertools
import pickle

import numpy as np
import pytest
from beside_torch import assert_same
from bfloat16_arrays import needs_bfloat16
from looping import looped

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

NAMES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
NAMES += ("complex64", "complex128")
FLOATS = ["float16", "float32", "float64", pytest.param("bfloat16", marks=needs_bfloat16)]
ALIASES = {
    "half": "float16",
    "float": "float32",
    "double": "float64",
    "short": "int16",
    "int": "int32",
    "long": "int64",
}


@pytest.fixture
def default_dtype_as_before():
    yield
    tnn.set_default_dtype(tnn.float32)
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", NAMES)
def test_a_dtype_has_pytorch_s_facts_and_text(name):
    def facts(library):
        dtype = getattr(library, name)
        return [
            repr(dtype),
            str(dtype),
            dtype.itemsize,
            dtype.is_floating_point,
            dtype.is_complex,
            dtype.is_signed,
        ]

    assert facts(tnn) == facts(torch)


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_an_alias_is_the_same_object(library, alias, name):
    assert getattr(library, alias) is getattr(library, name)


@pytest.mark.parametrize("name", NAMES)
def test_numpy_takes_a_dtype_as_its_own(name):
    dtype = getattr(tnn, name)
    assert np.zeros(2, dtype=dtype).dtype == name
    assert np.dtype(dtype) == np.dtype(name)
    assert np.array([0, 1]).astype(dtype).dtype == name
    assert np.asarray(tnn.ones(2), dtype=dtype).dtype == name


@pytest.mark.parametrize("name", NAMES)
def test_there_is_one_object_per_dtype(name):
    dtype = getattr(tnn, name)
    assert tnn.zeros(1, dtype=dtype).dtype is dtype
    assert pickle.loads(pickle.dumps(dtype)) is dtype
    assert copy.deepcopy({"dtype": dtype})["dtype"] is dtype
    assert {dtype: 1}[getattr(tnn, name)] == 1


def test_python_types_and_numpy_dtypes_are_taken_as_dtypes():
    for given in (float, "float64", np.float64, np.dtype("float64"), tnn.float64):
        assert tnn.zeros(1, dtype=given).dtype is tnn.float64
    assert tnn.zeros(1, dtype=int).dtype is tnn.int64
    assert tnn.zeros(1, dtype=bool).dtype is tnn.bool


@pytest.mark.parametrize("given", ["uint16", "nothing", np.clongdouble, np.str_, object, 3.5])
def test_what_is_no_dtype_of_a_tensor_is_refused(given):
    with pytest.raises(TypeError):
        tnn.zeros(1, dtype=given)


# --- mixing ---------------------------------------------------------------------------------------


@looped("first, second", list(itertools.product(NAMES, NAMES)))
def test_two_dtypes_meet_where_pytorch_s_do(first, second):
    def program(library):
        a, b = getattr(library, first), getattr(library, second)
        return repr(library.promote_types(a, b))

    assert_same(program)


@pytest.mark.parametrize("first", NAMES)
def test_tensors_and_numbers_meet_where_pytorch_s_do(first):
    def tensor(library, name, dims):
        return library.ones((2,) * dims, dtype=getattr(library, name))

    def meet(library, a, b):
        met = [repr(library.result_type(a, b)), repr(library.result_type(b, a))]
        return [each.replace("complex32", "complex64") for each in met]  # of two float16: none here

    for dims, other_dims in itertools.product((0, 1, 2), (0, 1)):
        for second in NAMES:
            assert_same(
                lambda library, dims=dims, other_dims=other_dims, second=second: meet(
                    library, tensor(library, first, dims), tensor(library, second, other_dims)
                )
            )
        for number in (True, 3, 2.5, 1j):
            assert_same(
                lambda library, dims=dims, number=number: meet(
                    library, tensor(library, first, dims), number
                )
            )


@pytest.mark.parametrize(("a", "b"), list(itertools.product((True, 2, 2.5, 1j), repeat=2)))
def test_two_numbers_meet_where_pytorch_s_do(a, b):
    assert_same(lambda library: repr(library.result_type(a, b)))


@looped("first, second", list(itertools.product(NAMES, NAMES)))
def test_arithmetic_follows_the_same_rules(first, second):
    def program(library):
        a = library.ones(2, dtype=getattr(library, first))
        b = library.ones((), dtype=getattr(library, second))
        met = [repr((x * y).dtype) for x, y in ((a, b), (a, b + b), (b, a), (a, a))]
        return [each.replace("complex32", "complex64") for each in met]

    assert_same(program)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [True, 2, 2.5])
def test_a_number_does_not_widen_a_tensor_of_its_category(name, number):
    def program(library):
        x = library.ones(2, dtype=getattr(library, name))
        return [repr(y.dtype) for y in (x * number, number * x, x / number, x + number)]

    assert_same(program)


# --- the default ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("default_dtype_as_before")
@pytest.mark.parametrize("name", FLOATS)
def test_python_floats_become_the_default_dtype(name):
    def program(library):
        library.set_default_dtype(getattr(library, name))
        made = [
            library.tensor(1.5),
            library.zeros(2),
            library.arange(2.0),
            library.linspace(0, 1, 2),
            library.rand(1),
            library.Tensor([1]),
            library.full((1,), 2.5),
            library.eye(2),
            library.tensor(3) * 2.5,
            library.tensor(3) / 2,
            library.nn.Linear(1, 1).weight,
            library.tensor(np.float64(1)),
            library.tensor(1),
        ]
        return [repr(library.get_default_dtype()), *(repr(each.dtype) for each in made)]

    assert_same(program)


@pytest.mark.usefixtures("default_dtype_as_before")
def test_only_a_float_can_be_the_default(library):
    for given in (library.int64, library.bool):
        with pytest.raises(TypeError):
            library.set_default_dtype(given)
    assert library.get_default_dtype() is library.float32


@pytest.mark.usefixtures("default_dtype_as_before")
def test_a_tensor_of_another_dtype_than_the_default_prints_it():
    def program(library):
        library.set_default_dtype(library.float64)
        return [repr(library.tensor(1.5)), repr(library.tensor(1.5, dtype=library.float32))]

    assert_same(program)


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FLOATS)
def test_the_limits_of_floats_are_pytorch_s(name):
    def program(library):
        limits = library.finfo(getattr(library, name))
        names = ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype")
        return [repr(limits), *(getattr(limits, each) for each in names)]

    assert_same(program)


@pytest.mark.parametrize("name", ["uint8", "int8", "int16", "int32", "int64"])
def test_the_limits_of_integers_are_pytorch_s(name):
    def program(library):
        limits = library.iinfo(getattr(library, name))
        return [repr(limits), limits.bits, limits.max, limits.min, limits.dtype]

    assert_same(program)


def test_limits_are_asked_of_the_right_category(library):
    assert library.finfo().dtype == "float32"
    for limits, name in (("finfo", "int8"), ("iinfo", "float32"), ("iinfo", "bool")):
        with pytest.raises(TypeError):
            getattr(library, limits)(getattr(library, name))
