"""Random draws are PyTorch's for the same seed, bit for bit, and leave the stream in step.
Read `test_random_state.py` next, for seeds, states, threads and what is refused.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from looping import looped

from tinygrad_nn.random import Generator
from tinygrad_nn.random.box_muller import box_muller, fused_multiply_add

SEEDS = (0, 1, 42, 1337, 2**31 - 1, 2**32 + 5, -7, 2**64 - 1)
FLOATS = ("float16", "float32", "float64")


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


# One draw, made here and by PyTorch.


def uniform(torch, ours, theirs, shape, dtype="float32", low=0.0, high=1.0):
    tensor = torch.empty(shape, dtype=getattr(torch, dtype))
    return ours.uniform(shape, low, high, dtype), tensor.uniform_(low, high, generator=theirs)


def normal(torch, ours, theirs, shape, dtype="float32", mean=0.0, std=1.0):
    tensor = torch.empty(shape, dtype=getattr(torch, dtype))
    return ours.normal(shape, mean, std, dtype), tensor.normal_(mean, std, generator=theirs)


def exponential(torch, ours, theirs, shape, dtype="float32", rate=1.0):
    tensor = torch.empty(shape, dtype=getattr(torch, dtype))
    return ours.exponential(shape, rate, dtype), tensor.exponential_(rate, generator=theirs)


def bernoulli(torch, ours, theirs, shape, dtype="float32", p=0.5):
    tensor = torch.empty(shape, dtype=getattr(torch, dtype))
    return ours.bernoulli(p, shape, dtype), tensor.bernoulli_(p, generator=theirs)


def bernoulli_each(torch, ours, theirs, shape, dtype="float32", p_dtype="float32"):
    p = np.linspace(0, 1, math.prod(shape)).reshape(shape).astype(p_dtype)
    tensor = torch.empty(shape, dtype=getattr(torch, dtype))
    return ours.bernoulli(p, shape, dtype), tensor.bernoulli_(torch.from_numpy(p), generator=theirs)


def randint(torch, ours, theirs, low, high, shape, dtype="int64"):
    drawn = torch.randint(low, high, shape, dtype=getattr(torch, dtype), generator=theirs)
    return ours.randint(low, high, shape, dtype), drawn


def randperm(torch, ours, theirs, n, dtype="int64"):
    return ours.randperm(n, dtype), torch.randperm(n, dtype=getattr(torch, dtype), generator=theirs)


def multinomial(torch, ours, theirs, weights, samples, replacement=False, dtype="float32"):
    weights = np.array(weights, dtype)
    drawn = torch.multinomial(torch.from_numpy(weights), samples, replacement, generator=theirs)
    return ours.multinomial(weights, samples, replacement), drawn


def generators(torch, seed):
    return Generator().manual_seed(seed), torch.Generator().manual_seed(seed)


def assert_same_bits(ours, theirs):
    theirs = theirs.numpy()
    assert isinstance(ours, np.ndarray)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert ours.flags.c_contiguous
    assert ours.flags.writeable
    assert ours.tobytes() == theirs.tobytes(), f"{ours} is not {theirs}"


def assert_in_step(ours, theirs):
    assert ours.get_state().numpy()[8:].tobytes() == theirs.get_state().numpy()[8:].tobytes()


def has_avx2(torch):
    return torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")


def assert_same(torch, draw, ours, theirs, mean=0.0, std=1.0):
    """The bits; but for PyTorch's normals without AVX2, and its own float64 ones with AVX-512."""
    capability = torch.backends.cpu.get_cpu_capability()
    if draw is normal and ours.size >= 16 and ours.dtype != np.float64 and not has_avx2(torch):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=2.4e-7)
    elif draw in (normal, exponential) and ours.dtype == np.float64 and capability == "AVX512":
        assert_within_2_ulp(ours, theirs.numpy(), mean, std)
    else:
        assert_same_bits(ours, theirs)


def assert_within_2_ulp(ours, theirs, mean, std):
    """2 ulp of what was drawn; then a scale and an offset are applied, which is rounded once."""
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    if (mean, std) == (0, 1):
        np.testing.assert_array_max_ulp(ours, theirs, 2)
        return
    drawn = (theirs - mean) / (std or 1)
    allowed = 2 * std * np.spacing(np.abs(drawn)) + np.spacing(np.abs(theirs))
    np.testing.assert_array_less(np.abs(ours - theirs), np.nextafter(allowed, np.inf))


def scale(arguments):
    return {name: arguments[name] for name in ("mean", "std") if name in arguments}


