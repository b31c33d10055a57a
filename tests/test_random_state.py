"""Seeds, states, copies and threads of the random generator, and the values that it refuses.
Read `tinygrad_nn/random/mersenne_twister.py` next, which keeps the state.
"""

import copy
import math
import sys
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_nn as tnn
from tinygrad_nn import random
from tinygrad_nn.errors import DTypeError, ShapeError
from tinygrad_nn.random import Generator
from tinygrad_nn.random.mersenne_twister import RandomError


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def default_generator_as_before():
    state = random.get_rng_state()
    yield
    random.set_rng_state(state)


def next_values(generator):
    return generator.normal((3,)).tolist() + generator.uniform((4,)).tolist()


def after(*draws, seed=9):
    generator = Generator().manual_seed(seed)
    for draw in draws:
        draw(generator)
    return generator


PLACES = {
    "right after seeding": after(),
    "with a cached normal": after(lambda g: g.normal((1,))),
    "with a cached normal of 0": after(lambda g: setattr(g, "cached_normal", 0.0)),
    "before the last word of a block": after(lambda g: g.words32(623)),
    "at the end of a block": after(lambda g: g.words32(624)),
    "in the third block": after(lambda g: g.words32(1300), seed=-1),
}
everywhere = pytest.mark.parametrize("generator", PLACES.values(), ids=PLACES)


# Seeds.


@pytest.mark.parametrize(
    ("seed", "initial_seed"),
    [
        (0, 0),
        (1337, 1337),
        (2**63, 2**63),
        (2**64 - 1, 2**64 - 1),
        (-1, 2**64 - 1),
        (-(2**63), 2**63),
        (np.int64(7), 7),
    ],
)
def test_a_seed_is_kept_modulo_2_64_as_in_pytorch(seed, initial_seed, torch):
    generator = Generator()
    assert generator.manual_seed(seed) is generator
    assert generator.initial_seed() == initial_seed
    assert torch.Generator().manual_seed(int(seed)).initial_seed() == initial_seed


def test_a_new_generator_has_pytorchs_default_seed(torch):
    assert Generator().initial_seed() == torch.Generator().initial_seed()
    expected = torch.rand(4, generator=torch.Generator()).tolist()
    assert Generator().uniform((4,)).tolist() == expected


def test_a_seed_from_the_system_is_another_one_each_time_and_can_be_used_again():
    generator = Generator()
    seeds = {generator.seed() for _ in range(20)}
    assert len(seeds) == 20
    assert 2**40 < max(seeds) < 2**53
    drawn = next_values(generator)
    assert next_values(Generator().manual_seed(generator.initial_seed())) == drawn


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 10**30])
def test_a_seed_beyond_64_bits_is_refused(seed):
    generator = Generator().manual_seed(3)
    with pytest.raises(RandomError, match=rf"-2\*\*63 to 2\*\*64 - 1; got {seed}"):
        generator.manual_seed(seed)
    assert generator.initial_seed() == 3


@pytest.mark.parametrize("seed", [1.0, "3", None])
def test_a_generator_takes_only_integers_as_seeds(seed):
    with pytest.raises(DTypeError, match="takes an int; got"):
        Generator().manual_seed(seed)


def test_seeding_forgets_the_cached_normal():
    generator = Generator().manual_seed(5)
    drawn = generator.normal((1,))
    generator.manual_seed(5)
    assert generator.normal((1,)) == drawn


# States.


@everywhere
def test_a_state_brings_the_same_numbers_back(generator):
    state = generator.get_state()
    assert type(state) is tnn.Tensor
    assert (state.dtype, state.shape) == (tnn.uint8, (5056,))
    drawn = next_values(generator)
    generator.set_state(state)
    np.testing.assert_array_equal(generator.get_state(), state)
    assert next_values(generator) == drawn
    generator.set_state(state)


