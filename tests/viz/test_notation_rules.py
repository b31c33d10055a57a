"""The formula of every gradient rule is found in its source, and is true of what the rule computes.
Read `test_notation_latex_of.py` next, for how it is written.
"""

import ast
import inspect
import os
import subprocess
import sys
from types import FunctionType

import numpy as np
import pytest
from op_rows import Case
from op_table import TABLE

from tinygrad_nn.autograd import registry
from tinygrad_nn.autograd.op import OWN_SHAPE, Op
from tinygrad_nn.ops.dims import count, kept_shape
from tinygrad_nn.viz.notation.rules import rule_expression

RULES = [(op, op.parameters[rule.position]) for op in registry.values() for rule in op.rules]
# Formulas of a docstring say what happens in the usual case; the code of the rule says it in all.
USUAL = {
    "matmul": lambda case: [len(shape) for shape in case.sample.shapes] == [2, 2],
    "cat": lambda case: (0,) not in case.sample.shapes,  # an empty vector fits to everything
    "gather": lambda case: () not in case.sample.shapes,
    "linear": lambda case: [len(shape) for shape in case.sample.shapes[:2]] == [2, 2],
    **dict.fromkeys(
        ["nll_loss", "cross_entropy", "binary_cross_entropy_with_logits"],
        lambda case: {"target", "reduction"} >= set(case.sample.attributes) and counts(case),
    ),
}


def counts(case):
    """Whether no target is ignored."""
    return np.all(np.asarray(case.sample.attributes.get("target", 0)) >= 0)


# --- a rule as its formula says it ----------------------------------------------------------------


def class_dim(shape):
    return 0 if len(shape) == 1 else 1


def vocabulary(given):
    """What formulas name, written in NumPy alone."""
    x = given.get("x", given.get("input"))
    is_mean = given.get("reduction") == "mean"
    axis = class_dim(np.shape(x)) if x is not None else 0
    dims = given.get("dim")

    def softmax(x):
        return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)

    def one_hot(target):
        return np.moveaxis(np.eye(x.shape[axis])[target], -1, axis)

    def mean(x):
        return x.mean(axis=tuple(dims) if isinstance(dims, tuple) else dims, keepdims=True)

    def split(g, dim):
        ends = np.cumsum([t.shape[dim] if t.ndim > 1 else t.size for t in given["tensors"]])
        return np.split(g, ends[:-1], axis=dim)

    def unbind(g, dim):
        return list(np.moveaxis(g, dim, 0))

    def scatter_add(g, dim, index):
        found = np.zeros_like(x)
        for place, number in np.ndenumerate(g):
            there = list(place)
            there[dim : (dim % x.ndim) + 1] = [index[place]]
            found[tuple(there)] += number
        return found

    known = [softmax, one_hot, mean, split, unbind, scatter_add]
    names = {function.__name__: function for function in known}
    names |= {"np": np, "exp": np.exp, "log": np.log, "sigmoid": lambda x: 1 / (1 + np.exp(-x))}
    if "ignore_index" in given:
        names["m"] = given["target"].size if is_mean else 1
    elif "target" in given:
        names["n"] = np.broadcast(x, given["target"]).size if is_mean else 1
    if "correction" in given:
        usual = 1 if given["unbiased"] else 0
        names["c"] = usual if given["correction"] is None else given["correction"]
        names["n"] = count(x.shape, dims)
    return names


