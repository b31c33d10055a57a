"""An `Op` is a NumPy function with its gradient rules; the registry lists them all.
Read `recorder.py` next: the function that users call, which is written for each Op from a template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NamedTuple, ParamSpec, Protocol

from ..arrays.kinds import is_array, is_differentiable
from ..arrays.named_results import result
from ..errors import GraphError
from .node import Node, Origin
from .outputs import make_selector
from .packing import unpacked
from .parameters import Parameter, names_of_parameters
from .tensor_base import CONSTANT, make_tensor

P = ParamSpec("P")
Array = Any  # an ndarray on the first order; a Tensor where a rule is itself recorded
FloatArray = Any  # the same; integers and bool become the default float
RealArray = Any  # the same; complex numbers are refused, as they have no order
Data = Any  # an Array that gets no gradient and is not promoted: a mask, indices, classes
Arrays = Any  # a list or tuple of them

registry: dict[str, Op] = {}


class Rule(NamedTuple):
    """A gradient rule: of which operands, the formula, and the formula's parameters."""

    operands: tuple[str, ...]
    formula: Callable[..., Any]
    names: tuple[str, ...]


class Op(Origin):
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
        signature: tuple[Parameter, ...],
        *,
        public: str,
        returns: str = "y",
        keeps: str = "",
        elementwise: bool = False,
        view: bool = False,
        takes_exact_numbers: bool = False,
        keeps_halves: bool = False,
    ) -> None:
        words = (word[:1].upper() + word[1:] for word in public.strip("_").split("_"))
        super().__init__(name, "".join([*words, "Backward0"]))  # its name in the registry
        self.public = public  # what users call it: in errors, graphs and grad_fn
        self.forward = forward
        self.latex = latex
        self.signature = signature
        self.parameters = tuple(p.name for p in signature)
        self.arrays = tuple(p.name for p in signature if p.takes_array)
        self.sequence = next((p.name for p in signature if p.is_sequence), None)
        self.is_variadic = returns.startswith("*")  # a number of outputs known only at the call
        self.returns = tuple(returns.lstrip("*").replace(",", " ").split())
        self.has_several = self.is_variadic or len(self.returns) > 1
        self.keeps = tuple(keeps.replace(",", " ").split())
        self.elementwise = elementwise  # an element of the output depends on one of each operand
        self.view = view
        self.takes_exact_numbers = takes_exact_numbers  # they are not rounded to float16
        self.keeps_halves = keeps_halves or view  # bfloat16 comes to forward as it is
        self.unwrite: Callable[[], None] = lambda: None  # forget the functions written for it
        self.source = ""  # of these functions, once it was called
        self.variants: dict[str, Any] = {}  # a further keyword, and the operation that takes it
        self.call: Callable[..., Any] = forward  # the function that users call
        self.operator: Callable[..., Any] | None = None  # the one bound as `__add__`, if any
        self.aliases: list[Callable[..., Any]] = []  # the same under other names
        self.set_rules(())

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.parameters)})>"

    def set_rules(self, rules: tuple[Rule, ...], is_joint: bool = False) -> None:
        """Take gradient rules: one per operand, or one for all operands at once, on arrays."""
        self.rules, self.is_joint = rules, is_joint
        ruled = {operand for rule in rules for operand in rule.operands}
        named = {name for rule in rules for name in rule.names}
        operands = ruled.union(self.arrays)
        self.operands = tuple(name for name in self.parameters if name in operands)
        self.differentiable = tuple(name for name in self.parameters if name in ruled)
        if is_joint:
            named |= set(self.operands)  # for the composite, which runs where it is itself recorded
        names = (*self.operands, *self.returns, *self.keeps)
        self.kept = tuple(name for name in names if name in named)
        self.unwrite()

    def read_rule(self, operands: tuple[str, ...], formula: Callable[..., Any]) -> Rule:
        """Read the formula's parameter names; a name that cannot be kept is an error."""
        names = names_of_parameters(formula)
        of = ", ".join(operands)
        for operand in operands:
            if operand not in self.parameters:
                raise TypeError(
                    f"{self.name} has no operand {operand!r} to give a gradient rule to"
                )
        gradients = {"g", *(f"g_{name}" for name in self.returns if self.has_several)}
        if not gradients & set(names):
            raise TypeError(
                f"{self.name}'s rule for {of} must name the incoming gradient, "
                f"{', '.join(sorted(gradients))}"
            )
        known = {*gradients, *self.parameters, *self.returns, *self.keeps}
        known |= {f"{name}_shape" for name in operands}
        known |= {"wants"} if len(operands) > 1 or self.sequence else set()
        for name in names:
            if name not in known:
                raise TypeError(
                    f"{self.name}'s rule for {of} names {name!r}; it may name "
                    f"{', '.join(sorted(known))}"
                )
        return Rule(operands, formula, names)

    def users(self, name: str) -> tuple[str, ...]:
        """Return the operands whose gradient cannot do without the kept value `name`."""
        if self.is_joint:
            return self.differentiable
        return tuple(rule.operands[0] for rule in self.rules if name in rule.names)

    @cached_property
    def result_type(self) -> Any:
        """The tuple of named outputs that users get."""
        if self.is_variadic:
            return tuple
        return result(self.public, ", ".join(self.returns))._make

    def ways(self, node: Node) -> Iterable[int]:
        """Return which of the Node's inputs have a gradient rule."""
        if self.sequence is not None:
            return range(len(node.inputs))
        return [i for i, name in enumerate(self.parameters) if name in self.differentiable]

    def source_of(self, node: Node, i: int) -> Any:
        """Return the Node that made the operand kept at place i of `saved`, or those of a list."""
        name = self.kept[i]
        if name == self.sequence:
            return node.inputs
        return node.inputs[self.parameters.index(name)] if name in self.differentiable else None

    def saved_of(self, node: Node, name: str) -> Any:
        """Return a kept operand or output as a tensor, or an argument, by PyTorch's name.

        PyTorch calls the first operand self, and the only output result.
        """
        own = {"self": self.parameters[0], "result": "y"}.get(name, name)
        if own in self.kept:
            if node.saved is None:
                raise freed(node)
            entry = node.saved[self.kept.index(own)]
            if entry is None:
                return None
            edge = node.inputs[self.parameters.index(own)] if own in self.operands else None
            leaf = None if edge is None else edge.tensor
            if leaf is not None and leaf.array is entry[0]:
                return leaf
            with unpacked(node):
                found = self.value_of(node, own)
            return make_tensor(found) if is_array(found) else found
        constants = node.constants()
        return constants[own] if own in constants else super().saved_of(node, name)

    def value_of(self, node: Node, name: str) -> Any:
        """Return a kept operand or output as the Tensor that it was, with its graph."""
        value, cell, _ = node.saved[self.kept.index(name)]  # type: ignore[index]
        if cell is CONSTANT or name in self.keeps:
            return value
        if name in self.returns:
            is_only = node.shape is not None
            source = node if is_only else make_selector(node, self.returns.index(name))
            return make_tensor(value, source if is_differentiable(value) else None, cell)
        if name == self.sequence:
            pairs = zip(value, node.inputs, cell.cells, strict=True)
            return [make_tensor(array, edge, each) for array, edge, each in pairs]
        edge = node.inputs[self.parameters.index(name)]
        return make_tensor(value, edge, cell) if name in self.differentiable else value


