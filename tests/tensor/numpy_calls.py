"""A call of each function of NumPy's that dispatches, and of each ufunc, with each of its options.
Read `test_numpy_functions.py` next, which makes them with tensors and with arrays.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.testing.overrides import (
    get_overridable_numpy_array_functions,
    get_overridable_numpy_ufuncs,
)

# What stands in a call's brackets, if it is not a matrix, x. There is y of its shape, v and u are
# vectors, s is a symmetric matrix, z complex, n and i are integers, m a mask that is an ndarray.
PLAIN = """
allclose append array_equal array_equiv isclose isin intersect1d union1d setdiff1d: x, y
setxor1d may_share_memory shares_memory inner linalg.vecdot result_type: x, y
linalg.tensordot tensordot copyto: x, y
convolve correlate kron outer vdot linalg.outer polyadd polymul polysub polydiv polyval: v, u
cross linalg.cross histogram2d geomspace linspace logspace: v, u
linalg.cholesky linalg.cond linalg.det linalg.eig linalg.eigh linalg.eigvals linalg.inv: s
linalg.eigvalsh linalg.slogdet linalg.pinv linalg.svd linalg.trace trace: s
linalg.matrix_rank: s
diag_indices_from tril_indices_from triu_indices_from: s
poly roots polyder polyint vander diag diagflat sort_complex trim_zeros unwrap: v
array asarray asanyarray ascontiguousarray asfortranarray require: [1.0, 2.0], like=x
arange identity ones tri zeros: 2, like=x
empty: 0, like=x
eye: 2, like=x
full: 2, 3.0, like=x
atleast_1d atleast_2d atleast_3d broadcast_arrays: x, v
block column_stack concatenate dstack hstack stack vstack: [x, y]
argpartition partition repeat roll rollaxis pad: x, 1
array_split split vsplit tile: x, 2
hsplit: x, 3
dsplit: x[None], 3
percentile nanpercentile: x, 30
quantile nanquantile: x, 0.3
dot linalg.matmul: x, s
linalg.solve linalg.lstsq linalg.tensorsolve: s, v
linalg.matrix_power: s, 2
linalg.multi_dot: [x, s, s]
linalg.tensorinv: np.eye(4).reshape(2, 2, 2, 2) + x[0, 0]
lib.scimath.logn: 2.0, x
lib.scimath.power: x, 2.0
lib.stride_tricks.sliding_window_view: v, 2
ix_: i, i
ravel_multi_index: (i, i), (3, 3)
unravel_index: i, (3, 3)
bincount: i
apply_along_axis: np.cumsum, 1, x
apply_over_axes: np.sum, x, (0, 1)
astype: x, np.float64
broadcast_to: v, (2, 3)
can_cast: 'f4', 'f8'
choose: i, [v, u, v]
clip: x, 0.4, 0.6
compress: [True, False, True], v
delete: x, 0
digitize: x, [0.2, 0.5]
einsum einsum_path: 'ij,ij->i', x, y
empty_like: x[:0]
expand_dims: x, 0
extract: m, x
fill_diagonal: s, 0
full_like: x, 3.0
insert: v, 1, 5.0
interp: v, [0.0, 1.0], [1.0, 3.0]
lexsort: (v, u)
moveaxis swapaxes: x, 0, 1
packbits: n
unpackbits: n.astype('u1') if isinstance(n, np.ndarray) else n.to(dtype=np.uint8)
piecewise: v, [v > 0.5], [1.0, 2.0]
place: x, m, [1.0]
polyfit: v, u, 1
put: x, 0, 1.0
put_along_axis: x, np.zeros((2, 1), int), 1.0, 1
putmask: x, m, 0.0
real_if_close: z
reshape: x, (3, 2)
resize: x, (2, 2)
save savetxt savez savez_compressed: io.BytesIO(), x
searchsorted: [0.2, 0.5], v
select: [x > 0.5], [y]
take: v, i
take_along_axis: x, np.zeros((2, 1), int), 1
where: m, x, y
"""
NO_TENSORS = (  # but text, dates, files and functions
    *("busday_count", "busday_offset", "is_busday", "datetime_as_string", "frombuffer", "fromfile"),
    *("fromfunction", "fromiter", "fromstring", "genfromtxt", "loadtxt"),
)
# What an option is given, or an option of one function; else what it is without.
OPTIONS = """
axis: 0
axis1 k offset n ddof correction decimals ord: 1
axis2: 0
axes: 1
casting: 'unsafe'
include_initial keepdims stable deg right: True
dtype: np.float64
initial mean: 0.5
min: 0.4
max: 0.6
kind: 'stable'
mode: 'wrap'
order: 'F'
out: out
shape: (2,)
empty_like.shape: (0,)
side: 'right'
subok full_matrices compute_uv: False
weights: y
where: m
linalg.vector_norm.ord: 3
linalg.cross.axis roll.axis unwrap.axis: -1
convolve.mode correlate.mode: 'same'
linalg.qr.mode: 'r'
pad.mode: 'edge'
sort.order argsort.order partition.order argpartition.order: None
argpartition.kind partition.kind: 'introselect'
isin.kind: 'sort'
transpose.axes: (1, 0)
rot90.axes: (1, 0)
fft.fft2.axes fft.ifft2.axes fft.rfft2.axes fft.irfft2.axes: (1, 0)
fft.fftn.axes fft.ifftn.axes fft.rfftn.axes fft.irfftn.axes fft.fftshift.axes: (0,)
fft.ifftshift.axes: (0,)
linalg.tensorsolve.axes: None
linalg.tensordot.axes: (1, 1)
bincount.weights histogram2d.weights: v
histogramdd.weights: None
diagonal.axis1 trace.axis1: -1
"""
MORE = {
    "sum": ("x, -1, None, None, True", "x, axis=(0, 1)", "x, axis=()", "a=x", "i", "x, 5"),
    "mean": ("x, -1, None, None, True", "x, axis=(0, 1)", "a=x", "i", "x, axis=()"),
    "max": ("x, -1, None, True", "x, axis=(0, 1)", "a=x", "z", "i", "x, axis=()"),
    "min": ("x, -1, None, True", "x, axis=(0, 1)", "a=x", "x, axis=()"),
    "argmax": ("x, -1", "a=x", "x, 1, out=None"),
    "argmin": ("x, -1", "a=x"),
    "var": ("x, -1, None, None, 1, True", "x, axis=(0, 1), ddof=1", "x, ddof=0.5", "z", "i"),
    "cumsum": ("x, -1", "a=x", "i", "x[0, 0]", "x[0, 0], 0"),
    "sort": ("x, None", "x, 0, 'quicksort'", "x, descending=True", "i", "x, 0, 'foo'"),
    "argsort": ("x, None", "x, 0", "x, stable=False"),
    "reshape": ("x, -1", "x, (4, 2)", "x, (3, 2), 'C'", "x, shape=(6,)", "a=x, shape=6"),
    "transpose": ("x, (1, 0)", "x, [-1, 0]", "v", "a=x"),
    "broadcast_to": ("array=v, shape=(1, 3)", "x, (-1, 3)", "x[0, 0], ()", "x[0], 3"),
    "squeeze": ("x[None], 0", "x, 0", "x[None], (0,)", "a=x[None]", "x[None], (-3,)"),
    "expand_dims": ("x, (0, 2)", "a=x, axis=-1", "x, [0]", "x, 5"),
    "swapaxes": ("a=x, axis1=0, axis2=1", "x, 0, 2"),
    "concatenate": (
        *("[x, y], axis=None", "(x, y), -1", "[x, v]", "[x, np.zeros(0)]", "x", "[x, y], out=None"),
        *("[x, [[1.0, 2.0, 3.0]]]", "[x, np.ones((1, 3))]", "[v[0], v[1]]", "[]"),
    ),
    "stack": ("[x, y], axis=2", "x", "(x,)", "[x, v]", "[v, [1.0, 2.0, 3.0]]", "[x, y], 5"),
    "where": ("x", "x, x, y", "m, 1.0, x", "m, x, 1", "m", "x > 0.5, x, 0.0"),
    "clip": (
        *("x, None, 0.5", "x, 0.5, None", "x, min=0.5", "x, max=v", "x, None, None", "x, 0.6, 0.4"),
        *("a=x, a_min=0.2, a_max=0.3", "x, 0.2, a_max=0.3, min=0.1", "x, y, 0.9", "i, 1, 2"),
    ),
    "take": ("x, [0, -1], 1", "x, i", "a=x, indices=i", "x, [[0, 1]]", "x, 1", "x, [5], 0"),
    "take_along_axis": (
        *("x, np.zeros((1, 2), int), 1", "x, np.full((2, 1), -1), 1", "v, np.array([1]), None"),
        *("arr=x, indices=np.ones((2, 2), int), axis=1", "v, np.array([1])", "x, i[None] * 0, 0"),
    ),
    "flip": ("x, (0, 1)", "v", "m=x", "x, 5", "x, ()"),
    "ravel": ("x, 'F'", "x[0, 0]", "a=x"),
    "dot": ("v, u", "v, s", "x[0, 0], v", "x, y", "np.ones((2, 2, 3)), v", "v, 2.0", "a=v, b=u"),
    "outer": ("x, v", "v, [1.0, 2.0]", "a=v, b=u"),
    "einsum": (
        "'ij->ji', x",
        "'ij->', x",
        "x, [0, 1], y, [0, 1]",
        "'ii', s",
        "'ji', x",
        "'i,i', v",
    ),
    "real": ("x", "z", "val=z"),
    "imag": ("x", "z", "val=z"),
    "angle": ("z", "z, True", "z=z"),
    "shape": ("a=x",),
    "ndim": ("a=x",),
    "size": ("x, 0", "a=x, axis=1", "x, axis=(0, 1)"),
    "zeros_like": ("x, 'f8'", "a=x"),
    "ones_like": ("x, 'f8'", "a=x"),
    "split": ("x, [1], 1", "x, 4", "x, 3, axis=1", "x, [0, 2], -1", "x, [2, 1], 1", "x, 2, 5"),
    "linalg.det": ("np.eye(3) * s", "x"),
    "linalg.inv": ("np.eye(3) * s", "x", "s * 0"),
    "linalg.svd": ("x, False", "x", "x, compute_uv=False, full_matrices=False"),
    "linalg.matmul": ("x, v",),
    "hstack": ("[v, u]", "(v,)"),
    "vstack": ("[v, u]", "[x, v]"),
    "linalg.norm": ("v, 2", "x, axis=1, keepdims=True"),
}


def table(text: str) -> dict[str, str]:
    """Return what stands behind the colon of a line by each of the names before it."""
    lines = (line.partition(": ") for line in text.strip().splitlines())
    return {name: value for names, _, value in lines for name in names.split()}


GIVEN, VALUES = table(PLAIN), table(OPTIONS)


def functions() -> dict[str, Any]:
    """Return the functions that dispatch on a tensor, by what stands behind `np.`."""
    assert np.fft.fft is not None  # which is registered when it is first asked for
    found = {
        f"{each.__module__}.{each.__name__}".partition(".")[2]: each
        for each in get_overridable_numpy_array_functions()
    }
    left_out = {name for name in found if "recfunctions" in name}.union(NO_TENSORS)
    return {name: found[name] for name in sorted(set(found) - left_out)}


def calls_of(name: str, function: Any) -> list[tuple[str, str]]:
    """Return the calls of a function: as source text, each with the option that it adds."""
    plain = GIVEN.get(name, "x")
    found = [(plain, ""), *((each, "") for each in MORE.get(name, ()))]
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # functions in C have none before NumPy 2.4
        parameters = {}
    for i, (key, p) in enumerate(parameters.items()):
        value = VALUES.get(f"{name}.{key}", VALUES.get(key, repr(p.default)))
        is_given = f"{key}=" in plain or (p.kind is not p.KEYWORD_ONLY and i <= plain.count(", "))
        is_option = p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is not p.empty
        if is_option and key != "like" and not is_given and "<" not in value:
            found.append((f"{plain}, {key}={value}", key))
    return [(f"np.{name}({given})", option) for given, option in found]


def ufuncs() -> dict[str, Any]:
    """Return the ufuncs that take numbers."""
    found = {each.__name__: each for each in get_overridable_numpy_ufuncs()}
    return {
        name: each
        for name, each in sorted(found.items())
        if name[0] != "_" and any(kind[0] in "?dl" for kind in each.types)
    }


def calls_of_ufunc(name: str, ufunc: Any) -> list[tuple[str, str]]:
    """Return the calls of a ufunc and of its methods, likewise."""
    a, b, c = ("x", "y", "v") if any(kind[0] in "fd" for kind in ufunc.types) else ("n", "n", "i")
    if name == "ldexp":
        b, c = "n", "i"
    products = {"matmul": "x, s", "matvec": "x, v", "vecmat": "v, s", "vecdot": "x, y"}
    given = products.get(name, {1: a, 2: f"{a}, {b}", 3: f"{a}, 0.4, 0.6"}[ufunc.nin])
    out = "out" if ufunc.nout == 1 else "(out, None)"
    options = {"out": out, "dtype": "np.float64", "casting": "'unsafe'", "order": "'F'"}
    found = [("", given, ""), *(("", f"{given}, {k}={v}", k) for k, v in options.items())]
    if ufunc.nout == 1 and name not in products:
        found += [("", f"{given}, out", ""), ("", f"{given}, out=out, where=m", "where")]
        if ufunc.nin == 1:
            found.append((".at", f"{a}, 0", "at"))
        elif ufunc.nin == 2:
            found += [("", f"{a}, {c}", ""), ("", f"{c}, {b}", ""), (".at", f"{a}, 0, 1", "at")]
            found += [(".reduce", a, ""), (".reduce", f"{a}, axis=1, keepdims=True", "reduce")]
            found += [(".accumulate", f"{a}, 1", ""), (".outer", f"{a}, {c}", "outer")]
            found += [(".reduceat", f"{a}, [0, 1]", "reduceat")]
    return [(f"np.{name}{method}({given})", option) for method, given, option in found]
