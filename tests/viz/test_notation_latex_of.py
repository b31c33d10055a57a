"""Python expressions as formulas, and formulas of operations with names and numbers put in.
Read `test_notation_latex.py` next, for MathML and plain text.
"""

import ast
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looping import looped

from tinygrad_nn.autograd import registry
from tinygrad_nn.viz.notation.forward import forward_latex, letters
from tinygrad_nn.viz.notation.latex import to_text
from tinygrad_nn.viz.notation.latex_of import expression_latex
from tinygrad_nn.viz.notation.rules import rule_expression
from tinygrad_nn.viz.notation.simplify import simplified


def latex_of(source, names=None):
    return expression_latex(ast.parse(source, mode="eval").body, names)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("g * b", r"g \odot b"),
        ("g * y * (1.0 - y)", r"g \odot y \odot (1 - y)"),
        ("g * (1.0 - y * y)", r"g \odot (1 - y^{2})"),
        ("-g * y / b", r"-\frac{g \odot y}{b}"),
        ("g / (2.0 * y)", r"\frac{g}{2 y}"),
        ("g * 2.0 * x", r"2 g \odot x"),
        ("1.0 * x / 1", "x"),
        ("g * 0.0", "0"),
        ("a - (b - c)", "a - (b - c)"),
        ("a - (b + c) - 1", "a - (b + c) - 1"),
        ("a + -b", "a + (-b)"),
        ("-(a + b)", "-(a + b)"),
        ("a * -b", r"a \odot (-b)"),
        ("a * (b @ c)", r"a \odot (b c)"),
        ("(a * b) @ c", r"(a \odot b) c"),
        ("g @ b.swapaxes(-1, -2)", "g b^{T}"),
        ("(a + b).T @ g.mT", "(a + b)^{T} g^{T}"),
        ("x.transpose(-2, -1)", "x^{T}"),
        ("x ** 2", "x^{2}"),
        ("(-x) ** 2", "(-x)^{2}"),
        ("(x ** 2) ** 3", "(x^{2})^{3}"),
        ("2 ** -x", "2^{-x}"),
        ("x ** 0.5", r"\sqrt{x}"),
        ("1e-5 * x", "10^{-5} x"),
        ("g / math.sqrt(2)", r"\frac{g}{\sqrt{2}}"),
        ("math.pi * x + np.inf", r"\pi x + \infty"),
        ("np.exp(-x)", "e^{-x}"),
        ("np.log(x) * y", r"(\log x) \odot y"),
        ("y * np.log(1 + x)", r"y \odot \log (1 + x)"),
        ("g * np.sign(x)", r"g \odot \operatorname{sign}(x)"),
        ("np.absolute(x)", "|x|"),
        ("np.maximum(x, 0)", r"\max(x, 0)"),
        ("g * (y > 0)", r"g \odot [y > 0]"),
        ("b - (b != 0)", r"b - [b \ne 0]"),
        ("2 * (y > 0)", r"2 \, [y > 0]"),
        ("g * ((x < a) & ((x > b) | (x == c)))", r"g \odot [x < a \land (x > b \lor x = c)]"),
        ("~(x > 0) * g", r"[x \le 0] \odot g"),
        ("~((x > 0) | c) * g", r"[\lnot (x > 0 \lor c)] \odot g"),
        ("g * ((x > -3) & (x < 3))", r"g \odot [-3 < x < 3]"),
        ("g * (x != x)", r"g \odot [x \text{ is nan}]"),
        ("np.where(isnan(x), 0, g)", r"g \odot [x \text{ is not nan}]"),
        ("g * ~((x < 0) | (x != x))", r"g \odot [\lnot (x < 0 \lor x \text{ is nan})]"),
        ("g / y / (n - 1)", r"\frac{g}{y \, (n - 1)}"),
        ("-g * (a / b / b)", r"-g \odot \frac{a}{b^{2}}"),
        ("g / n * (x - t) / (x * y)", r"\frac{g}{n} \odot \frac{x - t}{x \odot y}"),
        ("g * (1 / np.sqrt(x))", r"\frac{g}{\sqrt{x}}"),
        ("g * rsqrt(x)", r"\frac{g}{\sqrt{x}}"),
        ("a * (1 / a) * g", "g"),
        ("g / (a / b)", r"\frac{g \odot b}{a}"),
        ("-inv(A).T @ g @ y.T", "-(A^{-1})^{T} g y^{T}"),
        ("g.real * y.imag", r"(\operatorname{Re} g) \odot \operatorname{Im} y"),
        ("np.clip(x / y, -1, 1)", r"\min\left(\max\left(\frac{x}{y}, -1\right), 1\right)"),
        ("g_Q @ rstd", r"g_{Q} \frac{1}{\sigma}"),
        ("i1(x) * hurwitz_zeta(a + 1, b)", r"I_1(x) \odot \zeta(a + 1, b)"),
        ("cross_product(b, g, dim=dim)", r"b \times g"),
        ("_sum_of_copies(g, dim)", r"\text{sum of copies}(g)"),
        ("0 < x <= 1", r"[0 < x \le 1]"),
        ("np.where(c, g, 0.0)", r"g \odot [c]"),
        ("np.where(c, 0.0, g)", r"g \odot [\lnot c]"),
        (
            "np.where(a == b, g / 2.0, g)",
            r"\begin{cases} \frac{g}{2} & \text{if } a = b \\ g & \text{else} \end{cases}",
        ),
        (
            "g if x is a else b",
            r"\begin{cases} g & \text{if } x \text{ is } a \\ b & \text{else} \end{cases}",
        ),
        ("(g * y).sum(axis=dim, keepdims=True)", r"\sum (g \odot y)"),
        ("y * (g - (g * y).sum(-1))", r"y \odot \left(g - \sum (g \odot y)\right)"),
        ("g.sum() * y", r"\left(\sum g\right) \odot y"),
        ("g.reshape(x_shape)", r"\operatorname{reshape}(g)"),
        ("g.reshape(kept) * x", r"g \odot x"),
        ("g[..., None] * b", r"g \odot b"),
        ("x[index, 0]", "x_{i, 0}"),
        ("expand(g / (count(s, dim) or 1), s)", r"\operatorname{expand}\left(\frac{g}{n}\right)"),
        ("beta * x", r"\beta x"),
        ("beta * (x + 1)", r"\beta \, (x + 1)"),
        ("threshold * x", r"\mathrm{threshold} \odot x"),
        ("getitem(g, index)", "g_{i}"),
        ("transpose(g, dim0, dim1)", "g^{T}"),
        ("permute(g, _inverse(d))", r"\operatorname{permute}^{-1}(g)"),
        ("my_function(x, axis=1)", r"\text{my function}(x, \mathrm{axis} = 1)"),
        ("f(x)(y)", r"\operatorname{f}(x)(y)"),
        ("x.size", r"\operatorname{size}(x)"),
        ("[x, (y, 1)]", "[x, (y, 1)]"),
        ("x // 2", r"\texttt{x // 2}"),
        ("lambda x_1: {x_1}", r"\texttt{lambda x\_1: \{x\_1\}}"),
        ("f'{x}^{y}'", r"\texttt{f'\{x\}\^{}\{y\}'}"),
    ],
)  # fmt: skip
def test_an_expression_as_latex(source, expected):
    assert latex_of(source) == expected


