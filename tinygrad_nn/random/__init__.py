"""PyTorch's random streams on a CPU, bit for bit, as ndarrays.
Read `mersenne_twister.py` (the words), `generator.py` (the draws), `box_muller.py` (the normals).
"""

from ..places import missing as _missing
from .forking import fork_rng, thread_safe_generator
from .generator import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .mersenne_twister import RandomError

__all__ = [
    "Generator",
    "RandomError",
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
    "thread_safe_generator",
]

_missing.explain_below("random")