LENGTHS = (0, 1, 2, 3, 7, 14, 15, 16, 17, 31, 32, 33, 100, 640, 1000)
SHAPES = ((), (0,), (3, 0, 2), (1, 1), (5, 3), (2, 3, 4), (4, 4, 7))
WEIGHTS = [0.5, 0.0, 3.0, 1.25, 0.1, 2.0, 0.0, 7.5, 0.3, 1.0]
MORE_WEIGHTS = np.random.default_rng(5).random((6, 40)).tolist()

CASES = [
    *((uniform, {"shape": (n,), "dtype": dtype}) for n in LENGTHS for dtype in FLOATS),
    *((normal, {"shape": (n,), "dtype": dtype}) for n in LENGTHS for dtype in FLOATS),
    *((exponential, {"shape": (n,), "dtype": dtype}) for n in (0, 1, 1000) for dtype in FLOATS),
    *((draw, {"shape": shape}) for draw in (uniform, normal, exponential) for shape in SHAPES),
    *((draw, {"shape": shape}) for draw in (bernoulli, bernoulli_each) for shape in SHAPES),
    *((randint, {"low": 0, "high": 10, "shape": shape}) for shape in SHAPES),
    *(
        (uniform, {"shape": (300,), "dtype": dtype, "low": low, "high": high})
        for dtype in FLOATS
        for low, high in ((-1, 1), (0.1, 0.7), (-1 / 3, 1 / 3), (2, 2), (-1e-3, 7), (-3e4, 3e4))
    ),
    (uniform, {"shape": (300,), "low": -1e38, "high": 1e38}),
    (uniform, {"shape": (300,), "dtype": "float64", "low": -3e300, "high": 1e305}),
    (uniform, {"shape": (300,), "dtype": "float64", "low": 0, "high": 1e-320}),
    *(
        (normal, {"shape": (n,), "dtype": dtype, "mean": mean, "std": std})
        for dtype in FLOATS
        for n in (9, 333)
        for mean, std in ((0.3, 0.02), (-5, 3.7), (1e4, 0), (0, 0.1), (0.1, 1))
    ),
    (normal, {"shape": (20,), "std": 1e39}),
    (exponential, {"shape": (20,), "rate": 1e-40}),
    (exponential, {"shape": (500,), "rate": 0.3, "dtype": "float64"}),
    (exponential, {"shape": (20,), "rate": math.inf}),
    *((bernoulli, {"shape": (500,), "p": p}) for p in (0, 0.1, 1 / 3, 2**-53, 0.8, 1.0, True)),
    *(
        (draw, {"shape": (40,), "dtype": dtype})
        for draw in (bernoulli, bernoulli_each)
        for dtype in ("bool", "uint8", "int8", "int16", "int32", "int64", *FLOATS)
    ),
    *((bernoulli_each, {"shape": (500,), "p_dtype": p_dtype}) for p_dtype in FLOATS),
    *(
        (randint, {"low": low, "high": high, "shape": (200,), "dtype": dtype})
        for dtype, low, high in (
            ("bool", 0, 1),
            ("bool", 0, 2),
            ("bool", 1, 2),
            ("uint8", 0, 256),
            ("int8", -128, 128),
            ("int16", -300, 300),
            ("int32", -(2**31), 2**31),
            ("int64", 3, 4),
            ("int64", 0, 2**28 - 1),
            ("int64", 0, 2**28),
            ("int32", -1, 2**28 - 1),
            ("int64", 0, 2**32),
            ("int64", -(2**40), 2**41 + 12345),
            ("int64", -(2**63), 2**63 - 1),
            ("float16", -2048, 2049),
            ("float32", -(2**24), 2**24 + 1),
            ("float64", -(2**53), 2**53 + 1),
        )
    ),
    *((randperm, {"n": n}) for n in (0, 1, 2, 3, 100, 624, 30000, 70000)),
    *((randperm, {"n": 120, "dtype": d}) for d in ("uint8", "int8", "int16", "int32", *FLOATS)),
    *(
        (multinomial, {"weights": weights, "samples": n, "replacement": again, "dtype": dtype})
        for weights in (WEIGHTS, MORE_WEIGHTS, [1.0])
        for n, again in ((1, False), (1, True), (6, False), (6, True), (2000, True))
        for dtype in ("float32", "float64")
        if again or n <= len(weights)
    ),
    (multinomial, {"weights": WEIGHTS, "samples": 2000, "replacement": True, "dtype": "float16"}),
    (multinomial, {"weights": MORE_WEIGHTS, "samples": 1, "dtype": "float16"}),
    (multinomial, {"weights": np.zeros((0, 4)), "samples": 1}),
]


@looped("draw, arguments", CASES)
def test_a_draw_is_pytorchs_and_leaves_the_stream_in_step(torch, draw, arguments):
    for seed in SEEDS:
        ours, theirs = generators(torch, seed)
        ours.words32(1)  # PyTorch's state right after seeding differs in a field without meaning
        torch.rand(1, generator=theirs)
        assert_same(torch, draw, *draw(torch, ours, theirs, **arguments), **scale(arguments))
        assert_in_step(ours, theirs)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("draw", [uniform, normal, exponential])
