"""Drawing a program, statement by statement, as the shapes of its variables become known.
Read `beside.py` next, which runs each in both libraries.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any, NamedTuple

import numpy as np

from . import table_phrases
from .phrases import OFTEN, PHRASES
from .program import Leaf, Name, Statement, slots_of
from .slots import NothingFitsError, Slots, fits

SHAPES = [(2, 3)] * 5 + [(3,)] * 3 + [(3, 3)] * 2 + [(), (2, 1), (1, 3), (2, 2, 3), (4,), (3, 2)]
SHAPES += [(2, 3, 4), (1,), (0, 3), (2, 0), (1, 1), (2, 1, 3), (3, 4)]
KINDS = [kind for kind, often in OFTEN.items() for _ in range(often)]
WRITING = ("write", "set", "table write")


class Facts(NamedTuple):
    """What is known of a float variable before the next statement is drawn."""

    shape: tuple[int, ...]
    memory: int
    tensor: Any

    def may_be_written(self) -> bool:
        try:
            return not (self.tensor.requires_grad and self.tensor.is_leaf)
        except RuntimeError:  # one of several views, whose base was written
            return False


def draw_leaves(random: Random) -> tuple[Leaf, ...]:
    """One to three: numbers with two digits, small integers that tie, large ones."""
    leaves = []
    for i in range(random.choice((1, 2, 2, 2, 3))):
        shape = random.choice(SHAPES)
        kind = random.random()
        scale = 10.0 if kind > 0.93 else 1.0
        values = [
            float(random.randint(-2, 2)) if kind < 0.25 else round(random.gauss(0, scale), 2)
            for _ in range(math.prod(shape))
        ]
        array = np.array(values).reshape(shape)
        leaves.append(Leaf(Name(f"t{i}"), array, i == 0 or random.random() < 0.75))
    return tuple(leaves)


def draw_statement(random: Random, facts: dict[Name, Facts], count: int) -> Statement | None:
    """Draw what fits the variables, None if what was drawn did not; it makes t`count` and on."""
    kind = random.choice(KINDS)
    slots = Slots(random, {name: each.shape for name, each in facts.items()})
    recorded = random.random() > (0.1 if kind in WRITING else 0.02)
    x = slots.variable(lambda shape: True)
    try:
        if kind == "table":
            template, given = from_the_table(slots, x)
            return Statement(template, given, (Name(f"t{count}"),), recorded)
        if kind not in WRITING:
            template = slots.of(PHRASES[kind])
            return Statement(template, slots.fill(template, x), (Name(f"t{count}"),), recorded)
        writable = [name for name, each in facts.items() if each.may_be_written()]
        if writable and recorded and random.random() < 0.95:
            x = slots.of(writable)
        if kind == "table write":
            template, operands = slots.of(table_phrases.WRITES)
            near = table_phrases.NEAR.get(operands[0])
            if near is not None and not near(facts[x].tensor.detach().numpy()).all():
                return None
        else:
            template = slots.of(PHRASES[kind])
        given = slots.fill(template, x)
    except NothingFitsError:
        return None
    value = given.get("v")
    if type(value) is Name and facts[value].memory == facts[x].memory:
        template = template.replace("{v}", "{v}.clone()")
    return Statement(template, given, (), recorded)


def from_the_table(slots: Slots, x: Name) -> tuple[str, dict[str, Any]]:
    """Draw a call of the table, whose operands are variables brought to the shapes it is for."""
    call = slots.of(slots.of(table_phrases.CALLS))
    if call.shapes is None:
        return call.template, slots.fill(call.template, x)
    template, given = call.template, {}
    for slot in slots_of(template):
        shape = call.shapes[int(slot[1:])]
        if slot[0] == "r":
            size = math.prod(shape)
            apart = f"torch.linspace(0, 1, {size}, dtype=torch.float64).reshape({shape})"
            template = template.replace(f"{{{slot}}}", apart)
            continue
        name = slots.variable(lambda _: True)
        own = slots.shapes[name]
        given[slot] = name
        if own == shape:
            continue
        if fits(own, shape):
            template = template.replace(f"{{{slot}}}", f"{{{slot}}}.expand({shape})")
            continue
        size = math.prod(own)
        if not size:
            raise NothingFitsError
        places = f"p{slot[1:]}"
        given[places] = [slots.below(size) for _ in range(math.prod(shape))]
        brought = f"{{{slot}}}.flatten()[torch.tensor({{{places}}})].reshape({shape})"
        template = template.replace(f"{{{slot}}}", brought)
    return template, {slot: given[slot] for slot in slots_of(template)}
