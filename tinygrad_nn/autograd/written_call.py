"""The source of the function that users call, for one operation, from one template.
Read `written_pull.py` next: the same for the function that backward calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent

from ..arrays.arguments import REQUIRED
from .older_calls import ORDERS
from .op import Op

READ = """\
    if isinstance({x}, Tensor):
        {x}_array, {x}_node, {x}_version = {x}.array, {x}.node, {x}.version
    elif type({x}) is ndarray:
        {x}_array, {x}_node, {x}_version = {x}, None, CONSTANT
    else:
        {x}_array, {x}_node, {x}_version = as_operand(op, {i}, {x}), None, CONSTANT
"""
OR_NUMBER = """\
    elif is_number({x}):
        {x}_array, {x}_node, {x}_version = {x}, None, CONSTANT
"""
OR_NOTHING = """\
    else:
        return NotImplemented
"""
READ_SEQUENCE = """\
    {x}_array, {x}_node, are_tensors = as_operands(op, {x})
"""
IN_ONE_DTYPE = """\
    if {differ}:
        {arrays} = in_one_dtype(({arrays}), name, "{annotation}")
"""
IN_ONE_DTYPE_EXACTLY = """\
    compute = forward
    if {differ}:
        ({arrays}), compute = in_one_dtype(({arrays}), name, "{annotation}", forward)
"""
AS_FLOAT = """\
    if {x}_array.dtype not in REAL:
        {x}_array = as_float({x}_array)
"""
ARGUMENTS = {
    "Dim": "    if type({p}) is not int or not 0 <= {p} < {x}.ndim:\n"
    "        {p} = as_dim({p}, {x}.ndim, name)\n",
    "Dim | None": "    if {p} is not None:\n        {p} = as_dim({p}, {x}.ndim, name)\n",
    "Dims": "    if {p} is not None:\n        {p} = as_dims({p}, {x}.ndim, name)\n",
    "NamedDims": "    if {p} is not None:\n"
    "        {p} = as_dims({p}, {x}.ndim, name, of_none=())\n",
    "Integer": "    if type({p}) is not int:\n        {p} = as_integer({p}, '{p}', name)\n",
    "Number": "    if type({p}) is not float and {p} is not default_{p}:\n"
    "        {p} = as_number({p}, '{p}', name)\n",
    "Index": "    if not is_basic({p}):\n        {p} = as_index({p})\n",
    "Shape": "    {p} = as_shape({p}, name)\n",
    "Dtype": "    {p} = as_dtype({p}, name)\n",
    "float": "    if type({p}) is not float:\n        {p} = as_number({p}, '{p}', name)\n",
    "bool": "    if {p} is not False and {p} is not True:\n"
    "        {p} = as_bool({p}, '{p}', name)\n",
}
COMPUTE = """\
    quiet = silence(SILENT)
    try:
        {results} = {compute}({given})
{on_error}    finally:
        restore(quiet)
{unpack}"""
UNPACK = """\
    {names}outputs = as_outputs(op, outputs)
"""
UNPACK_KEPT = """\
    if type(outputs) is not tuple or len(outputs) != {count}:
        outputs = as_outputs(op, outputs)
    {names} = outputs
"""
ON_ERROR = """\
    except (TypeError, ValueError, OverflowError) as error:
        raise refusal({values}, name, error) from None
"""
ON_OTHER_ERROR = """\
    except Exception as error:
        wrong = refused(name, dict(zip(op.parameters, {values})), error)
        if wrong is error:
            raise
        raise wrong from None
"""
AS_ALIAS = """\
    except kinds as error:
        say_as(error, "{}", ("{}",), else_before=False)
        raise
"""
ONE_OUTPUT = """\
    if type(array) is not ndarray:
        array = as_output(op, array)
    recording = mode()
"""
NODE = """\
    if recording and {wanted}:
        y = new(tensor_class)
        y.array = array
        y.version = version = [0]
        y.node = node = Node()
        node.op = op
        node.serial = clock()
        node.inputs = {edges}
        node.saved = {saved}
        node.arguments = {arguments}
        node.shape = array.shape
        node.dtype = array.dtype
        node.extra = None if recording is RECORD else remember_call(node)
"""
NO_NODE = """\
    {elif_} {given_tensor}:
        y = new(tensor_class)
        y.array = array
        y.node = None
        y.version = [0] if recording is not INFERENCE else InferenceVersion((0,))
    else:
        return array  # of arrays only, as a rule of the first order calls it
