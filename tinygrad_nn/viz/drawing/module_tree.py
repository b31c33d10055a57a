"""A module as a tree in HTML: what it is made of, and how many numbers each part trains.
Read `tables.py` next, which shows the numbers.
"""

from __future__ import annotations

from html import escape
from typing import Any

from ..structure.contents import counted
from .words import printable


def module_html(module: Any) -> str:
    """Return a Module as nested lists, each part with its parameters' shapes and their count.

    A parameter or a part that stands in several places is counted in the first, and marked as
    shared in the others.
    """
    return f'<div style="font-family:sans-serif">{_tree("", module, set())[0]}</div>'


def _tree(name: str, module: Any, seen: set[int]) -> tuple[str, int]:
    """Return a module as HTML, and how many numbers it trains that are not in `seen`."""
    items, count = [], 0
    for each, parameter in module._parameters.items():
        if parameter is None:
            continue
        array = parameter.array
        shared = ", shared" if id(parameter) in seen else ""
        items.append(f"<li><code>{_text(each)}</code> {array.shape} {array.dtype}{shared}</li>")
        count += 0 if shared else array.size
        seen.add(id(parameter))
    for each, child in module._modules.items():
        if child is not None:
            inner, number = _tree(each, child, seen)
            items.append(f"<li>{inner}</li>")
            count += number
    kind = f"<strong>{_text(module._get_name())}</strong>"
    called = f"<code>{_text(name)}</code>: " if name else ""
    extra = module.extra_repr()
    about = f"({_text(extra)})" if extra else ""
    numbers = f" — {counted(count, 'parameter')}" if count else ""
    line = f"{called}{kind}{about}{numbers}"
    if not items:
        return line, count
    style = "margin:0.2em 0 0.2em 0.4em;padding-left:1em"
    details = f"<details open><summary>{line}</summary>"
    return f'{details}<ul style="{style}">{"".join(items)}</ul></details>', count


def _text(text: str) -> str:
    return escape(printable(text))
