"""Programs that draw, one for each way that PyTorch has to draw: the rows of a table.
Read `stream_table.py` next, which runs them here and in PyTorch.

A program takes a package, how many values to draw, and the dtype; it returns what it drew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

SIZES = (*range(1, 18), 1000)
FLOATS = ("float32", "float64")
INTEGERS = ("int64", "int32", "int16", "int8", "uint8")
NORMALS = 2.4e-7  # what float32 normals of blocks may be off where the processor has no AVX2
ROUNDED = 1e-15  # float64: logarithms and sines of the C library, or of vectors


class Call(NamedTuple):
    """A program, what it is run for, and how far off its values may be, relative to 1 or more."""

    name: str
    draw: Callable[[Any, int, Any], Any]
    dtypes: tuple[str, ...] = FLOATS
    sizes: tuple[int, ...] = SIZES
    tolerance: float = 0.0
    needs: str = ""  # a dotted name, without which the row is left out


def own(f: Any, seed: int = 11) -> Any:
    return f.Generator().manual_seed(seed)


def line(f: Any, n: int, dtype: Any, low: float = 0.0, high: float = 1.0) -> Any:
    return f.linspace(low, high, n, dtype=f.float64).to(dtype)


def filling(method: str, *given: Any, **named: Any) -> Callable[[Any, int, Any], Any]:
    def draw(f: Any, n: int, dtype: Any) -> Any:
        return getattr(f.empty(n, dtype=dtype), method)(*given, **named)

    return draw


def filling_from_own(method: str, *given: Any) -> Callable[[Any, int, Any], Any]:
    def draw(f: Any, n: int, dtype: Any) -> Any:
        x, source = f.empty(n, dtype=dtype), own(f)
        return [getattr(x, method)(*given, generator=source).clone() for _ in range(2)]

    return draw


def function(name: str, *given: Any, **named: Any) -> Callable[[Any, int, Any], Any]:
    def draw(f: Any, n: int, dtype: Any) -> Any:
        return getattr(f.nn.functional, name)(f.ones(n, dtype=dtype), *given, **named)

    return draw


def channels(name: str, *dims: int, **named: Any) -> Callable[[Any, int, Any], Any]:
    def draw(f: Any, n: int, dtype: Any) -> Any:
        return getattr(f.nn.functional, name)(f.ones(2, n, *dims, dtype=dtype), **named)

    return draw


def of_package(name: str) -> Callable[[Any, int, Any], Any]:
    """Call a function of p and train that the package itself has, and not `nn`."""

    def draw(f: Any, n: int, dtype: Any) -> Any:
        return getattr(f, name)(f.ones(2, n, 3, dtype=dtype), 0.4, True)

    return draw


def initial(name: str, *given: Any, **named: Any) -> Callable[[Any, int, Any], Any]:
    def draw(f: Any, n: int, dtype: Any) -> Any:
        return getattr(f.nn.init, name)(f.empty(n, 5, dtype=dtype), *given, **named)

    return draw


DRAWN = [
    Call("rand(n)", lambda f, n, d: f.rand(n, dtype=d)),
    Call("rand(n, generator)", lambda f, n, d: f.rand(n, dtype=d, generator=own(f))),
    Call("rand(2, n)", lambda f, n, d: f.rand(2, n, dtype=d)),
    Call("rand_like(x)", lambda f, n, d: f.rand_like(f.ones(n, dtype=d))),
    Call(
        "rand_like(x, generator)",
        lambda f, n, d: f.rand_like(f.ones(n, dtype=d), generator=own(f)),
    ),
    Call("randn(n)", lambda f, n, d: f.randn(n, dtype=d), tolerance=NORMALS),
    Call(
        "randn(n, generator)",
        lambda f, n, d: f.randn(n, dtype=d, generator=own(f)),
        tolerance=NORMALS,
    ),
    Call("randn(n, 3)", lambda f, n, d: f.randn(n, 3, dtype=d), tolerance=NORMALS),
    Call("randn_like(x)", lambda f, n, d: f.randn_like(f.ones(n, dtype=d)), tolerance=NORMALS),
    Call(
        "randn_like(x, generator)",
        lambda f, n, d: f.randn_like(f.ones(n, dtype=d), generator=own(f)),
        tolerance=NORMALS,
    ),
    Call("randint(10, (n,))", lambda f, n, d: f.randint(10, (n,), dtype=d), (*FLOATS, *INTEGERS)),
    Call(
        "randint(-5, 2**40, (n,))",
        lambda f, n, d: f.randint(-5, 2**40, (n,), dtype=d),
        ("int64", "float64"),
    ),
    Call(
        "randint(3, 90, (n,), generator)",
        lambda f, n, d: f.randint(3, 90, (n,), dtype=d, generator=own(f)),
        INTEGERS,
    ),
    Call("randint_like(x, 7)", lambda f, n, d: f.randint_like(f.ones(n, dtype=d), 7), INTEGERS),
    Call(
        "randint_like(x, 3, 7, generator)",
        lambda f, n, d: f.randint_like(f.ones(n, dtype=d), 3, 7, generator=own(f)),
        INTEGERS,
    ),
    Call("randperm(n)", lambda f, n, d: f.randperm(n, dtype=d), ("int64", "int32")),
    Call(
        "randperm(n, generator)",
        lambda f, n, d: f.randperm(n, dtype=d, generator=own(f)),
        ("int64",),
    ),
    Call(
        "normal(1.0, 2.0, (n,))",
        lambda f, n, d: f.normal(1.0, 2.0, (n,), dtype=d),
        tolerance=NORMALS,
    ),
    Call("normal(mean, 2.0)", lambda f, n, d: f.normal(line(f, n, d), 2.0), tolerance=NORMALS),
    Call("normal(1.0, std)", lambda f, n, d: f.normal(1.0, line(f, n, d)), tolerance=NORMALS),
    Call(
        "normal(mean, std, generator)",
        lambda f, n, d: f.normal(line(f, n, d), line(f, n, d), generator=own(f)),
        tolerance=NORMALS,
    ),
    Call("bernoulli(p)", lambda f, n, d: f.bernoulli(line(f, n, d))),
    Call("bernoulli(x, 0.3)", lambda f, n, d: f.bernoulli(f.ones(n, dtype=d), 0.3)),
    Call(
        "bernoulli(p, generator)",
        lambda f, n, d: f.bernoulli(line(f, n, d), generator=own(f)),
    ),
    Call("poisson(small)", lambda f, n, d: f.poisson(line(f, n, d, 0.0, 9.0))),
    Call("poisson(large)", lambda f, n, d: f.poisson(line(f, n, d, 11.0, 500.0))),
    Call(
        "poisson(rates, generator)",
        lambda f, n, d: f.poisson(line(f, n, d, 1.0, 30.0), generator=own(f)),
    ),
    Call(
        "binomial(10, p)",
        lambda f, n, d: f.binomial(f.full((n,), 10.0, dtype=d), line(f, n, d)),
    ),
    Call(
        "binomial(1000, p)",
        lambda f, n, d: f.binomial(f.full((n,), 1000.0, dtype=d), line(f, n, d)),
    ),
    Call(
        "binomial(counts, p, generator)",
        lambda f, n, d: f.binomial(line(f, n, d, 0, 99).floor(), line(f, n, d), generator=own(f)),
    ),
    Call("multinomial(w, 1)", lambda f, n, d: f.multinomial(line(f, n, d, 0.1), 1)),
    Call("multinomial(w, n)", lambda f, n, d: f.multinomial(line(f, n, d, 0.1), n)),
    Call("multinomial(w, 5, True)", lambda f, n, d: f.multinomial(line(f, n, d, 0.1), 5, True)),
    Call(
        "multinomial(rows, 2, generator)",
        lambda f, n, d: f.multinomial(f.ones(n, 3, dtype=d), 2, generator=own(f)),
    ),
]

FILLED = [
    Call("uniform_()", filling("uniform_")),
    Call("uniform_(-2.0, 3.0)", filling("uniform_", -2.0, 3.0)),
    Call("uniform_(generator)", filling_from_own("uniform_")),
    Call("normal_()", filling("normal_"), tolerance=NORMALS),
    Call("normal_(1.0, 0.02)", filling("normal_", 1.0, 0.02), tolerance=NORMALS),
    Call("normal_(generator)", filling_from_own("normal_"), tolerance=NORMALS),
    Call("random_()", filling("random_"), (*FLOATS, *INTEGERS, "bool")),
    Call("random_(7)", filling("random_", 7), (*FLOATS, *INTEGERS)),
    Call("random_(-3, 100)", filling("random_", -3, 100), ("int64", "int32", "int16", "int8")),
    Call("random_(generator)", filling_from_own("random_"), INTEGERS),
    Call("bernoulli_()", filling("bernoulli_"), (*FLOATS, *INTEGERS, "bool")),
    Call("bernoulli_(0.3)", filling("bernoulli_", 0.3)),
    Call(
        "bernoulli_(p tensor)",
        lambda f, n, d: f.empty(n, dtype=d).bernoulli_(line(f, n, f.float32)),
        (*FLOATS, "int64"),
    ),
    Call("bernoulli_(0.3, generator)", filling_from_own("bernoulli_", 0.3)),
    Call("exponential_()", filling("exponential_"), tolerance=ROUNDED),
    Call("exponential_(2.5)", filling("exponential_", 2.5), tolerance=ROUNDED),
    Call("exponential_(generator)", filling_from_own("exponential_"), tolerance=ROUNDED),
    Call("geometric_(0.3)", filling("geometric_", 0.3), (*FLOATS, "int64")),
    Call("geometric_(0.05, generator)", filling_from_own("geometric_", 0.05)),
    Call("log_normal_()", filling("log_normal_"), tolerance=NORMALS),
    Call("log_normal_(0.1, 0.5, generator)", filling_from_own("log_normal_", 0.1, 0.5),
         tolerance=NORMALS),
    Call("cauchy_()", filling("cauchy_"), tolerance=NORMALS),
    Call("cauchy_(1.0, 2.0, generator)", filling_from_own("cauchy_", 1.0, 2.0), tolerance=NORMALS),
]  # fmt: skip

MASKS = [
    Call("dropout(x)", function("dropout")),
    Call("dropout(x, 0.1)", function("dropout", 0.1)),
    Call("dropout(x, 0.9, inplace)", function("dropout", 0.9, inplace=True)),
    Call("alpha_dropout(x, 0.2)", function("alpha_dropout", 0.2, training=True), tolerance=NORMALS),
    Call("dropout1d", channels("dropout1d", 3, p=0.4)),
    Call("dropout2d", channels("dropout2d", 3, 2, p=0.4)),
    Call("dropout3d", channels("dropout3d", 2, 1, 2, p=0.4)),
    Call(
        "feature_alpha_dropout",
        channels("feature_alpha_dropout", 3, p=0.4, training=True),
        tolerance=NORMALS,
    ),
    *(
        Call(f"torch.{name}{end}", of_package(name + end), tolerance=NORMALS)
        for name in ("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")
        for end in ("", "_")
    ),
    Call("nn.Dropout(0.3)", lambda f, n, d: f.nn.Dropout(0.3)(f.ones(n, dtype=d))),
    Call("rrelu(x)", lambda f, n, d: f.nn.functional.rrelu(-f.ones(n, dtype=d), training=True)),
    Call("gumbel_softmax(x)", function("gumbel_softmax", dim=-1), tolerance=5e-7),
]

INITIAL = [
    Call(f"init.{name}", initial(name, *given), tolerance=tolerance, needs=f"nn.init.{name}")
    for name, given, tolerance in (
        ("uniform_", (-0.1, 0.1), 0.0),
        ("normal_", (0.0, 0.02), NORMALS),
        ("xavier_uniform_", (2.0,), 0.0),
        ("xavier_normal_", (), NORMALS),
        ("kaiming_uniform_", (0.0, "fan_in", "relu"), 0.0),
        ("kaiming_normal_", (0.0, "fan_out"), NORMALS),
        ("trunc_normal_", (0.0, 1.0, -2.0, 2.0), 1e-6),
        ("orthogonal_", (), 2e-6),
        ("sparse_", (0.4,), NORMALS),
    )
]
