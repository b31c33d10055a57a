"""Tensors filled with a value, in ranges, and drawn: PyTorch's shapes, dtypes and numbers.
Read `../arrays/test_reading.py` too; `../test_random.py` has the streams themselves.
"""

import numpy as np
import pytest
from beside_torch import assert_same
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

FILLED = ("zeros", "ones", "empty")
DRAWN = ("rand", "randn")


# --- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILLED + DRAWN)
@pytest.mark.parametrize(
    ("sizes", "keywords"),
    [
        ((2, 3), {}),
        (((2, 3),), {}),
        (([2, 3],), {}),
        ((), {"size": (2, 3)}),
        ((np.int64(2), 3), {}),
    ],
)
def test_a_size_has_several_spellings(library, name, sizes, keywords):
    made = getattr(library, name)(*sizes, **keywords)
    assert made.shape == (2, 3)
    assert made.dtype == library.float32


@pytest.mark.parametrize("name", FILLED + DRAWN)
def test_a_size_may_be_a_shape_a_tensor_or_nothing(library, name):
    make = getattr(library, name)
    assert make(library.ones(4, 2).shape).shape == (4, 2)
    assert make(library.tensor(2), 1).shape == (2, 1)
    assert make(()).shape == ()
    assert make(0, 3).shape == (0, 3)
    assert make(5).shape == (5,)


@pytest.mark.parametrize("name", FILLED + DRAWN)
@pytest.mark.parametrize("sizes", [(), (2.0,), ("a",), (None,), ((2, 1.5),), ((2,), 3)])
def test_what_is_no_size_is_refused(library, name, sizes):
    with pytest.raises(TypeError):
        getattr(library, name)(*sizes)


@pytest.mark.parametrize("name", FILLED + DRAWN)
def test_a_negative_size_is_refused(library, name):
    with pytest.raises(RuntimeError):
        getattr(library, name)(2, -1)


# --- dtype, device, gradient ----------------------------------------------------------------------

MAKERS = {
    "zeros": lambda lib, **k: lib.zeros(2, **k),
    "ones": lambda lib, **k: lib.ones(2, **k),
    "empty": lambda lib, **k: lib.empty(2, **k),
    "full": lambda lib, **k: lib.full((2,), 1.0, **k),
    "eye": lambda lib, **k: lib.eye(2, **k),
    "arange": lambda lib, **k: lib.arange(2.0, **k),
    "linspace": lambda lib, **k: lib.linspace(0, 1, 2, **k),
    "rand": lambda lib, **k: lib.rand(2, **k),
    "randn": lambda lib, **k: lib.randn(2, **k),
    "zeros_like": lambda lib, **k: lib.zeros_like(lib.ones(2), **k),
    "ones_like": lambda lib, **k: lib.ones_like(lib.ones(2), **k),
    "empty_like": lambda lib, **k: lib.empty_like(lib.ones(2), **k),
    "full_like": lambda lib, **k: lib.full_like(lib.ones(2), 3, **k),
    "rand_like": lambda lib, **k: lib.rand_like(lib.ones(2), **k),
    "randn_like": lambda lib, **k: lib.randn_like(lib.ones(2), **k),
    "randint": lambda lib, **k: lib.randint(5, (2,), **{"dtype": lib.float32, **k}),
    "randint_like": lambda lib, **k: lib.randint_like(lib.ones(2), 5, **k),
    "randperm": lambda lib, **k: lib.randperm(2, **{"dtype": lib.float32, **k}),
}


@pytest.mark.parametrize("name", MAKERS)
def test_every_maker_takes_a_dtype_a_device_and_requires_grad(library, name):
    make = MAKERS[name]
    made = make(library, dtype=library.float64, device="cpu", requires_grad=True)
    assert made.dtype == library.float64
    assert made.requires_grad
    assert made.is_leaf
    assert not make(library, device=library.device("cpu")).requires_grad


@pytest.mark.parametrize("name", MAKERS)
def test_every_maker_refuses_another_device(name):
    with pytest.raises(RuntimeError, match="cuda"):
        MAKERS[name](tnn, device="cuda")


@pytest.mark.parametrize("name", MAKERS)
def test_every_maker_makes_float32_unless_told(library, name):
    assert MAKERS[name](library).dtype == library.float32


@pytest.mark.parametrize("name", ["zeros", "ones", "full", "eye"])
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float64"])
def test_other_dtypes(name, dtype):
    assert_same(lambda lib: MAKERS[name](lib, dtype=getattr(lib, dtype)))


@pytest.mark.parametrize("name", ["zeros", "ones", "full"])
def test_integers_do_not_require_gradients(library, name):
    with pytest.raises(RuntimeError):
        MAKERS[name](library, dtype=library.int64, requires_grad=True)


