"""What a formula owes to the arguments of a call: the equation of an einsum, the order of a norm.
Read `test_notation_rules.py` next, for formulas without a call.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import viz
from tinygrad_nn.viz.player.playback import playback
from tinygrad_nn.viz.structure.subject import subject_of


def leaves(names, *shape):
    found = [tnn.ones(*shape, requires_grad=True) for _ in names]
    for leaf, name in zip(found, names, strict=True):
        leaf.name = name
    return found


def told(loss):
    """The texts of the player's steps, the explanation and the graph."""
    steps = playback(subject_of(loss).read()).frames
    return "\n".join(frame.text for frame in steps), str(loss.explain()), str(viz.graph(loss))


def test_an_einsum_shows_its_equation_forward_and_back():
    A, B = leaves("AB", 2, 2, 2)
    steps, explanation, graph = told(tnn.einsum("bij,bjk->bik", A, B).sum())
    assert "= Σⱼ A[b i j] · B[b j k], of shape (2, 2, 2)" in steps
    assert "∂L/∂A = Σₖ (∂L/∂v₁)[b i k] · B[b j k]" in steps
    assert "dB = Σᵢ dv1[b i k] · A[b i j]" in explanation
    assert "Σⱼ A[b i j] · B[b j k]" in graph


def test_an_einsum_of_three_sums_over_all_that_the_result_lacks():
    x, y, z = leaves("xyz", 2)
    steps, explanation, _ = told(tnn.einsum("i,j,j->i", x, y, z).sum())
    assert "= Σⱼ xᵢ · yⱼ · zⱼ" in steps
    assert "dy = Σᵢ dv1ᵢ · xᵢ · zⱼ" in explanation


@pytest.mark.parametrize(
    ("function", "forward", "backward"),
    [
        (lambda x: x.norm(), "‖x‖₂", "sgn(x) ⊙ |x|/L"),
        (lambda x: x.norm(p=3), "‖x‖₃", "sgn(x) ⊙ (|x|/L)²"),
        (lambda x: x.var(), "1/(n − 1)", "(n − 1)"),
        (lambda x: x.var(unbiased=False), "1/(n − 0)", "mean(x)"),
        (lambda x: x[1:].sum(), "xᵢ", "Σᵢ dv1ᵢ eᵢ"),
        (lambda x: x.index_select(0, tnn.tensor([1])).sum(), "x_c", "Σⱼ dv1ⱼ e[cⱼ]"),
    ],
)
def test_arguments_stand_in_the_formula(function, forward, backward):
    (x,) = leaves("x", 3)
    steps, explanation, _ = told(function(x))
    assert forward in steps
    assert backward in explanation
    assert "add_at" not in explanation
    assert "0 + " not in steps + explanation


def test_the_gradients_of_all_parts_are_written_on_one_line():
    x = tnn.ones(4, requires_grad=True)
    first, second = (x * 2).split(2)
    steps, _, _ = told((first * second).sum())
    assert "= cat([∂L/∂v₂, ∂L/∂v₃], 0)" in steps


def test_attention_names_the_weights_and_the_scores_that_its_rules_name():
    q, k, u = leaves("qku", 2, 3)
    steps, _, _ = told(tnn.nn.functional.scaled_dot_product_attention(q, k, u).sum())
    assert "= p u with p = softmax(S), S = M + (q kᵀ)/√d" in steps
    assert "∂L/∂k = (g_Sᵀ q)/√d; ∂L/∂u = pᵀ ∂L/∂v₁" in steps


def test_between_single_numbers_stands_a_dot():
    a, b = (tnn.tensor(x, requires_grad=True) for x in (2.0, -3.0))
    told = [frame["text"] for frame in viz.play((a * b).tanh() * b).frames]
    assert "⊙" not in " ".join(told) + str((a * b * b).explain())
    assert "v₁ = a · b = 2 · (−3) = −6" in told
    assert "⊙" in str((a * tnn.ones(2)).sum().explain())


def test_what_is_multiplied_with_itself_is_squared():
    x, same = (tnn.tensor(-3.0, requires_grad=True) for _ in range(2))
    assert viz.play(x * x).frames[0]["text"].endswith("= x² = (−3)² = 9")
    assert "x²" in str((x * x).explain())
    assert viz.play(x * same).frames[0]["text"].endswith("= −3 · (−3) = 9")
    back = viz.play(x.tanh()).frames[-2]["text"]
    assert "1 · (1 − (−0.9951)²)" in back