@everywhere
def test_a_state_of_ours_continues_in_pytorch_and_one_of_pytorchs_here(generator, torch):
    ours, theirs = generator.clone_state(), torch.Generator()
    theirs.set_state(torch.from_numpy(ours.get_state().numpy()))
    assert theirs.initial_seed() == ours.initial_seed()
    returned = Generator()
    returned.set_state(theirs.get_state().numpy())
    expected = torch.randn(3, generator=theirs).tolist() + torch.rand(4, generator=theirs).tolist()
    assert next_values(returned) == next_values(ours) == expected
    assert ours.get_state().numpy().tobytes() == theirs.get_state().numpy().tobytes()


def test_a_fresh_state_of_pytorchs_is_taken(torch):
    ours, theirs = Generator(), torch.Generator().manual_seed(77)
    ours.set_state(theirs.get_state().numpy())
    assert ours.initial_seed() == 77
    assert ours.uniform((4,)).tolist() == torch.rand(4, generator=theirs).tolist()


@everywhere
@pytest.mark.parametrize("copied", [Generator.clone_state, copy.copy, copy.deepcopy])
def test_a_copy_draws_the_same_numbers_on_its_own(generator, copied):
    other = copied(generator)
    assert type(other) is Generator
    before = generator.get_state()
    drawn = next_values(other)
    np.testing.assert_array_equal(generator.get_state(), before)
    assert next_values(generator.clone_state()) == drawn


def test_a_state_does_not_change_with_its_generator():
    generator = Generator()
    state = generator.get_state()
    as_taken = state.numpy().copy()
    generator.normal((700,))
    np.testing.assert_array_equal(state, as_taken)
    generator.set_state(state)
    state[:] = 0
    np.testing.assert_array_equal(generator.get_state(), as_taken)


def with_field(offset, values, dtype="<i4"):
    state = Generator().manual_seed(1).get_state().numpy()
    field = np.atleast_1d(np.array(values, dtype)).view(np.uint8)
    state[offset : offset + field.size] = field
    return state


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (Generator().get_state()[:-1], ShapeError, r"shape \(5056,\); got \(5055,\)"),
        (Generator().get_state()[None], ShapeError, r"got \(1, 5056\)"),
        (Generator().get_state().float(), DTypeError, "uint8 Tensor.*got float32"),
        ([0] * 5056, DTypeError, "got int64"),
        (np.zeros(5056, np.uint8), RandomError, "no state of an MT19937"),
        (np.full(5056, 255, np.uint8), RandomError, "no state of an MT19937"),
        (with_field(8, 0), RandomError, "no state"),
        (with_field(8, 625), RandomError, "no state"),
        (with_field(8, 5), RandomError, "no state"),
        (with_field(12, 2), RandomError, "no state"),
        (with_field(16, 2**40, "<u8"), RandomError, "no state"),
        (with_field(24, 2**32, "<u8"), RandomError, "no state"),
        (with_field(8, [0, 1, 625, 0]), RandomError, "no state"),
        (with_field(8, [625, 1, 0, 0]), RandomError, "no state"),
        (with_field(24, [0] * 624, "<u8"), RandomError, "no state"),
    ],
)
def test_bytes_that_are_no_state_are_refused_and_change_nothing(state, error, message):
    generator = Generator().manual_seed(2)
    generator.normal((1,))
    before = generator.get_state()
    with pytest.raises(error, match=message):
        generator.set_state(state)
    np.testing.assert_array_equal(generator.get_state(), before)


# The default generator.


def test_the_default_generator_is_seeded_and_restored_by_the_functions_of_the_module():
    assert random.manual_seed(3) is random.default_generator
    assert random.initial_seed() == 3
    state = random.get_rng_state()
    drawn = next_values(random.default_generator)
    random.set_rng_state(state)
    assert next_values(random.default_generator) == drawn
    assert next_values(Generator().manual_seed(3)) == drawn
    assert random.seed() == random.initial_seed() != 3


@pytest.mark.parametrize(("seed", "same"), [(1.9, 1), ("3", 3), (True, 1)])
def test_manual_seed_takes_what_int_takes(seed, same, torch):
    assert random.manual_seed(seed).initial_seed() == same
    assert torch.manual_seed(seed).initial_seed() == same


