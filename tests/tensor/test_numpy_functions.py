"""NumPy's functions and ufuncs called on tensors, all of them: what arrays give, or an error.
Read `numpy_calls.py` next, the calls; then `test_numpy_protocol.py`.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

import numpy as np
import pytest
from numpy_calls import calls_of, calls_of_ufunc, functions, ufuncs

import tinygrad_nn as tnn

CALLS = [
    *((name, *call) for name, each in functions().items() for call in calls_of(name, each)),
    *((name, *call) for name, each in ufuncs().items() for call in calls_of_ufunc(name, each)),
]
RECORDED = """
absolute add amax amin angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh broadcast_to ceil
clip concatenate conjugate copysign cos cosh cumsum deg2rad degrees divide dot einsum exp exp2
expand_dims expm1 fabs flip float_power floor floor_divide fmax fmin fmod heaviside hypot imag
linalg.det linalg.inv linalg.matmul linalg.matrix_transpose linalg.outer linalg.slogdet linalg.svd
linalg.svdvals log log10 log1p log2 logaddexp logaddexp2 matmul matrix_transpose max maximum mean
min minimum multiply negative nextafter outer positive power rad2deg radians ravel real reciprocal
remainder reshape rint sign sin sinh sort split sqrt square squeeze stack subtract sum swapaxes take
take_along_axis tan tanh transpose trunc var where
"""
FLAT = ("floor", "ceil", "rint", "trunc", "heaviside", "zeros_like", "ones_like")
WRITES = ("copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask")
MASK = np.array([[True, False, True], [True, True, False]])


def values(dtype: Any) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    x, y, s = rng.uniform(0.1, 0.9, (2, 3)), rng.uniform(0.1, 0.9, (2, 3)), rng.normal(size=(3, 3))
    floats = {"x": x, "y": y, "v": x[0] + 0.03, "u": y[1] + 0.05, "s": s @ s.T + np.eye(3)}
    made = {name: value.astype(dtype) for name, value in floats.items()}
    made["z"] = (x + 1j * y).astype(np.result_type(dtype, np.complex64))
    return {**made, "n": np.array([[3, 1, 2], [5, 4, 6]]), "i": np.array([2, 0, 1])}


FLOATS, DOUBLES = values(np.float32), values(np.float64)


def leaf(array: Any) -> Any:
    return tnn.from_numpy(array).requires_grad_(array.dtype.kind in "fc")


def result(call: str, given: dict[str, Any], kind: Any = None, out: Any = None) -> Any:
    """Return what a call gives, or what it raises."""
    held = {name: kind(array.copy()) if kind else array for name, array in given.items()}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return eval(call, {**held, "np": np, "io": io, "m": MASK, "out": out})
        except Exception as error:
            return error


def leaves(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


def plain(value: Any) -> Any:
    return value.detach().numpy() if isinstance(value, tnn.Tensor) else value


def difference(found: Any, expected: Any) -> str:
    """Say in what a result differs from NumPy's."""
    if isinstance(found, Exception) or isinstance(expected, Exception):
        both = isinstance(found, Exception) and isinstance(expected, Exception)
        return "" if both else f"{found!r:.100} for {expected!r:.100}"
    ours, theirs = leaves(found), leaves(expected)
    same = len(ours) == len(theirs)
    for a, b in zip(map(plain, ours), theirs, strict=False):
        if isinstance(b, (np.ndarray, np.generic)):
            same = same and (a.dtype, a.shape) == (b.dtype, b.shape)
            near = {"rtol": 1e-5, "atol": 1e-6, "equal_nan": True} if b.dtype.kind in "fc" else {}
            same = same and (np.allclose(a, b, **near) if near else np.array_equal(a, b))
        else:
            same = same and type(a) is type(b) and (a == b or repr(b)[0] == "<")
    return "" if same else f"{found!r:.100} for {expected!r:.100}"


def given_out(call: str) -> Any:
    """Return an array for the call to write its result into."""
    if "out" not in call:
        return None
    without = call.replace(", out=out", "").replace(", out=(out, None)", "")
    made = result(without.replace(", out)", ")").replace(", where=m", ""), FLOATS)
    return np.zeros((2, 3)) if isinstance(made, Exception) else np.zeros_like(leaves(made)[0])


def expected_of(name: str, call: str) -> Any:
    if name in WRITES or ".at(" in call:
        return TypeError("into a Tensor")
    return result(call, FLOATS, np.asarray, given_out(call))


EXPECTED = {call: expected_of(name, call) for name, call, _ in CALLS}


