"""A module as a tree in HTML: what it is made of, and how many numbers each part trains.
Read `tables.py` next, which shows the numbers.
"""

from __future__ import annotations

from html import escape
from typing import Any

from .words import printable


def module_html(module: Any) -> str:
    """Return a Module as nested lists, each part with its parameters' shapes and their count.

    A parameter that several parts share is counted where it comes first.
    """
    seen: set[int] = set()
    own = {id(each): _own(each, seen) for each in module.modules()}
    return f'<div style="font-family:sans-serif">{_tree("", module, own)}</div>'


def _own(module: Any, seen: set[int]) -> list[tuple[str, Any]]:
    """Return the parameters that a module holds itself and no module before it does."""
    found = []
    for name, parameter in module.named_parameters(recurse=False):
        if id(parameter) not in seen:
            seen.add(id(parameter))
            found.append((name, parameter))
    return found


def _tree(name: str, module: Any, own: dict[int, list[tuple[str, Any]]]) -> str:
    count = sum(p.array.size for each in module.modules() for _, p in own[id(each)])
    kind = f"<strong>{_text(module._get_name())}</strong>"
    called = f"<code>{_text(name)}</code>: " if name else ""
    extra = module.extra_repr()
    about = f"({_text(extra)})" if extra else ""
    numbers = f" — {count:,} parameter{'' if count == 1 else 's'}" if count else ""
    line = f"{called}{kind}{about}{numbers}"
    held = [
        f"<li><code>{_text(each)}</code> {tuple(p.array.shape)} {p.array.dtype}</li>"
        for each, p in own[id(module)]
    ]
    inner = [f"<li>{_tree(each, child, own)}</li>" for each, child in module.named_children()]
    if not held and not inner:
        return line
    style = "margin:0.2em 0 0.2em 0.4em;padding-left:1em"
    return (
        f"<details open><summary>{line}</summary>"
        f'<ul style="{style}">{"".join(held + inner)}</ul></details>'
    )


def _text(text: str) -> str:
    return escape(printable(text))
