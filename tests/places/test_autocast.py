"""`autocast` is entered, left and asked as PyTorch's, and leaves every dtype as it is.
Read `test_grad_scaler.py` next.
"""

import pytest

import tinygrad_nn as tnn


def answers(f):
    return [
        (f.is_autocast_enabled(each), str(f.get_autocast_dtype(each))) for each in ("cpu", "xpu")
    ] + [f.is_autocast_enabled(), f.is_autocast_cache_enabled()]


def test_inside_and_outside_are_told_apart_as_in_pytorch():
    torch = pytest.importorskip("torch")
    told = []
    for f in (tnn, torch):
        said = [answers(f)]
        with f.autocast("cpu", dtype=f.float16, cache_enabled=False):
            said.append(answers(f))
            with f.amp.autocast("cpu", enabled=False):
                said.append(answers(f))
            with f.autocast(device_type="xpu", enabled=False):
                said.append(answers(f))
            said.append(answers(f))
        said.append(answers(f))
        told.append(said)
    assert told[0] == told[1]
    assert told[0][0] == told[0][-1] != told[0][1]


def test_a_function_can_be_decorated(library):
    @library.autocast("cpu", dtype=library.bfloat16)
    def inside(x):
        return library.is_autocast_enabled("cpu"), x

    assert inside(3) == (True, 3)
    assert inside.__name__ == "inside"
    assert not library.is_autocast_enabled("cpu")


def test_an_error_inside_leaves_it_too(library):
    with pytest.raises(KeyError), library.autocast("cpu"):
        raise KeyError
    assert not library.is_autocast_enabled("cpu")


def test_nothing_is_computed_in_a_smaller_dtype():
    layer = tnn.nn.Linear(3, 2)
    x = tnn.randn(4, 3)
    with tnn.autocast("cpu", dtype=tnn.bfloat16):
        y = layer(x)
    assert y.dtype is tnn.float32
    assert y.equal(layer(x))


def test_without_a_gpu_it_is_disabled_with_a_warning(library):
    with pytest.warns(UserWarning, match="isabl"):
        context = library.autocast("cuda")
    with context:
        assert not library.is_autocast_enabled("cuda")
    with pytest.warns(UserWarning, match="isabl"):
        library.autocast("cpu", dtype=library.float64)
    library.autocast("cuda", enabled=False)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_older_names_are_disabled_too(library):
    with pytest.warns(UserWarning, match="isabl"):
        context = library.cuda.amp.autocast()
    with context:
        assert not library.is_autocast_enabled()
    with library.cuda.amp.autocast(enabled=False):
        pass


def test_another_device_is_refused(library):
    with pytest.raises((TypeError, ValueError)):
        library.autocast(3)
    for call in (library.autocast, library.get_autocast_dtype):
        with pytest.raises(RuntimeError, match=r"nowhere|Expected one of cpu"):
            call("nowhere")


def test_a_function_of_the_users_own_is_handed_back(library):
    class Double(library.autograd.Function):
        @staticmethod
        @library.amp.custom_fwd(device_type="cpu")
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        @library.amp.custom_bwd(device_type="cpu")
        def backward(ctx, g):
            return 2 * g

    x = library.ones(2, requires_grad=True)
    Double.apply(x).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_the_dtype_can_be_set(library):
    before = library.get_autocast_dtype("cpu")
    try:
        library.set_autocast_dtype("cpu", library.float16)
        library.set_autocast_enabled("cpu", True)
        assert library.get_autocast_dtype("cpu") == library.float16
        assert library.is_autocast_enabled("cpu")
    finally:
        library.set_autocast_dtype("cpu", before)
        library.set_autocast_enabled("cpu", False)
