"""PyTorch's random numbers on a CPU, in NumPy: the same seed gives the same values, bit for bit.
Read `nn/init.py` next, which draws the first values of every parameter from here.

The reference is PyTorch 2.13 on x86-64 with AVX2, where float32 normals depend on the processor. In
float64, logarithms and sines are the C library's, there and here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..arrays.bfloat16 import when_loaded
from ..arrays.kinds import HALVES, category
from ..arrays.refusing import shown
from ..arrays.warnings import quiet
from ..errors import DTypeError, ShapeError
from .box_muller import BLOCK, box_muller, fused_multiply_add
from .mersenne_twister import LOW_53, MersenneTwister, RandomError

Array = NDArray[Any]

SINGLE: np.dtype[Any] = np.dtype(np.float32)
DOUBLE: np.dtype[Any] = np.dtype(np.float64)
DIGITS = {np.dtype(np.float16): 11, SINGLE: 24, DOUBLE: 53}  # all whole numbers to 2**digits
LARGEST = {dtype: float(np.finfo(dtype).max) for dtype in DIGITS}
LARGEST_BFLOAT16 = (2.0 - 2.0**-7) * 2.0**127
NEEDS_64_BITS = 2**28  # from this span on, a 32-bit remainder would favour some integers by 5 %
MOST_CATEGORIES = 2**24


def _take_bfloat16(bfloat16: np.dtype[Any]) -> None:
    DIGITS[bfloat16], LARGEST[bfloat16] = 8, LARGEST_BFLOAT16


when_loaded(_take_bfloat16)


class Generator(MersenneTwister):
    """A stream of random numbers: the one PyTorch's CPU generator gives for the same seed.

    The methods give arrays, filled in row-major order, in the dtype asked for. Each takes a whole
    number of 32-bit words from the stream, so that the draws after it are PyTorch's too. A new
    generator has PyTorch's default seed, 67280421310721. Threads may share one: no draw tears
    another, though which thread comes first is not fixed. Raises RandomError for any other device
    than the CPU.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.Generator().manual_seed(0).uniform((3,))
        array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
    """

    device = "cpu"

    def __init__(self, device: object = "cpu") -> None:
        if str(device) not in ("cpu", "cpu:0"):
            raise RandomError(f"Generator draws on the CPU only; got device={str(device)!r}")
        super().__init__()

    def uniform(
        self,
        shape: Sequence[int],
        low: float = 0.0,
        high: float = 1.0,
        dtype: DTypeLike = np.float32,
    ) -> Array:
        """Return values spread evenly over [low, high): low + (high - low) k / 2**digits.

        k is the low 24 bits of one word (float32; float16 rounds that) or the low 53 bits of two
        (float64). A value that rounds up to `high` becomes `low`. Raises RandomError unless low,
        high and their difference are finite in `dtype`, and low <= high.
        """
        dtype, count = _float_dtype("uniform", dtype), _size("uniform", shape)
        largest = LARGEST[dtype]
        if not (-largest <= low <= high <= largest and high - low <= largest):
            raise RandomError(
                f"uniform takes low <= high within {dtype} (±{largest:.3g}), their difference too; "
                f"got low={low}, high={high}"
            )
        exact = _working_dtype(dtype)
        first, last = float(exact.type(low)), float(exact.type(high))
        span = float(exact.type(last - first))
        with quiet():
            values = _rounded(fused_multiply_add(self.fractions(count, exact), span, first), dtype)
            np.putmask(values, values == high, low)
        return values.reshape(shape)

    def normal(
        self,
        shape: Sequence[int],
        mean: float = 0.0,
        std: float = 1.0,
        dtype: DTypeLike = np.float32,
        in_pairs: bool = False,
    ) -> Array:
        """Return normally distributed values: mean + std z, by Box and Muller's transform.

        From two uniforms, z = sqrt(-2 log(1 - u)) times cos(2 pi v) and times sin(2 pi v). Fewer
        than 16 values, or all if `in_pairs` (PyTorch's way where they do not lie row by row), are
        made in float64, pair by pair, and a left-over second one waits for the next such draw; more
        are made 16 at a time in their own precision, and a last block that is not full is drawn
        anew over the last 16 values. Raises RandomError unless std >= 0.
        """
        dtype, count = _float_dtype("normal", dtype), _size("normal", shape)
        if not std >= 0.0:
            raise RandomError(f"normal takes std >= 0; got {std}")
        with quiet():  # a huge std gives inf, as in PyTorch
            if count < BLOCK or in_pairs:
                normals, exact = np.array(self._few_normals(count)), DOUBLE
            else:
                exact = _working_dtype(dtype)
                normals = self._many_normals(count, dtype)
            values = fused_multiply_add(normals, float(exact.type(std)), float(exact.type(mean)))
            return _rounded(values, dtype).reshape(shape)

    def exponential(
        self, shape: Sequence[int], rate: float = 1.0, dtype: DTypeLike = np.float32
    ) -> Array:
        """Return waiting times of a process with `rate` events a unit: -log(1 - u) / rate.

        u is a float64 uniform whatever the dtype. Raises RandomError unless rate > 0.
        """
        dtype, count = _float_dtype("exponential", dtype), _size("exponential", shape)
        if not rate > 0.0:
            raise RandomError(f"exponential takes rate > 0; got {rate}")
        with quiet():  # a tiny rate gives inf, as in PyTorch
            waits = -1.0 / float(rate) * np.log1p(-self.fractions(count, DOUBLE))
            return _rounded(waits, dtype).reshape(shape)

    def bernoulli(
        self, p: float | Array, shape: Sequence[int], dtype: DTypeLike = np.float32
    ) -> Array:
        """Return 1 with probability `p`, else 0: u < p for a uniform u.

        `p` is one number (u then has 53 bits: two words a value) or an array that broadcasts to
        `shape`, one probability a value (u has the 24 bits of float16 and float32, or the 53 of
        float64). Raises RandomError for a probability outside [0, 1], DTypeError for an array of
        integers, ShapeError for one that does not broadcast.
        """
        count = _size("bernoulli", shape)
        if not (0 <= p <= 1 if isinstance(p, float | int) else np.all((p >= 0) & (p <= 1))):
            outside = f"from {np.min(p)} to {np.max(p)}"
            raise RandomError(f"bernoulli takes probabilities within [0, 1]; got {outside}")
        if not isinstance(p, np.ndarray):
            below = np.uint64(math.ceil(p * 2**53))  # u < p in whole numbers: no u is made
            return ((self.words64(count) & LOW_53) < below).astype(dtype).reshape(shape)
        try:
            probabilities = np.broadcast_to(p, shape).ravel()
        except ValueError:
            raise ShapeError(f"bernoulli: shape {p.shape} of p does not fit {shape}") from None
        exact = _working_dtype(_float_dtype("bernoulli", p.dtype))
        return (self.fractions(count, exact) < probabilities).astype(dtype).reshape(shape)

    def randint(
        self, low: int, high: int, shape: Sequence[int], dtype: DTypeLike = np.int64
    ) -> Array:
        """Return integers from low to high - 1: low + word % (high - low), of any dtype.

        The word has 32 bits, or 64 from a span of 2**28 on. Raises RandomError unless low < high
        and `dtype` holds every integer from low to high - 1.
        """
        dtype, count = np.dtype(dtype), _size("randint", shape)
        low, high = operator.index(low), operator.index(high)
        if not -(2**63) <= low < high < 2**63:
            raise RandomError(f"randint takes low < high of 64 bits; got low={low}, high={high}")
        least, most = _integers_of(dtype)
        if not least <= low <= high - 1 <= most:
            raise RandomError(
                f"randint: {dtype} holds the integers {least} to {most}; got {low} to {high - 1}"
            )
        words = self.words32 if high - low < NEEDS_64_BITS else self.words64
        offsets = (words(count) % (high - low)).astype(np.uint64, copy=False)
        return (offsets + np.uint64(low % 2**64)).view(np.int64).astype(dtype).reshape(shape)

    def randperm(self, n: int, dtype: DTypeLike = np.int64) -> Array:
        """Return 0 to n - 1 in random order, by Fisher and Yates' shuffle.

        Place i changes with place i + word % (n - i); the words have 32 bits, which PyTorch takes
        below n = 214,748,364. Raises RandomError for a negative n, or one too large for `dtype`.
        """
        dtype = np.dtype(dtype)
        if n < 0:
            raise RandomError(f"randperm takes n >= 0; got {n}")
        if n - 1 > _integers_of(dtype)[1]:
            raise RandomError(f"randperm: {dtype} does not count to {n - 1}")
        places = np.arange(max(n - 1, 0))
        partners = places + self.words32(len(places)) % (n - places)
        order = list(range(n))
        for place, partner in enumerate(partners.tolist()):  # 11 ms for 60,000
            order[place], order[partner] = order[partner], order[place]
        return np.array(order, dtype)

    def multinomial(
        self, probabilities: Array, num_samples: int, replacement: bool = False
    ) -> NDArray[np.int64]:
        """Return indices drawn by weight, one row of `num_samples` for each row of weights.

        `probabilities` has shape (categories,) or (rows, categories), any non-negative floats of a
        sum above 0. Without replacement the indices of the largest p / e are taken, with e ~ Exp(1)
        (Efraimidis and Spirakis, 2006); with it, each uniform is looked up in the cumulative sum.
        Which categories of weight 0 fill a row that has too few others is not fixed, here or in
        PyTorch. Raises RandomError, ShapeError or DTypeError for what cannot be drawn from.
        """
        weights = np.asarray(probabilities)
        dtype = _float_dtype("multinomial", weights.dtype)
        if weights.ndim not in (1, 2) or not 0 < weights.shape[-1] <= MOST_CATEGORIES:
            raise ShapeError(
                "multinomial takes probabilities of shape (categories,) or (rows, categories), "
                f"1 to 2**24 categories; got {weights.shape}"
            )
        categories = weights.shape[-1]
        if num_samples < 1 or (num_samples > categories and not replacement):
            raise RandomError(
                f"multinomial: cannot draw {num_samples} of {categories} categories "
                f"with replacement={replacement}"
            )
        rows = weights.astype(_working_dtype(dtype)).reshape(-1, categories)
        if not np.all((rows >= 0) & np.isfinite(rows)):
            raise RandomError("multinomial takes finite weights >= 0; got negative, inf or nan")
        if not rows.any(axis=1).all():
            raise RandomError("multinomial takes weights of a sum above 0; got a row of zeros")
        shape = (*weights.shape[:-1], num_samples)
        if replacement and num_samples > 1:
            uniforms = self.fractions(len(rows) * num_samples, DOUBLE).reshape(-1, num_samples)
            cumulative = np.cumsum(rows, axis=1)  # one by one, as in PyTorch
            cumulative /= cumulative[:, -1:]
            drawn = [np.searchsorted(row, u) for row, u in zip(cumulative, uniforms, strict=True)]
            return np.array(drawn, np.int64).reshape(shape)
        with quiet():  # an e of 0, in float16
            keys = weights.reshape(rows.shape) / self.exponential(rows.shape, 1.0, dtype)
        if num_samples == 1:
            chosen = keys.argmax(axis=1)  # a sort of 50,000 takes 6 ms
        else:
            chosen = np.argsort(-keys, axis=1, kind="stable")[:, :num_samples]
        return np.array(chosen, np.int64).reshape(shape)

    def _few_normals(self, count: int) -> list[float]:
        with self._lock:
            normals = [] if self.cached_normal is None else [self.cached_normal]
            pairs = (count - len(normals) + 1) // 2
            uniforms = iter(self.fractions(2 * pairs, DOUBLE).tolist())
            for turn, u in zip(uniforms, uniforms, strict=True):
                radius, angle = math.sqrt(-2.0 * math.log1p(-u)), 2.0 * math.pi * turn
                normals += (radius * math.cos(angle), radius * math.sin(angle))
            self.cached_normal = normals.pop() if len(normals) > count else None
        return normals

    def _many_normals(self, count: int, dtype: np.dtype[Any]) -> Array:
        whole = count - count % BLOCK
        again = BLOCK if whole < count else 0
        drawn = (whole if dtype in HALVES else count) + again  # 16 bits skip the last, part block
        uniforms = self.fractions(drawn, _working_dtype(dtype))
        if not again:
            return box_muller(uniforms)
        normals = box_muller(np.concatenate((uniforms[:whole], uniforms[-BLOCK:])))
        return np.concatenate((normals[: count - BLOCK], normals[-BLOCK:]))


def _size(operation: str, shape: Sequence[int]) -> int:
    if any(length < 0 for length in shape):
        raise ShapeError(f"{operation}: a dimension cannot be negative; got shape {tuple(shape)}")
    return math.prod(shape)


def _float_dtype(operation: str, dtype: DTypeLike) -> np.dtype[Any]:
    given = np.dtype(dtype)
    if given not in DIGITS:
        raise DTypeError(f"{operation} takes a floating-point dtype; got {given}")
    return given


def _integers_of(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Return the least and the largest integer such that `dtype` holds every one between."""
    if dtype in DIGITS:
        return -(2 ** DIGITS[dtype]), 2 ** DIGITS[dtype]
    if dtype == np.bool_:
        return 0, 1
    if category(dtype) != "integer":
        raise DTypeError(f"random integers are of an integer, float or bool dtype; got {dtype}")
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _working_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that the values are made in: those of 16 bits are rounded from float32."""
    return SINGLE if dtype in HALVES else dtype


def _rounded(values: Array, dtype: np.dtype[Any]) -> Array:
    with quiet():
        return values.astype(_working_dtype(dtype), copy=False).astype(dtype, copy=False)


default_generator = Generator()
default_generator.seed()


def manual_seed(seed: Any) -> Generator:
    """Restart the stream that every draw without a generator of its own takes from; return it.

    Takes an integer from -2**63 to 2**64 - 1, or what `int` turns into one.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.manual_seed(0).normal((2,))
        array([ 1.5409961, -0.2934289], dtype=float32)
    """
    try:
        number = int(seed)
    except (TypeError, ValueError, OverflowError):
        raise DTypeError(f"manual_seed() takes an int, got {shown(seed)}") from None
    return default_generator.manual_seed(number)


seed = default_generator.seed
initial_seed = default_generator.initial_seed
get_rng_state = default_generator.get_state
set_rng_state = default_generator.set_state
