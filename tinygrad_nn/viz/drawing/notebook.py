"""A graph in a notebook: the picture if something can draw it here, else the list of steps.
Read `saving.py` next, which writes the same to files.
"""

from __future__ import annotations

import hashlib
from html import escape

from ...errors import MissingExtraError
from ..structure.contents import GraphContents
from .dot import to_dot
from .page import SECONDS, steps_html
from .svg import svg_element
from .tree import to_text
from .words import printable


def mimebundle(contents: GraphContents) -> dict[str, str]:
    """Return a graph as Jupyter takes it: SVG if it can be drawn here, else HTML; always text.

    Why there is no picture stands in the HTML and in the text. The ids in it are the same each time
    for the same graph, and others for another one.
    """
    prefix = f"g{hashlib.sha256(to_dot(contents).encode()).hexdigest()[:8]}-"
    text = to_text(contents)
    try:
        svg = svg_element(contents, prefix=prefix, timeout=SECONDS)
    except (MissingExtraError, RuntimeError) as error:
        reason = escape(printable(str(error)))
        html = f"<p>{reason}</p>\n{steps_html(contents, prefix=prefix)}"
        return {"text/html": html, "text/plain": f"{text}\n\n{error}"}
    return {"image/svg+xml": svg, "text/plain": text}
