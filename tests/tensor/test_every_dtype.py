"""Every dtype into every other, and every pair of dtypes in arithmetic, as in PyTorch.
Read `../ops/test_ops_dtypes.py` next: the same for every operation, without complex numbers.
"""

import copy
import operator
import pickle
from importlib.util import find_spec
from itertools import product

import numpy as np
import pytest
from beside_torch import assert_same, outcome, torch
from bfloat16_arrays import UNIT

import tinygrad_nn as tnn

pytestmark = pytest.mark.filterwarnings("ignore:ComplexHalf support:UserWarning")

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
DTYPES += ["complex64", "complex128"] + ["bfloat16"] * (find_spec("ml_dtypes") is not None)
OLD = ["FloatTensor", "DoubleTensor", "HalfTensor", "LongTensor", "IntTensor", "ShortTensor"]
OLD += ["CharTensor", "ByteTensor", "BoolTensor"]
OLD += ["BFloat16Tensor"] * (find_spec("ml_dtypes") is not None)
METHODS = {
    **{"float16": "half", "bfloat16": "bfloat16", "float32": "float", "float64": "double"},
    **{"uint8": "byte", "int8": "char", "int16": "short", "int32": "int", "int64": "long"},
    **{"bool": "bool", "complex64": "cfloat", "complex128": "cdouble"},
}


def vector(library, name):
    return library.tensor([0, 1, 3]).to(getattr(library, name))


def assigned(x, value):
    x[:] = value
    return x


CONVERSIONS = {
    "to(dtype)": lambda t, x, d: x.to(d),
    "to(dtype=)": lambda t, x, d: x.to(dtype=d),
    "to(device, dtype)": lambda t, x, d: x.to("cpu", d),
    "to(device, dtype, non_blocking)": lambda t, x, d: x.to(t.device("cpu"), d, True),
    "to(dtype, copy=)": lambda t, x, d: x.to(d, copy=True),
    "to(tensor)": lambda t, x, d: x.to(t.zeros((), dtype=d)),
    "type": lambda t, x, d: x.type(d),
    "type_as": lambda t, x, d: x.type_as(t.zeros(1, dtype=d)),
    "method": lambda t, x, d: getattr(x, METHODS[str(d).removeprefix("torch.")])(),
    "tensor": lambda t, x, d: t.tensor(x.tolist()[:2], dtype=d),
    "as_tensor": lambda t, x, d: t.as_tensor(x, dtype=d),
    "asarray": lambda t, x, d: t.asarray(x, dtype=d),
    "new_tensor": lambda t, x, d: x.new_tensor([1, 0], dtype=d),
    "new_full": lambda t, x, d: x.new_full((2,), 1, dtype=d),
    "ones_like": lambda t, x, d: t.ones_like(x, dtype=d),
    "full_like": lambda t, x, d: t.full_like(x, 1, dtype=d),
    "copy_": lambda t, x, d: t.zeros(3, dtype=d).copy_(x),
    "x[:] = v": lambda t, x, d: assigned(t.zeros(3, dtype=d), x),
    "promote_types": lambda t, x, d: repr(t.promote_types(x.dtype, d)),
    "can_cast": lambda t, x, d: t.can_cast(x.dtype, d),
}


@pytest.mark.filterwarnings("ignore:Casting complex values:UserWarning")  # PyTorch's
@pytest.mark.filterwarnings("ignore:To copy construct:UserWarning")
@pytest.mark.parametrize("name", CONVERSIONS)
def test_every_dtype_becomes_every_other_as_in_pytorch(name):
    for given, wanted in product(DTYPES, DTYPES):

        def program(library, given=given, wanted=wanted):
            x, dtype = vector(library, given), getattr(library, wanted)
            made = CONVERSIONS[name](library, x, dtype)
            is_tensor = isinstance(made, library.Tensor)
            return [made, *([repr(made.dtype), made.is_contiguous()] if is_tensor else [])]

        assert_same(program)


@pytest.mark.parametrize("name", OLD)
def test_the_old_names_and_classes_are_dtypes(name):
    for given in DTYPES:

        def program(library, given=given):
            x, old = vector(library, given), getattr(library, name)
            made = x.type(f"torch.{name}")
            is_as_asked = isinstance(made, old)
            return [made, x.type(old), made.type(), is_as_asked, isinstance(x, old)]

        assert_same(program)
    assert_same(lambda library: repr(getattr(library, name).dtype))


