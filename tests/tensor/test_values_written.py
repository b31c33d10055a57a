"""What may be written into a tensor: numbers that its dtype holds, and nothing else.
Read `../autograd/test_inplace.py` next.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from beside_torch import assert_same, outcome, torch
from bfloat16_arrays import as_array, needs_bfloat16

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError


def set_one(x, value):
    x[0] = value


def set_some(x, value):
    x[1:] = value


def set_masked(library):
    def write(x, value):
        x[library.tensor([True, False, True])] = value

    return write


def set_picked(x, value):
    x[[0, 2]] = value


WAYS = {
    "x[0] = v": lambda library: set_one,
    "x[1:] = v": lambda library: set_some,
    "x[mask] = v": set_masked,
    "x[list] = v": lambda library: set_picked,
    "x.fill_(v)": lambda library: lambda x, value: x.fill_(value),
    "x.copy_(v)": lambda library: lambda x, value: x.copy_(value),
    "constant_": lambda library: library.nn.init.constant_,
    "full": lambda library: lambda x, v: x.copy_(library.full(x.shape, v, dtype=x.dtype)),
    "full_like": lambda library: lambda x, v: x.copy_(library.full_like(x, v)),
}
DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool", "complex64"]
HALVES = ("float16", "bfloat16")
DTYPES.append(pytest.param("bfloat16", marks=needs_bfloat16))
GOOD = [0, 1, -1, 2, 1.5, -0.5, True, 127, 0.0, math.inf, -math.inf, math.nan, 1j]
LARGE = [128, 255, 256, 300, -129, 255.0, 256.0, 65504.0, 1e5, 1e39, 1e300, -1e300, 2**31, 2**63]
LARGE += [np.int64(300), np.float64(300), np.float64(1e300)]
NO_NUMBERS = [None, "5", b"5", {}, object(), int, np.array(["a"]), np.array([None]), len]


def written(library, way, dtype, value):
    x = library.zeros(3, dtype=getattr(library, dtype))
    try:
        WAYS[way](library)(x, value)
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        return error
    return as_array(x)


@pytest.mark.filterwarnings("ignore:Casting complex values:UserWarning")  # PyTorch's
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("way", WAYS)
def test_a_number_is_written_as_in_pytorch_or_refused(way, dtype):
    for value in GOOD + LARGE:
        ours, theirs = (written(library, way, dtype, value) for library in (tnn, torch))
        if isinstance(ours, Exception):
            assert isinstance(ours, DTypeError), (value, ours)
            wraps = "copy" in way or value == 2**63  # in PyTorch; and 16 bits are inf, but in fill_
            wraps |= dtype in HALVES and abs(value) > tnn.finfo(getattr(tnn, dtype)).max
            assert isinstance(theirs, Exception) or wraps, (value, ours, theirs)
        elif isinstance(theirs, Exception):  # a whole number that a float holds all the same
            assert isinstance(value, int), (value, ours, theirs)
            assert dtype.startswith(("float", "bfloat", "complex")), (value, ours, theirs)
        else:
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(*(x.astype(complex) for x in (ours, theirs)), str(value))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_number_is_refused_and_nothing_written(way, dtype):
    for value in NO_NUMBERS:
        x = tnn.ones(3, dtype=getattr(tnn, dtype))
        with pytest.raises((DTypeError, TypeError)) as caught:
            WAYS[way](tnn)(x, value)
        assert isinstance(caught.value, DTypeError)
        assert x.tolist() == [1, 1, 1]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("way", ["constant_", "full", "full_like"])
def test_what_fills_is_one_number(way, dtype):
    for value in ([1], [1, 2], (1,), range(1), tnn.ones(1), np.ones(3)):
        with pytest.raises(DTypeError, match=f"{way}.*: (val|fill_value) must be a number"):
            WAYS[way](tnn)(tnn.ones(3, dtype=getattr(tnn, dtype)), value)


def test_a_number_of_numpys_is_read_into_a_dtype_that_holds_it():
    for value in (np.int64(300), np.float64(300), np.int64(-129), np.float64(np.nan)):
        for library in (tnn, torch):
            with pytest.raises((RuntimeError, ValueError)):
                library.tensor(value, dtype=library.int8)
    assert tnn.tensor(np.int64(-1), dtype=tnn.uint8).item() == 255


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_an_integer_that_does_not_fit_is_no_bound_choice_or_exponent(dtype):
    info = torch.iinfo(getattr(torch, dtype))
    for value in (info.max, info.max + 1, 2**40, 2**63, -1, max(info.min - 1, -(2**63))):
        for program in (
            lambda x, v, library: x.clamp(max=v),
            lambda x, v, library: x.clone().clamp_(v),
            lambda x, v, library: library.where(x > 1, x, v),
            lambda x, v, library: library.where(x > 1, v, x),
            lambda x, v, library: x ** abs(v),
        ):
            assert_same(
                lambda library, run=program, v=value: run(
                    library.tensor([1, 2], dtype=getattr(library, dtype)), v, library
                )
            )


@pytest.mark.parametrize("dtype", ["float64", "int64", "bool", "complex64"])
def test_what_is_added_at_places_has_the_input_s_dtype(dtype):
    def program(library, name, what):
        index = library.tensor([0, 1])
        other = library.ones(2, dtype=getattr(library, dtype))
        return getattr(library.ones(2), name)(0, index, other)

    for name, what in (("scatter_add", "src"), ("index_add", "source"), ("index_add_", "source")):
        error = assert_same(lambda library, given=(name, what): program(library, *given))
        assert f"{what} is {dtype} and the input float32" in str(error)


@pytest.mark.parametrize("value", [1, "yes", [], np.bool_(True), tnn.tensor(True)])
def test_requires_grad_is_true_or_false(value):
    x = tnn.ones(2)
    for program in (
        lambda: setattr(x, "requires_grad", value),
        lambda: x.requires_grad_(value),
        lambda: tnn.tensor([1.0], requires_grad=value),
        lambda: tnn.zeros(2, requires_grad=value),
        lambda: tnn.nn.Linear(1, 1).requires_grad_(value),
    ):
        with pytest.raises(DTypeError, match=r"requires_grad (is|must be) True or False"):
            program()


PARTS = {
    "a number": lambda f, c: 5,
    "a tensor": lambda f, c: f.tensor([1.0, 2.0]),
    "integers": lambda f, c: f.tensor([1, 2]),
    "a complex tensor": lambda f, c: f.tensor([1j, 2]),
    "a column": lambda f, c: f.ones(2, 1),
    "the other part": lambda f, c: c.imag,
    "what is too long": lambda f, c: f.ones(3),
    "a complex number": lambda f, c: 1j,
    "a string": lambda f, c: "x",
    "None": lambda f, c: None,
}


@pytest.mark.parametrize("part", ["real", "imag"])
@pytest.mark.parametrize("value", PARTS.values(), ids=PARTS)
def test_a_part_that_is_assigned_is_written_in_place(value, part):
    def program(f):
        c = f.tensor([1 + 2j, 3j, 4, 5])
        seen = c[1:3]
        setattr(seen, part, value(f, seen))
        return c

    def of_a_real_tensor(f):
        x = f.tensor([1.0, 2.0])
        setattr(x, part, value(f, f.tensor([1j, 2])))
        return x

    for each in (program, of_a_real_tensor):
        assert_same(each)


@pytest.mark.parametrize("part", ["real", "imag"])
def test_gradients_pass_through_a_part_that_was_assigned(part):
    def program(f):
        c = f.tensor([1 + 2j, 3 - 1j], dtype=f.complex128, requires_grad=True)
        x = f.tensor([2.0, 3.0], dtype=f.float64, requires_grad=True)
        y = c * (1 + 1j)
        seen = y[:]
        setattr(seen, part, x * x)
        z = (y * y.conj() * (2 - 1j)).sum()
        (z.real + 3 * z.imag).backward()
        return [y, c.grad, x.grad]

    def leaf(f):
        setattr(f.ones(2, dtype=f.complex128, requires_grad=True), part, 1.0)

    assert_same(program)
    assert_same(leaf)


@pytest.mark.parametrize("write", ["copy_", "fill_", "x[0]"])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_a_complex_tensor_leaves_its_imaginary_part_behind(write, dtype):
    """In silence, as to() does; PyTorch warns."""

    def program(f):
        x = f.ones(2).to(getattr(f, dtype))
        value = f.tensor(3 + 4j if write != "x[0]" else 4j)
        if write == "x[0]":
            x[0] = value
        else:
            getattr(x, write)(value)
        return x.tolist()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = program(tnn)
    assert ours == outcome(program, torch).value