def test_the_calls_are_what_numpy_takes():
    refused = [call for call, made in EXPECTED.items() if isinstance(made, Exception)]
    assert len(EXPECTED) - len(refused) > 1500
    assert len(refused) < 250, refused


@pytest.mark.parametrize("needs_gradient", [False, True])
def test_where_no_gradient_is_asked_for_the_result_is_numpys(needs_gradient):
    kind = leaf if needs_gradient else tnn.from_numpy
    wrong = []
    with tnn.set_grad_enabled(not needs_gradient):
        for _, call, _ in CALLS:
            found = result(call, FLOATS, kind, given_out(call))
            if differs := difference(found, EXPECTED[call]):
                wrong.append(f"{call}: {differs}")
            assert not any(getattr(each, "requires_grad", False) for each in leaves(found)), call
    assert not wrong, "\n".join(wrong)


def refuses_well(name: str, option: str, error: Exception, expected: Any, plainly: bool) -> bool:
    said = str(error)
    if not type(error).__module__.startswith("tinygrad_nn"):
        return isinstance(expected, Exception) and type(error) is type(expected)  # NumPy's own
    if isinstance(expected, Exception):
        return f"np.{name}" in said
    names_option = not (option and plainly) or option in said
    return f"np.{name}" in said and ("detach" in said or "no_grad" in said) and names_option


def test_where_a_gradient_is_asked_for_it_is_recorded_or_refused():
    wrong, answers = [], set()
    for name, call, option in CALLS:
        expected = EXPECTED[call]
        found = result(call, FLOATS, leaf, given_out(call))
        if isinstance(found, Exception):
            if not refuses_well(name, option, found, expected, name in answers):
                wrong.append(f"{call}: {found!r:.200}")
            continue
        answers |= set() if option else {name}
        if differs := difference(found, expected):
            wrong.append(f"{call}: {differs}")
        uses_floats = re.search(r"(?<!like=)\b[xyvusz]\b", call)
        for each in leaves(found):
            is_float = getattr(plain(each), "dtype", np.dtype(bool)).kind in "fc"
            is_recorded = getattr(each, "requires_grad", False)
            if is_float and not is_recorded and uses_floats and name not in FLAT:
                wrong.append(f"{call}: not recorded")
    assert not wrong, "\n".join(wrong)


def test_what_is_recorded_has_the_gradient_of_numpys_function():
    rng = np.random.default_rng(3)
    ways = {k: rng.normal(size=a.shape) for k, a in DOUBLES.items() if a.dtype.kind in "fc"}
    ways["s"] = ways["s"] + ways["s"].T
    recorded, wrong = set(), []
    for name, call, _ in CALLS:
        leaves_made: list[tuple[Any, Any]] = []

        def make(array: Any, made: Any = leaves_made) -> Any:
            made.append((array, leaf(array)))
            return made[-1][1]

        found = result(call, DOUBLES, make)
        if isinstance(found, Exception) or isinstance(EXPECTED[call], Exception):
            continue
        outputs = [x for x in leaves(found) if getattr(x, "grad_fn", None) is not None]
        if not outputs:
            continue
        recorded.add(name)
        weights = [rng.normal(size=each.shape) for each in outputs]
        sum(
            ((each * tnn.from_numpy(w)).sum() for each, w in zip(outputs, weights, strict=True))
        ).real.backward()
        slope = sum(
            float((made.grad.numpy().conj() * ways[key]).real.sum())
            for key, (_, made) in zip(DOUBLES, leaves_made, strict=True)
            if key in ways and made.grad is not None
        )
        there, back = (
            result(call, {k: a + h * ways[k] if k in ways else a for k, a in DOUBLES.items()})
            for h in (1e-6, -1e-6)
        )
        at = [i for i, x in enumerate(leaves(found)) if getattr(x, "grad_fn", None) is not None]
        numeric = sum(
            float((w * (leaves(there)[i] - leaves(back)[i]) / 2e-6).real.sum())
            for w, i in zip(weights, at, strict=True)
        )
        if not np.isclose(slope, numeric, rtol=1e-4, atol=1e-6, equal_nan=True):
            wrong.append(f"{call}: {slope} for {numeric}")
    assert not wrong, "\n".join(wrong)
    assert recorded == set(RECORDED.split())


def test_named_tuples_of_tensors_are_taken():
    values, indices = tnn.max(tnn.tensor([[1.0, 3.0]]), dim=1), tnn.tensor([5.0])
    assert np.vstack(values).tolist() == [[3.0], [1.0]]
    assert np.hstack((indices, *values)).tolist() == [5.0, 3.0, 1.0]
