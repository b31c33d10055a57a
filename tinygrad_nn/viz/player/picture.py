"""The graph beside the steps: every tensor under the symbol that it has in the formulas.
Read `page.py` next, which shows it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np

from ...arrays.dtypes import Array
from ..drawing.svg import SVG, svg_element
from ..notation.latex import to_text
from ..structure.computation import Computation
from ..structure.contents import GraphContents, GraphNode
from ..structure.graph_building import build_graph_contents
from ..structure.summary import nested, number
from .frames import Playback

FEW = 3  # numbers that are shown as they are
SECONDS = 20  # for the layout; a page without a picture has the list still
_NUMBER = re.compile(r"-?\d+\.?\d*")


def picture_of(computation: Computation, playback: Playback) -> GraphContents:
    """Return the whole graph, nothing folded, with the gradients of this backward pass.

    Long lines make wide boxes, and those a small picture: of what is many numbers, only the norm.
    """
    values = {quantity.id: quantity.value for quantity in computation.quantities}
    formulas = {f.node: to_text(f.formula) for f in playback.frames if f.phase == "forward"}

    def labelled(node: GraphNode) -> GraphNode:
        symbol = to_text(playback.symbols[node.id])
        value, gradient = values[node.id], playback.gradients.get(node.id)
        node = replace(
            node,
            shape=node.shape or None,  # of one number the number says enough
            dtype="",
            value="" if value is None or value.size > FEW else nested(value),
            gradient="" if gradient is None else _in_short(gradient),
        )
        if node.kind == "operation":
            return replace(node, formula=formulas[node.id], label="")
        given = node.name in (symbol, node.kind)
        return replace(node, name=symbol if given else f"{symbol}: {node.name}")

    contents = build_graph_contents(computation, fold=False, values="none")
    return replace(
        contents,
        nodes=tuple(labelled(node) for node in contents.nodes),
        edges=tuple(replace(edge, operand="") for edge in contents.edges),  # the formulas say it
    )


def cropped_svg(contents: GraphContents) -> str:
    """Return the picture without its heading, with its size in units for the page's style.

    The page has to know the size without measuring: nothing has one while it is hidden. Raises
    what `svg_element` raises.
    """
    root = ElementTree.fromstring(svg_element(contents, timeout=SECONDS))
    for graph in root:
        graph.attrib.pop("transform", None)
        for kind in ("text", "polygon", "g[@class='heading']"):
            for heading in graph.findall(f"{{{SVG}}}{kind}"):
                graph.remove(heading)
    outlines = " ".join(each.get("points", each.get("d", "")) for each in root.iter())
    numbers = [float(each) for each in _NUMBER.findall(outlines)] or [0.0, 0.0]
    (left, right), (top, bottom) = ((min(x), max(x)) for x in (numbers[::2], numbers[1::2]))
    width, height = right - left + 8, bottom - top + 8
    ElementTree.register_namespace("", SVG)
    root.attrib |= {
        "viewBox": f"{left - 4:g} {top - 4:g} {width:g} {height:g}",
        "width": f"{width:g}pt",
        "height": f"{height:g}pt",
        "style": f"--width: {width:g}px; --shape: {width / height:g}",
    }
    return ElementTree.tostring(root, encoding="unicode")


@np.errstate(all="ignore")
def _in_short(array: Array) -> str:
    if array.size <= FEW:
        return nested(array)
    return f"norm {number(float(np.linalg.norm(array.astype(np.result_type(array, np.float64)))))}"