# --- one value ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [3, 3.5, True, float("nan"), np.float64(2), np.int32(2)])
def test_full_takes_its_dtype_from_the_number(value):
    assert_same(lambda lib: lib.full((2, 1), value))
    assert_same(lambda lib: lib.full((), lib.tensor(value)))
    assert_same(lambda lib: lib.full(size=[2], fill_value=value, dtype=lib.float16))


@pytest.mark.parametrize(("size", "value"), [(2, 3), ((2,), "a"), ((2,), [1, 2]), ((2,), None)])
def test_full_needs_a_size_and_a_number(library, size, value):
    with pytest.raises(TypeError):
        library.full(size, value)


@pytest.mark.parametrize("dtype", ["int64", "bool", "float16", "float64"])
def test_makers_of_the_like_follow_shape_and_dtype(dtype):
    def program(lib):
        like = lib.ones(2, 3).to(getattr(lib, dtype))
        return [
            lib.zeros_like(like),
            lib.ones_like(like),
            lib.full_like(like, 1),
            lib.full_like(like, 2.5, dtype=lib.float32),
            list(lib.ones_like(like.T).stride()),
            list(lib.empty_like(like[:, :1]).shape),
        ]

    assert_same(program)


@pytest.mark.parametrize(("n", "m"), [(3, None), (2, 3), (3, 2), (0, None), (1, 0)])
def test_eye(n, m):
    assert_same(lambda lib: lib.eye(n) if m is None else lib.eye(n, m))


def test_eye_refuses_what_is_no_size(library):
    with pytest.raises(TypeError):
        library.eye(2.0)
    with pytest.raises(RuntimeError):
        library.eye(-1)


# --- ranges ---------------------------------------------------------------------------------------

RANGES = [
    lambda lib: lib.arange(5),
    lambda lib: lib.arange(0),
    lambda lib: lib.arange(5.0),
    lambda lib: lib.arange(2, 5),
    lambda lib: lib.arange(1, 6, 2),
    lambda lib: lib.arange(6, 1, -2),
    lambda lib: lib.arange(0.0, 5),
    lambda lib: lib.arange(0, 5, 0.5),
    lambda lib: lib.arange(1, 0, -0.25),
    lambda lib: lib.arange(0, 1, 0.3, dtype=lib.float64),
    lambda lib: lib.arange(end=3),
    lambda lib: lib.arange(start=1, end=4),
    lambda lib: lib.arange(1, 4, step=2),
    lambda lib: lib.arange(lib.tensor(5)),
    lambda lib: lib.arange(lib.tensor(5.0)),
    lambda lib: lib.arange(np.int64(4)),
    lambda lib: lib.arange(np.float64(4)),
    lambda lib: lib.arange(5, dtype=lib.float32),
    lambda lib: lib.arange(2.5, dtype=lib.int64),
    lambda lib: lib.arange(0.5, 3.5, dtype=lib.int64),
    lambda lib: lib.arange(300, dtype=lib.uint8),
    lambda lib: lib.arange(2**40, 2**40 + 3),
    lambda lib: lib.arange(3, 3),
    # and what cannot be
    lambda lib: lib.arange(3, 1),
    lambda lib: lib.arange(1, 3, -1),
    lambda lib: lib.arange(-5),
    lambda lib: lib.arange(0, 1, 0),
    lambda lib: lib.arange(float("nan")),
    lambda lib: lib.arange(float("inf")),
    lambda lib: lib.arange(),
    lambda lib: lib.linspace(0, 1, -1),
    lambda lib: lib.linspace(0, 1, 2.5),
    lambda lib: lib.linspace(0, 1),
]


@pytest.mark.parametrize("index", range(len(RANGES)))
def test_ranges_and_their_errors_are_pytorch_s(index):
    assert_same(RANGES[index], 1e-6)


@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e2), st.integers(0, 40), st.sampled_from([1.0, -1.0]))
def test_float_ranges_have_pytorch_s_length_and_values(start, step, count, sign):
    end = start + sign * step * count
    # PyTorch rounds the first of each 8 values before it adds the steps to the rest.
    atol = 2e-7 * (abs(start) + step * count) + 1e-30
    assert_same(lambda lib: lib.arange(start, end, sign * step), 0, atol)


ENDS = st.integers(-(10**6), 10**6).map(lambda k: k / 64)  # not so small that they only break ties


@given(
    ENDS,
    ENDS,
    st.integers(0, 100),
    st.sampled_from(["float32", "float64", "float16", "int64", "int32"]),
)
def test_linspace_is_pytorch_s_bit_for_bit(start, end, steps, dtype):
    assert_same(lambda lib: lib.linspace(start, end, steps, dtype=getattr(lib, dtype)), 0, 0)