@pytest.mark.parametrize(
    ("source", "names", "expected"),
    [
        ("g * b", {"g": "3", "b": "-2"}, r"3 \cdot (-2)"),
        ("g * b", {"g": "-3", "b": "2"}, r"-3 \cdot 2"),
        ("-g * b", {"g": "-3", "b": "2"}, r"-(-3) \cdot 2"),
        ("g * b", {"g": r"\bar y", "b": "A_1"}, r"\bar y \odot A_1"),
        ("g * b", {"g": "p + q", "b": "b"}, r"(p + q) \odot b"),
        ("g * b", {"b": "10^{-5}"}, r"g \cdot 10^{-5}"),
        ("a - b", {"a": "1", "b": "-2"}, "1 - (-2)"),
        ("a + b", {"a": "-1", "b": "-2"}, "-1 + (-2)"),
        ("y * y", {"y": "3"}, "3^{2}"),
        ("y * y", {"y": "A_1"}, "A_1^{2}"),
        ("1 - y * y", {"y": "-0.4621"}, "1 - (-0.4621)^{2}"),
        ("y * z", {"y": "3", "z": "3"}, r"3 \cdot 3"),
        ("x ** 2", {"x": "-3"}, "(-3)^{2}"),
        ("x ** 2", {"x": "x^{T}"}, "(x^{T})^{2}"),
        ("g / b", {"g": "1", "b": "-2"}, r"\frac{1}{-2}"),
        ("g * (y > 0)", {"y": "-1"}, r"g \odot [-1 > 0]"),
        ("2 * g", {"g": "0.5"}, r"2 \cdot 0.5"),
        ("b.T", {"b": "W_1"}, "W_1^{T}"),
        ("g * weight", {"weight": "None"}, r"g \odot W"),
        ("g / n * input", {"reduction": "mean"}, r"\frac{g}{n} \odot x"),
        ("g / n * input", {"reduction": "sum"}, r"g \odot x"),
    ],
)
def test_names_and_numbers_are_put_in_with_the_brackets_they_need(source, names, expected):
    assert latex_of(source, names) == expected