def test_200_000_values_are_pytorchs(torch, draw, dtype):
    ours, theirs = generators(torch, 3)
    assert_same(torch, draw, *draw(torch, ours, theirs, shape=(200_001,), dtype=dtype))
    assert_in_step(ours, theirs)


@pytest.mark.parametrize("seed", range(30))
def test_the_normals_of_many_seeds_are_pytorchs(torch, seed):
    ours, theirs = generators(torch, seed)
    pair = normal(torch, ours, theirs, shape=(64, 65), mean=0.0, std=0.02)
    assert_same(torch, normal, *pair)


def counts(most):
    return st.integers(0, most)


STEPS = st.one_of(
    st.tuples(st.just(uniform), st.fixed_dictionaries({"shape": st.tuples(counts(40))})),
    st.tuples(
        st.just(normal),
        st.fixed_dictionaries(
            {"shape": st.tuples(counts(40)), "dtype": st.sampled_from(FLOATS)},
            optional={"mean": st.floats(-9, 9), "std": st.floats(0, 9)},
        ),
    ),
    st.tuples(
        st.just(uniform),
        st.fixed_dictionaries(
            {"shape": st.tuples(counts(9)), "dtype": st.sampled_from(FLOATS)},
            optional={"low": st.floats(-9, 0), "high": st.floats(0.5, 9)},
        ),
    ),
    st.tuples(
        st.sampled_from([exponential, bernoulli, bernoulli_each]),
        st.fixed_dictionaries({"shape": st.tuples(counts(9), counts(4))}),
    ),
    st.tuples(
        st.just(randint),
        st.fixed_dictionaries(
            {
                "low": st.integers(-(2**40), 0),
                "high": st.integers(1, 2**40),
                "shape": st.tuples(counts(9)),
            }
        ),
    ),
    st.tuples(st.just(randperm), st.fixed_dictionaries({"n": counts(40)})),
    st.tuples(
        st.just(multinomial),
        st.fixed_dictionaries(
            {
                "weights": st.just(WEIGHTS),
                "samples": st.integers(1, 8),
                "replacement": st.booleans(),
            }
        ),
    ),
)


@given(seed=st.integers(-(2**63), 2**64 - 1), steps=st.lists(STEPS, max_size=12))
@example(seed=0, steps=[(normal, {"shape": (3,)}), (normal, {"shape": (0,)})] * 2)
@example(seed=0, steps=[(normal, {"shape": (n,), "dtype": "float64"}) for n in (1, 16, 2, 5)])
def test_any_program_of_draws_stays_pytorchs(seed, steps):
    torch = pytest.importorskip("torch")
    ours, theirs = generators(torch, seed)
    for draw, arguments in steps:
        assert_same(torch, draw, *draw(torch, ours, theirs, **arguments), **scale(arguments))
    assert_same_bits(ours.uniform((5,)), torch.rand(5, generator=theirs))


def test_the_second_normal_of_a_pair_waits_for_the_next_small_draw(torch):
    ours, theirs = generators(torch, 11)
    for count, expected_words in ((3, 8), (2, 12), (0, 12), (1, 12), (20, 48), (1, 52)):
        pair = normal(torch, ours, theirs, shape=(count,))
        assert_same(torch, normal, *pair)
        again = Generator().manual_seed(11)
        again.words32(expected_words)
        assert ours.clone_state().words32(3).tolist() == again.words32(3).tolist()
    ours.manual_seed(11)
    theirs.manual_seed(11)
    assert_same_bits(*normal(torch, ours, theirs, shape=(1,)))


@pytest.mark.parametrize("words", ["words32", "words64"])
def test_many_words_at_once_are_those_of_few_at_a_time(words):
    at_once, in_turn = Generator(), Generator()
    many = getattr(at_once, words)(5_000)
    few = np.concatenate([getattr(in_turn, words)(500) for _ in range(10)])
    np.testing.assert_array_equal(many, few)
    assert many.dtype == few.dtype
    np.testing.assert_array_equal(at_once.place(), in_turn.place())


def test_a_linear_layer_starts_from_our_draws(torch):
    for fan_in, fan_out in ((4, 8), (3, 5), (784, 10), (7, 1)):
        torch.manual_seed(0)
        layer = torch.nn.Linear(fan_in, fan_out)
        ours, bound = Generator().manual_seed(0), 1 / math.sqrt(fan_in)
        assert_same_bits(ours.uniform((fan_out, fan_in), -bound, bound), layer.weight.detach())
        assert_same_bits(ours.uniform((fan_out,), -bound, bound), layer.bias.detach())


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [("float16", 0.0, 1.0), ("float16", 1.0, 1.001), ("float32", 1.0, 1 + 2**-22)],
)
def test_a_uniform_that_rounds_up_to_the_bound_becomes_the_lower_one(torch, dtype, low, high):
    ours, theirs = generators(torch, 0)
    drawn, expected = uniform(torch, ours, theirs, (20_000,), dtype, low, high)
    assert_same_bits(drawn, expected)
    assert (drawn < np.array(high, dtype)).all()
    assert (drawn == low).sum() > 1


