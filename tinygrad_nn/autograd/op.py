"""An `Op` is a NumPy function with its gradient rules; the registry lists them all.
Read `recorder.py` next: the function that users call, which is written for each Op from a template.
"""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple, ParamSpec, Protocol
from weakref import ref

from ..arrays.kinds import is_array, is_differentiable
from ..errors import GraphError
from .arguments import REQUIRED
from .node import Node, Operand
from .outputs import make_selector
from .tensor_base import CONSTANT, make_tensor

P = ParamSpec("P")
Array = Any  # an ndarray on the first order; a Tensor where a rule is itself recorded
FloatArray = Any  # the same; integers and bool become the default float
RealArray = Any  # the same; complex numbers are refused, as they have no order
Data = Any  # an Array that gets no gradient and is not promoted: a mask, indices, classes
Arrays = Any  # a list or tuple of them

registry: dict[str, Op] = {}


class Parameter(NamedTuple):
    """One parameter of a forward function, read from its signature."""

    name: str
    annotation: str
    default: Any  # REQUIRED, if it has none
    keyword_only: bool

    @property
    def takes_array(self) -> bool:
        if not self.annotation:
            return self.default is REQUIRED
        return any(kind in self.annotation for kind in ("Array", "Data", "Tensor", "ndarray"))

    @property
    def is_strict(self) -> bool:
        """Whether anything but a tensor is refused."""
        return self.annotation.split(" ")[0] in ("Array", "FloatArray", "RealArray", "Data")

    @property
    def is_sequence(self) -> bool:
        return self.annotation == "Arrays"


class Rule(NamedTuple):
    """A gradient rule: of which operands, the formula, and the formula's parameters."""

    operands: tuple[str, ...]
    formula: Callable[..., Any]
    names: tuple[str, ...]


