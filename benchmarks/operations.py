"""The table of calls that are timed: every operation of the registry, each way it is mostly called.
Read `every_operation.py` next, which runs it.

A new operation takes a line here: its name, its operands, and a function of the library and the
operands where it is called by another name or with other arguments. Lines for what is not there yet
wait until both libraries have it.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterable
from typing import Any

from .images import OVER_IMAGES
from .layer_lines import LAYERS_AND_LOSSES, F, functional
from .operands import (
    Line,
    above,
    bias,
    column,
    columns,
    half_rows,
    hidden,
    inside,
    ints,
    labels,
    mask,
    middle_one,
    other_rows,
    places,
    positive,
    probability,
    real,
    row,
    rows,
    some_nan,
    spread,
    square,
    stack,
    target,
    turned,
    turned_stack,
    two_rows,
    weight,
)
from .special_lines import SPECIAL_FUNCTIONS

ONLY_IN_RULES = {
    *(
        "threshold_backward",
        "shrink_backward",
        "leaky_relu_backward",
        "hardtanh_backward",
        "place_along",
        "pad_to",
    ),
    *("expanded", "placed", "unfold_backward", "restrided", "imag", "fold_padding", "drawn"),
    *("embedding_dense_backward", "cumsum_from_end", "recurrence"),
}


def _functional(*lines: tuple[Any, ...], **given: Any) -> list[Line]:
    """Lines for functions below nn.functional that take the operands and nothing else."""
    return [Line(name, *operands, call=f"{F}.{name}", **given) for name, *operands in lines]


def _add_one_to_a_row(_: Any, x: Any) -> None:
    x[1] += 1


def _add_at(library: Any, v: Any, index: Any) -> Any:
    """The gradient of x[index]; PyTorch's is index_put, ours no public function."""
    shape = (2 * len(v), *v.shape[1:])
    if hasattr(library.autograd, "registry"):
        return library.autograd.registry["add_at"].call(v, (index,), shape)
    return library.zeros(shape).index_put((index,), v, accumulate=True)


