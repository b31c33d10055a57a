"""Two tensors become each other, and the memory of a tensor, element by element, beside PyTorch.
Read `test_benchmark.py` beside it.
"""

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError, GraphError


def test_whoever_holds_a_tensor_sees_the_other():
    def program(library):
        x, y = leaf(library, 1.0, 2.0), library.nn.Parameter(library.zeros(3).double())
        (y * 5).sum().backward()
        held = [x]
        x.note = "first"
        library.utils.swap_tensors(x, y)
        (held[0] * 2).sum().backward()
        kinds = [type(each).__name__ for each in (x, y)]
        return held[0], x.grad, y.grad, kinds, y.note, x.requires_grad

    assert_same(program)


def test_views_and_what_is_no_tensor_are_refused():
    x = tnn.ones(4)
    half = x[:2]
    for pair in ((x, tnn.ones(1)), (tnn.ones(1), half)):
        with pytest.raises(GraphError, match="shares its memory with views"):
            tnn.utils.swap_tensors(*pair)
    with pytest.raises(DTypeError, match="Tensor expected, got"):
        tnn.utils.swap_tensors(tnn.ones(1), 2.0)


@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated:UserWarning")  # PyTorch's
def test_a_storage_is_the_memory_that_a_tensor_stands_in():
    def program(library):
        x = library.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=library.float64)
        storage = x[1].storage()
        storage[0] = 7.0
        same = [storage.data_ptr() == x.data_ptr(), storage.untyped().nbytes(), storage[3]]
        return same, storage.tolist(), len(storage), storage.nbytes(), x, x[1].storage_offset()

    assert_same(program)


@pytest.mark.parametrize("name", ["channels_last", "channels_last_3d"])
def test_channels_lie_innermost(name):
    def program(library):
        form = getattr(library, name)
        shape = (2, 3, 4, 5, 6)[: 4 if name == "channels_last" else 5]
        made = [
            library.empty(shape, memory_format=form),
            library.ones(shape).to(memory_format=form),
            library.ones(shape).contiguous(memory_format=form),
        ]
        lie = [each.is_contiguous(memory_format=form) for each in made]
        wrong = library.ones(2, 3).is_contiguous(memory_format=form)
        return [each.stride() for each in made], lie, wrong, made[1].clone().stride()

    assert_same(program)


def test_conversion_keeps_a_parameter_the_object_that_it_was():
    import importlib

    switches = importlib.import_module("tinygrad_nn.__future__")
    switches.set_swap_module_params_on_conversion(True)
    try:
        assert switches.get_swap_module_params_on_conversion() is True
        layer = tnn.nn.Linear(2, 2)
        weight = layer.weight
        layer.double()
        assert layer.weight is weight
    finally:
        switches.set_swap_module_params_on_conversion(False)


def test_a_view_says_so_to_those_who_draw_graphs():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        return [each._is_view() for each in (x, x * 2, x[:1], x.view(2, 1))]

    assert_same(program)