def test_linspace_ends_where_it_should():
    for steps in (2, 3, 10, 1000):
        made = tnn.linspace(0.1, 0.7, steps)
        assert (made[0].item(), made[-1].item()) == (np.float32(0.1), np.float32(0.7))
    assert tnn.linspace(3, 5, 1).tolist() == [3.0]
    assert tnn.linspace(tnn.tensor(0.0), tnn.tensor(1.0), tnn.tensor(3)).tolist() == [0, 0.5, 1]


# --- draws ----------------------------------------------------------------------------------------

DRAWS = [
    lambda lib: lib.rand(2, 3),
    lambda lib: lib.rand(3, dtype=lib.float64),
    lambda lib: lib.rand((2,), dtype=lib.float16),
    lambda lib: lib.randn(5),
    lambda lib: lib.randn(5, dtype=lib.float64),
    lambda lib: lib.randint(10, (4,)),
    lambda lib: lib.randint(3, 10, (4,)),
    lambda lib: lib.randint(10, size=(4,)),
    lambda lib: lib.randint(-5, 10, size=[2, 2]),
    lambda lib: lib.randint(low=2, high=10, size=(4,)),
    lambda lib: lib.randint(high=10, size=(4,)),
    lambda lib: lib.randint(lib.tensor(2), lib.tensor(9), (3,)),
    lambda lib: lib.randint(10, ()),
    lambda lib: lib.randint(0, 2, (5,), dtype=lib.bool),
    lambda lib: lib.randint(0, 9, (5,), dtype=lib.float32),
    lambda lib: lib.randperm(10),
    lambda lib: lib.randperm(0),
    lambda lib: lib.randperm(4, dtype=lib.int32),
    lambda lib: lib.rand_like(lib.ones(2, 3)),
    lambda lib: lib.randn_like(lib.ones(3).double()),
    lambda lib: lib.randint_like(lib.ones(3), 10),
    lambda lib: lib.randint_like(lib.tensor([1, 2]), 3, 10),
    # and what cannot be
    lambda lib: lib.randint(5, 3, (2,)),
    lambda lib: lib.randint(3, 3, (2,)),
    lambda lib: lib.randint(10, 2),
    lambda lib: lib.randint(2),
    lambda lib: lib.randint(2.5, (2,)),
    lambda lib: lib.randint(0, 300, (2,), dtype=lib.uint8),
    lambda lib: lib.randperm(-1),
    lambda lib: lib.randperm(3.0),
]


@pytest.mark.parametrize("index", range(len(DRAWS)))
def test_draws_are_pytorch_s_and_leave_the_stream_in_step(index):
    def program(lib):
        lib.manual_seed(index)
        drawn = DRAWS[index](lib)
        return [drawn, lib.rand(3)]

    ours = assert_same(program, 1e-6)
    assert ours is not None


def test_uniform_and_normal_numbers_are_floats(library):
    for draw in (library.rand, library.randn):
        with pytest.raises(RuntimeError):
            draw(2, dtype=library.int64)
    with pytest.raises(RuntimeError):
        library.rand_like(library.tensor([1]))


@pytest.mark.parametrize(
    "draw",
    [
        lambda lib, g: lib.rand(3, generator=g),
        lambda lib, g: lib.randn(3, generator=g),
        lambda lib, g: lib.randint(9, (3,), generator=g),
        lambda lib, g: lib.randperm(9, generator=g),
        lambda lib, g: lib.rand_like(lib.ones(3), generator=g),
        lambda lib, g: lib.randint_like(lib.ones(3), 9, generator=g),
    ],
)
def test_a_generator_has_a_stream_of_its_own(draw):
    def program(lib):
        lib.manual_seed(0)
        first = draw(lib, lib.Generator().manual_seed(5))
        again = draw(lib, lib.Generator().manual_seed(5))
        return [first, again, lib.rand(1)]

    first, again, _ = assert_same(program, 1e-6)
    assert first.tolist() == again.tolist()


def test_a_state_of_the_stream_is_a_tensor_that_both_libraries_take(library):
    library.manual_seed(3)
    library.randn(3)
    state = library.get_rng_state()
    assert (state.dtype, tuple(state.shape)) == (library.uint8, (5056,))
    first = library.randn(4).tolist()
    library.set_rng_state(state)
    assert library.randn(4).tolist() == first


def test_a_stream_goes_on_here_where_pytorch_s_stopped():
    torch.manual_seed(11)
    torch.rand(5)
    tnn.set_rng_state(tnn.from_numpy(torch.get_rng_state().numpy()))
    assert tnn.rand(3).tolist() == torch.rand(3).tolist()
    torch.set_rng_state(torch.from_numpy(tnn.get_rng_state().numpy()))
    assert tnn.rand(3).tolist() == torch.rand(3).tolist()


def test_seeds(library):
    generator = library.manual_seed(7)
    assert generator is library.default_generator
    assert library.initial_seed() == 7
    assert library.seed() == library.initial_seed()
    library.manual_seed(7)
