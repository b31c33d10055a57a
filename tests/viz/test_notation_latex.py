"""LaTeX as MathML and as plain text: the subset that formulas use, and harmless for all else.
Read `test_notation_sheet.py` next.
"""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from looping import looped

from tinygrad_nn.autograd import registry
from tinygrad_nn.viz.notation.latex import to_mathml, to_text

ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mover"),
    *("msup", "msubsup", "mtable", "mtr", "mtd"),
}
CHOICE = "a if −1 = c, else b"
CHILDREN = {"mfrac": 2, "mover": 2, "msup": 2, "msubsup": 3}
TOKENS = st.sampled_from(
    [
        *[
            "{",
            "}",
            "_",
            "^",
            "&",
            r"\\",
            r"\,",
            "(",
            ")",
            "[",
            "]",
            "|",
            "\\",
            "x",
            "12",
            " ",
            "é",
        ],
        *[r"\frac", r"\sqrt", r"\bar", r"\sum", r"\log", r"\mathrm", r"\text", r"\unknown"],
        *[r"\texttt{", r"\operatorname{", r"\begin{cases}", r"\end{cases}", r"\begin", r"\end"],
        *[r"\left(", r"\right)", "<script>", "&amp;", "]]>", "<!--", '"', "'", "\0", "\ud800"],
    ]
)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"a \odot b", "a ⊙ b"),
        (r"x W^{T} + b", "x Wᵀ + b"),
        (r"\sum_i x_i", "Σᵢ xᵢ"),
        (r"\frac{1}{n} \sum_i x_i", "1/n Σᵢ xᵢ"),
        (r"\frac{g \odot y}{b}", "(g ⊙ y)/b"),
        (r"\frac{a}{b + c}", "a/(b + c)"),
        (r"\frac{a}{-2}", "a/(−2)"),
        (r"\frac{2 g}{n}", "2 g/n"),
        (r"\frac{\log(1 + x)}{2}", "log(1 + x)/2"),
        (r"\frac12", "12/"),
        (r"\frac 1 2", "1/2"),
        ("e^{x}", "eˣ"),
        ("e^x", "eˣ"),
        ("e^{-x}", "e⁻ˣ"),
        ("e^{x_i}", "e^(xᵢ)"),
        ("x^q", "x^q"),
        ("x_i^2", "xᵢ²"),
        ("x^2_i", "xᵢ²"),
        ("x_c", "x_c"),
        ("x_{i_j, j}", "x[iⱼ, j]"),
        ("x_{i + 1}", "x[i + 1]"),
        ("(x_i - t_i)^2", "(xᵢ − tᵢ)²"),
        ("{a + b}^2", "(a + b)²"),
        (r"\sigma(x)", "σ(x)"),
        (r"-t\log\sigma(x)", "−t log σ(x)"),
        (r"\log\sum_j e^{x_j}", "log Σⱼ e^(xⱼ)"),
        (r"\log -x", "log −x"),
        (r"\operatorname{sign}(x)", "sign(x)"),
        (r"\operatorname{one\_hot}(t)", "one_hot(t)"),
        (r"\arg\max_i x_i", "arg maxᵢ xᵢ"),
        (r"\max_i (x)_i", "maxᵢ (x)ᵢ"),
        (r"\bar y \odot \bar{x}", "y\u0304 ⊙ x\u0304"),
        (r"\bar{x y}", "bar(x y)"),
        (r"\sqrt{x}", "√x"),
        (r"\sqrt{2 y}", "√(2 y)"),
        (r"|x| - |y|", "|x| − |y|"),
        ("a=b", "a = b"),
        ("a - -b", "a − −b"),
        ("(-3)^{2}", "(−3)²"),
        (r"2 \, [y > 0]", "2 [y > 0]"),
        (r"[x_1; x_2; \dots]", "[x₁; x₂; …]"),
        (r"\lnot x \land y", "¬x ∧ y"),
        (r"\left(a + \frac{b}{c}\right)", "(a + b/c)"),
        (r"x \text{ is nan}", "x is nan"),
        (r"\texttt{f'\{x\}\^{}\textbackslash{}\_'}", r"f'{x}^\_'"),
        (r"\begin{cases} a & \text{if } -1 = c \\ b & \text{else} \end{cases}", CHOICE),
        (r"2 \begin{cases} a & c \\ b & \text{else} \end{cases}", "2 (a c, else b)"),
        (r"\frac{\partial L}{\partial x}", "(∂ L)/(∂ x)"),
        (r"{\lVert x - y \rVert}_p", "‖x − y‖ₚ"),
        (r"\hat{x} + \operatorname{f}(x)", "x\u0302 + f(x)"),
        (r"\psi^{(n)}(x)", "ψ^(n)(x)"),
        (r"g \odot \begin{cases} a & b \\ c & \text{else} \end{cases}", "g ⊙ (a b, else c)"),
        (r"\unknown{x}", r"\unknown x"),
        ("a } b", "a } b"),
        ("x_", "x"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_formula_as_text(latex, text):
    assert to_text(latex) == text


def mathml(latex, **options):
    return re.sub(r"^<math [^>]*>|</math>$", "", to_mathml(latex, **options))


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("x", "<mi>x</mi>"),
        ("-2", '<mrow><mo form="prefix">−</mo><mn>2</mn></mrow>'),
        ("x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        ("x_i", "<msubsup><mi>x</mi><mi>i</mi><mrow></mrow></msubsup>"),
        ("W^{T}", "<msup><mi>W</mi><mi>T</mi></msup>"),
        (r"\frac{a}{b}", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        (r"\sqrt{x}", "<msqrt><mi>x</mi></msqrt>"),
        (r"\bar y", '<mover accent="true"><mi>y</mi><mo>¯</mo></mover>'),
        (r"\log x", '<mrow><mi>log</mi><mspace width="0.17em"/><mi>x</mi></mrow>'),
        ("a < b", "<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow>"),
        (r"\text{a b}", "<mtext>a\u00a0b</mtext>"),
    ],
)
def test_a_formula_as_mathml(latex, expected):
    assert mathml(latex) == expected


def test_cases_are_a_table():
    root = ElementTree.fromstring(to_mathml(r"\begin{cases} a & b \\ c & d \end{cases}"))
    assert [cell.tag for cell in root.iter("mtd")] == ["mtd"] * 4
    assert "".join(root.itertext()) == "{abcd"


def test_the_text_of_a_formula_is_its_alternative():
    assert ElementTree.fromstring(to_mathml(r'"a" < \beta')).get("alttext") == to_text(
        r'"a" < \beta'
    )


def test_a_formula_on_a_line_of_its_own_says_so():
    assert ElementTree.fromstring(to_mathml("x", display=True)).get("display") == "block"
    assert ElementTree.fromstring(to_mathml("x")).get("display") is None


def check_harmless(latex):
    root = ElementTree.fromstring(to_mathml(latex))
    assert root.tag == "math"
    for element in root.iter():
        name = element.tag
        assert name in ELEMENTS
        assert set(element.attrib) <= {
            "alttext",
            "accent",
            "fence",
            "form",
            "style",
            "width",
            "stretchy",
        }
        if name in CHILDREN:
            assert len(element) == CHILDREN[name]
    assert isinstance(to_text(latex), str)


@given(st.lists(TOKENS, max_size=30).map("".join))
@example(r"</math><script>alert(1)</script>")
@example(r'\text{" onload="x}')
@example("_^_^")
@example(r"\begin{cases}" * 3)
@example(r"\frac")
@example("\\")
def test_any_mixture_of_commands_and_markup_is_harmless(latex):
    check_harmless(latex)


@given(st.text())
def test_any_text_is_harmless(text):
    check_harmless(text)


@pytest.mark.parametrize(
    "piece",
    ["{", "(", r"\sqrt", r"\frac", "x^", "x_", r"\begin{cases}", "|", r"\bar{", "^^", r"\\"],
)
def test_what_is_nested_too_deeply_is_shown_as_it_is_written(piece):
    latex = piece * 5000
    check_harmless(latex)


def test_deep_nesting_keeps_every_sign():
    assert to_text("(" * 500 + ")" * 500) == "(" * 500 + ")" * 500


@looped("op", registry.values())
def test_every_formula_of_the_registry_is_read_in_full(op):
    check_harmless(op.latex)
    assert "\\" not in to_text(op.latex)
    assert "{" not in to_text(op.latex)
