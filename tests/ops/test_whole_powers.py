"""Powers of bool and integers, and the bounds of clamp that are 0-d tensors beside numbers.
Read `test_ops_errors.py` next.
"""

import pytest
from beside_torch import outcome, torch

import tinygrad_nn as tnn

WHOLE = ("bool", "uint8", "int8", "int16", "int32", "int64")
POWERS = {
    "x ** z": lambda x, z: x**z,
    "x.pow(z)": lambda x, z: x.pow(z),
    "x.pow_(z)": lambda x, z: x.clone().pow_(z),
    "z ** x": lambda x, z: z**x,
}


@pytest.mark.parametrize("power", POWERS.values(), ids=POWERS)
@pytest.mark.parametrize("dtype", WHOLE)
def test_powers_of_bool_and_integers_are_pytorchs_and_refused_where_they_are(power, dtype):
    for exponent in (True, False, 0, 1, 3, -1, -2, 0.5, *WHOLE):

        def program(f, exponent=exponent):
            x, z = f.tensor([0, 1, 2, -1, 3]).to(getattr(f, dtype)), exponent
            if isinstance(exponent, str):
                z = f.tensor([-1, -128, -3, -3, 2]).to(getattr(f, exponent))
            y = power(x, z)
            return y if y.dtype.is_floating_point else (str(y.dtype), y.tolist())

        ours, theirs = outcome(program, tnn), outcome(program, torch)
        assert (ours.error is None) == (theirs.error is None), (exponent, ours, theirs)
        assert ours.error or repr(ours.value) == repr(theirs.value), exponent
        assert ours.error is None or "pow" in str(ours.error), exponent


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float16", "float32"])
def test_a_0d_bound_beside_a_number_counts_as_a_number(dtype):
    def bounds(f):
        points = [f.tensor(1).to(getattr(f, kind)) for kind in ("int64", "float64", "float16")]
        return [None, *points, 2, 2.0]

    calls = [f"clamp {i} {j}" for i in range(6) for j in range(6) if i or j]
    for call in calls:
        i, j = map(int, call.split()[1:])
        for name in ("clamp", "clip"):

            def program(f, i=i, j=j, name=name):
                x = f.tensor([0, 1, 3]).to(getattr(f, dtype))
                return getattr(x, name)(bounds(f)[i], bounds(f)[j])

            ours, theirs = outcome(program, tnn), outcome(program, torch)
            if theirs.error is None:  # it has no bool within bools
                assert ours.error is None, call
                assert ours.value.dtype == theirs.value.dtype, call
                assert ours.value.tolist() == theirs.value.tolist(), call