def test_what_is_drawn_in_a_fork_leaves_no_trace(library):
    def after(*given, **named):
        library.manual_seed(3)
        library.randn(3)  # leaves the second normal of a pair
        with library.random.fork_rng(*given, **named):
            library.randn(7)
        return library.randn(2).tolist()

    library.manual_seed(3)
    expected = library.randn(5)[3:].tolist()
    assert after() == after([]) == after(devices=()) == expected
    assert after(enabled=False) != expected
    assert library.random.thread_safe_generator() is None


def test_a_fork_of_a_device_that_is_not_there_is_refused():
    with pytest.raises(RuntimeError, match=r"fork_rng: .*devices=\[0\]"), random.fork_rng([0]):
        pass


def test_numpys_global_state_is_left_alone():
    before = np.random.get_state(legacy=False)["state"]  # noqa: NPY002
    random.manual_seed(0)
    next_values(random.default_generator)
    after = np.random.get_state(legacy=False)["state"]  # noqa: NPY002
    assert before["pos"] == after["pos"]
    np.testing.assert_array_equal(before["key"], after["key"])


# Threads.


@pytest.fixture
def impatient_threads():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("impatient_threads")
def test_threads_that_share_a_generator_take_every_word_and_normal_once():
    generator, taken = Generator().manual_seed(4), []

    def take():
        for _ in range(200):
            taken.append(generator.normal((1,)).item())

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = Generator().manual_seed(4)
    assert sorted(taken) == sorted(alone.normal((1,)).item() for _ in range(1600))
    np.testing.assert_array_equal(generator.get_state(), alone.get_state())


# Words, and values that are refused.


@given(st.integers(0, 2**32 - 1), st.integers(0, 700))
def test_a_64_bit_word_is_two_words_high_half_first(seed, count):
    words = Generator().manual_seed(seed).words32(2 * count).astype(object)
    wide = Generator().manual_seed(seed).words64(count)
    assert wide.tolist() == [high << 32 | low for high, low in zip(*[iter(words)] * 2, strict=True)]


def test_the_words_are_those_of_the_published_generator():
    assert Generator().manual_seed(5489).words32(10_000)[-1] == 4123659995  # C++'s own check


