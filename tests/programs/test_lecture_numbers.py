"""The numbers that lectures print with a seeded generator come out, so that one can follow along.
Read `test_whole_programs.py` next, for whole trainings.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn

SEED = 2147483647  # of the lectures
WORDS = ["emma", "olivia", "ava", "isabella", "sophia", "charlotte", "mia", "amelia", "harper"]


def generator(library):
    return library.Generator().manual_seed(SEED)


def uniform_and_draws(library):
    """The first numbers of the lecture on counting letters: a distribution, and draws from it."""
    g = generator(library)
    p = library.rand(3, generator=g)
    p = p / p.sum()
    return [p, library.multinomial(p, num_samples=20, replacement=True, generator=g)]


def letter_vectors(library):
    """C, the vectors of 27 letters."""
    return [library.randn((27, 10), generator=generator(library))]


def perceptron(library):
    """200 steps of a small MLP that guesses the next letter from three: every loss it prints."""
    letters = sorted({letter for word in WORDS for letter in word})
    number = {letter: i for i, letter in enumerate([".", *letters])}
    contexts, wanted = [], []
    for word in WORDS:
        context = [0] * 3
        for letter in f"{word}.":
            contexts.append(context)
            wanted.append(number[letter])
            context = [*context[1:], number[letter]]
    x, y = library.tensor(contexts), library.tensor(wanted)
    functional, size = library.nn.functional, len(number)
    g = generator(library)
    c = library.randn((size, 10), generator=g)
    w1 = library.randn((30, 64), generator=g) * (5 / 3) / 30**0.5
    b1 = library.randn(64, generator=g) * 0.01
    w2 = library.randn((64, size), generator=g) * 0.01
    b2 = library.randn(size, generator=g) * 0
    parameters = [c, w1, b1, w2, b2]
    for each in parameters:
        each.requires_grad = True
    losses = []
    for step in range(200):
        rows = library.randint(0, x.shape[0], (32,), generator=g)
        hidden = library.tanh(c[x[rows]].view(-1, 30) @ w1 + b1)
        loss = functional.cross_entropy(hidden @ w2 + b2, y[rows])
        for each in parameters:
            each.grad = None
        loss.backward()
        for each in parameters:
            each.data += -(0.1 if step < 100 else 0.01) * each.grad
        losses.append(loss.item())
    context, drawn = [0] * 3, []
    for _ in range(40):
        hidden = library.tanh(c[library.tensor([context])].view(1, -1) @ w1 + b1)
        p = functional.softmax(hidden @ w2 + b2, dim=1)
        letter = library.multinomial(p, num_samples=1, generator=g).item()
        drawn.append(letter)
        context = [*context[1:], letter] if letter else [0] * 3
    return [library.tensor(losses), library.tensor(drawn)]


@pytest.mark.parametrize("program", [uniform_and_draws, letter_vectors, perceptron])
def test_the_numbers_are_those_that_pytorch_prints(program):
    torch = pytest.importorskip("torch")
    for ours, theirs in zip(program(tnn), program(torch), strict=True):
        ours, theirs = ours.detach().numpy(), theirs.detach().numpy()
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=5e-5 * ours.dtype.kind.count("f"))


def test_what_a_lecture_printed_is_printed():
    """A. Karpathy, "The spelled-out intro to language modeling" (2022), printed these."""
    p, drawn = uniform_and_draws(tnn)
    assert repr(p) == "tensor([0.6064, 0.3033, 0.0903])"
    assert drawn.tolist() == [1, 1, 2, 0, 0, 2, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1]


def test_the_perceptron_learns():
    losses, _ = perceptron(tnn)
    assert losses[-20:].mean() < 1.7 < losses[:5].mean()
