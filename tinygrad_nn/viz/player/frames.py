"""What each step of the player shows, as plain data: formulas in LaTeX, numbers, keys of tables.
Read `playback.py` next, which makes the steps of a computation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from ...arrays.dtypes import Array
from ..drawing.tables import array_html
from ..notation.arguments import short_number
from ..structure.summary import summary_text

# Of a style only colours and widths are its own; the page says the rest once, for half the size.
_STYLE = re.compile(r' style="([^"]*)"')
_OWN = re.compile(r"background:[^;]+|(?<!max-)width:\d[^;]+")


def derivative(output: str, of: str) -> str:
    r"""Return the LaTeX of the derivative of `output` with respect to `of`.

    Example:
        >>> print(derivative("L", "w"))
        \frac{\partial L}{\partial w}
    """
    return rf"\frac{{\partial {output}}}{{\partial {of}}}"


@dataclass(frozen=True)
class Value:
    """What a tensor holds: one number, or the key of a table; neither if that is not known."""

    shape: tuple[int, ...] | None
    latex: str = ""  # of one number, with few digits
    number: str = ""  # the same with all its digits
    table: str = ""
    summary: str = ""  # of an array, in one line


@dataclass(frozen=True)
class Shown:
    """A tensor, or its gradient, with the symbol of the tensor."""

    id: str
    symbol: str
    name: str  # the user's name for the tensor, or a parameter's path: "0.weight"; "" if none
    value: Value
    sign: str = ""  # that stands before it in a row, X · Wᵀ + b
    gradient: str = ""  # the id of its tensor, where it is a gradient in a row


@dataclass(frozen=True)
class Part:
    """What one use of a tensor adds to its gradient."""

    id: str
    symbol: str
    name: str
    parameter: str  # the operation's name for it
    position: int  # among the operands
    path: int  # which of the paths to the tensor this is, from 1; 0 if it is the only one
    rule: str  # LaTeX; "" for a rule that is no formula
    filled: str  # the rule with numbers; "" where arrays take part
    local: Value | None  # None if it is a whole Jacobian
    taken: tuple[Shown, ...]  # the tensors that the rule names, beside what comes in
    terms: tuple[Shown, ...]  # the rule as a row of tensors; empty if it is none
    unreduced: Value
    summed: tuple[int, ...]  # dims over which `unreduced` is summed to undo broadcasting
    value: Value


@dataclass(frozen=True)
class Paths:
    """The gradient of a tensor that is used more than once: the sum over the paths to it."""

    id: str
    symbol: str
    arrived: tuple[Value, ...]
    through: tuple[str, ...]  # the symbol of the result through which each came
    total: int
    complete: bool  # whether all have arrived
    value: Value  # the sum of what has


@dataclass(frozen=True)
class Frame:
    """One step: an operation forward, dL/dL = 1, an operation backward, or the end."""

    phase: Literal["forward", "start", "backward", "end"]
    node: str  # id of the tensor that the step is about; "" at the end
    text: str  # the step in one sentence
    operation: str = ""
    module: str = ""
    source: tuple[str, int, int] | None = None  # the user's line, and where the expression stands
    formula: str = ""  # LaTeX: "v_{1} = a b"
    filled: str = ""  # LaTeX, with the numbers: "2 (-3) = -6"; "" where arrays take part
    operands: tuple[Shown, ...] = ()
    terms: tuple[Shown, ...] = ()  # forward, the formula as a row of tensors; empty if it is none
    outputs: tuple[Shown, ...] = ()  # forward what was made, backward what came in
    parts: tuple[Part, ...] = ()
    paths: tuple[Paths, ...] = ()
    finished: tuple[Shown, ...] = ()  # the gradients that this step leaves whole
    meaning: tuple[str, ...] = ()  # what they say, a sentence each


@dataclass
class Tables:
    """Arrays as HTML, each once, however often it is shown."""

    html: dict[str, str] = field(default_factory=dict)
    pictures: set[int] = field(default_factory=set)  # the id() of arrays whose rows are images
    _keys: dict[str, str] = field(default_factory=dict)

    def value(
        self,
        array: Array | None,
        shape: tuple[int, ...] | None = None,
        *,
        transposed: bool = False,
    ) -> Value:
        if array is None:
            return Value(shape)
        if array.shape == ():
            number = array[()]
            return Value((), short_number(number), repr(number.item()))
        shape = array.swapaxes(-1, -2).shape if transposed else array.shape
        pictures = id(array) in self.pictures
        html = _STYLE.sub(
            lambda style: f' style="{";".join(_OWN.findall(style[1]))}"',
            array_html(array, transposed=transposed, pictures=pictures),
        ).replace(' style=""', "")
        html = html.replace("<div", f'<div data-shape="{",".join(map(str, shape))}"', 1)
        key = self._keys.setdefault(html, f"a{len(self._keys)}")
        self.html[key] = html
        return Value(shape, table=key, summary=summary_text(array))


@dataclass
class Playback:
    """All steps, forward and then backward, the tables that they show, and the gradients."""

    output: str  # symbol of the end result
    symbols: dict[str, str]  # LaTeX, by the id of the tensor
    frames: list[Frame]
    tables: dict[str, str]
    gradients: dict[str, Array]  # by the id of the tensor
    title: str  # what is computed
