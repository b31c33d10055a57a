"""The checker is checked: planted faults are caught, and PyTorch's checker gives the same verdicts.
Read `test_gradgradcheck.py` next, then `test_gradcheck_inputs.py`.
"""

import itertools
import warnings

import numpy as np
import pytest
from planted_gradients import RIGHT, ROW, WRONG, X, leaf, planted, square

import tinygrad_nn as tnn
from tinygrad_nn.autograd import GradcheckError, engine, gradcheck


def verdict(library, build, **options):
    func, inputs = build(library)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return library.autograd.gradcheck(func, inputs, raise_exception=False, **options)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_gradient_passes(name):
    assert verdict(tnn, RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_is_caught(name):
    assert not verdict(tnn, WRONG[name])


@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_the_verdict_is_that_of_pytorch(name):
    torch = pytest.importorskip("torch")
    assert verdict(torch, (RIGHT | WRONG)[name]) is (name in RIGHT)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_gradient_passes_in_fast_mode(name):
    assert verdict(tnn, RIGHT[name], fast_mode=True)


@pytest.mark.parametrize("name", [name for name in WRONG if name != "relu just beside 0"])
def test_a_wrong_gradient_is_caught_in_fast_mode(name):
    assert not verdict(tnn, WRONG[name], fast_mode=True)


def test_a_relative_error_of_1e_3_is_caught_at_a_smaller_rtol():
    func, inputs = planted(square, lambda g, x: 2 * x * g * 1.001, X)(tnn)
    assert not gradcheck(func, inputs, rtol=1e-4, raise_exception=False)
    assert gradcheck(func, inputs, rtol=2e-3)


def test_nondet_tol_allows_two_passes_to_differ():
    func, inputs = WRONG["not the same twice"](tnn)
    with pytest.raises(
        GradcheckError, match=r"two backward passes .* of input 0 .* up to \d\.?\d*e-(09|10)"
    ):
        gradcheck(func, inputs)
    assert gradcheck(func, inputs, nondet_tol=1e-7)


def test_integer_outputs_are_passed_over_wherever_they_stand():
    assert gradcheck(lambda x: (x.argmax(-1), x * x, x > 0), leaf(tnn, X))
    with pytest.raises(GradcheckError, match="of output 1"):
        gradcheck(lambda x: (x.argmax(-1), x * x.detach()), leaf(tnn, X))


def test_a_function_that_is_not_finite_beside_the_input_is_named_as_such():
    func, inputs = planted(lambda x: x.sqrt(), lambda g, x: g / 2, [0.0, 1.0])(tnn)
    with pytest.raises(GradcheckError, match="not finite around this input"):
        gradcheck(func, inputs)


def test_a_function_that_is_random_is_named_as_such():
    random = np.random.default_rng(0)
    with pytest.raises(GradcheckError, match=r"values of output 0 .* dropout"):
        gradcheck(lambda x: x * random.random(), leaf(tnn, X))


def test_outputs_that_change_their_shape_are_named_as_such():
    sizes = iter((2, 3))
    with pytest.raises(GradcheckError, match="gave output 0 different shapes"):
        gradcheck(lambda x: x[: next(sizes)], leaf(tnn, [1.0, 2.0, 3.0]))


def test_a_backward_that_is_not_linear_is_caught_though_it_is_right_for_ones():
    func, inputs = planted(square, lambda g, x: 2 * x * g * abs(g), X)(tnn)
    with pytest.raises(
        GradcheckError, match="input 0 is not linear in the incoming gradient of output 0"
    ):
        gradcheck(func, inputs)


def two_outputs(rule):
    """A function of two outputs whose backward gets None for one that has no gradient."""

    class Two(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, g, h):
            return rule(g, h)

    return Two.apply


def test_a_backward_that_takes_none_for_an_output_passes():
    def rule(g, h):
        return h * 3 if g is None else g * 2 if h is None else g * 2 + h * 3

    assert gradcheck(two_outputs(rule), leaf(tnn, X))


def test_a_backward_that_fails_on_none_is_caught():
    func, x = two_outputs(lambda g, h: g * 2 + h * 3), leaf(tnn, X)
    with pytest.raises(GradcheckError, match="fails when output 0 gets no gradient: TypeError"):
        gradcheck(func, x)
    assert not gradcheck(func, x, raise_exception=False)


def test_a_backward_that_takes_none_for_something_else_than_zeros_is_caught():
    def rule(g, h):
        return h * 4 if g is None else g * 2 if h is None else g * 2 + h * 3

    with pytest.raises(GradcheckError, match="no gradient for output 0 and one of zeros"):
        gradcheck(two_outputs(rule), leaf(tnn, X))


def test_a_backward_that_is_wrong_only_without_one_of_three_gradients_is_caught():
    class Three(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 2, x * 2

        @staticmethod
        def backward(ctx, *gradients):
            given = [g for g in gradients if g is not None]
            return sum(given[1:], given[0]) * (3 if len(given) == 2 else 2)

    assert not gradcheck(Three.apply, leaf(tnn, X), raise_exception=False)
    assert gradcheck(Three.apply, leaf(tnn, X), check_undefined_grad=False)


def test_a_backward_that_is_nan_only_sometimes_is_not_the_same_twice():
    scale = itertools.cycle((1.0, np.nan))
    func, inputs = planted(square, lambda g, x: 2 * x * g * next(scale), X)(tnn)
    with pytest.raises(GradcheckError, match=r"two backward passes .* up to inf"):
        gradcheck(func, inputs)


def test_a_backward_that_is_always_nan_is_the_same_twice():
    func, inputs = planted(square, lambda g, x: g * np.nan, X)(tnn)
    with pytest.raises(GradcheckError, match=r"for incoming gradients of zero, .* up to nan"):
        gradcheck(func, inputs)


@pytest.mark.parametrize("off", ["shape", "dtype"])
def test_a_gradient_of_another_shape_or_dtype_than_its_input_is_caught(monkeypatch, off):
    whole = engine.grad

    def careless(*arguments, **options):
        (gradient,) = whole(*arguments, **options)
        return (gradient.float() if off == "dtype" else gradient.reshape(3, 2),)

    monkeypatch.setattr(engine, "grad", careless)
    expected = {
        "shape": r"shape \(3, 2\), the input \(2, 3\)",
        "dtype": "is float32, the input float64",
    }
    with pytest.raises(GradcheckError, match=expected[off]):
        gradcheck(square, leaf(tnn, X), check_grad_dtypes=True)
    if off == "dtype":
        assert gradcheck(square, leaf(tnn, X), check_grad_dtypes=False)


def test_the_message_says_where_and_by_how_much():
    func, inputs = planted(
        lambda x, row: x * row,
        lambda g, x, row: (g * row, (g * x).sum(0) * tnn.tensor([1.0, 1.0, 1.5])),
        X,
        ROW,
    )(tnn)
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda x, row: (x * 2, func(x, row)), inputs)
    message = str(caught.value)
    first, second, hint = message.splitlines()
    assert first == (
        "wrong gradient of output 1[0, 2] with respect to input 1[2]: backward gives 3, "
        "differences give 2."
    )
    assert second == (
        "They differ by 1; allowed is atol=1e-05 + rtol=0.001 * 2 = 0.00201. 2 of 18 pairs of "
        "entries are wrong."
    )
    assert "at this entry" in hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("half", "0.5 times the difference"),
        ("opposite sign", "-1 times the difference"),
        ("zero", "at every entry: was the result cut from the graph"),
        ("relu at 0", "kink or a jump within 1e-06"),
        ("relu just beside 0", "kink or a jump within 1e-06"),
        ("a step", "kink or a jump within 1e-06"),
        ("sqrt at 0", "is the derivative infinite here"),
        ("incoming gradient forgotten", "Does it multiply by them"),
        ("all detached", "no output requires a gradient, yet moving input 0[0, 0] moves them"),
    ],
)
def test_the_message_says_what_to_look_at(name, hint):
    func, inputs = WRONG[name](tnn)
    with pytest.raises(GradcheckError) as caught:
        gradcheck(func, inputs)
    assert hint in str(caught.value)


