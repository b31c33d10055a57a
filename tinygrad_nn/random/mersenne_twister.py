"""MT19937 as PyTorch keeps it: the seed, the place in the stream, and the words that come from it.
Read `generator.py` next, which makes the distributions from these words.
"""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import DTypeError, ShapeError

Array = NDArray[Any]

LOW_24, LOW_53 = np.array(2**24 - 1, np.uint32), np.array(2**53 - 1, np.uint64)
ULP_24 = np.array(2.0**-24, np.float32)  # of no dimension: ufuncs take that in half the time
MANY = 2**11  # words, from which NumPy's loop is worth its call of 4 µs: a million take a third

# PyTorch's own layout, so that states move between the two: `left` counts to the next renewal of
# the 624 words, `cached` is the second normal of a pair that has given only its first.
STATE = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "words", "cached", "has_cached"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", 624), "<f8", "<i4"],
        "offsets": [0, 8, 12, 16, 24, 5024, 5040],
        "itemsize": 5056,
    }
)


# What `get_state` makes of an array: tensor/sampling.py, above, puts `make_tensor` here.
returned: Callable[[Any], Any] = np.asarray


class RandomError(RuntimeError, ValueError):
    """A value that a random draw, a seed or a generator's state does not take."""


class MersenneTwister:
    """A stream of 32-bit words (Matsumoto and Nishimura, 1998), which threads may share.

    `cached_normal` is the second normal of a pair that has given only its first; it is kept here
    because it belongs to the place in the stream.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.manual_seed(67280421310721)

    @cached_property
    def _mt19937(self) -> np.random.MT19937:
        """The words, from the seed on; made by the first draw, as `numpy.random` takes 10 ms."""
        made = np.random.MT19937(0)
        made._legacy_seeding(self._initial_seed & 0xFFFFFFFF)  # Matsumoto and Nishimura, 2002
        return made

    @cached_property
    def _loop(self) -> np.random.Generator:
        """Takes the words themselves, where integers of all their values are asked for."""
        return np.random.Generator(self._mt19937)

    def manual_seed(self, seed: int) -> Self:
        """Restart the stream at `seed`, from -2**63 to 2**64 - 1, and return itself.

        The low 32 bits choose the stream, as in PyTorch. Raises DTypeError for what is no integer,
        RandomError beyond the range.
        """
        try:
            number = operator.index(seed)
        except TypeError:
            raise DTypeError(f"manual_seed takes an int; got {seed!r}") from None
        if not -(2**63) <= number < 2**64:
            raise RandomError(f"manual_seed takes -2**63 to 2**64 - 1; got {number}")
        with self._lock:
            self._initial_seed = number % 2**64
            self.cached_normal: float | None = None
            if "_mt19937" in vars(self):
                self._mt19937._legacy_seeding(number & 0xFFFFFFFF)
        return self

    def initial_seed(self) -> int:
        """Return the seed of the last `manual_seed` or `seed`; a negative one plus 2**64."""
        return self._initial_seed

    def seed(self) -> int:
        """Restart the stream at a seed from the operating system, and return it (53 bits)."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little") % 2**53)
        return self._initial_seed

    def get_state(self) -> Any:
        """Return the stream's place, a Tensor of 5056 bytes that `set_state`, or PyTorch's, takes.

        Example:
            >>> import tinygrad_nn as tnn
            >>> generator = tnn.Generator()
            >>> state = generator.get_state()
            >>> first = generator.uniform((2,))
            >>> generator.set_state(state)
            >>> bool((generator.uniform((2,)) == first).all())
            True
        """
        return returned(self.place())

    def place(self) -> NDArray[np.uint8]:
        """Return what `get_state` does, as an array."""
        state = np.zeros(STATE.itemsize, np.uint8)
        fields = state.view(STATE)
        with self._lock:
            mt19937 = self._mt19937.state["state"]
            fields["seed"], fields["seeded"] = self._initial_seed, 1
            fields["words"], fields["next"] = mt19937["key"], mt19937["pos"]
            fields["left"] = 625 - mt19937["pos"]
            if self.cached_normal is not None:
                fields["cached"], fields["has_cached"] = self.cached_normal, 1
        return state

    def set_state(self, new_state: Any) -> None:
        """Go back to the place that `get_state` returned, here or in PyTorch: a Tensor or an array.

        Raises DTypeError for what is not uint8, ShapeError unless it holds 5056 bytes, RandomError
        for bytes that no generator returned; the stream then stays where it was.
        """
        state = np.asarray(new_state)
        if state.dtype != np.uint8:
            raise DTypeError(f"set_state takes the uint8 Tensor of get_state; got {state.dtype}")
        if state.shape != (STATE.itemsize,):
            raise ShapeError(f"set_state takes shape ({STATE.itemsize},); got {state.shape}")
        fields = state.copy().view(STATE)[0]
        words, left = fields["words"].astype(np.uint32), int(fields["left"])
        renewal_due = left == 1 and fields["next"] == 0  # PyTorch's state right after seeding
        if not (
            fields["seeded"] == 1
            and 1 <= left <= 624
            and (renewal_due or left + fields["next"] == 625)
            and np.array_equal(words, fields["words"])
            and words.any()
        ):
            raise RandomError("set_state got bytes that are no state of an MT19937 generator")
        mt19937: Any = {"bit_generator": "MT19937", "state": {"key": words, "pos": 625 - left}}
        with self._lock:
            self._mt19937.state = mt19937
            self._initial_seed = int(fields["seed"])
            self.cached_normal = float(fields["cached"]) if fields["has_cached"] else None

    def clone_state(self) -> Self:
        """Return another stream at the same place, which gives the same numbers from now on."""
        clone = type(self)()
        clone.set_state(self.place())
        return clone

    def __getstate__(self) -> dict[str, NDArray[np.uint8]]:  # for copies and worker processes
        return {"state": self.place()}

    def __setstate__(self, state: dict[str, NDArray[np.uint8]]) -> None:
        MersenneTwister.__init__(self)
        self.set_state(state["state"])

    def words32(self, count: int) -> NDArray[np.uint32]:
        """Return the next `count` words of 32 bits, which all other draws are made of."""
        with self._lock:
            if count < MANY:
                return self._mt19937.random_raw(count).astype(np.uint32)
            return self._loop.integers(2**32, size=count, dtype=np.uint32)

    def words64(self, count: int) -> NDArray[np.uint64]:
        """Return the next `count` words of 64 bits, each from two of 32, the high half first."""
        with self._lock:
            if count >= MANY:
                return self._loop.integers(2**64, size=count, dtype=np.uint64)
            halves = self._mt19937.random_raw(2 * count)
        return (halves[0::2] << np.uint64(32)) | halves[1::2]

    def fractions(self, count: int, dtype: np.dtype[Any]) -> Array:
        """Return `count` uniforms of [0, 1): k / 2**24 in float32, k / 2**53 in float64.

        k is the low bits of one word of 32 bits, or of one of 64.
        """
        if dtype == np.float32:
            bits = (self.words32(count) & LOW_24).view(np.int32)  # these convert twice as fast
            return bits.astype(np.float32) * ULP_24
        return (self.words64(count) & LOW_53).astype(np.float64) * 2.0**-53
