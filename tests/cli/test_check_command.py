"""`tinygrad-nn check`: right formulas pass; the write-up's are found wrong, and any other fault is.
Read `test_graph_command.py` next.
"""

import re

import pytest

from tinygrad_nn.cli import check
from tinygrad_nn.ops.elementwise.activations import relu
from tinygrad_nn.teaching import by_hand

ROW = re.compile(
    r"^  (\w\d) \((.*?)\) +by hand - autograd (\S+)  numeric - autograd (\S+)  (right|WRONG)$", re.M
)
NAMES = ["W1", "b1", "W2", "b2"]


@pytest.fixture
def few_images(monkeypatch):
    """What is found wrong with 1,000 images is found wrong with 20."""
    monkeypatch.setattr(check, "IMAGES", 20)


def rows(out: str) -> list[tuple[str, ...]]:
    return ROW.findall(out)


@pytest.mark.parametrize("options", [(), ("--seed", 5, "--hidden", 3, "--init", "write-up")])
def test_the_right_formulas_are_right_fresh_and_trained(program, options):
    run = program("check", *options)
    assert (run.code, run.err) == (0, "")
    found = rows(run.out)
    assert [row[0] for row in found] == NAMES * 2
    assert found[:4] != found[4:]
    for _, _, hand, numeric, verdict in found:
        assert float(hand) < 1e-12
        assert 0 < float(numeric) < 1e-6
        assert verdict == "right"
    assert run.out.index("the fresh network:") < run.out.index("after 100 iterations:")
    assert run.out.endswith("all 8 gradients are right\n")


def test_the_write_ups_bias_gradients_are_found_wrong_and_the_reason_is_given(program, few_images):
    run = program("check", "--formulas", "write-up")
    assert (run.code, run.err) == (1, "")
    assert [row[4] for row in rows(run.out)] == ["right", "WRONG", "right", "WRONG"] * 2
    assert "4 of 8 gradients are WRONG\n" in run.out
    assert "The columns of A2 - Y sum to zero, so its\ndb2 is always 0" in run.out


def test_the_reason_is_true(program, few_images, monkeypatch):
    written = []

    def spy(dZ):
        written.append(by_hand.bias_gradient(dZ))
        return by_hand.write_up_bias_gradient(dZ)

    monkeypatch.setitem(check.FORMULAS, "write-up", spy)
    assert program("check", "--formulas", "write-up").code == 1
    assert [right.shape for right in written] == [(10, 1)] * 4
    for right_db2 in (right for right in written if abs(right.sum()) < 1e-12):
        assert abs(right_db2).max() > 1e-4
    assert sum(abs(right.sum()) < 1e-12 for right in written) == 2


@pytest.mark.parametrize("name", ["dW1", "db1", "dW2", "db2"])
def test_a_fault_in_a_formula_by_hand_is_found(program, few_images, monkeypatch, name):
    backward = by_hand.backward

    def faulty(*arguments):
        gradients = backward(*arguments)
        return gradients._replace(**{name: getattr(gradients, name) * (1 + 1e-9)})

    monkeypatch.setattr(by_hand, "backward", faulty)
    run = program("check")
    assert run.code == 1
    wrong = [row[0] for row in rows(run.out) if row[4] == "WRONG"]
    assert wrong == [name.removeprefix("d")] * 2
    assert "2 of 8 gradients are WRONG\n" in run.out
    assert "why:" not in run.out


def test_a_fault_in_a_gradient_rule_is_found(program, few_images):
    (rule,) = relu.op.rules
    relu.op.set_rules((rule._replace(formula=lambda g, y: 1.001 * g * (y > 0)),))
    try:
        run = program("check")
    finally:
        relu.op.set_rules((rule,))
    assert run.code == 1
    assert {row[0] for row in rows(run.out) if row[4] == "WRONG"} == {"W1", "b1"}


def test_a_file_of_larger_images_can_be_checked(program, kaggle_csv):
    run = program("check", "--data", kaggle_csv(12), "--hidden", 2)
    assert run.code == 0
    assert [row[1] for row in rows(run.out)][:4] == ["2, 784", "2,", "10, 2", "10,"]