"""
SEVERAL_OUTPUTS = """\
    if not ({given_tensor}):
        return outputs{shown}
    {names} = [make_tensor(array) for array in outputs{shown}]
    recording = mode()
    if recording and {wanted}:
        leave_several(op, {made}, {edges}, {saved}, {arguments}, recording)
    y = result_type({made})
"""


def call_source(op: Op, is_operator: bool = False) -> str:
    """Return the source of the function that users call, or of an operator such as `+`.

    An operator leaves what is no operand to the class of the other one, as Python has it.
    """
    read = READ
    if is_operator:
        read = READ.partition("    else:")[0] + OR_NUMBER * op.elementwise + OR_NOTHING
    arrays = {name: f"{name}_array" for name in op.operands}
    first = arrays[op.operands[0]] + ("[0]" if op.sequence else "")
    values = as_tuple(arrays.get(name, name) for name in op.parameters)
    lines = [
        f"def {op.public}({_signature(op)}):\n",
        "    if other_arguments:\n",
        f"        return call_otherwise(op, {as_tuple(op.parameters)}, other_arguments)\n",
    ]
    if scalars := _older_scalars(op):
        named = ", ".join(f"{name!r}: {name}" for name in scalars)
        lines.insert(
            1,
            "    if in_between:\n"
            f"        return in_older_order(op.call, ({', '.join(op.operands)}, *in_between), "
            f"{{{named}}}, other_arguments)\n",
        )
    given, checks = [], []
    for i, p in enumerate(op.signature):
        value = arrays.get(p.name, p.name)
        given.append(f"{p.name}={value}" if p.keyword_only else value)
        if p.name in arrays:
            lines.append((READ_SEQUENCE if p.is_sequence else read).format(x=p.name, i=i))
        elif p.annotation in ARGUMENTS:
            checks.append(ARGUMENTS[p.annotation].format(p=p.name, x=first))
    lines += [*_conversions(op, arrays), *checks]
    unpack, results = "", "array"
    if op.has_several or op.keeps:
        results = "outputs"
        if op.has_several:
            names = "" if op.is_variadic else f"{', '.join((*op.returns, *op.keeps))} = "
            unpack = UNPACK.format(names=names)
        else:
            names = ", ".join(("array", *op.keeps))
            unpack = UNPACK_KEPT.format(names=names, count=1 + len(op.keeps))
    on_error = (ON_ERROR if op.elementwise else ON_OTHER_ERROR).format(values=values)
    lines.append(
        COMPUTE.format(
            results=results,
            compute="compute" if op.takes_exact_numbers else "forward",
            given=", ".join(given),
            on_error=on_error,
            unpack=unpack,
        )
    )
    lines.append(_node(op))
    if op.view:
        several = "for y in made:\n        " if op.is_variadic else ""
        steps = "None" if op.is_variadic else as_tuple(op.parameters[1:])
        lines.append(f"    {several}link_view(y, {op.operands[0]}, op, {steps})\n")
    if op.is_variadic:
        lines.append("    y = tuple(made)\n")
    return "".join([*lines, "    return y\n"])


def alias_source(op: Op, name: str) -> str:
    """Return the source of the same under another name; its errors say that one."""
    _, *body = call_source(op).splitlines(keepends=True)
    lines = indent("".join(body), "    ")
    return f"def {name}({_signature(op)}):\n    try:\n{lines}{AS_ALIAS.format(name, op.public)}"


def _node(op: Op) -> str:
    """Return the lines that make the output, with a Node if a gradient is wanted."""
    is_tensor = " or ".join(f"isinstance({name}, Tensor)" for name in op.operands)
    parts = {
        "given_tensor": "are_tensors" if op.sequence else is_tensor,
        "wanted": _wanted(op, op.differentiable),
        "edges": _edges(op),
        "saved": as_tuple(_entry(op, name) for name in op.kept),
        "arguments": as_tuple(_arguments(op)),
    }
    if op.has_several:
        made = "made" if op.is_variadic else as_tuple(op.returns)
        names = "made" if op.is_variadic else ", ".join(op.returns)
        shown = "" if op.is_variadic else f"[:{len(op.returns)}]"
        return SEVERAL_OUTPUTS.format(names=names, shown=shown, made=made, **parts)
    if not op.differentiable:
        return ONE_OUTPUT + NO_NODE.format(elif_="if", **parts)
    if any(p.annotation == "Dtype" for p in op.signature):
        parts["wanted"] += " and array.dtype in DIFFERENTIABLE"  # it may be asked for integers
    return ONE_OUTPUT + NODE.format(**parts) + NO_NODE.format(elif_="elif", **parts)


def as_tuple(items: Iterable[str]) -> str:
    """Write a tuple, one item a line if it is long."""
    items = list(items)
    text = ", ".join(items)
    if len(text) > 70:
        return "(\n" + "".join(f"            {item},\n" for item in items) + "        )"
    return f"({text},)" if len(items) == 1 else f"({text})"


def _signature(op: Op) -> str:
    """The operation's own parameters, and PyTorch's further ones: `axis` for `dim`, `out`."""
    shown: list[str] = []
    may_lack: dict[str, bool] = {}
    optional = True  # a Dim may be called by another name; as_dim sees that there is one
    for p in reversed(op.signature):
        if not p.keyword_only and p.default is REQUIRED:
            optional = optional and p.annotation == "Dim"
        may_lack[p.name] = optional
    for p in op.signature:
        if p.keyword_only and not any(each[0] == "*" for each in shown):
            shown.append("*in_between" if _older_scalars(op) else "*")
        has_default = p.default is not REQUIRED or (p.annotation == "Dim" and may_lack[p.name])
        shown.append(f"{p.name}=default_{p.name}" if has_default else p.name)
    return ", ".join([*shown, "**other_arguments"])


def _older_scalars(op: Op) -> tuple[str, ...]:
    """The scalars that stood between the operands in PyTorch's first versions, and still may."""
    names = tuple(p.name for p in op.signature if p.keyword_only)
    return names if names in ORDERS and (*op.operands, *names) == op.parameters else ()


