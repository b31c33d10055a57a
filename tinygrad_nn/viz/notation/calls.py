"""LaTeX of a function call in a rule: e^x for exp(x), a sum sign for x.sum(), T for a transpose.
Read `forward.py` next: an operation of the registry is written by its own formula.
"""

from __future__ import annotations

import ast
from typing import Protocol

from ...autograd.op import registry
from .contraction import contraction_latex
from .forward import forward_latex, is_shown
from .pieces import Piece, choice, function, product
from .simplify import constant
from .symbols import Level, escaped, level_of

MODULES = {"F", "math", "np", "numpy", "scipy", "special", "tinygrad_nn", "tnn", "torch"}
# The same elements in another shape or dtype: shown only where there is nothing else to show.
RESHAPING = {"reshape", "view", "unsqueeze", "squeeze", "expand_dims", "astype", "asarray", "float"}


class Writer(Protocol):
    """What writes the arguments of a call; `latex_of.py` has it."""

    def write(self, node: ast.expr) -> Piece: ...

    def condition(self, node: ast.expr) -> str: ...

    def transposed(self, node: ast.expr) -> Piece: ...


def written_call(writer: Writer, node: ast.Call, is_root: bool = False) -> Piece:
    """Return a call in the notation of mathematics; else as a function with its name."""
    name, arguments = _called(node)
    match name, arguments:
        case "exp", [x]:
            return Piece(f"e^{{{writer.write(x).latex}}}", Level.POWER)
        case "sqrt", [x]:
            inside = writer.write(x)
            return Piece(rf"\sqrt{{{inside.latex}}}", is_scalar=inside.is_scalar)
        case "square", [x]:
            return Piece(f"{writer.write(x).at_least(Level.ATOM)}^{{2}}", Level.POWER)
        case "abs" | "absolute" | "fabs", [x]:
            return Piece(f"|{writer.write(x).latex}|")
        case "sigmoid", [x]:
            return function(r"\sigma", writer.write(x).latex)
        case "log" | "tanh" | "sin" | "cos" | "tan" | "sinh" | "cosh", [x]:
            argument = writer.write(x).at_least(Level.ATOM)
            space = "" if argument.startswith(("(", r"\left")) else " "
            return Piece(rf"\{name}{space}{argument}", Level.PREFIX)
        case "sum", [x, *_]:
            return Piece(rf"\sum {writer.write(x).at_least(Level.PREFIX)}", Level.PREFIX)
        case "maximum" | "minimum" | "max" | "min", [a, b]:
            return function(rf"\{name[:3]}", writer.write(a).latex, writer.write(b).latex)
        case "where", [condition, a, b]:
            return _where(writer, condition, a, b)
        case "transpose", [x]:
            return writer.transposed(x)
        case "swapaxes" | "transpose", [x, first, second] if {
            constant(first),
            constant(second),
        } in ({-1, -2}, {1, 2}):  # the latter of batches
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
            if not is_root:
                return inside
            return function(rf"\operatorname{{{escaped(name)}}}", inside.latex)
    return _by_its_formula(writer, node, name, arguments) or _by_its_name(writer, node)


def _called(node: ast.Call) -> tuple[str, list[ast.expr]]:
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


def _where(writer: Writer, condition: ast.expr, a: ast.expr, b: ast.expr) -> Piece:
    """Return the formula of where(condition, a, b): a [condition] where b is 0."""
    written = writer.condition(condition)
    if constant(b) == 0:
        return product([writer.write(a), Piece(f"[{written}]")])
    if constant(a) == 0:
        other = written if isinstance(condition, ast.Name) else f"({written})"
        return product([writer.write(b), Piece(rf"[\lnot {other}]")])
    return choice([(writer.write(a).latex, written), (writer.write(b).latex, "")])


def _by_its_formula(
    writer: Writer, node: ast.Call, name: str, arguments: list[ast.expr]
) -> Piece | None:
    """Return the formula of an operation of the registry, if that shows all there is to show."""
    op = registry.get(name)
    if op is None or op.sequence or name in ("softmax", "log_softmax", "mean", "var"):
        return None
    given = dict(zip(op.parameters, arguments, strict=False))
    given |= {each.arg: each.value for each in node.keywords if each.arg in op.parameters}
    for parameter, argument in given.items():
        is_plain = isinstance(argument, (ast.Name, ast.Constant)) or "shape" in parameter
        if not is_shown(op, parameter) and not is_plain:
            return None
    latex = forward_latex(op, {each: writer.write(value).latex for each, value in given.items()})
    return Piece(latex, level_of(latex))


def _by_its_name(writer: Writer, node: ast.Call) -> Piece:
    name, arguments = _called(node)
    shown = [
        writer.write(each).latex
        for each in arguments
        if not (isinstance(each, ast.Name) and each.id.endswith("_shape"))
    ]
    shown += [
        rf"\mathrm{{{escaped(each.arg or '**')}}} = {writer.write(each.value).latex}"
        for each in node.keywords
    ]
    called = rf"\operatorname{{{escaped(name.lstrip('_'))}}}" if name else ""
    return function(called or writer.write(node.func).latex, *shown)
