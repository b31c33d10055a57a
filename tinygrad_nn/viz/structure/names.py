"""What to call the tensors of a computation: as the user named them, or as the program does.
Read `values.py` next: what the tensors held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import Any

from ...autograd.node import Node
from ...autograd.op import registry
from ...autograd.tensor_base import TensorBase
from ...errors import DTypeError
from ...warn import user_frame
from .computation import Kind

_LIBRARY = __name__.partition(".")[0] + "."


class Names:
    """Names of tensors by their Nodes, and of tensors that need no gradient by their arrays.

    The first that there is: `x.name = ...`; its path in `params`; its name in `inputs`; and the
    variable of the calling function that holds it, or the path in a module that it holds.
    """

    def __init__(
        self, inputs: Any = None, params: Any = None, variables: Mapping[str, Any] | None = None
    ) -> None:
        self.modules: dict[str, str] = {}  # path: class name
        self.runs: dict[str, str] = {}  # path of a Linear, not a user's own: "linear", and so on
        self.kinds: dict[Node, Kind] = {}  # parameters; a sample is data, however it was made
        self._names: dict[Node | int, str] = {}
        self._held: list[Any] = []  # arrays whose id() is a key
        if params is not None:
            self._add_parameters(params)
        if inputs is not None:
            for name, tensor in _named_inputs(inputs):
                self._add(name, tensor)
        self._variables = visible(user_frame()[0]) if variables is None else variables
        self._takes_modules = params is None

    def take_variables(self, nodes: Iterable[Node]) -> None:
        """Add what variables say of a computation, which is these Nodes."""
        if self._takes_modules:
            self._add_modules(set(nodes))
        for name, value in self._variables.items():
            if isinstance(value, TensorBase):
                self._add(name, value)

    def take_locals(self, named: Iterable[tuple[str, TensorBase]]) -> None:
        """Add what functions called their tensors, but not a second time what an input is called.

        So x stays the input's where a function goes on with x = x * 2.
        """
        taken = {*self._names.values()}
        for name, tensor in named:
            if name not in taken:
                self._add(name, tensor)

    def of_node(self, node: Node) -> str:
        """Return the name of a leaf or of what an operation made, "" if it has none."""
        held = getattr(node.tensor, "name", None)
        return node.given_name or held or self._names.get(node, "")

    def of_array(self, array: Any) -> str:
        """Return the name of the tensor without a gradient that stands on this very array."""
        return self._names.get(id(array), "")

    def _add(self, name: str, tensor: TensorBase) -> None:
        self._held.append(tensor.array)
        key = id(tensor.array) if tensor.node is None else tensor.node
        self._names.setdefault(key, getattr(tensor, "name", None) or name)

    def _add_parameters(self, params: Any, prefix: str = "") -> None:
        if hasattr(params, "named_modules"):
            for inner, module in params.named_modules():
                path, kind = f"{prefix}{inner}".rstrip("."), type(module)
                self.modules[path] = kind.__name__
                if kind.__module__.startswith(_LIBRARY) and kind.__name__.lower() in registry:
                    self.runs[path] = kind.__name__.lower()
            named = [*params.named_parameters(), *params.named_buffers()]
        else:
            named = list(params.items() if isinstance(params, Mapping) else params)
        for path, tensor in named:
            if not isinstance(tensor, TensorBase):
                raise DTypeError(
                    "params= takes a Module, a dict of names and tensors, or (name, tensor) pairs; "
                    f"{path!r:.40} is a {type(tensor).__name__}"
                )
            self._add(f"{prefix}{path}", tensor)
            if tensor.node is not None:
                self.kinds[tensor.node] = "parameter"

    def _add_modules(self, nodes: set[Node]) -> None:
        """Take in the modules that take part; if there are several, paths begin with the variable.

        A variable that holds a part of what another one holds is not asked.
        """
        found: dict[int, tuple[str, Any]] = {}
        for name, value in self._variables.items():
            is_module = hasattr(type(value), "named_parameters")  # an import would look for names
            if is_module and any(parameter.node in nodes for parameter in value.parameters()):
                found.setdefault(id(value), (name, value))
        inner = {id(part) for _, each in found.values() for part in list(each.modules())[1:]}
        outer = [each for key, each in found.items() if key not in inner]
        for name, module in outer:
            self._add_parameters(module, "" if len(outer) == 1 else f"{name}.")


def _named_inputs(inputs: Any) -> Iterator[tuple[str, TensorBase]]:
    wrong = "inputs= takes a tensor, a list of tensors or a dict of names and tensors"
    if isinstance(inputs, TensorBase):
        inputs = {"input": inputs}
    elif isinstance(inputs, (list, tuple)):
        inputs = {f"input {i}": each for i, each in enumerate(inputs)}
    elif not isinstance(inputs, Mapping):
        raise DTypeError(f"{wrong}, not {type(inputs).__name__}")
    for name, tensor in inputs.items():
        if not isinstance(tensor, TensorBase):
            raise DTypeError(f"{wrong}; {name!r:.40} is a {type(tensor).__name__}")
        yield str(name), tensor


def visible(frame: FrameType) -> dict[str, Any]:
    """Return the variables that a line of a program sees, its function's before its module's.

    Those that begin with _ are left out: notebooks keep what was printed under such names.
    """
    seen = {**frame.f_locals, **frame.f_globals, **frame.f_locals}
    return {name: seen[name] for name in seen if str(name)[:1] not in ("", "_")}
