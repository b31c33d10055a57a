"""optimizer.step() between two backward passes through one graph, and what is said of it.
Read `test_inplace.py` next, for writes that programs spell out.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import Function


def linear(library, x, model):
    return model(x)


def by_hand(library, x, model):
    return x @ model.weight.t() + model.bias


def sliced(library, x, model):
    return x @ model.weight[:].transpose(0, 1)


def einsum(library, x, model):
    return library.einsum("ij,kj->ik", x, model.weight)


@pytest.mark.parametrize("layer", [linear, by_hand, sliced, einsum])
def test_a_step_between_two_passes_through_one_graph_is_refused(library, layer):
    torch = library
    torch.manual_seed(0)
    generator, critic = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
    steps = torch.optim.SGD(critic.parameters(), lr=0.1)
    judged = layer(torch, generator(torch.randn(3, 2)), critic).mean()
    judged.backward(retain_graph=True)
    steps.step()
    with pytest.raises(RuntimeError, match=r"modified") as raised:
        (-judged).backward()
    if library is tnn:
        said = str(raised.value)
        assert "It is a parameter, or a leaf like one" in said
        assert "call step() after the last backward()" in said
        assert "in place after it was kept" in said
    for _ in range(2):  # the way out
        judged = layer(torch, generator(torch.randn(3, 2)), critic).mean()
        judged.backward(retain_graph=True)
        (-judged).backward()
        steps.step()


def test_any_other_write_is_told_to_go_into_a_copy():
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    y += 1
    with pytest.raises(RuntimeError, match=r"Write into a copy instead"):
        z.backward()


def test_a_function_of_ones_own_names_what_it_saved():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 2 * x

    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    y = Square.apply(x).sum()
    with tnn.no_grad():
        x += 1
    with pytest.raises(RuntimeError, match="modified in place after it was kept"):
        y.backward()
