"""The formula of every gradient rule is found in its source, and is true of what the rule computes.
Read `test_notation_latex_of.py` next, for how it is written.
"""

import ast
import os
import subprocess
import sys
from types import FunctionType

import numpy as np
import pytest
from formula_checks import ELSEWHERE, IN_WORDS, USUAL, check_formula
from looping import looped
from op_rows import Case
from op_table import TABLE

from tinygrad_nn.autograd import op as operation
from tinygrad_nn.autograd import registry
from tinygrad_nn.viz.notation.rules import rule_expression

# The formula of a rule for many cases is that of the usual ones, for which ELSEWHERE has a row.
ONLY_USUAL = {row.name for row in ELSEWHERE} | IN_WORDS
ROWS = [row for row in TABLE if row.name not in ONLY_USUAL] + ELSEWHERE
RULES = [(op, name) for op in registry.values() for name in op.differentiable]


@looped("op, operand", RULES)
def test_every_rule_has_a_formula(op, operand):
    assert rule_expression(op, operand) is not None


@looped("row", [row for row in ROWS if row.differentiable])
def test_every_formula_is_true_of_its_rule(row):
    usual = USUAL.get(row.name, lambda case: True)
    cases = [case for sample in row.samples if usual(case := Case(row, sample))]
    assert cases
    for case in cases:
        check_formula(case)


def test_the_table_covers_every_operation_that_has_rules():
    rows = {row.name for row in ROWS}
    assert {op.name for op, _ in RULES} - rows == IN_WORDS


@pytest.mark.parametrize("said", ["g * a", "g / b", "g * b + g", "-g * b"])
def test_a_docstring_that_says_something_else_is_caught(said):
    def rule(g, b):
        return g * b

    rule.__doc__ = f"{said}: not what it does."
    wrong = op_with(rule, np.multiply)
    row = next(row for row in TABLE if row.name == "mul")
    with pytest.raises(AssertionError):
        check_formula(Case(row, row.samples[2]), wrong)


# --- where it is found ----------------------------------------------------------------------------


def op_with(rule, forward=None):
    """An operation of operands a and b with a rule for a."""

    @operation("a b", name="for_these_tests")
    def probe(a, b):
        return a if forward is None else forward(a, b)

    del registry["for_these_tests"]
    probe.vjp(a=rule)
    return probe.op


def formula_of(rule):
    expression = rule_expression(op_with(rule), "a")
    return expression and ast.unparse(expression)


def test_lambdas_on_one_line_are_told_apart():
    first, second = lambda g, b: g * b, lambda g, b: g / b
    assert (formula_of(first), formula_of(second)) == ("g * b", "g / b")


def test_a_lambda_may_go_over_several_lines_and_hold_another_one():
    rule = lambda g, b: (  # noqa: E731
        (lambda factor: factor * 2.0)(g)
        + b
    )  # fmt: skip
    assert formula_of(rule) == "(lambda factor: factor * 2.0)(g) + b"


def test_a_lambda_with_letters_beyond_ascii_before_it_is_found():
    ärger, rule = "äöü", lambda g, b: g * b
    assert (ärger, formula_of(rule)) == ("äöü", "g * b")


def half(g, b):
    """g / b: half of it where b is 2."""
    return g / b


def test_a_rule_that_is_called_by_name_is_written_out_with_its_arguments():
    assert formula_of(lambda g, a: half(g, a + 1)) == "g / (a + 1)"


def test_exchanged_arguments_are_exchanged_at_once():
    of_input, of_target = (rule_expression(registry["mse_loss"], x) for x in ("input", "target"))
    assert ast.unparse(of_input).endswith("(input - target)")
    assert ast.unparse(of_target).endswith("(target - input)")


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("g * b: the product.", "g * b"),
        ("g * b. The product.", "g * b"),
        ("g * b", "g * b"),
        ("g * b.", "g * b"),
        ("g @ b.T: dA = G Bᵀ.", "g @ b.T"),
        ("g * b[0]: its first.\n\n    And more.", "g * b[0]"),
        ("The product of g and b.", None),
        ("Product.", None),
        ("b * b: without g it is no gradient.", None),
        ("g *: unfinished", None),
        ("g\0: a null byte", None),
        ("", None),
        (None, None),
    ],
)
def test_the_first_sentence_of_a_docstring_is_the_formula_if_it_is_one(docstring, expected):
    def rule(g, b):
        return g * b

    rule.__doc__ = docstring
    assert formula_of(rule) == expected


def test_of_a_rule_for_several_operands_each_has_its_own_part():
    def rule(g, a, b):
        """g * b, g * a: each times the other."""
        return g * b, g * a

    @operation("a b", name="for_these_tests")
    def probe(a: "Array", b: "Array"):  # noqa: F821
        return a * b

    del registry["for_these_tests"]
    probe.backward(rule)
    told = [ast.unparse(rule_expression(probe.op, name)) for name in ("a", "b")]
    assert told == ["g * b", "g * a"]


def test_a_docstring_may_call_operands_by_their_letters():
    var = rule_expression(registry["var"], "input")
    assert {"input", "correction"} <= {each.id for each in ast.walk(var) if hasattr(each, "id")}


def test_a_rule_without_source_has_no_formula():
    assert formula_of(eval("lambda g: g")) is None


def test_a_rule_that_is_no_function_has_no_formula():
    class Rule:
        """g: a callable object."""

        def __call__(self, g):
            return g

    assert formula_of(Rule()) is None


def test_an_operand_without_a_rule_has_no_formula():
    assert rule_expression(registry["getitem"], "index") is None
    assert rule_expression(object(), "x") is None


def test_a_source_that_changed_since_gives_no_wrong_formula(tmp_path, monkeypatch):
    module = tmp_path / "changing_rules.py"
    module.write_text("rule = lambda g: g * 2\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import changing_rules  # type: ignore[import-not-found]

    module.write_text("# moved\nrule = lambda g: g * 2\n", "utf-8")
    assert formula_of(changing_rules.rule) is None
    del sys.modules["changing_rules"]


def test_formulas_are_found_without_columns_in_the_code_where_a_line_has_one(tmp_path):
    (tmp_path / "two_rules.py").write_text(
        "from tinygrad_nn.autograd import op\n"
        "@op('a b')\n"
        "def two(a, b):\n"
        "    return a\n"
        "two.vjp(a=lambda g, b: g * b, b=lambda g, b: g / b)\n",
        "utf-8",
    )
    program = (
        "import ast, sys\n"
        "from tinygrad_nn.autograd import registry\n"
        "from tinygrad_nn.viz.notation.rules import rule_expression\n"
        "print(ast.unparse(rule_expression(registry['exp'], 'input')))\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "import two_rules\n"
        "print(rule_expression(registry['two'], 'a'))"
    )
    run = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": os.devnull},
    )
    assert (run.stdout, run.stderr) == ("g * y\nNone\n", "")


def test_the_rules_themselves_are_left_as_they_are():
    rule = registry["mse_loss"].rules[0].formula
    assert isinstance(rule, FunctionType)
    before = rule.__doc__
    rule_expression(registry["mse_loss"], "target")
    assert rule.__doc__ == before
