"""The source of the function that takes a gradient back through a Node, for one operation.
Read `recording.py` next: what the written functions call.
"""

from __future__ import annotations

from textwrap import indent

from .op import Op, Rule
from .written_call import as_tuple

PULL = """\
def pull(node, g, wanted, recorded):
"""
PULL_KEPT = """\
    saved = node.saved
    if saved is None:
        raise freed(node)
"""
PULL_SEVERAL = """\
    gradients = gradients_of(node, g, recorded)
"""
VALUE = """\
{name}, cell, version = saved[{i}]
if cell[0] != version:
    raise written_since(node, "{name}")
if recorded:
    {name} = value_of(node, "{name}")
"""
RULE = """\
    {x}_node = node.inputs[{i}]
    if {x}_node is not None and (wanted is None or {x}_node in wanted):
{values}        found.append(({x}_node, rule_{x}({given})))
"""
RULE_OF_ALL = """\
    edges = {edges}
    wants = [edge is not None and (wanted is None or edge in wanted) for edge in edges]
{values}    found = pair_up(op, edges, wants, rule({given}))
"""


def pull_source(op: Op) -> str:
    """Return the source of the function that takes a gradient back through a Node."""
    lines = [PULL, PULL_KEPT if op.kept else ""]
    if op.has_several:
        lines.append(PULL_SEVERAL)
    if op.sequence or (op.is_joint and len(op.rules[0].operands) > 1):
        for rule in op.rules:
            places = [op.parameters.index(name) for name in rule.operands]
            edges = "node.inputs"
            if not op.sequence:
                edges = as_tuple(f"node.inputs[{place}]" for place in places)
            values = indent(_values(op, rule), " " * 4)
            lines.append(RULE_OF_ALL.format(edges=edges, values=values, given=_given(op, rule)))
        return "".join([*lines, "    return found\n"])
    lines.append("    found = []\n")
    for rule in op.rules:
        (x,) = rule.operands
        values = indent(_values(op, rule), " " * 8)
        place = op.parameters.index(x)
        lines.append(RULE.format(x=x, i=place, values=values, given=_given(op, rule)))
    return "".join([*lines, "    return found\n"])


def _values(op: Op, rule: Rule) -> str:
    return "".join(
        VALUE.format(name=name, i=op.kept.index(name)) for name in rule.names if name in op.kept
    )


def _given(op: Op, rule: Rule) -> str:
    """The arguments of a rule, by its parameters' names."""
    given = []
    for name in rule.names:
        if name == "g" and op.has_several:
            given.append("gradients" if op.is_variadic else "gradients[0]")
        elif name in ("g", "wants") or name in op.kept:
            given.append(name)
        elif name in op.parameters:
            given.append(f"node.arguments[{op.parameters.index(name)}]")
        elif name.startswith("g_"):
            given.append(f"gradients[{op.returns.index(name[2:])}]")
        elif op.sequence:
            given.append("node.arguments[-1]")
        else:
            place = op.parameters.index(name.removesuffix("_shape"))
            given.append(f"getattr(node.inputs[{place}], 'shape', None)")
    return ", ".join(given)