@pytest.mark.parametrize("name", DTYPES)
def test_what_a_dtype_and_its_tensors_say(name):
    assert_same(lambda library: repr(vector(library, name).reshape(1, 3) * 1))
    assert_same(lambda library: repr(vector(library, name) / 3))
    assert_same(lambda library: vector(library, name).tolist())
    assert_same(lambda library: copy.deepcopy(vector(library, name)))
    assert_same(lambda library: pickle.loads(pickle.dumps(vector(library, name))))
    assert_same(lambda library: repr(getattr(library, name).to_real()))
    if name != "float16":  # of which there are no complex numbers here
        assert_same(lambda library: repr(getattr(library, name).to_complex()))


@pytest.mark.parametrize("name", ["complex64", "complex128"])
def test_the_limits_of_complex_numbers_are_those_of_their_parts(name):
    assert_same(lambda library: repr(library.finfo(getattr(library, name))))


@pytest.mark.parametrize("name", ["complex64", "complex128"])
@pytest.mark.parametrize("draw", ["rand_like", "randn_like"])
def test_complex_numbers_are_drawn_like_others(draw, name):
    for shape in ((3,), (20,)):

        def program(library, shape=shape):
            library.manual_seed(0)
            return getattr(library, draw)(library.zeros(*shape, dtype=getattr(library, name)))

        assert_same(program, rtol=1e-6, atol=1e-6)


def test_the_real_part_of_a_complex_array_is_a_copy():
    given = np.array([1 + 2j, 3])
    tnn.asarray(given, dtype=tnn.float64)[0] = 5.0
    assert given[0] == 1 + 2j


# --- pairs ----------------------------------------------------------------------------------------


OPERATIONS = {
    "+": operator.add,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "==": operator.eq,
    "<": operator.lt,
    "add_": lambda x, y: x.clone().add_(y),
    "mul_": lambda x, y: x.clone().mul_(y),
    "div_": lambda x, y: x.clone().div_(y),
}
NUMBERS = [True, 2, -1, 2.5, 1 + 2j]


def operands(library):
    for name in DTYPES:
        dtype = getattr(library, name)
        yield from (library.tensor([1, 2, 3]).to(dtype), library.tensor(2).to(dtype))
    yield from NUMBERS


def is_complex32(value):
    return "complex32" in str(getattr(value, "dtype", value))


def compare(function, exact=True, in_place=False):
    """A pair for which PyTorch has no result, or one of complex32, asks nothing."""
    compared = 0
    ours, theirs = ([*product(operands(t), operands(t))] for t in (tnn, torch))
    for one, other in zip(ours, theirs, strict=True):
        if not isinstance(other[0], torch.Tensor) and (
            in_place or not isinstance(other[1], torch.Tensor)
        ):
            continue
        try:
            expected = function(*other)
        except (RuntimeError, TypeError):
            assert not exact or outcome(lambda _, one=one: function(*one), None).error, other
            continue
        if not is_complex32(expected):
            pair = {id(tnn): one, id(torch): other}
            dtype = str(getattr(expected, "dtype", "")).removeprefix("torch.")
            rtol = UNIT.get(dtype, 1e-6)
            assert_same(lambda t, pair=pair: function(*pair[id(t)]), rtol, rtol)
            compared += 1
    assert compared


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_pair_meets_as_in_pytorch(name):
    compare(OPERATIONS[name], name not in ("**", "<", "/"), name[-1] == "_")  # we have more


def test_every_pair_has_pytorchs_result_type():
    compare(lambda x, y: repr(find(x, y).result_type(x, y)))


def find(*pair):
    return tnn if any(isinstance(each, tnn.Tensor) for each in pair) else torch


@pytest.mark.parametrize("name", ["where", "cat", "stack"])
def test_every_pair_is_joined_as_in_pytorch(name):
    def join(x, y):
        library = find(x, y)
        if name == "where":
            return library.where(library.tensor([True, False, True]), x, y)
        return getattr(library, name)([x, y])

    compare(join)
