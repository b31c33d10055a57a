"""A program: its leaves, its statements, and how it reads in Python.
Read `phrases.py` next, for what a statement can be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

SLOT = re.compile(r"\{(\w+)\}")


class Name(str):
    """The name of a variable, where a literal could stand as well."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Index(tuple):
    """What stands between the brackets of x[...]."""

    __slots__ = ()

    def __repr__(self) -> str:
        return ", ".join(map(_part, self)) if self else "()"

    @property
    def key(self) -> Any:
        return self[0] if len(self) == 1 else tuple(self)


def _part(part: Any) -> str:
    if part is Ellipsis:
        return "..."
    if not isinstance(part, slice):
        return repr(part)
    text = ":".join("" if end is None else str(end) for end in (part.start, part.stop))
    return text if part.step is None else f"{text}:{part.step}"


class Statement(NamedTuple):
    """A template such as "{x}.sum({d})", what fills it, and the names of what it makes.

    One that makes nothing writes into its `x`.
    """

    template: str
    given: dict[str, Any]
    makes: tuple[Name, ...] = ()
    recorded: bool = True  # or under no_grad
    unpacks: bool = False  # a sequence of what it makes

    def __str__(self) -> str:
        text = self.template.format(**{slot: repr(value) for slot, value in self.given.items()})
        if self.makes:
            comma = "," if self.unpacks and len(self.makes) == 1 else ""
            text = f"{', '.join(self.makes)}{comma} = {text}"
        return text if self.recorded else f"with torch.no_grad():\n    {text}"

    def run(self, library: Any, names: dict[str, Any]) -> Any:
        """Run it with `torch` meaning this library; return what it made or wrote."""
        given = [
            names[value] if type(value) is Name else value.key if type(value) is Index else value
            for value in self.given.values()
        ]
        function = compiled(self.template, bool(self.makes))
        if self.recorded:
            return function(library, *given)
        with library.no_grad():
            return function(library, *given)

    @property
    def reads(self) -> list[Name]:
        return [value for value in self.given.values() if type(value) is Name]


class Leaf(NamedTuple):
    name: Name
    array: Any
    requires_grad: bool

    def __str__(self) -> str:
        needs = ", requires_grad=True" if self.requires_grad else ""
        made = f"tensor({self.array.tolist()}" if self.array.size else f"zeros({self.array.shape}"
        return f"{self.name} = torch.{made}, dtype=torch.float64{needs})"


class Program(NamedTuple):
    """Leaves, statements, and how often the sum of all that they make is differentiated."""

    leaves: tuple[Leaf, ...]
    statements: tuple[Statement, ...]
    order: int = 1

    def __str__(self) -> str:
        """Return it as it reads, `torch` meaning either library."""
        made = dict.fromkeys(name for each in self.statements for name in each.makes)
        needed = [leaf.name for leaf in self.leaves if leaf.requires_grad]
        lines = ["import torch", "", *self.leaves, *self.statements]
        end = ENDS[self.order].format(made=", ".join(made), leaves=", ".join(needed))
        return "\n".join([*map(str, lines), end])


ENDS = {
    1: """roots = [x for x in [{made}] if x.requires_grad]
weights = [torch.ones_like(x).flatten().cumsum(0).sin().reshape(x.shape) for x in roots]
torch.autograd.backward(roots, weights)
print(*[x.grad for x in [{leaves}]], sep="\\n")""",
    2: """roots = [{made}]
for _ in range(2):
    roots = [x for x in roots if x is not None and x.requires_grad]
    weights = [torch.ones_like(x).flatten().cumsum(0).sin().reshape(x.shape) for x in roots]
    roots = torch.autograd.grad(roots, [{leaves}], weights, create_graph=True, allow_unused=True)
    print(*roots, sep="\\n")""",
}


@cache
def slots_of(template: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(SLOT.findall(template)))


@cache
def compiled(template: str, makes: bool) -> Callable[..., Any]:
    """Return the template as a function of the library and of what fills it."""
    body = SLOT.sub(r"\1", template)
    parameters = ", ".join(("torch", *slots_of(template)))
    scope: dict[str, Any] = {}
    lines = [f"return {body}"] if makes else [body, "return x"]
    exec(f"def statement({parameters}):\n    " + "\n    ".join(lines), scope)
    return scope["statement"]


@cache
def weights(shape: tuple[int, ...]) -> Any:
    """Return what the elements of a root of this shape are weighed with: no two alike."""
    size = int(np.prod(shape))
    return np.sin(np.arange(1.0, size + 1.0)).reshape(shape)
