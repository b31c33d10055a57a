"""LaTeX of a function call in a rule: e^x for exp(x), a sum sign for x.sum(), T for a transpose.
Read `forward.py` next: an operation of the registry is written by its own formula.
"""

from __future__ import annotations

import ast
from typing import Any

from ...autograd.op import registry
from .arguments import contraction_latex
from .forward import forward_latex, is_shown
from .simplify import constant, simplified
from .symbols import Level, Piece, choice, escaped, function, level_of, product

MODULES = {"F", "math", "np", "numpy", "scipy", "special", "tinygrad_nn", "tnn", "torch"}
# What is called by another name in rules than in the registry, with its parameters in that order.
ALIASES = {
    **dict.fromkeys(("absolute", "fabs"), ("abs", "input")),
    **{"max": ("maximum", "input other"), "min": ("minimum", "input other")},
    "i1": ("special_i1", "input"),
    "i0e": ("special_i0e", "input"),
    "i1e": ("special_i1e", "input"),
    "hurwitz_zeta": ("special_zeta", "input other"),
    "derivative_of_digamma": ("polygamma", "input n"),
    "cross_product": ("cross", "input other"),
    "put_at_index": ("index_put", "input indices values"),
    "place": ("embedding_dense_backward", "input indices"),
}
LAST_TWO = ({-1, -2}, {1, 2})  # dims; the latter of batches
# Which dims, and how far, the forward formula does not say.
UNSAID = {"dim", "dims", "pad", "shape"}
# The same elements in another shape or dtype: shown only where there is nothing else to show.
RESHAPING = {"reshape", "view", "unsqueeze", "squeeze", "expand_dims", "astype", "asarray", "float"}


def written_call(writer: Any, node: ast.Call, is_root: bool = False) -> Piece:
    """Return a call in the notation of mathematics; else as a function with its name."""
    name, arguments = called(node)
    match name, arguments:
        case "sum", [x, *_]:
            return Piece(rf"\sum {writer.write(x).at_least(Level.PREFIX)}", Level.PREFIX)
        case "real" | "imag", [x]:
            return writer.called(name, writer.write(x).latex)
        case "clip", [x, low, high]:
            inside = function(r"\max", writer.write(x).latex, writer.write(low).latex)
            return function(r"\min", inside.latex, writer.write(high).latex)
        case "permute", [x, ast.Call()]:
            return function(r"\operatorname{permute}^{-1}", writer.write(x).latex)
        case "cat", [ast.List(elts=parts), *_]:
            return Piece(f"[{'; '.join(writer.write(part).latex for part in parts)}]")
        case "einsum", [g, ast.Name()]:
            return Piece(rf"\sum {writer.write(g).latex}_{{i \dots}} B_{{j \dots}}", Level.PREFIX)
        case "where", [condition, a, b]:
            return _where(writer, condition, a, b)
        case "transpose", [x]:
            return writer.transposed(x)
        case "swapaxes" | "transpose", [x, *dims] if {*map(constant, dims)} in LAST_TWO:
            return writer.transposed(x)
        case "einsum", [ast.Constant(value=str(equation)), *factors]:
            latex = contraction_latex(equation, [writer.write(each).latex for each in factors])
            return Piece(latex, Level.PREFIX)
        case "count", _:
            return Piece("n", is_scalar=True)
        case "replay", [x, _]:
            return Piece(f"{writer.write(x).at_least(Level.ATOM)}_{{v}}")
        case "expand" | "broadcast_to" | "spread_over", [x, *_]:
            return function(r"\operatorname{expand}", writer.write(x).latex)
        case str(), [x, *_] if name in RESHAPING:
            inside = writer.write(x)
            return writer.called(name, inside.latex) if is_root else inside
    return _by_its_formula(writer, node, name, arguments) or _by_its_name(writer, node)


def called(node: ast.Call) -> tuple[str, list[ast.expr]]:
    """Return the name of the function and its arguments, the first one `x` for `x.method()`."""
    match node.func:
        case ast.Name(id=name):
            return name, node.args
        case ast.Attribute(value=value, attr=name):
            root = value
            while isinstance(root, ast.Attribute):
                root = root.value
            is_function = isinstance(root, ast.Name) and root.id in MODULES
            return name, node.args if is_function else [value, *node.args]
    return "", node.args


def _where(writer: Any, condition: ast.expr, a: ast.expr, b: ast.expr) -> Piece:
    """Return the formula of where(condition, a, b): a [condition] where b is 0."""
    written = writer.condition(condition)
    if constant(b) == 0:
        return product([writer.write(a), Piece(f"[{written}]")])
    if constant(a) == 0:
        opposite = simplified(ast.UnaryOp(ast.Not(), condition))
        return product([writer.write(b), Piece(f"[{writer.condition(opposite)}]")])
    return choice(writer.write(a), written, writer.write(b))


def _by_its_formula(
    writer: Any, node: ast.Call, name: str, arguments: list[ast.expr]
) -> Piece | None:
    """Return the formula of an operation of the registry, if that shows all there is to show."""
    known, parameters = ALIASES.get(name, (name, ""))
    op = registry.get(known)
    if op is None or op.sequence or name in ("softmax", "log_softmax", "mean", "var"):
        return None
    given = dict(zip(parameters.split() or op.parameters, arguments, strict=False))
    given |= {each.arg: each.value for each in node.keywords if each.arg in op.parameters}
    if len(arguments) < len(parameters.split()):
        return None
    for parameter, argument in given.items():
        is_plain = isinstance(argument, (ast.Name, ast.Constant)) or "shape" in parameter
        if not is_shown(op, parameter) and not is_plain:
            return None
    written = {each: writer.write(value) for each, value in given.items()}
    latex = forward_latex(op, {each: piece.latex for each, piece in written.items()})
    return Piece(latex, level_of(latex), all(piece.is_scalar for piece in written.values()))


def _by_its_name(writer: Any, node: ast.Call) -> Piece:
    name, arguments = called(node)
    shown = [
        writer.write(each).latex
        for each in arguments
        if not (isinstance(each, ast.Name) and {each.id, each.id.split("_")[-1]} & UNSAID)
    ]
    shown += [
        rf"\mathrm{{{escaped(each.arg or '**')}}} = {writer.write(each.value).latex}"
        for each in node.keywords
        if each.arg not in UNSAID
    ]
    return writer.called(name, *shown) if name else function(writer.write(node.func).latex, *shown)