def test_the_error_is_a_runtime_error_as_in_pytorch():
    assert issubclass(GradcheckError, RuntimeError)
    assert tnn.autograd.GradcheckError is GradcheckError
    assert tnn.autograd.gradcheck is gradcheck


# --- kinks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize(
    ("name", "place"),
    [("|x| at 0", r"input 0\[0\]"), ("largest of equals", r"input 0\[0\], input 0\[1\]")],
)
def test_agreement_at_a_kink_is_never_silent(name, place, fast_mode):
    func, inputs = RIGHT[name](tnn)
    place = "input 0" if fast_mode else place
    with pytest.warns(UserWarning, match=f"kink at {place}, and no derivative"):
        assert gradcheck(func, inputs, fast_mode=fast_mode)


def test_a_wrong_entry_is_named_rather_than_one_at_a_kink():
    func, inputs = planted(lambda x: x.relu(), lambda g, x: g * (x > 0) * 1.1, [0.0, 1.0])(tnn)
    with pytest.raises(GradcheckError, match=r"of output 0\[1\] .* input 0\[1\]"):
        gradcheck(func, inputs)


def test_the_rounding_of_a_large_value_is_no_kink():
    x = leaf(tnn, np.linspace(0, 1, 20).tolist())
    assert gradcheck(lambda x: x * 1e-3 + 1e6, x, atol=1e-4, rtol=0.0)