class Op:
    """An operation: its NumPy function, and one vector-Jacobian product per operand.

    A rule's first parameter is the incoming gradient `g` (`g_values`, `g_indices` where there are
    several outputs); the others say what has to be kept: an operand or another argument, an output
    (`y`, if it has no other name), what forward `keeps`, or `x_shape` for no more than a shape.
    """

    def __init__(
        self,
        forward: Callable[..., Any],
        latex: str,
        name: str,
        parameters: tuple[Parameter, ...],
        *,
        public: str,
        returns: str = "y",
        keeps: str = "",
        elementwise: bool = False,
        view: bool = False,
    ) -> None:
        self.forward = forward
        self.latex = latex
        self.name = name  # in the registry
        self.public = public  # what users call it: in errors, graphs and grad_fn
        self.signature = parameters
        self.parameters = tuple(p.name for p in parameters)
        self.is_variadic = returns.startswith("*")  # a number of outputs known only at the call
        self.returns = tuple(returns.lstrip("*").replace(",", " ").split())
        self.keeps = tuple(keeps.replace(",", " ").split())
        self.elementwise = elementwise  # an element of the output depends on one of each operand
        self.view = view
        self.rules: tuple[Rule, ...] = ()
        self.joint: Rule | None = None  # one rule for all operands, on arrays
        self.composite: Callable[..., Any] | None = None
        self.unwrite: Callable[[], None] = lambda: None
        self.source = ""  # of the functions that are written for it, once it was called
        self.call: Callable[..., Any] = forward  # the function that users call
        self.pull: Callable[..., Any] = forward  # (node, g, wanted, recorded): contributions
        self.backward_name = "".join(w[:1].upper() + w[1:] for w in public.strip("_").split("_"))
        self.backward_name += "Backward0"

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.parameters)})>"

    # --- declaring --------------------------------------------------------------------------------

    def read_rule(self, operands: tuple[str, ...], formula: Callable[..., Any]) -> Rule:
        """Read the formula's parameter names; a name that cannot be kept is an error."""
        names = tuple(inspect.signature(formula).parameters)
        for operand in operands:
            if operand not in self.parameters:
                raise TypeError(
                    f"{self.name} has no operand {operand!r} to give a gradient rule to"
                )
        gradients = {"g", *(f"g_{name}" for name in self.returns if self.has_several)}
        if not gradients & set(names):
            raise TypeError(
                f"{self.name}'s rule for {', '.join(operands)} must name the incoming gradient, "
                f"{', '.join(sorted(gradients))}"
            )
        shapes = {f"{name}_shape" for name in operands}
        known = {*gradients, *self.parameters, *self.returns, *self.keeps, *shapes}
        known |= {"wants"} if len(operands) > 1 or self.takes_sequence else set()
        for name in names:
            if name not in known:
                raise TypeError(
                    f"{self.name}'s rule for {', '.join(operands)} names {name!r}; it may name "
                    f"{', '.join(sorted(known))}"
                )
        return Rule(operands, formula, names)

    def rules_changed(self) -> None:
        """Forget what was worked out from the rules, the functions written for them too."""
        for name in ("operands", "differentiable", "kept"):
            self.__dict__.pop(name, None)
        self.unwrite()

    @property
    def has_several(self) -> bool:
        return self.is_variadic or len(self.returns) > 1

    @cached_property
    def operands(self) -> tuple[str, ...]:
        """The parameters that take tensors, those with a gradient rule among them."""
        ruled = {operand for rule in self.all_rules for operand in rule.operands}
        return tuple(p.name for p in self.signature if p.takes_array or p.name in ruled)

    @cached_property
    def differentiable(self) -> tuple[str, ...]:
        """The operands that get a gradient."""
        ruled = {operand for rule in self.all_rules for operand in rule.operands}
        return tuple(name for name in self.parameters if name in ruled)

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        return self.rules if self.joint is None else (self.joint,)

    @cached_property
    def takes_sequence(self) -> bool:
        """Whether the operands are one list of tensors."""
        return any(p.is_sequence for p in self.signature)

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The names that a Node may have to keep: what the rules name, and what is no constant."""
        named = {name for rule in self.all_rules for name in rule.names}
        if self.joint is not None:
            named |= set(self.operands)  # for the composite, which runs where it is itself recorded
        names = (*self.operands, *self.returns, *self.keeps)
        return tuple(name for name in names if name in named)

    def users(self, name: str) -> tuple[str, ...]:
        """Return the operands whose gradient cannot do without the kept value `name`."""
        if self.joint is not None:
            return self.differentiable
        return tuple(rule.operands[0] for rule in self.rules if name in rule.names)

    @cached_property
    def result_type(self) -> Any:
        """The tuple of named outputs that users get."""
        if self.is_variadic:
            return tuple
        return namedtuple(self.public, self.returns)._make  # type: ignore[attr-defined]

    # --- reading a Node again ---------------------------------------------------------------------

    def value_of(self, node: Node, name: str) -> Any:
        """Return a kept operand or output as the Tensor that it was, with its graph."""
        value, cell, _ = node.saved[self.kept.index(name)]  # type: ignore[index]
        if cell is CONSTANT or name in self.keeps:
            return value
        if name in self.returns:
            source = (
                node if node.shape is not None else make_selector(node, self.returns.index(name))
            )
            return make_tensor(value, source if is_differentiable(value) else None, cell)
        if self.takes_sequence:
            pairs = zip(value, node.inputs, cell.cells, strict=True)
            return [make_tensor(array, edge, each) for array, edge, each in pairs]
        edge = node.inputs[self.parameters.index(name)]
        return make_tensor(value, edge, cell) if name in self.differentiable else value

    def operands_of(self, node: Node) -> Iterator[Operand]:
        """Yield what the Node's operation took; see `Node.operands`."""
        kept = node.kept()
        if self.takes_sequence:
            (sequence,) = (p.name for p in self.signature if p.is_sequence)
            held = node.arguments[self.parameters.index(sequence)]
            arrays = kept.get(sequence, ((None,) * len(held), False))
            for i, (edge, reference) in enumerate(zip(node.inputs, held, strict=True)):
                tensor = None if reference is None else reference()
                value = arrays[0][i] if arrays[1] else getattr(tensor, "array", None)
                yield Operand(f"{sequence}[{i}]", edge, value, arrays[1], tensor)
            return
        for name in self.operands:
            place = self.parameters.index(name)
            edge, held = node.inputs[place], node.arguments[place]
            value, unchanged = kept.get(name, (None, False))
            if edge is None and not isinstance(held, ref):
                continue  # a number, or nothing
            tensor = held() if isinstance(held, ref) else None
            if name not in kept:
                value = getattr(tensor, "array", None)
            yield Operand(
                name, edge, value if unchanged or name not in kept else None, name in kept, tensor
            )

    def constants_of(self, node: Node) -> dict[str, Any]:
        """Return the arguments of a Node's operation that are no tensors."""
        edges = () if self.takes_sequence else node.inputs
        return {
            p.name: value
            for i, (p, value) in enumerate(zip(self.signature, node.arguments, strict=False))
            if not isinstance(value, ref)
            and not p.is_sequence
            and not (i < len(edges) and edges[i] is not None)
        }


