"""Operations that programs define by `torch.library` compute, and have the gradients they give.
Read `test_small_places.py` next.
"""

import itertools

import pytest

import tinygrad_nn as tnn

LIBRARIES = ["tinygrad_nn", "torch"]
counter = itertools.count()


@pytest.fixture(params=LIBRARIES)
def library(request):
    return pytest.importorskip(request.param)


def scaled(library):
    """An operation that counts its calls, of a tensor and a number."""
    tensor = library.Tensor

    def scale(x: tensor, factor: float = 2.0) -> tensor:
        """Scale."""
        return x * factor

    scale.__annotations__ = {"x": tensor, "factor": float, "return": tensor}
    name = f"tests_of_library::scale{next(counter)}"
    return name, library.library.custom_op(name, scale, mutates_args=())


def test_an_operation_computes_with_keywords_and_defaults(library):
    _, scale = scaled(library)
    x = library.ones(2)
    assert scale(x).tolist() == [2.0, 2.0]
    assert scale(x, factor=3.0).tolist() == [3.0, 3.0]


@pytest.mark.parametrize("by_name", [True, False])
def test_its_gradients_are_those_it_was_given(library, by_name):
    name, scale = scaled(library)
    seen = []

    def setup_context(ctx, inputs, output):
        ctx.factor = inputs[1]
        ctx.save_for_backward(inputs[0])

    def backward(ctx, gradient):
        seen.append(ctx.saved_tensors[0].tolist())
        return gradient * ctx.factor * 10, None

    library.library.register_autograd(
        name if by_name else scale, backward, setup_context=setup_context
    )
    library.library.register_fake(name)(lambda x, factor=2.0: x)
    x = library.ones(2, requires_grad=True)
    scale(x, 3.0).sum().backward()
    assert x.grad.tolist() == [30.0, 30.0]
    assert seen == [[1.0, 1.0]]


def test_a_function_for_the_cpu_takes_the_place_of_the_first():
    _, scale = scaled(tnn)
    scale.register_kernel("cuda")(lambda x, factor: x * 0)
    assert scale(tnn.ones(1)).item() == 2
    scale.register_kernel("cpu")(lambda x, factor: x - factor)
    assert scale(tnn.ones(1)).item() == -1


def test_what_is_no_operation_is_told():
    with pytest.raises(ValueError, match="like 'room::operation', got 'scale'"):
        tnn.library.custom_op("scale", lambda x: x)
    with pytest.raises(ValueError, match="no operation of library"):
        tnn.library.register_autograd("room::none", lambda ctx, g: g)
    with pytest.raises(NotImplementedError, match="there is no dispatcher"):
        tnn.library.Library("mine", "DEF")


def test_sizes_are_numbers(library):
    assert not isinstance(3, library.SymInt | library.SymFloat | library.SymBool)
    values = (library.sym_int(-2.7), library.sym_float(2), library.sym_max(1, 2.0))
    assert repr(values) == "(-2, 2.0, 2.0)"
    assert library.sym_not(False)
    assert library.sym_ite(True, 1, 2) == 1
    assert (library.sym_min(1, 2), library.sym_sum([1, 2])) == (1, 3)


@pytest.mark.filterwarnings("ignore::FutureWarning")  # PyTorch's own, of the older name
def test_the_older_name_of_assert_close_does_not_ask_for_dtypes(library):
    a, b = library.ones(2), library.ones(2, dtype=library.float64)
    library.testing.assert_allclose(a, b)
    with pytest.raises(AssertionError):
        library.testing.assert_allclose(a, b + 1)
    assert issubclass(library.jit.TracerWarning, Warning)
