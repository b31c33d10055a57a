"""One step of an optimizer over a group of parameters: what all rules share is done here, once.
Read `adam.py` next, a rule.

A rule, `update(p, g, group, state)`, says how an array of parameters moves by its gradient. What is
given to it is made ready here: parameters without a gradient are skipped, `maximize` turns the
gradient round, weight decay is added to it or taken from the parameter, the step is counted, and
options and state are numbers and arrays instead of tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..arrays.dtypes import default_float
from ..arrays.kinds import is_complex, ndarray
from ..arrays.refusing import refused
from ..autograd.grad_mode import enable_grad
from ..autograd.tensor_base import make_tensor
from ..errors import GraphError
from ..tensor import Tensor
from .rule import Rule

Values = dict[str, Any]
Given = tuple[Tensor, Tensor]  # a parameter and its gradient
Member = tuple[
    Tensor, Any, Values
]  # a parameter, its gradient's array, its state as the rule sees it

SMALL = 4096  # elements: a call of NumPy takes 0.4 µs, as long as so many
ROWS = 1 << 19  # bytes of a large array that are stepped at a time: 1.2 times as fast at 8 MB
LARGE = 8 * ROWS
PLAIN = frozenset((bool, int, float, str, tuple, list, type(None)))


def begin(rule: Rule, p: Tensor, group: Values) -> None:
    """Give a parameter the state that it has before its first update."""
    state = rule.state[p]
    for key, value in rule.start(p.array, group).items():
        if key in rule.scalars:
            value = np.array(value, default_float())
        state[key] = make_tensor(value) if isinstance(value, np.ndarray) else value


def plain(group: Values) -> Values:
    """Return the options with numbers of NumPy and tensors of one element as Python's numbers.

    A float64 of NumPy would widen float32 parameters.
    """
    if PLAIN.issuperset(map(type, group.values())):
        return group
    return {key: _plain(value) for key, value in group.items() if key != "params"}


def _plain(value: Any) -> Any:
    if type(value) is tuple:
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, (Tensor, np.generic, np.ndarray)) else value


class GroupStep:
    """One step of one group: its options as plain numbers, and what they ask of every rule."""

    __slots__ = ("decay", "group", "maximize", "rule", "scalars", "shrink", "state")

    def __init__(self, rule: Rule, group: Values) -> None:
        self.rule, self.state, self.scalars = rule, rule.state, rule.scalars
        self.group = group = group if group.get("differentiable") else plain(group)
        self.maximize = group.get("maximize")
        self.decay, self.shrink = None if rule.decays else group.get("weight_decay"), None
        if self.decay and group.get("decoupled_weight_decay"):
            self.decay, self.shrink = None, 1.0 - group["lr"] * self.decay

    def apply(self, p: Any, g: Any, state: Values) -> None:
        """Have the rule change `p` by `g`, after `maximize` and weight decay."""
        if self.maximize:
            g = -g
        if self.shrink is not None:
            p *= self.shrink
        elif self.decay:
            g = g + self.decay * p
        self.rule.update(p, g, self.group, state)

    def run(self, params: Iterable[Tensor]) -> None:
        """Update those of the parameters that have a gradient."""
        given = [(p, g) for p in params if (g := p.grad) is not None]
        if self.group.get("differentiable"):
            with enable_grad():
                for p, g in given:
                    self.record(p, g)
            return
        if self.rule.together and len(given) > 1:
            given = self.small_as_one(given)
        asks_nothing = not self.maximize and not self.decay and self.shrink is None
        is_bare = asks_nothing and self.rule.keeps_nothing(self.group)
        for p, g in given:
            try:
                if is_bare:  # a small network's whole step in 7 µs, and not in 14
                    self.rule.update(p.array, g.array, self.group, {})
                    p.version[0] += 1
                else:
                    self.one(p, g.array, self.opened(p))
            except (TypeError, ValueError) as error:
                wrong = _refusal(self.rule, p, error)
                if wrong is error:
                    raise
                raise wrong from None

    def opened(self, p: Tensor) -> Values:
        """Return a parameter's state as the rule takes it: numbers and arrays, the step counted."""
        state = self.state[p]
        if not state:
            if type(self.rule).start is Rule.start:
                return {}
            begin(self.rule, p, self.group)
        opened = {
            key: value.array if isinstance(value, Tensor) else value for key, value in state.items()
        }
        for key in self.scalars:
            value = opened[key]
            opened[key] = float(value) + 1.0 if key == "step" else value[()]
        return opened

    def close(self, p: Tensor, opened: Values) -> None:
        """Write back what the rule has left: numbers into their tensors, new arrays as tensors."""
        for key, value in opened.items():
            state = self.state[p]
            there = state.get(key)
            if isinstance(there, Tensor) and key in self.scalars:
                there.array[...] = value
            elif not isinstance(there, Tensor) or there.array is not value:
                state[key] = make_tensor(value) if isinstance(value, np.ndarray) else value
        p.version[0] += 1

    def one(self, p: Tensor, g: Any, state: Values) -> None:
        """Update one parameter, whole or in the parts that an elementwise rule may take."""
        x = p.array
        is_cut = x.nbytes >= LARGE or is_complex(x)
        if not is_cut or not self.rule.elementwise or g.shape != x.shape:
            self.apply(x, g, state)
        else:
            whole = dict(state)
            for cut in _cuts(x):
                part = {k: cut(v) if isinstance(v, np.ndarray) else v for k, v in whole.items()}
                self.apply(cut(x), cut(g), part)
                for key in part.keys() - whole.keys():  # made by the rule
                    cut(state.setdefault(key, np.empty_like(x)))[...] = part[key]
            state.update({key: part[key] for key in self.scalars})
        self.close(p, state)

    def record(self, p: Tensor, g: Tensor) -> None:
        """Update one parameter by operations that are recorded: `differentiable=True`."""
        opened = self.opened(p)
        for key, value in self.state[p].items():
            if isinstance(value, Tensor) and key not in self.scalars:
                opened[key] = value.clone()  # the rule writes into it, and the graph may hold it
        self.apply(p, g, opened)
        self.close(p, opened)

    # --- many small parameters --------------------------------------------------------------------

    def small_as_one(self, given: list[Given]) -> list[Given]:
        """Update small parameters as one vector; return those that have to be stepped alone.

        A vector is of those with the same dtype and the same numbers in their state, such as the
        step. Copying in and out takes 1.5 µs a parameter, twelve calls of NumPy 5.
        """
        if len({id(p.version) for p, _ in given}) < len(given):  # parameters that share memory
            return given
        vectors: dict[Any, list[Member]] = {}
        for p, g in given:
            if _is_small(p.array, g.array):
                state = self.opened(p)
                alike = (p.array.dtype, *state, *[state[key] for key in self.scalars])
                vectors.setdefault(alike, []).append((p, g.array, state))
        joined = set()
        for each in vectors.values():
            if len(each) > 1:
                self.vector(each)
                joined.update([id(p) for p, _, _ in each])
        return [pair for pair in given if id(pair[0]) not in joined] if joined else given

    def vector(self, members: list[Member]) -> None:
        """Update parameters as if they were one."""
        state = dict(members[0][2])
        arrays = [key for key, value in state.items() if isinstance(value, np.ndarray)]
        for key in arrays:
            state[key] = np.concatenate([each[key] for _, _, each in members], axis=None)
        vector = np.concatenate([p.array for p, _, _ in members], axis=None)
        self.apply(vector, np.concatenate([g for _, g, _ in members], axis=None), state)
        end = 0
        for p, _, own in members:
            x = p.array
            start, end = end, end + x.size
            x[...] = vector[start:end].reshape(x.shape)
            for key in arrays:
                own[key][...] = state[key][start:end].reshape(x.shape)
            for key in self.scalars:
                self.state[p][key].array[...] = state[key]
            p.version[0] += 1


def _refusal(rule: Rule, parameter: Tensor, error: Exception) -> Exception:
    name = f"{type(rule).__name__}.step"
    if not parameter.array.flags.writeable:
        return GraphError(
            f"{name}(): NumPy marks a parameter of shape {tuple(parameter.shape)} read-only; "
            "make the parameter of a copy, as with .clone()"
        )
    return refused(name, {"the parameter": parameter}, error)


def _is_small(x: Any, g: Any) -> bool:
    return (
        x.size <= SMALL
        and type(x) is ndarray
        and x.flags.writeable
        and x.shape == g.shape
        and not is_complex(x)
    )


def _cuts(x: Any) -> Iterator[Callable[[Any], Any]]:
    """Yield what cuts an array: complex numbers in two real ones, a large array in rows."""
    if is_complex(x):
        yield lambda x: x.real
        yield lambda x: x.imag
        return
    count = max(1, ROWS * x.shape[0] // x.nbytes)
    for first in range(0, x.shape[0], count):
        rows = slice(first, first + count)
        yield lambda x, rows=rows: x[rows]  # type: ignore[misc]