@pytest.mark.parametrize(
    ("name", "names", "part", "expected"),
    [
        ("svd", {"A": "M"}, 1, r"S \text{ of } M"),
        ("slogdet", {"A": "M"}, 1, r"\log|\det M|"),
        ("unbind", {"input": "M"}, 1, r"\operatorname{unbind}(M)_{1}"),
        ("topk", {"k": "2"}, None, r"\operatorname{top}_{2}(x)"),
        ("layer_norm", {"weight": "None", "bias": "None"}, None,
         r"\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}"),
    ],
)  # fmt: skip
def test_a_formula_is_of_the_output_and_operands_that_there_are(name, names, part, expected):
    found = forward_latex(registry[name], names, part)
    assert to_text(found) == to_text(expected)


def test_the_bound_of_a_clamp_that_is_none_is_not_shown():
    rule = rule_expression(registry["clamp"], "input")
    assert expression_latex(rule, {"min": "0", "max": "None"}) == r"g \odot [0 \le x]"
    rule = rule_expression(registry["clamp"], "min")
    assert expression_latex(rule, {"min": "0", "max": "None"}) == r"g \odot [x < 0]"
    assert expression_latex(rule, {"max": "1"}) == r"g \odot [x < l < 1]"


# --- brackets, by reading the formula back --------------------------------------------------------

VALUES = {"a": Fraction(2, 3), "b": Fraction(-5, 7), "n": Fraction(11)}
names = st.sampled_from([*VALUES, "2", "3.0"]).map(lambda name: ast.parse(name, mode="eval").body)


def combined(inner):
    operators = st.sampled_from([ast.Add(), ast.Sub(), ast.Mult(), ast.Mult(), ast.Div()])
    return st.one_of(
        st.builds(ast.BinOp, inner, operators, inner),
        st.builds(ast.UnaryOp, st.just(ast.USub()), inner),
        st.builds(lambda base: ast.BinOp(base, ast.Pow(), ast.Constant(2)), inner),
    )


def value_of(source, values):
    for name, value in values.items():
        source = re.sub(rf"\b{name}\b", f"({value!r})", source)
    source = re.sub(r"(?<![\w.])(\d+(\.0)?)(?![\w.])", r"Fraction(\1)", source)
    return eval(source, {"Fraction": Fraction})  # of numbers, letters and signs drawn above


SUPERSCRIPTS = [("²", "**2"), ("³", "**3"), ("⁴", "**4")]


def read_back(text):
    """The Python that a plain formula means: a blank between operands multiplies, as does ⊙."""
    for sign, python in (("⊙", "*"), ("·", "*"), ("−", "-"), *SUPERSCRIPTS):
        text = text.replace(sign, python)
    return re.sub(r"(?<=[\w)]) (?=[\w(])", " * ", text)


@given(st.recursive(names, combined, max_leaves=12), st.booleans())
def test_a_formula_read_back_has_the_value_of_the_expression(expression, with_numbers):
    given_names = {"a": "-4", "b": "0.5"} if with_numbers else {}
    values = {**VALUES, **({"a": Fraction(-4), "b": Fraction(1, 2)} if with_numbers else {})}
    try:
        expected = value_of(ast.unparse(expression), values)
    except ZeroDivisionError:
        return
    text = to_text(expression_latex(expression, given_names)).replace("0.5", "b")
    assert value_of(read_back(text), values) == expected, text


@given(st.recursive(names, combined, max_leaves=12))
def test_a_simplified_expression_has_the_same_value(expression):
    before = ast.dump(expression)
    try:
        expected = value_of(ast.unparse(expression), VALUES)
    except ZeroDivisionError:
        return
    assert value_of(ast.unparse(simplified(expression)), VALUES) == expected
    assert ast.dump(expression) == before


# --- known values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("g * (b * (b != 0) * a ** (b - (b != 0)))", {"b": 2}, "g * (2 * a)"),
        ("g * (b * (b != 0) * a ** (b - (b != 0)))", {"b": 1}, "g"),
        ("g * (b * (b != 0) * a ** (b - (b != 0)))", {"b": 0}, "0"),
        ("g * (b * (b != 0) * a ** (b - (b != 0)))", {"b": -1}, "g * (-1 * a ** (-2))"),
        ("x if max is None else y", {"max": None}, "x"),
        ("x if max is None else y", {"max": 3}, "y"),
        ("g * (x if c else y)", {}, "g * x if c else g * y"),
        ("(min <= x) & (x <= max)", {"min": None, "max": 1}, "x <= 1"),
        ("(x > max) | (max < min)", {"min": 0, "max": 1}, "x > 1"),
        ("(x > 0) & (n > 1)", {"n": 1}, "False"),
        ("(n > 1) | (x > 0)", {"n": 2}, "True"),
        ("(x > 0) & (n > 1)", {"n": 2}, "x > 0"),
        ("not (reduction == 'mean')", {"reduction": "mean"}, "False"),
        ("a or 2 or b", {}, "a or 2"),
        ("1 and a and 0 and b", {}, "a and 0"),
        ("1 < 'a'", {}, "1 < 'a'"),
        ("g / n + 1 / m", {"reduction": "sum"}, "g + 1"),
        ("max(x, min)", {"max": 3, "min": 0}, "max(x, 0)"),
        ("x + 0 - 0 + a ** 1", {}, "x + a"),
        ("g * dim", {"dim": (0, 1)}, "g * dim"),
    ],
)
def test_what_is_known_is_worked_out(source, values, expected):
    assert ast.unparse(simplified(ast.parse(source, mode="eval").body, values)) == expected


