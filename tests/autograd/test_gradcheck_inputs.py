"""What a gradient check asks of its inputs, what it does to them, and which options it refuses.
Read `test_compare.py` next, for gradients worked out by hand.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import tinygrad_nn as tnn
from tinygrad_nn.autograd import GradcheckError, gradcheck, gradgradcheck

ARRAY = np.array([[0.5, -1.5, 2.0], [1.0, -0.25, 0.75]])


def over(array):
    """A leaf that stands on this very array."""
    return tnn.from_numpy(array).requires_grad_()


LAYOUTS = {
    "rows": ARRAY.copy,
    "columns": lambda: np.asfortranarray(ARRAY),
    "every second": lambda: np.repeat(ARRAY, 2, axis=1)[:, ::2],
    "backwards": lambda: ARRAY[::-1, ::-1],
    "0-d": lambda: np.array(-0.0),
    "a row of more": lambda: np.stack([ARRAY, ARRAY])[1],
    "no entries": lambda: np.zeros((2, 0)),
}


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_inputs_are_put_back_bit_for_bit(layout, check, fast_mode):
    array = LAYOUTS[layout]().view()
    owner = array if array.base is None else array.base
    before = owner.tobytes()
    x = over(array)
    assert np.shares_memory(x.array, array) or not array.size
    assert check(lambda x: (x * x).exp(), x, fast_mode=fast_mode)
    assert owner.tobytes() == before
    assert x.grad is None


@given(
    npst.arrays(np.float64, npst.array_shapes(max_dims=3, max_side=3), elements=st.floats(-2, 2)),
    st.data(),
)
def test_inputs_of_any_strides_are_checked_and_put_back(array, data):
    steps = tuple(slice(None, None, data.draw(st.sampled_from([1, -1, 2]))) for _ in array.shape)
    view = array.transpose(data.draw(st.permutations(range(array.ndim))))[steps]
    before = array.tobytes()
    assert gradcheck(lambda x: x * x * x, over(view))
    assert not gradcheck(lambda x: x * x + x.detach(), over(view), raise_exception=False)
    assert array.tobytes() == before


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
@pytest.mark.parametrize("call", range(3, 9))
def test_inputs_are_put_back_when_the_function_fails_at_any_call(call, error):
    array = ARRAY[::-1].copy()[::-1]
    before, calls = array.tobytes(), []

    def func(x):
        calls.append(x.array.tobytes())
        if len(calls) == call:
            raise error
        return x * x

    with pytest.raises(error):
        gradcheck(func, over(array))
    assert calls[-1] != before  # it failed while an entry was away from its place
    assert array.tobytes() == before


def test_gradients_that_are_there_are_left_alone():
    x = over(ARRAY.copy())
    x.grad = tnn.ones(2, 3, dtype=tnn.float64)
    gradcheck(lambda x: x * x, x)
    gradgradcheck(lambda x: x * x, x)
    assert x.grad.tolist() == np.ones((2, 3)).tolist()


def test_no_global_random_state_is_touched():
    numpy_before, ours_before = np.random.get_state()[1].tolist(), tnn.get_rng_state().tolist()  # noqa: NPY002
    for fast_mode in (False, True):
        gradgradcheck(lambda x: x * x, over(ARRAY.copy()), fast_mode=fast_mode)
    assert np.random.get_state()[1].tolist() == numpy_before  # noqa: NPY002
    assert tnn.get_rng_state().tolist() == ours_before


def test_a_closure_may_read_the_inputs_that_are_moved():
    x = over(ARRAY.copy())
    assert gradcheck(lambda *_: x * x, x)
    model = tnn.nn.Sequential(tnn.nn.Linear(3, 2), tnn.nn.Tanh(), tnn.nn.Linear(2, 1)).double()
    assert gradcheck(lambda *_: model(tnn.from_numpy(ARRAY)), tuple(model.parameters()))


def test_inputs_inside_of_lists_are_checked_and_counted_on():
    a, b, c = (over(ARRAY.copy()) for _ in range(3))
    assert gradcheck(lambda pair, c: tnn.cat([*pair, c]) * 2, ([a, b], c))
    with pytest.raises(GradcheckError, match=r"with respect to input 2\["):
        gradcheck(lambda pair, c: pair[0] * pair[1] * c.detach() + c, ([a, b], c))


def test_inputs_that_need_no_gradient_are_not_moved():
    constant = tnn.from_numpy(ARRAY.copy())
    constant.array.flags.writeable = False
    assert gradcheck(lambda x, y: x * y, (over(ARRAY.copy()), constant))


@pytest.mark.parametrize("raise_exception", [True, False])
def test_nothing_to_check_is_an_error(raise_exception):
    with pytest.raises(ValueError, match="no input requires a gradient"):
        gradcheck(lambda x: x, tnn.from_numpy(ARRAY), raise_exception=raise_exception)


OVERLAPPING = {
    "expanded": lambda: tnn.from_numpy(ARRAY[:1].copy()).requires_grad_().expand(4, 3),
    "stride 0": lambda: over(np.lib.stride_tricks.as_strided(np.ones(1), (3,), (0,))),
    "windows": lambda: over(np.lib.stride_tricks.as_strided(np.ones(5), (4, 2), (8, 8))),
}


@pytest.mark.parametrize("layout", OVERLAPPING)
def test_an_input_that_shares_memory_with_itself_is_refused(layout):
    with pytest.raises(RuntimeError, match=r"entries of input 1, .* share memory .*clone\(\)"):
        gradcheck(lambda x, y: x * y.sum(), (over(ARRAY.copy()), OVERLAPPING[layout]()))


def test_strides_that_interleave_without_overlap_are_accepted():
    array = np.lib.stride_tricks.as_strided(np.arange(12.0), (2, 3), (24, 16))
    assert gradcheck(lambda x: x * x, over(array))


def test_a_read_only_input_is_refused():
    array = ARRAY.copy()
    x = over(array)
    x.array.flags.writeable = False
    with pytest.raises(ValueError, match="input 0 is read-only"):
        gradcheck(lambda x: x * x, x)


@pytest.mark.parametrize("dtype", [tnn.float32, tnn.float16])
def test_an_input_of_few_digits_is_warned_of_and_blamed(dtype):
    x = tnn.tensor(ARRAY, dtype=dtype).requires_grad_()
    with (
        pytest.warns(UserWarning, match=f"input 0 is {dtype.name}") as warned,
        pytest.raises(GradcheckError, match=rf"{dtype.name}: a step of eps=1e-06 is lost"),
    ):
        gradcheck(lambda x: x * x * 3, x)
    assert [each.filename for each in warned] == [__file__]


def test_small_inputs_of_few_digits_are_blamed_too():
    x = tnn.tensor([1e-4], dtype=tnn.float32).requires_grad_()
    with (
        pytest.warns(UserWarning, match="float32"),
        pytest.raises(GradcheckError, match=r"0\.0001 in float32: a step of eps=1e-06 is lost"),
    ):
        gradcheck(lambda x: x * 3 + 100, x)


def test_a_large_eps_makes_float32_checkable():
    x = tnn.tensor(ARRAY, dtype=tnn.float32).requires_grad_()
    with pytest.warns(UserWarning, match="float32"):
        assert gradcheck(lambda x: x * x * 3, x, eps=1e-2, atol=1e-2)


def test_a_step_lost_in_the_rounding_of_a_large_input_is_blamed():
    with pytest.raises(GradcheckError, match=r"1e\+11 in float64: a step of eps=1e-06 is lost"):
        gradcheck(lambda x: x * 3, over(np.array(1e11)))


@pytest.mark.parametrize("result", [3.0, None, "text", np.ones(3)])
def test_an_output_that_is_no_tensor_is_named(result):
    with pytest.raises(TypeError, match=f"output 1 of the function is a {type(result).__name__}"):
        gradcheck(lambda x: (x, result), over(ARRAY.copy()))


@pytest.mark.parametrize(
    ("check", "option"),
    [
        (gradcheck, "check_batched_grad"),
        (gradcheck, "check_batched_forward_grad"),
        (gradgradcheck, "check_batched_grad"),
        (gradgradcheck, "check_fwd_over_rev"),
    ],
)
def test_a_check_that_is_not_here_is_refused_by_name(check, option):
    with pytest.raises(NotImplementedError, match=rf"{option}=True"):
        check(lambda x: x * x, over(ARRAY.copy()), **{option: True})
    assert check(lambda x: x * x, over(ARRAY.copy()), **{option: False})


@pytest.mark.parametrize(
    ("check", "option"),
    [(gradcheck, "check_backward_ad"), (gradgradcheck, "check_rev_over_rev")],
)
def test_checking_nothing_is_refused(check, option):
    with pytest.raises(ValueError, match=rf"{option}=False"):
        check(lambda x: x * x, over(ARRAY.copy()), **{option: False})


def test_the_signatures_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    import inspect

    for ours, theirs in (
        (gradcheck, torch.autograd.gradcheck),
        (gradgradcheck, torch.autograd.gradgradcheck),
    ):
        parameters = [inspect.signature(each).parameters.values() for each in (ours, theirs)]
        assert [[(p.name, p.kind, p.default) for p in each] for each in parameters[:1]] == [
            [(p.name, p.kind, p.default) for p in each] for each in parameters[1:]
        ]