def pair_up(op: Op, edges: Any, wants: Any, answers: Any) -> list[tuple[Node, Any]]:
    """Return (Node, contribution) of a rule that answers for all operands at once."""
    answers = answers if isinstance(answers, (tuple, list)) else (answers,)
    if len(answers) != len(edges):
        raise GraphError(
            f"the gradient rule of {op.public} returned {len(answers)} gradients for {len(edges)} "
            "operands; return one for each, None where wants says that none is asked for"
        )
    found: list[tuple[Node, Any]] = []
    seen: set[int] = set()
    for edge, want, answer in zip(edges, wants, answers, strict=True):
        if want:
            twice = id(answer) in seen and is_array(answer)
            found.append((edge, answer.copy() if twice else answer))  # no gradient is another's
            seen.add(id(answer))
    return found


def shape_of(edge: Node | None) -> tuple[int, ...] | None:
    """Return the shape of the operand that a gradient is for, None if it needs none."""
    return None if edge is None else edge.shape


def shapes_of(node: Node) -> tuple[Any, ...]:
    """Return the shapes of a list of operands."""
    return node.arguments[-1]


def freed(node: Node) -> GraphError:
    """Say that a second backward pass needs retain_graph."""
    return GraphError(
        f"backward through {node.name()} a second time: what it kept was freed by the first pass. "
        "Call the first backward() with retain_graph=True to go through the same graph again"
    )


def written_since(node: Node, name: str) -> GraphError:
    """Say which kept value was overwritten, with both versions of its storage."""
    op = node.op
    value, cell, version = node.saved[op.kept.index(name)]  # type: ignore[index]
    if isinstance(value, (list, tuple)):
        place = next(i for i, each in enumerate(cell.cells) if each[0] != version[i])
        value, cell, version = value[place], cell.cells[place], version[place]
        name = f"{name}[{place}]"
    what = f"its operand {name!r}"
    if name in op.returns:
        what = "its output" if name == "y" else f"its output {name!r}"
    return GraphError(
        f"backward of {op.public}: {what}, a {value.dtype} tensor of shape {tuple(value.shape)}, "
        f"was modified in place after it was kept: it is at version {cell[0]}, expected version "
        f"{version}. Write into a copy instead (x = x + 1 for x += 1, or x.clone())"
    )


class Operation(Protocol[P]):
    """An operation as users call it: a function of Tensors, and of ndarrays as well."""

    op: Op
    __name__: str

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any: ...

    def __get__(self, instance: Any, owner: Any) -> Callable[..., Any]: ...

    def vjp(self, **rules: Callable[..., Any]) -> Operation[P]:
        """Give the gradient rule of each operand."""

    def backward(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Give one rule for all operands at once, on arrays; it needs a composite beside it."""

    def composite(self, function: Callable[..., Any]) -> Operation[P]:
        """Give the same operation as a composition of simpler ones."""