class Call:
    """One call of an operation, and a gradient of its output."""

    def __init__(self, case, op=None):
        self.op = op or registry[case.row.name]
        operands = case.draw()
        if self.op.takes_sequence:
            self.given = {"tensors": operands, "dim": 0, **case.sample.attributes}
            self.y = np.asarray(self.op.forward(*operands, **case.sample.attributes))
        else:
            bound = inspect.signature(self.op.forward).bind(*operands, **case.sample.attributes)
            bound.apply_defaults()
            self.given = dict(bound.arguments)
            with np.errstate(all="ignore"):
                self.y = np.asarray(self.op.forward(**self.given))
        self.g = np.asarray(np.random.default_rng(7).standard_normal(self.y.shape))

    def by_code(self, rule):
        """What the rule returns, broadcast to what its operand took part in."""
        arguments = [self.g]
        for slot in rule.slots:
            operand = self.given[self.op.parameters[rule.position]]
            if slot == OWN_SHAPE:
                shapes = [each.shape for each in operand] if self.op.takes_sequence else None
                arguments.append(shapes or np.shape(operand))
            else:
                arguments.append([*self.given.values(), self.y][slot])
        with np.errstate(all="ignore"):
            return rule.formula(*arguments)

    def by_formula(self, rule, expression):
        """What the formula says, of g and y with the reduced dims kept and no bound for None."""
        g, y, given = self.g, self.y, dict(self.given)
        if "keepdim" in given:
            kept = kept_shape(given["x"].shape, given["dim"])
            g, y = g.reshape(kept), y.reshape(kept)
            given["dim"] = given["dim"] if given["dim"] != () else None  # all, not none of them
        if given.get("reduction") == "none" and "ignore_index" in given:
            g = np.expand_dims(g, class_dim(given["input"].shape))
        for name, bound in (("min", -np.inf), ("max", np.inf)):
            if given.get(name, 0) is None:
                given[name] = bound
        if not self.op.takes_sequence:
            operand = self.op.parameters[rule.position]
            given[f"{operand}_shape"] = np.shape(given[operand])
        names = {**rule.formula.__globals__, **given, **vocabulary(given)}
        code = compile(ast.Expression(ast.fix_missing_locations(expression)), "formula", "eval")
        with np.errstate(all="ignore"):
            return eval(code, {**names, "g": g, "y": y})  # of this repository's own source


def check_formula(case, op=None):
    """Compare every rule of an operation with its formula, on the operands of one case."""
    call = Call(case, op)
    for rule in call.op.rules:
        operand = call.op.parameters[rule.position]
        if call.given[operand] is None:
            continue
        found, told = call.by_code(rule), call.by_formula(rule, rule_expression(call.op, operand))
        pairs = zip(found, told, strict=True) if call.op.takes_sequence else [(found, told)]
        for one, other in pairs:
            np.testing.assert_allclose(
                *np.broadcast_arrays(one, other), 1e-6, 1e-7, err_msg=f"{case}, {operand}"
            )


@pytest.mark.parametrize(("op", "operand"), RULES, ids=lambda part: getattr(part, "name", part))
def test_every_rule_has_a_formula(op, operand):
    assert rule_expression(op, operand) is not None


@pytest.mark.parametrize("row", [row for row in TABLE if row.differentiable], ids=repr)
def test_every_formula_is_true_of_its_rule(row):
    usual = USUAL.get(row.name, lambda case: True)
    cases = [case for sample in row.samples if usual(case := Case(row, sample))]
    assert cases
    for case in cases:
        check_formula(case)


def test_the_table_covers_every_operation_that_has_rules():
    assert {op.name for op, _ in RULES} <= {row.name for row in TABLE}


@pytest.mark.parametrize("said", ["g * a", "g / b", "g * b + g", "-g * b"])
def test_a_docstring_that_says_something_else_is_caught(said):
    def rule(g, b):
        return g * b

    rule.__doc__ = f"{said}: not what it does."
    wrong = Op(registry["mul"].forward, "a b", "mul")
    wrong.add_rules({"a": rule})
    row = next(row for row in TABLE if row.name == "mul")
    with pytest.raises(AssertionError):
        check_formula(Case(row, row.samples[2]), wrong)


# --- where it is found ----------------------------------------------------------------------------


def op_with(rule):
    op = Op(lambda a, b: a, "a")
    op.add_rules({"a": rule})
    return op


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


def test_formulas_are_found_without_columns_in_the_code_where_a_line_has_one():
    program = (
        "import ast\n"
        "from tinygrad_nn.autograd import registry\n"
        "from tinygrad_nn.viz.notation.rules import rule_expression\n"
        "print(ast.unparse(rule_expression(registry['exp'], 'x')))\n"
        "print(rule_expression(registry['sub'], 'a'))"
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
