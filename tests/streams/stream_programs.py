"""Longer programs that draw: one kind after another, layers' first values, the order of batches.
Read `stream_table.py` next, which runs them here and in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stream_calls import FLOATS, NORMALS, Call, line, own


def normals_and_uniforms(f: Any, n: int, dtype: Any) -> Any:
    """An odd number of normals leaves one, which waits while uniforms are drawn."""
    return [f.randn(n, dtype=dtype), f.rand(n), f.randn(3), f.rand(1), f.randn(n)]


def many_kinds(f: Any, n: int, dtype: Any) -> Any:
    x = line(f, n, dtype)
    made = [f.bernoulli(x), f.randperm(n), f.randn(n), f.poisson(x), f.randint(5, (n,))]
    return [*made, f.empty(n).exponential_(), f.multinomial(x + 0.1, 1), f.normal(x, x)]


def two_streams(f: Any, n: int, dtype: Any) -> Any:
    source = own(f)
    return [
        drawn
        for _ in range(3)
        for drawn in (f.randn(n, dtype=dtype), f.randn(n, dtype=dtype, generator=source))
    ]


def a_state_put_back(f: Any, n: int, dtype: Any) -> Any:
    f.randn(n)
    state = f.get_rng_state()
    before = f.randn(n, dtype=dtype)
    f.set_rng_state(state)
    return [before, f.randn(n, dtype=dtype)]


def a_state_of_a_generator_put_back(f: Any, n: int, dtype: Any) -> Any:
    source = own(f)
    f.randn(n, generator=source)
    state = source.get_state()
    before = f.randn(n, dtype=dtype, generator=source)
    source.set_state(state)
    seeded = f.tensor(source.initial_seed())
    return [before, f.randn(n, dtype=dtype, generator=source), seeded]


def a_generator_seeded_anew(f: Any, n: int, dtype: Any) -> Any:
    source = own(f, 2**40 + 3)
    first = f.randn(n, dtype=dtype, generator=source)
    source.manual_seed(-5)
    return [first, f.rand(n, dtype=dtype, generator=source), f.tensor(source.initial_seed() >> 1)]


def a_fork(f: Any, n: int, dtype: Any) -> Any:
    f.randn(n)
    with f.random.fork_rng():
        f.manual_seed(99)
        inside = f.randn(n, dtype=dtype)
    return [inside, f.randn(n, dtype=dtype)]


def a_seed_of_the_systems(f: Any, n: int, dtype: Any) -> Any:
    f.manual_seed(f.random.seed() * 0 + 12)
    return [f.rand(n, dtype=dtype), f.tensor(f.initial_seed())]


def batches(**options: Any) -> Callable[[Any, int, Any], Any]:
    def draw(f: Any, n: int, dtype: Any) -> Any:
        dataset = f.utils.data.TensorDataset(f.arange(n).to(dtype))
        given = {name: make(f, dataset) for name, make in options.items()}
        loader = f.utils.data.DataLoader(dataset, batch_size=4, **given)
        return [batch for _ in range(2) for (batch,) in loader]

    return draw


def parts(f: Any, n: int, dtype: Any) -> Any:
    first, second = f.utils.data.random_split(range(n + 3), [n // 3 + 1, n - n // 3 + 2])
    return [f.tensor(list(part.indices), dtype=f.int64) for part in (first, second)]


def with_replacement(f: Any, dataset: Any) -> Any:
    return f.utils.data.RandomSampler(dataset, replacement=True, num_samples=50)


def by_weight(f: Any, dataset: Any) -> Any:
    return f.utils.data.WeightedRandomSampler([1.0 + i % 3 for i in range(len(dataset))], 40)


PROGRAMS = [
    Call("normals and uniforms by turns", normals_and_uniforms, tolerance=NORMALS),
    Call("eight kinds by turns", many_kinds, tolerance=NORMALS),
    Call("two streams by turns", two_streams, tolerance=NORMALS),
    Call("get_rng_state, set_rng_state", a_state_put_back, tolerance=NORMALS),
    Call("get_state, set_state", a_state_of_a_generator_put_back, tolerance=NORMALS),
    Call("manual_seed of a generator", a_generator_seeded_anew, tolerance=NORMALS),
    Call("random.fork_rng", a_fork, tolerance=NORMALS),
    Call("random.seed, initial_seed", a_seed_of_the_systems),
    Call("DataLoader", batches()),
    Call("DataLoader(shuffle)", batches(shuffle=lambda f, _: True)),
    Call(
        "DataLoader(shuffle, generator)",
        batches(shuffle=lambda f, _: True, generator=lambda f, _: own(f)),
    ),
    Call("DataLoader(RandomSampler)", batches(sampler=with_replacement)),
    Call("DataLoader(WeightedRandomSampler)", batches(sampler=by_weight)),
    Call("random_split", parts, ("int64",)),
]


def layer(make: Callable[[Any, int, Any], Any]) -> Callable[[Any, int, Any], Any]:
    def draw(f: Any, n: int, dtype: Any) -> Any:
        return [parameter.detach() for parameter in make(f, n, dtype).parameters()]

    return draw


LAYERS = [
    Call(f"nn.{name}", layer(make), FLOATS, (*range(1, 18), 100), tolerance, f"nn.{name}")
    for name, make, tolerance in (
        ("Linear", lambda f, n, d: f.nn.Linear(n, 7, dtype=d), 0.0),
        ("Bilinear", lambda f, n, d: f.nn.Bilinear(n, 3, 4, dtype=d), 0.0),
        ("Conv1d", lambda f, n, d: f.nn.Conv1d(n, 4, 3, dtype=d), 0.0),
        ("Conv2d", lambda f, n, d: f.nn.Conv2d(n, 4, 3, dtype=d), 0.0),
        ("Conv3d", lambda f, n, d: f.nn.Conv3d(n, 2, 2, dtype=d), 0.0),
        ("ConvTranspose2d", lambda f, n, d: f.nn.ConvTranspose2d(n, 4, 3, dtype=d), 0.0),
        ("Embedding", lambda f, n, d: f.nn.Embedding(n, 5, dtype=d), NORMALS),
        ("EmbeddingBag", lambda f, n, d: f.nn.EmbeddingBag(n, 5, dtype=d), NORMALS),
        ("RNN", lambda f, n, d: f.nn.RNN(n, 4, 2, dtype=d), 0.0),
        ("LSTM", lambda f, n, d: f.nn.LSTM(n, 4, bidirectional=True, dtype=d), 0.0),
        ("GRU", lambda f, n, d: f.nn.GRU(n, 4, 2, dtype=d), 0.0),
        ("LSTMCell", lambda f, n, d: f.nn.LSTMCell(n, 4, dtype=d), 0.0),
        ("MultiheadAttention", lambda f, n, d: f.nn.MultiheadAttention(2 * n, 2, dtype=d), 0.0),
        (
            "Sequential",
            lambda f, n, d: f.nn.Sequential(
                f.nn.Linear(n, 5, dtype=d), f.nn.ReLU(), f.nn.Linear(5, 2, dtype=d)
            ),
            0.0,
        ),
        (
            "TransformerEncoderLayer",
            lambda f, n, d: f.nn.TransformerEncoderLayer(2 * n, 2, 8, dtype=d),
            0.0,
        ),
    )
]