# --- formulas of operations -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "names", "expected"),
    [
        ("mul", {"input": "2", "other": "-3"}, r"2 \cdot (-3)"),
        ("mul", {"input": "-2", "other": "3"}, r"-2 \cdot 3"),
        ("mul", {"input": "p + q"}, r"(p + q) \odot b"),
        ("add", {"input": "-2", "other": "p - q"}, "-2 + (p - q)"),
        ("neg", {"input": "-3"}, "-(-3)"),
        ("div", {"input": "p + q", "other": "-2"}, r"\frac{p + q}{-2}"),
        ("pow", {"input": "-2", "exponent": "p + q"}, "(-2)^{p + q}"),
        ("exp", {"input": "-x_1"}, "e^{-x_1}"),
        ("log", {"input": "-2"}, r"\log (-2)"),
        ("log", {"input": "A_1"}, r"\log A_1"),
        ("tanh", {"input": "10^{-5}"}, r"\tanh 10^{-5}"),
        ("sqrt", {"input": "a + b"}, r"\sqrt{a + b}"),
        ("abs", {"input": "-2"}, "|-2|"),
        ("le", {"input": "1", "other": "2"}, r"1 \le 2"),
        ("softplus", {"input": "0.5", "beta": "2"}, r"\frac{1}{2} \log(1 + e^{2 \cdot 0.5})"),
        ("softplus", {"input": "-1"}, r"\frac{1}{\beta} \log(1 + e^{\beta \cdot (-1)})"),
        ("softmax", {"input": "Z_2"}, r"\frac{e^{(Z_2)_i}}{\sum_j e^{(Z_2)_j}}"),
        ("transpose", {"input": "W^{T}"}, "(W^{T})^{T}"),
        ("matmul", {"input": "A_1", "other": "W"}, "A_1 W"),
        ("matmul", {"input": "p + q"}, "(p + q) B"),
        ("linear", {"input": "X", "weight": "W_1", "bias": "b_1"}, "X W_1^{T} + b_1"),
        ("clamp", {"min": "0", "max": "None"}, r"\min(\max(x, 0), \infty)"),
        (
            "where",
            {"condition": "m", "other": "-1"},
            r"\begin{cases} x & \text{if } m \\ -1 & \text{else} \end{cases}",
        ),
        ("mse_loss", {"input": "Y", "target": "T"}, r"\frac{1}{n} \sum_i (Y_i - T_i)^2"),
        ("mse_loss", {"reduction": "sum"}, r"\sum_i (x_i - t_i)^2"),
        ("mse_loss", {"reduction": "none"}, "(x_i - t_i)^2"),
        ("isnan", {"input": "a"}, r"a \text{ is nan}"),
        ("sum", {"dim": "1", "input": "x"}, r"\sum_i x_i"),
    ],
)  # fmt: skip
def test_a_formula_with_names_in_the_place_of_its_letters(op, names, expected):
    assert forward_latex(registry[op], names) == expected


@looped("op", registry.values())
def test_a_formula_without_names_is_that_of_the_operation(op):
    assert forward_latex(op) == forward_latex(op, {}) == op.latex
    assert forward_latex(op, letters(op)) == op.latex


@looped("op", [op for op in registry.values() if op.differentiable])
def test_every_operand_has_a_letter_in_its_formula(op):
    assert {letters(op)[name] for name in op.differentiable} <= set(
        re.findall(r"[A-Za-z]", op.latex)
    )


def test_letters_in_words_and_commands_are_no_parameters():
    class Foot:
        latex, parameters = r"\operatorname{foot}(x) \to \text{to t} \odot t", ("o", "t", "x")

    made = forward_latex(Foot(), {"o": "OO", "t": "TT", "x": "XX"})
    assert made == r"\operatorname{foot}(XX) \to \text{to t} \odot TT"


def test_what_stands_for_a_users_function_has_a_formula_too():
    class Call:
        name, latex = "Scale", "k x"

    assert forward_latex(Call(), {"x": "2"}) == "k x"