FLOAT_DRAWS = ("uniform", "normal", "exponential")


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        *(
            (lambda g, n=n: getattr(g, n)((2, -1)), ShapeError, rf"{n}.*\(2, -1\)")
            for n in FLOAT_DRAWS
        ),
        *(
            (lambda g, n=n: getattr(g, n)((2,), dtype=int), DTypeError, f"{n}.*int64")
            for n in FLOAT_DRAWS
        ),
        (lambda g: g.bernoulli(0.5, (-1,)), ShapeError, r"bernoulli.*\(-1,\)"),
        (lambda g: g.randint(0, 2, (3, -2)), ShapeError, r"randint.*\(3, -2\)"),
        (lambda g: g.uniform((3,), 1, 0), RandomError, "low=1, high=0"),
        (lambda g: g.uniform((3,), math.nan, 1), RandomError, "low=nan"),
        (lambda g: g.uniform((3,), 0, math.inf), RandomError, "high=inf"),
        (lambda g: g.uniform((3,), -3e38, 3e38), RandomError, "their difference"),
        (lambda g: g.uniform((3,), 0, 1e5, "float16"), RandomError, r"float16 \(±6.55e\+04\)"),
        (lambda g: g.normal((3,), 0, -1), RandomError, "std >= 0; got -1"),
        (lambda g: g.normal((3,), 0, math.nan), RandomError, "got nan"),
        (lambda g: g.exponential((3,), 0), RandomError, "rate > 0; got 0"),
        (lambda g: g.exponential((3,), -1), RandomError, "got -1"),
        (lambda g: g.bernoulli(1.5, (3,)), RandomError, r"within \[0, 1\]; got from 1.5"),
        (lambda g: g.bernoulli(math.nan, (3,)), RandomError, "nan"),
        (lambda g: g.bernoulli(np.array([0.1, -0.5]), (2,)), RandomError, "from -0.5 to 0.1"),
        (lambda g: g.bernoulli(np.array([0.1, np.nan]), (2,)), RandomError, "nan"),
        (lambda g: g.bernoulli(np.array([0, 1]), (2,)), DTypeError, "got int64"),
        (lambda g: g.bernoulli(np.zeros(3), (2,)), ShapeError, r"\(3,\).*\(2,\)"),
        (lambda g: g.randint(5, 5, (3,)), RandomError, "low=5, high=5"),
        (lambda g: g.randint(0, 2**63, (3,)), RandomError, "64 bits"),
        (
            lambda g: g.randint(0, 257, (3,), "uint8"),
            RandomError,
            "uint8 holds.*0 to 255; got 0 to 256",
        ),
        (lambda g: g.randint(-1, 2, (3,), bool), RandomError, "bool holds the integers 0 to 1"),
        (lambda g: g.randint(0, 2050, (3,), "float16"), RandomError, "-2048 to 2048"),
        (lambda g: g.randint(0, 2, (3,), complex), DTypeError, "complex128"),
        (lambda g: g.randperm(-1), RandomError, "n >= 0; got -1"),
        (lambda g: g.randperm(257, "uint8"), RandomError, "uint8 does not count to 256"),
        (lambda g: g.randperm(2050, "float16"), RandomError, "float16 does not count to 2049"),
        (lambda g: g.multinomial(np.array([1, 2]), 1), DTypeError, "multinomial.*int64"),
        (lambda g: g.multinomial(np.array(1.0), 1), ShapeError, r"got \(\)"),
        (lambda g: g.multinomial(np.ones((1, 1, 1)), 1), ShapeError, r"got \(1, 1, 1\)"),
        (lambda g: g.multinomial(np.ones(0), 1), ShapeError, r"got \(0,\)"),
        (lambda g: g.multinomial(np.ones(2), 3), RandomError, "3 of 2 categories"),
        (lambda g: g.multinomial(np.ones(2), 0, True), RandomError, "cannot draw 0"),
        (lambda g: g.multinomial(np.array([-1.0, 2]), 1), RandomError, "negative"),
        (lambda g: g.multinomial(np.array([np.nan, 2]), 2, True), RandomError, "nan"),
        (lambda g: g.multinomial(np.array([np.inf, 2]), 1), RandomError, "inf"),
        (lambda g: g.multinomial(np.array([[1.0, 1], [0, 0]]), 1), RandomError, "row of zeros"),
        (lambda g: Generator(device="cuda"), RandomError, "CPU only; got device='cuda'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_takes_nothing(draw, error, message):
    generator = Generator().manual_seed(6)
    before = generator.get_state()
    with pytest.raises(error, match=message) as caught:
        draw(generator)
    assert isinstance(caught.value, RuntimeError)  # PyTorch's type
    np.testing.assert_array_equal(generator.get_state(), before)


def test_a_float16_weight_over_a_vanishing_key_warns_of_nothing():
    weights = np.full((400, 1000), 6e4, np.float16)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Generator().multinomial(weights, 1).shape == (400, 1)


def test_a_uniform_of_0_is_below_the_smallest_probability(monkeypatch):
    monkeypatch.setattr(Generator, "words64", lambda self, count: np.zeros(count, np.uint64))
    assert Generator().bernoulli(5e-324, (3,)).tolist() == [1, 1, 1]
    assert Generator().bernoulli(0.0, (3,)).tolist() == [0, 0, 0]


def test_a_category_of_weight_0_is_never_drawn():
    weights = np.array([0.0, 1, 0, 2, 0])
    assert set(Generator().multinomial(weights, 5000, True).tolist()) == {1, 3}
    assert set(Generator().multinomial(np.tile(weights, (500, 1)), 2).ravel().tolist()) == {1, 3}
