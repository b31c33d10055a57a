"""The operations that models spend their time in, at the sizes they have there.
Read `every_operation.py` next, which measures and shows the rows.
"""

from __future__ import annotations

from typing import Any

from .layer_lines import F
from .operands import Line, Operand, positive, real


def _of(*shape: int, like: Operand = real) -> Operand:
    return like.of(lambda n, m: shape)


def _below(limit: int, *shape: int) -> Operand:
    return Operand(lambda random, _: random.integers(0, limit, shape))


def _conv(where: str, x: tuple[int, ...], out: int, kernel: int, **given: Any) -> Line:
    size = 1 / (x[1] * kernel * kernel) ** 0.5
    weight = Operand(lambda random, shape: size * random.standard_normal(shape))
    return Line(f"conv2d {where}", _of(*x), _of(out, x[1], kernel, kernel, like=weight), _of(out),
                call=lambda t, x, w, b: t.nn.functional.conv2d(x, w, b, **given))  # fmt: skip


def _pool(where: str, kind: str, x: tuple[int, ...], *given: int) -> Line:
    name = f"{kind}_pool2d"
    return Line(f"{name} {where}", _of(*x),
                call=lambda t, x: getattr(t.nn.functional, name)(x, *given))  # fmt: skip


def _attention(where: str, shape: tuple[int, ...], **given: Any) -> Line:
    def call(library: Any, *heads: Any) -> Any:
        return library.nn.functional.scaled_dot_product_attention(*heads, **given)

    return Line(f"scaled_dot_product_attention {where}", *[_of(*shape)] * 3, call=call)


def _along(name: str, where: str, *given: Any, of: tuple[int, ...] = (256, 1024)) -> Line:
    return Line(f"{name} {where}", _of(*of), call=lambda t, x: getattr(t, name)(x, *given))


def _einsum(equation: str, *shapes: tuple[int, ...]) -> Line:
    return Line(f"einsum {equation}", *[_of(*shape) for shape in shapes],
                call=lambda t, *all: t.einsum(equation, *all))  # fmt: skip


_scores = (64, 8, 64, 64)

LINES = [
    _conv("LeNet, first", (64, 1, 28, 28), 6, 5, padding=2),
    _conv("LeNet, second", (64, 6, 14, 14), 16, 5),
    _conv("ResNet, 3 to 16", (32, 3, 32, 32), 16, 3, padding=1),
    _conv("ResNet, 16 to 16", (32, 16, 32, 32), 16, 3, padding=1),
    _conv("ResNet, 32 to 32", (32, 32, 16, 16), 32, 3, padding=1),
    _conv("ResNet, 64 to 64", (32, 64, 8, 8), 64, 3, padding=1),
    _conv("ResNet, 16 to 32, stride 2", (32, 16, 32, 32), 32, 3, padding=1, stride=2),
    _conv("ResNet, 1 x 1, 16 to 32", (32, 16, 32, 32), 32, 1),
    _pool("LeNet, first", "max", (64, 6, 28, 28), 2),
    _pool("LeNet, second", "max", (64, 16, 10, 10), 2),
    _pool("3, stride 2", "max", (32, 16, 32, 32), 3, 2, 1),
    _pool("2", "avg", (32, 16, 32, 32), 2),
    _pool("of all", "adaptive_avg", (32, 64, 8, 8), 1),
    Line("embedding 1000 x 64", _below(1000, 64, 64), _of(1000, 64), call=f"{F}.embedding"),
    Line("embedding 65 x 384", _below(65, 32, 64), _of(65, 384), call=f"{F}.embedding"),
    *[
        Line(f"layer_norm {rows} x {n}", _of(64, rows // 64, n), _of(n), _of(n),
             call=lambda t, x, w, b: t.nn.functional.layer_norm(x, w.shape, w, b))
        for rows, n in ((4096, 128), (2048, 384))
    ],
    *[
        Line(f"batch_norm {' x '.join(map(str, shape))}", _of(*shape), _of(shape[1]), _of(shape[1]),
             call=lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True))
        for shape in ((32, 16, 32, 32), (32, 64, 8, 8), (128, 256))
    ],
    Line("group_norm 32 x 16 x 16 x 16", _of(32, 16, 16, 16), _of(16), _of(16),
         call=lambda t, x, w, b: t.nn.functional.group_norm(x, 4, w, b)),
    Line("gelu", _of(64, 64, 128), call=f"{F}.gelu"),
    *[Line(f"{name} 64 x 16 x 28 x 28", _of(64, 16, 28, 28), call=f"{F}.{name}")
      for name in ("relu", "leaky_relu", "elu", "silu")],
    _along("softmax", "32768 x 64", -1, of=(512, 64, 64)),
    _along("softmax", "128 x 10", -1, of=(128, 10)),
    _attention("64 x 8 x 64 x 64", _scores),
    _attention("causal", _scores, is_causal=True),
    _einsum("bhid,bhjd->bhij", _scores, _scores),
    _einsum("bhij,bhjd->bihd", _scores, _scores),
    _einsum("bij,jk->bik", (64, 64, 64), (64, 64)),
    Line("gather", _of(256, 256), _below(256, 256, 64), call=lambda t, x, i: t.gather(x, 1, i)),
    Line("scatter_add", _of(256, 256), _below(256, 256, 64), _of(256, 64),
         call=lambda t, x, i, v: t.scatter_add(x, 1, i, v)),
    Line("index_add", _of(1000, 64), _below(1000, 64), _of(64, 64),
         call=lambda t, x, i, v: t.index_add(x, 0, i, v)),
    Line("getitem of rows", _of(1000, 64), _below(1000, 64), call=lambda _, x, i: x[i]),
    _along("sort", "along rows", -1), _along("sort", "along columns", 0),
    _along("argsort", "along rows", -1), _along("topk", "5 of 1024", 5),
    _along("median", "along rows", 1), _along("cummax", "along rows", 1),
    _along("cumsum", "along rows", -1), _along("cumsum", "along columns", 0),
    _along("cumprod", "along rows", -1),
    Line("cross_entropy 4096 x 65", _of(4096, 65), _below(65, 4096), call=f"{F}.cross_entropy"),
    *[Line(f"{name} 256 x 1024", _of(256, 1024), _of(256, 1024, like=positive))
      for name in ("fmod", "remainder")],
]  # fmt: skip
