"""The formula sheet: every operation in the registry, as text, Markdown and MathML.
Read `../ops/test_ops_table.py` next, for the operations themselves.
"""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from looping import looped

from tinygrad_nn.autograd import op, registry
from tinygrad_nn.viz.notation.sheet import formulas

HOSTILE = """<script>alert("1")</script>|`'&"""


@pytest.fixture
def cube():
    @op(r"x^{3}", name="cube", elementwise=True)
    def cube(x):
        return x * x * x

    yield cube.vjp(x=lambda g, x: 3.0 * g * x * x)
    del registry["cube"]


@pytest.fixture
def hostile():
    @op(rf"x \text{{{HOSTILE}}} $" + "\n <b>")
    def hostile(x):
        return np.asarray(x)

    registry[HOSTILE] = registry.pop("hostile")  # past the declaration, which refuses such names
    hostile.op.name = HOSTILE
    yield hostile.vjp(x=eval("lambda g: g"))  # compiled from no file
    del registry[HOSTILE]


def test_a_row_has_the_formula_the_rules_and_what_is_kept():
    (row,) = formulas("div")
    assert row.operation == "div"
    assert row.forward == r"\frac{a}{b}"
    assert row.rules == {"input": r"\frac{g}{b}", "other": r"-g \odot \frac{a}{b^{2}}"}
    assert row.keeps == ("a", "b")


def test_the_sheet_as_text():
    lines = str(formulas(["linear", "argmax"])).splitlines()
    assert [" ".join(line.split()) for line in lines[2:6]] == [
        "linear x Wᵀ + b x: g W input, weight",
        "W: gᵀ x",
        "b: g",
        "argmax arg maxᵢ xᵢ no gradient nothing",
    ]


def test_columns_of_the_text_begin_where_their_headings_do():
    heading, _, *lines = str(formulas(["tanh", "binary_cross_entropy_with_logits"])).splitlines()
    begins = [heading.index(name) for name in ("formula", "gradient", "kept")]
    assert [lines[0][place:].split()[0] for place in begins] == ["tanh", "x:", "output"]
    assert lines[1] == "binary_cross_entropy_with_logits"
    assert [lines[2][place:].split()[0] for place in begins] == ["−1/n", "x:", "input,"]


def test_all_operations_are_there_those_with_a_gradient_first():
    names = [row.operation for row in formulas()]
    assert sorted(names) == sorted(registry)
    have_rules = [bool(registry[name].differentiable) for name in names]
    assert have_rules == sorted(have_rules, reverse=True)


def test_every_rule_of_the_library_can_be_read():
    assert "no source" not in str(formulas())
    assert r"\texttt" not in formulas().markdown()


def test_the_text_is_at_most_100_columns_wide():
    assert max(map(len, repr(formulas()).splitlines())) == 100


def test_a_new_operation_appears_by_itself(cube):
    assert formulas("cube").rows[0].rules == {"x": r"3 g \odot x^{2}"}
    assert "x: 3 g ⊙ x²" in str(formulas())


def test_a_rule_without_source_says_so(hostile):
    assert "x: (no source to read it from)" in str(formulas(HOSTILE))


@pytest.mark.parametrize(
    ("asked", "message"),
    [("mull", "'mul'"), ("crossentropy", "'cross_entropy'"), (["mul", "tahn"], "'tanh'")],
)
def test_an_unknown_name_is_an_error_that_lists_close_ones(asked, message):
    with pytest.raises(ValueError, match=message):
        formulas(asked)


def test_a_name_that_is_like_no_other_is_an_error_too():
    with pytest.raises(ValueError, match=r"there is no operation 'zzzz'\.$"):
        formulas("zzzz")


def test_names_are_shown_in_the_order_asked_for():
    assert [row.operation for row in formulas(["tanh", "add"])] == ["tanh", "add"]
    assert len(formulas([])) == 0


def test_operations_are_found_by_the_name_that_programs_have_for_them():
    assert [row.operation for row in formulas("median")] == ["median_dim", "median_all"]
    assert [row.operation for row in formulas("batch_norm")] == ["batch_norm"]


def test_a_notebook_shows_html_with_mathml():
    page = ElementTree.fromstring(f"<div>{formulas()._repr_html_()}</div>")
    rows = page.findall("div/table/tbody/tr")
    assert [row.find("td/div/code").text for row in rows] == [row.operation for row in formulas()]
    assert all(row.find(".//math") is not None for row in rows)


def test_hostile_names_and_formulas_are_only_text(hostile):
    page = ElementTree.fromstring(f"<div>{formulas(HOSTILE)._repr_html_()}</div>")
    assert page.find("div/table/tbody/tr/td/div/code").text == HOSTILE
    assert not [element for element in page.iter() if element.tag in ("script", "b")]
    as_code, formula = formulas(HOSTILE).markdown().splitlines()[2].split("` | ")
    assert as_code.startswith("| `")
    assert "<" not in formula.replace("<br>", "")


def test_markdown_has_one_line_of_four_cells_per_operation(hostile):
    lines = formulas().markdown().splitlines()[: len(registry) + 2]
    assert {line.replace(r"\|", "").count("|") for line in lines} == {5}
    assert r"| `mul` | $a \odot b$ | $a: g \odot b$<br>$b: g \odot a$ | a, b |" in lines


@looped("row", [each for each in formulas() if each.operation != "nextafter"])
def test_no_formula_names_what_only_the_code_knows(row):
    words = " ".join([row.forward, *row.rules.values()])
    assert not re.search(r"\\_|mathrm\{(rstd|normal|noise|dS|dim)|real\(|imag\(|clip|where", words)


def test_a_constant_is_written_as_its_assignment_says():
    assert r"\frac{2}{\sqrt{\pi}}" in formulas("erf").rows[0].rules["input"]
    assert "0.1667" in formulas("hardsigmoid").rows[0].rules["input"]


def test_what_a_rule_calls_by_a_name_of_its_own_is_said_behind_it():
    assert r", \; h = g \odot W" in formulas("layer_norm").rows[0].rules["input"]
    of_query = formulas("scaled_dot_product_attention").rows[0].rules["query"]
    assert of_query.startswith(r"\frac{g_{S} K}{\sqrt{d}}, \; g_{S} = p \odot")
    assert "E[i, j] = λⱼ − λᵢ" in str(formulas("eigh"))


def test_what_several_rules_name_is_said_once():
    of_key = formulas("scaled_dot_product_attention").rows[0].rules["key"]
    assert of_key == r"\frac{g_{S}^{T} Q}{\sqrt{d}}"