def _index_reduce(library: Any, x: Any, index: Any, values: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch calls it a beta version
        return library.index_reduce(x, 0, index, values, "amax")


EACH_ELEMENT = [
    Line("neg", real, call=lambda _, x: -x),
    *[Line(name, real) for name in ("exp", "tanh", "sigmoid", "relu", "abs", "sign", "clone")],
    *[Line(name, positive) for name in ("log", "sqrt")],
    *functional(("softplus", real)),
    Line("cast to float64", real, call=lambda _, x: x.double()),
    Line("clamp min, max", real, call=lambda t, x: t.clamp(x, -0.5, 0.5)),
    Line("clamp min", real, call=lambda t, x: t.clamp(x, min=0.0)),
    Line("isnan", some_nan),
    *[Line(name, real) for name in ("real", "conj", "angle", "logical_not")],
    Line("bitwise_not of ints", ints, call=lambda _, x: ~x),
    Line("bitwise_not of bools", mask, call=lambda _, x: ~x),
    *[
        Line(name, real)
        for name in (
            *("sin", "cos", "sinh", "cosh", "atan", "asinh", "erf", "erfc", "expm1", "exp2"),
            *("square", "floor", "ceil", "round", "trunc", "frac", "isinf", "isfinite", "sinc"),
            *("nan_to_num", "tan", "sgn", "deg2rad", "rad2deg", "signbit", "frexp", "isreal"),
            *("isposinf", "isneginf"),
        )
    ],
    *[Line(name, positive) for name in ("log1p", "log2", "log10", "rsqrt", "reciprocal")],
    *[Line(name, inside) for name in ("asin", "acos", "atanh", "erfinv")],
    Line("logit", probability),
    Line("acosh", above),
    *functional(
        *[(name, real) for name in ("gelu", "silu", "elu", "selu", "leaky_relu")],
        *[(name, real) for name in ("mish", "hardtanh", "hardsigmoid", "hardswish", "softsign")],
        *[(name, real) for name in ("relu6", "celu", "tanhshrink", "softshrink", "hardshrink")],
    ),
    *SPECIAL_FUNCTIONS,
    Line("dropout", real, call=f"{F}.dropout", random=True),
]

EACH_PAIR = [
    Line("add", real, real, call=lambda _, x, y: x + y),
    Line("add a number", real, call=lambda _, x: x + 2.0),
    Line("add a row", real, row, call=lambda _, x, y: x + y),
    Line("add alpha=", real, real, call=lambda t, x, y: t.add(x, y, alpha=0.5)),
    Line("sub", real, real, call=lambda _, x, y: x - y),
    Line("sub from a number", real, call=lambda _, x: 1.0 - x),
    Line("mul", real, real, call=lambda _, x, y: x * y),
    Line("mul a number", real, call=lambda _, x: x * 2.0),
    Line("mul a column", real, column, call=lambda _, x, y: x * y),
    Line("div", real, positive, call=lambda _, x, y: x / y),
    Line("div by a number", real, call=lambda _, x: x / 3.0),
    Line("div into a number", positive, call=lambda _, x: 1.0 / x),
    Line("div_rounded", real, positive, call=lambda t, x, y: t.div(x, y, rounding_mode="floor")),
    Line("pow 2", real, call=lambda _, x: x**2),
    Line("pow 3", real, call=lambda _, x: x**3),
    Line("pow 0.5", positive, call=lambda _, x: x**0.5),
    Line("pow", positive, real, call=lambda _, x, y: x**y),
    *[Line(name, real, real) for name in ("maximum", "minimum", "eq", "ne", "lt", "le")],
    *[Line(name, real, real) for name in ("gt", "ge")],
    Line("gt a number", real, call=lambda _, x: x > 0.5),
    *[Line(f"{name} of bools", mask, mask, call=name) for name in ("bitwise_and", "bitwise_or")],
    *[Line(name, ints, ints) for name in ("bitwise_and", "bitwise_or", "bitwise_xor")],
    Line("where", mask, real, real),
    Line("where or a number", mask, real, call=lambda t, c, x: t.where(c, x, 0.0)),
    *[Line(name, real, real) for name in ("hypot", "atan2", "logaddexp", "fmax", "fmin", "dist")],
    *[Line(name, real, positive) for name in ("fmod", "remainder", "xlogy")],
    Line("lerp", real, real, call=lambda t, x, y: t.lerp(x, y, 0.3), needs="lerp"),
    Line("floor_divide", target, positive._replace(wants_gradient=False)),
    Line("addcmul", real, real, real),
    Line("addcdiv", real, real, positive),
    Line("masked_fill", real, mask, call=lambda _, x, c: x.masked_fill(c, 0.0),
         needs="Tensor.masked_fill"),
    *[Line(name, mask, mask) for name in ("logical_and", "logical_or", "logical_xor")],
    *[Line(name, real, real) for name in ("copysign", "ldexp", "logaddexp2", "nextafter")],
    *[Line(name, real, real) for name in ("complex", "isclose")],
    *[Line(name, real, real) for name in ("clamp_min", "clamp_max")],
    Line("heaviside", real._replace(wants_gradient=False),
         positive._replace(wants_gradient=False)),
    *[Line(name, ints, ints) for name in ("gcd", "lcm")],
    Line("bitwise_left_shift", ints, call=lambda _, x: x << 2),
    Line("bitwise_right_shift", ints, call=lambda _, x: x >> 2),
    Line("polar", positive, real),
    Line("view_as_real", real, real, call=lambda t, x, y: t.view_as_real(t.complex(x, y))),
    Line("view_as_complex", real, real,
         call=lambda t, x, y: t.view_as_complex(t.stack((x, y), -1))),
]  # fmt: skip

REDUCTIONS = [
    *[
        line
        for name in ("sum", "mean", "var", "amax", "amin", "argmax", "argmin", "std", "prod", "all")
        for line in (
            Line(name, real),
            Line(f"{name} dim 0", real, call=lambda t, x, f=name: getattr(t, f)(x, dim=0),
                 needs=name),
            Line(f"{name} dim 1", real, call=lambda t, x, f=name: getattr(t, f)(x, dim=1),
                 needs=name),
        )
    ],
    Line("sum dim 1, keepdim", real, call=lambda _, x: x.sum(1, keepdim=True)),
    Line("max", real),
    Line("min", real),
    *[
        Line(f"{name}_dim {dim}", real, call=lambda t, x, f=name, d=dim: getattr(t, f)(x, dim=d))
        for name in ("max", "min")
        for dim in (0, 1)
    ],
    *[
        Line(f"{name} dim {dim}", real, call=lambda t, x, f=name, d=dim: getattr(t, f)(x, dim=d),
             needs=name)
        for name in ("logsumexp", "softmax", "log_softmax", "cumsum", "cumprod", "logcumsumexp",
                     "sort", "argsort", "median", "cummax")
        for dim in (0, 1)
    ],
    Line("topk", real, call=lambda t, x: t.topk(x, 2), needs="topk"),
    Line("norm", real, call=lambda _, x: x.norm(), needs="Tensor.norm"),
    Line("linalg.vector_norm", real),
    Line("count_nonzero", real),
    Line("aminmax", real),
    Line("var_mean", real, call=lambda t, x: t.var_mean(x, dim=1), needs="var_mean"),
    Line("std_mean", real, call=lambda t, x: t.std_mean(x, dim=1), needs="std_mean"),
    *[Line(name, real) for name in ("any", "nansum", "mode")],
    *[Line(name, target) for name in ("unique", "unique_consecutive")],
    Line("vector_norm dim 1", real, call=lambda _, x: x.norm(dim=1), needs="Tensor.norm"),
    *[
        Line(f"{name}_{which}", real, call=lambda t, x, f=name, a=given: getattr(t, f)(x, *a))
        for name in ("median", "nanmedian")
        for which, given in (("all", ()), ("dim", (1,)))
    ],
    Line("cummin", real, call=lambda t, x: t.cummin(x, 1), needs="cummin"),
    Line("kthvalue", real, call=lambda t, x: t.kthvalue(x, 2), needs="kthvalue"),
    Line("quantile", real, call=lambda t, x: t.quantile(x, 0.3, dim=1), needs="quantile"),
    Line("bincount", labels),
    *[Line(name, target) for name in ("histc", "histogram")],
    Line("searchsorted", row, target, call=lambda t, s, x: t.searchsorted(t.sort(s)[0], x)),
    Line("isin", ints, labels),
]  # fmt: skip

ELSEWHERE = [
    Line("reshape", real, call=lambda _, x: x.reshape(-1, 2)),
    Line("reshape of a transposed", turned, call=lambda _, x: x.T.reshape(-1, 2)),
    Line("view", real, call=lambda _, x: x.view(2, -1)),
    Line("flatten", real, records="reshape"),
    Line("transpose", real, call=lambda t, x: t.transpose(x, 0, 1)),
    Line("T", real, call=lambda _, x: x.T, records="transpose"),
    Line("permute", stack, call=lambda _, x: x.permute(2, 0, 1)),
    Line("unsqueeze", real, call=lambda _, x: x.unsqueeze(1)),
    Line("squeeze", middle_one, call=lambda _, x: x.squeeze(1)),
    Line("expand", row, call=lambda _, x: x.expand(8, -1)),
    Line("cat of three", real, real, real, call=lambda t, *all: t.cat(all)),
    Line("cat of three, dim 1", real, real, real, call=lambda t, *all: t.cat(all, 1)),
    Line("stack of three", real, real, real, call=lambda t, *all: t.stack(all)),
    Line("unbind", real),
    Line("split", real, call=lambda t, x: t.split(x, 2), needs="split"),
    Line("chunk", real, call=lambda t, x: t.chunk(x, 4), needs="chunk"),
    Line("diag_embed", row),
    Line("repeat_each", real, call=lambda t, x: t.repeat_interleave(x, 2, 0)),
    Line("strided_view", row, call=lambda _, x: x.as_strided((2, 2), (2, 1))),
    Line("blocks_on_diagonal", real, real, call=lambda t, *all: t.block_diag(*all)),
    Line("flip", real, call=lambda t, x: t.flip(x, (0,)), needs="flip"),
    Line("roll", real, call=lambda t, x: t.roll(x, 1, 0), needs="roll"),
    Line("repeat", real, call=lambda _, x: x.repeat(2, 1), needs="Tensor.repeat"),
    Line("tile", real, call=lambda t, x: t.tile(x, (2, 1)), needs="tile"),
    Line("repeat_interleave", real, call=lambda t, x: t.repeat_interleave(x, 2, 0),
         needs="repeat_interleave"),
    Line("movedim", stack, call=lambda t, x: t.movedim(x, 0, 2), needs="movedim"),
    Line("unfold", real, call=lambda _, x: x.unfold(0, 2, 1), needs="Tensor.unfold"),
    Line("constant_pad_nd", real, call=lambda t, x: t.nn.functional.pad(x, (1, 1))),
    Line("pad_with_own", real, call=lambda t, x: t.nn.functional.pad(x, (1, 1), "reflect")),
    Line("diff", real),
    *[Line(name, real) for name in ("tril", "triu", "diagonal", "diag", "trace", "ravel")],
]  # fmt: skip

PICKING = [
    Line("getitem an int", real, call=lambda _, x: x[1]),
    Line("getitem two ints", real, call=lambda _, x: x[1, 2]),
    Line("getitem a slice", real, call=lambda _, x: x[1:3]),
    Line("getitem a column", real, call=lambda _, x: x[:, 1]),
    Line("getitem an index array", real, rows, call=lambda _, x, i: x[i]),
    Line("getitem two index arrays", real, rows, rows, call=lambda _, x, i, j: x[i, j]),
    Line("getitem a mask", real, mask, call=lambda _, x, where: x[where]),
    Line("gather dim 0", real, places, call=lambda t, x, i: t.gather(x, 0, i)),
    Line("gather one a row", real, labels,
         call=lambda t, x, i: t.gather(x, 1, i.reshape(-1, 1))),
    Line("add_at", half_rows, rows, call=_add_at),
    Line("index_select", real, rows, call=lambda t, x, i: t.index_select(x, 0, i),
         needs="index_select"),
    Line("index_add", real, rows, half_rows, call=lambda t, x, i, v: t.index_add(x, 0, i, v),
         needs="index_add"),
    Line("scatter", real, places, call=lambda t, x, i: t.scatter(x, 0, i, 1.0),
         needs="scatter"),
    Line("scatter_add", real, places, real, call=lambda t, x, i, v: t.scatter_add(x, 0, i, v),
         needs="scatter_add"),
    Line("take_along_dim", real, places, call=lambda t, x, i: t.take_along_dim(x, i, 0),
         needs="take_along_dim"),
    Line("masked_select", real, mask),
    Line("masked_scatter", real, mask, real),
    Line("scatter_reduce", real, places, real,
         call=lambda t, x, i, v: t.scatter_reduce(x, 0, i, v, "amax")),
    Line("index_reduce", real, rows, half_rows,
         call=_index_reduce),
    Line("index_copy", real, rows, half_rows, call=lambda t, x, i, v: t.index_copy(x, 0, i, v)),
    Line("index_fill", real, rows, call=lambda t, x, i: t.index_fill(x, 0, i, 0.0)),
    Line("index_put", real, rows, half_rows, call=lambda t, x, i, v: t.index_put(x, (i,), v)),
    Line("take", real, places),
    Line("put", real, places, real),
    Line("fill", real, call=lambda t, x: t.fill(x, 2.0)),
    *[Line(name, mask) for name in ("nonzero", "argwhere")],
    Line("nonzero_static", mask, call=lambda t, x: t.nonzero_static(x, size=8)),
    Line("embedding_bag", rows, real,
         call=lambda t, i, w: t.nn.functional.embedding_bag(i[None], w)),
    Line("embedding", labels, turned, call=f"{F}.embedding"),
    Line("one_hot", labels, call=f"{F}.one_hot"),
]  # fmt: skip

WRITES = [
    Line("x.clone().relu_()", real, call=lambda _, x: x.clone().relu_()),  # once: it keeps y
    Line("x[1] += 1", real, call=_add_one_to_a_row, records="overlay", writes=True),
    *[
        Line(title, real, *operands, call=call, records=records, writes=True, **given)
        for title, operands, call, records, given in (
            ("x[2:4] = v", [two_rows], lambda _, x, v: operator.setitem(x, slice(2, 4), v),
             "overlay", {}),
            ("x[i] = v", [other_rows, half_rows], lambda _, x, i, v: operator.setitem(x, i, v),
             "overlay", {}),
            ("x[mask] = 0", [mask], lambda _, x, where: operator.setitem(x, where, 0.0),
             "overlay", {}),
            ("x.copy_(v)", [real], lambda _, x, v: x.copy_(v), "overlay", {}),
            ("x.zero_()", [], lambda _, x: x.zero_(), "overlay", {}),
            ("x.add_(v)", [real], lambda _, x, v: x.add_(v), "add", {}),
            ("x.mul_(v)", [positive], lambda _, x, v: x.mul_(v), "mul", {}),
            ("x.mul_(2)", [], lambda _, x: x.mul_(2.0), "mul", {}),
            ("x.clamp_(0, 1)", [], lambda _, x: x.clamp_(0.0, 1.0), "clamp", {}),
            ("x.masked_fill_()", [mask], lambda _, x, where: x.masked_fill_(where, 0.0),
             "masked_fill", {"needs": "Tensor.masked_fill_"}),
        )
    ],
]  # fmt: skip

PRODUCTS = [
    Line("matmul", real, turned, call=lambda _, x, y: x @ y),
    Line("matmul by a vector", real, row, call=lambda _, x, y: x @ y),
    Line("matmul of stacks", stack, turned_stack, call=lambda _, x, y: x @ y),
    Line("linear", real, weight, call=f"{F}.linear"),
    Line("linear with bias", real, weight, bias, call=f"{F}.linear"),
    Line("linear of three dimensions", stack, weight.of(lambda n, m: (m // 4, m // 4)), bias,
         call=f"{F}.linear"),
    Line("dot", row, row),
    Line("mv", real, row),
    Line("outer", row, row),
    Line("bmm", stack, turned_stack),
    Line("addmm", bias, hidden, weight.of(lambda n, m: (m // 4, m // 4))),
    Line("einsum of a product", real, turned,
         call=lambda t, x, y: t.einsum("ij,jk->ik", x, y), needs="einsum"),
    Line("einsum of a sum", real, real,
         call=lambda t, x, y: t.einsum("ij,ij->i", x, y), needs="einsum"),
    Line("bilinear", hidden, hidden, stack.of(lambda n, m: (4, m // 4, m // 4)),
         call=f"{F}.bilinear"),
    Line("cdist", real, half_rows),
    Line("kron", row, row.of(lambda n, m: (4,))),
    *[Line(f"linalg.{name}", square) for name in ("inv", "det", "slogdet", "matrix_norm")],
    Line("linalg.solve", square, columns),
    Line("linalg.svd", spread, call=lambda t, x: t.linalg.svd(x)[1], needs="linalg.svd"),
    Line("linalg.svdvals", spread),
    Line("linalg.cholesky", square, call=lambda t, x: t.linalg.cholesky(x @ x.T),
         needs="linalg.cholesky"),
    Line("linalg.eigvalsh", spread, call=lambda t, x: t.linalg.eigvalsh(x + x.T),
         needs="linalg.eigvalsh"),
    Line("linalg.qr", square, call=lambda t, x: t.linalg.qr(x)[1], needs="linalg.qr"),
    Line("addmv", bias, weight, row),
    Line("baddbmm", middle_one.of(lambda n, m: (4, n, n)), stack, turned_stack),
    Line("cross", real.of(lambda n, m: (n, 3)), real.of(lambda n, m: (n, 3)), call="linalg.cross"),
    *[Line(name, square, call=f"linalg.{name}") for name in ("pinv", "vector_norm")],
    Line("matrix_exp", square),
    Line("solve_triangular", square, columns,
         call=lambda t, A, B: t.linalg.solve_triangular(A, B, upper=True)),
    Line("cholesky_solve", columns, square),
    Line("lu_factor", square, call=lambda t, x: t.linalg.lu_factor(x)[0]),
    Line("eig", spread, call=lambda t, x: t.linalg.eig(x)[0].real),
    Line("eigh", spread, call=lambda t, x: t.linalg.eigh(x)[0]),
    Line("fft_c2c", real, call=lambda t, x: t.fft.fft(x).real),
    Line("fft_r2c", real, call=lambda t, x: t.fft.rfft(x).real),
    Line("fft_c2r", real, call=lambda t, x: t.fft.irfft(t.fft.rfft(x))),
]  # fmt: skip

LINES = [
    *EACH_ELEMENT,
    *EACH_PAIR,
    *REDUCTIONS,
    *ELSEWHERE,
    *PICKING,
    *WRITES,
    *PRODUCTS,
    *LAYERS_AND_LOSSES,
    *OVER_IMAGES,
]


def lines_for(libraries: Iterable[Any], only: Iterable[str] = ()) -> list[Line]:
    """The lines that every library can run; of these operations or titles only, if given."""
    libraries, wanted = list(libraries), set(only)
    return [
        line
        for line in LINES
        if line.there(*libraries) and (not wanted or wanted & {line.title, *line.covers})
    ]


def without_a_line(library: Any) -> list[str]:
    """The operations in the package's registry that no line calls as things are."""
    covered = set[str]().union(*(line.covers for line in lines_for([library])))
    return [
        name
        for name, op in library.autograd.registry.items()
        if op.call.__module__.startswith("tinygrad_nn.") and name not in covered | ONLY_IN_RULES
    ]