# Values that PyTorch prints, for where it is not installed.


@pytest.mark.parametrize(
    ("seed", "draw", "expected"),
    [
        (0, lambda g: g.uniform((3,)), [0.4963, 0.7682, 0.0885]),
        (42, lambda g: g.uniform((3,)), [0.8823, 0.9150, 0.3829]),
        (0, lambda g: g.normal((3,)), [1.5410, -0.2934, -2.1788]),
        (42, lambda g: g.normal((3,)), [0.3367, 0.1288, 0.2345]),
        (0, lambda g: g.normal((4, 4))[0], [-1.1258, -1.1524, -0.2506, -0.4339]),
        (0, lambda g: g.randint(0, 10, (6,)), [4, 9, 3, 0, 3, 9]),
        (0, lambda g: g.randperm(10), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]),
        (0, lambda g: g.multinomial(np.array([0.2, 0.3, 0.5]), 4, True), [2, 2, 1, 2]),
    ],
)
def test_printed_values(seed, draw, expected):
    drawn = draw(Generator().manual_seed(seed))
    np.testing.assert_array_equal(np.round(drawn.astype(np.float64), 4), expected)


def test_the_float32_normals_have_the_same_bits_on_every_machine():
    drawn = Generator().manual_seed(2).normal((33,))
    expected = ["-0x1.0a71f2p+0", "-0x1.d0d062p-1", "-0x1.81d42ep+0", "-0x1.328cdcp-2"]
    assert drawn[[0, 8, 16, 32]].tolist() == [float.fromhex(value) for value in expected]


# The arithmetic under the normals.


def exactly_rounded(a, b, c, dtype):
    total = Fraction(a) * Fraction(b) + Fraction(c)
    if dtype == np.float64:
        return float(total)
    nearest = np.float32(float(total))
    around = [
        nearest,
        np.nextafter(nearest, np.float32(-9e9)),
        np.nextafter(nearest, np.float32(9e9)),
    ]
    return min(
        around,
        key=lambda value: (abs(Fraction(float(value)) - total), int(value.view(np.int32)) & 1),
    )


FACTORS = {
    np.float32: st.floats(-64, 64, width=32, allow_subnormal=False),
    np.float64: st.floats(-64, 64, allow_subnormal=False),
}


@pytest.mark.parametrize("dtype", FACTORS)
def test_a_fused_multiply_add_rounds_once(dtype):
    @given(a=FACTORS[dtype], b=FACTORS[dtype], c=FACTORS[dtype])
    def rounds_once(a, b, c):
        assume(all(value == 0 or abs(value) > 1e-10 for value in (a, b, c)))
        (fused,) = fused_multiply_add(np.array([a], dtype), b, c)
        assert fused.dtype == dtype
        assert fused == exactly_rounded(a, b, c, dtype)

    rounds_once()


def test_a_fused_multiply_add_is_right_up_to_overflow_and_beyond():
    a = np.random.default_rng(0).random(100)
    expected = [exactly_rounded(value, 1.1e305, -1.7e304, np.float64) for value in a.tolist()]
    np.testing.assert_array_equal(fused_multiply_add(a, 1.1e305, -1.7e304), expected)
    np.testing.assert_array_equal(fused_multiply_add(a, 2.0, math.inf), math.inf)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_box_muller_is_its_formula(dtype):
    largest = 1 - np.finfo(dtype).epsneg
    edges = [0.0, np.finfo(dtype).epsneg, 0.125, 0.25, 0.5, 0.625, 0.875, largest]
    u, v = (grid.ravel() for grid in np.meshgrid(edges, edges))
    blocks = np.stack((u.reshape(-1, 8), v.reshape(-1, 8)), axis=1)
    normals = box_muller(blocks.ravel().astype(dtype)).reshape(blocks.shape)
    radius, angle = np.sqrt(-2 * np.log1p(-blocks[:, 0])), 2 * np.pi * blocks[:, 1]
    tolerance = 8 * np.finfo(dtype).eps
    np.testing.assert_allclose(normals[:, 0], radius * np.cos(angle), rtol=0, atol=tolerance * 8)
    np.testing.assert_allclose(normals[:, 1], radius * np.sin(angle), rtol=0, atol=tolerance * 8)