def test_many_kinks_are_counted():
    with pytest.warns(UserWarning, match=r"input 0\[0\], input 0\[1\], input 0\[2\] and 2 more"):
        assert gradcheck(lambda x: x.abs(), leaf(tnn, [0.0] * 5))


def test_the_entry_of_the_second_input_is_named():
    with pytest.warns(UserWarning, match=r"kink at input 1\[1, 0\],"):
        gradcheck(lambda x, y: x * y.abs(), (leaf(tnn, 2.0), leaf(tnn, [[1.0], [0.0]])))


@pytest.mark.parametrize(
    ("func", "value"),
    [
        (lambda x: 1e5 * x * x, 0.0),
        (lambda x: 1 / x, 1e-3),
        (lambda x: (20 * x).exp(), 1.0),
        (lambda x: x.sqrt(), 1e-3),
        (lambda x: x * 1e6 + 1e6, 1.0),
        (lambda x: x.abs(), 1e-5),
        (lambda x: x.relu(), -1e-5),
        (lambda x: x**3, 0.0),
    ],
)
def test_a_steep_or_curved_function_is_no_kink(func, value):
    assert gradcheck(func, leaf(tnn, value))  # a warning would be an error


# --- complex tensors ------------------------------------------------------------------------------

OF_COMPLEX = {
    "a square": lambda z, x: z * z,
    "a length": lambda z, x: z.abs(),
    "no function of z alone": lambda z, x: z.conj() * z * x,
    "a part": lambda z, x: z.imag,
    "complex of real": lambda z, x: (x * 1j, z.exp()),
}


def complex_inputs():
    z = tnn.tensor([1 + 2j, 0.5 - 1j], dtype=tnn.complex128, requires_grad=True)
    return z, tnn.tensor([1.0, 2.0], dtype=tnn.float64, requires_grad=True)


@pytest.mark.parametrize("check", [gradcheck, tnn.autograd.gradgradcheck])
@pytest.mark.parametrize("function", OF_COMPLEX.values(), ids=OF_COMPLEX)
def test_gradients_of_complex_tensors_are_checked(function, check):
    z, x = complex_inputs()
    before = z.detach().clone()
    assert check(function, (z, x))
    assert check(lambda both: function(*both), ([z, x],))
    assert z.tolist() == before.tolist()


@pytest.mark.parametrize("fast_mode", [False, True])
@pytest.mark.parametrize(
    "function",
    [
        lambda z, x: z * z.detach(),
        lambda z, x: z.detach().conj() * z,
        lambda z, x: (z * z).real + z.imag.detach(),
        lambda z, x: (x * 1j).detach() * x,
    ],
)
def test_a_wrong_gradient_of_a_complex_tensor_is_refused(function, fast_mode):
    with pytest.raises(GradcheckError, match="wrong gradient of output"):
        gradcheck(function, complex_inputs(), fast_mode=fast_mode)