def pair_up(op: Origin, edges: Any, wants: Any, answers: Any) -> list[tuple[Node, Any]]:
    """Return (Node, contribution) of a rule that answers for all operands at once."""
    answers = answers if isinstance(answers, (tuple, list)) else (answers,)
    if len(answers) != len(edges):
        raise GraphError(
            f"the gradient rule of {op.public} returned {len(answers)} gradients for {len(edges)} "
            "inputs; return one for each, None where wants says that none is asked for"
        )
    found: list[tuple[Node, Any]] = []
    seen: set[int] = set()
    for edge, want, answer in zip(edges, wants, answers, strict=True):
        if want:
            twice = id(answer) in seen and is_array(answer)
            found.append((edge, answer.copy() if twice else answer))  # no gradient is another's
            seen.add(id(answer))
    return found


def freed(node: Node) -> GraphError:
    """Say that a second backward pass needs retain_graph."""
    return GraphError(
        f"backward through {node.name()} a second time: what it kept was freed by the first pass. "
        "Call the first backward() with retain_graph=True to go through the same graph again, "
        "or .detach() what an earlier step has computed, such as the state of a recurrent layer"
    )


def written_since(node: Node, name: str) -> GraphError:
    """Say which kept value was overwritten, with both versions of its storage."""
    op = node.op
    value, cell, version = node.saved[op.kept.index(name)]  # type: ignore[index]
    place = op.parameters.index(name) if name in op.parameters else None
    if isinstance(value, (list, tuple)):
        place = next(i for i, each in enumerate(cell.cells) if each[0] != version[i])
        value, cell, version = value[place], cell.cells[place], version[place]
        name = f"{name}[{place}]"
    what = f"its operand {name!r}"
    if name in op.returns:
        what = "its output" if name == "y" else f"its output {name!r}"
    edge = None if place is None else node.inputs[place]
    dtype = node.dtype if place is None else value.dtype if edge is None else edge.dtype
    while edge is not None and edge.op is not None and edge.op.view:
        edge = edge.inputs[0]  # the transpose of a parameter is written with it
    way_out = "Write into a copy instead (x = x + 1 for x += 1, or x.clone())"
    if edge is not None and edge.op is None:
        way_out = (
            "It is a parameter, or a leaf like one: if optimizer.step() wrote it, call step() "
            "after the last backward() through this graph, or compute the loss again after it"
        )
    return GraphError(
        f"backward of {op.public}: {what}, a {dtype} tensor of shape {tuple(value.shape)}, "
        f"was modified in place after it was kept: it is at version {cell[0]}, expected version "
        f"{version}. {way_out}"
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
