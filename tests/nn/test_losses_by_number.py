"""The losses that PyTorch has at its top too take their reduction as a number, 0, 1 or 2.
Read `test_losses.py` next, for the losses themselves.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError

REST = {  # what is called with no defaults: PyTorch's own code passes all of it
    "poisson_nll_loss": (True, False, 1e-8),
}
INPUTS = {
    "kl_div": 2,
    "binary_cross_entropy_with_logits": 2,
    "poisson_nll_loss": 2,
    "hinge_embedding_loss": "signs",
    "margin_ranking_loss": "signs of two",
    "cosine_embedding_loss": "one sign a row",
    "triplet_margin_loss": 3,
}


def operands(f, kind):
    """Tensors of numbers between 0 and 1, or as the loss asks."""
    numbers = [[0.2, 0.9, 0.4], [0.7, 0.1, 0.6]]
    first = f.tensor(numbers, requires_grad=True)
    others = [first.detach().flip(0), first.detach() * first.detach()]
    signs = f.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])
    match kind:
        case "signs":
            return first, signs
        case "signs of two":
            return first, others[0], signs
        case "one sign a row":
            return first, others[0], signs[:, 0]
        case _:
            return first, *others[: kind - 1]


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("number", [{}, {"reduction": 0}, {"reduction": 1}, {"reduction": 2}])
def test_values_and_gradients_are_pytorch_s(name, number):
    torch = pytest.importorskip("torch")
    if name in REST and not number:
        number = {"reduction": 1}  # it has no default
    found = []
    for f in (tnn, torch):
        given = operands(f, INPUTS[name])
        loss = getattr(f, name)(*given, *REST.get(name, ()), **number)
        loss.sum().backward()
        found.append((loss.tolist(), given[0].grad.tolist()))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(torch.tensor(ours), torch.tensor(theirs))


def test_an_alignment_is_reduced_so_too():
    torch = pytest.importorskip("torch")
    losses = []
    for f in (tnn, torch):
        log_probs = f.log_softmax(f.arange(24.0).reshape(4, 2, 3).sin(), 2)
        targets, lengths = f.tensor([[1, 2], [2, 1]]), f.tensor([2, 2])
        arguments = (log_probs, targets, f.tensor([4, 4]), lengths)
        losses.append([f.ctc_loss(*arguments, 0, n).tolist() for n in (0, 1, 2)])
    for ours, theirs in zip(*losses, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_a_name_in_the_place_of_a_number_is_refused(name):
    given = operands(tnn, INPUTS[name])
    with pytest.raises(ArgumentError, match=rf"{name}: reduction is 0 for none.*got 'mean'"):
        getattr(tnn, name)(*given, *REST.get(name, ()), reduction="mean")


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_one_convolution_of_any_dimensions(dims, transposed):
    torch = pytest.importorskip("torch")
    ours, theirs = (
        f.convolution(
            *(f.arange(float(2 * 4**dims)).reshape(1, 2, *(4,) * dims) / 9,),
            *(f.arange(float(4 * 3**dims)).reshape(2, 2, *(3,) * dims).cos(), f.ones(2)),
            *([2] * dims, [1] * dims, [1] * dims, transposed, [0] * dims, 1),
        )
        for f in (tnn, torch)
    )
    torch.testing.assert_close(torch.tensor(ours.tolist()), theirs, rtol=1e-4, atol=1e-4)


def test_a_convolution_of_other_weights_names_itself():
    one = tnn.ones(1, 1)
    with pytest.raises(ValueError, match=r"convolution: a weight of 3, 4 or 5 .*\(1, 1\)"):
        tnn.convolution(one, one, None, [1], [0], [1], False, [0], 1)
    x = tnn.ones(1, 1, 4)
    with pytest.raises(ValueError, match=r"^convolution"):
        tnn.convolution(x, tnn.ones(1, 3, 2), None, [1], [0], [1], False, [0], 1)