def _conversions(op: Op, arrays: dict[str, str]) -> list[str]:
    """Bring the operands of an elementwise operation to one dtype, and integers to floats."""
    if not op.elementwise:
        return []
    meeting = [p.name for p in op.signature if p.name in arrays and "Data" not in p.annotation]
    annotation = op.signature[0].annotation
    if len(meeting) > 1:
        first, *others = (arrays[name] for name in meeting)
        differ = [f"type({each}) is not ndarray" for each in (first, *others)]
        differ += [f"{each}.dtype is not {first}.dtype" for each in others]
        if annotation in ("FloatArray", "RealArray"):
            differ.append(f"{first}.dtype not in REAL")
        joined = ", ".join((first, *others))
        template = IN_ONE_DTYPE_EXACTLY if op.takes_exact_numbers else IN_ONE_DTYPE
        return [template.format(differ=" or ".join(differ), arrays=joined, annotation=annotation)]
    if meeting and annotation.startswith("FloatArray"):
        return [AS_FLOAT.format(x=meeting[0])]
    return []


def _wanted(op: Op, operands: tuple[str, ...]) -> str:
    if op.sequence:
        return f"any({_edges(op)})"
    tests = " or ".join(f"{name}_node is not None" for name in operands)
    return f"({tests})" if len(operands) > 1 else tests or "False"


def _edges(op: Op) -> str:
    if op.sequence:
        return f"{op.sequence}_node"
    edges = (f"{n}_node" if n in op.differentiable else "None" for n in op.parameters)
    return as_tuple(edges)


def _entry(op: Op, name: str) -> str:
    """What a Node keeps under a name: (value, version cell, version then), or None."""
    if name in op.returns:
        entry = f"({name}.array, {name}.version, 0)" if op.has_several else "(array, version, 0)"
    elif name in op.keeps:
        entry = f"({name}, CONSTANT, 0)"
    elif op.sequence:
        entry = f"versioned({name}_array, {name})"
    else:
        entry = f"({name}_array, {name}_version, {name}_version[0])"
    users = op.users(name)
    if set(users) >= set(op.differentiable):
        return entry
    return f"{entry} if {_wanted(op, users)} else None"


def _arguments(op: Op) -> list[str]:
    """What a Node remembers of the arguments: a tensor without gradient weakly."""
    if op.sequence:
        each = [
            f"remembered_each({name})" if name == op.sequence else name for name in op.parameters
        ]
        return [*each, f"sizes_of({op.sequence}_array)"]
    remembered = []
    for name in op.parameters:
        if name not in op.operands:
            remembered.append(name)
        elif name not in op.differentiable:
            remembered.append(f"remembered({name})")
        elif op.differentiable == (name,):
            remembered.append("None")  # it has an edge, or there would be no Node
        else:
            remembered.append(f"remembered({name}) if {name}_node is None else None")
    return remembered
