"""A graph as an SVG element that can stand in any page: safe, scalable, with words for each node.
Read `tree.py` next, the same graph as text.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ..structure.contents import GraphContents
from .dot import STYLES, to_dot
from .engine import render
from .roles import arrange
from .words import describe, one_line, part, title

SVG = "http://www.w3.org/2000/svg"


def svg_element(contents: GraphContents, *, prefix: str = "", timeout: float | None = None) -> str:
    """Return a graph as one `<svg>` element, drawn on a white card so that it reads on any ground.

    It has its natural size, shrinks on a narrow page, and holds neither links nor scripts. Each id
    starts with `prefix`: two graphs of one page need two. Raises what `render` raises.
    """
    root = ElementTree.fromstring(render(to_dot(contents), "svg", timeout=timeout))
    words = _words(contents)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SVG}}}")
    for group in root.iter("g"):
        name = group.get("id", "")
        group.set("id", f"{prefix}{name}")
        if name.startswith("title-"):
            group.set("class", "title")  # no node to choose
        # Graphviz's own <title> is the id, or %3, and a browser shows it under the mouse.
        tooltip = group.find("title")
        if tooltip is not None and name in words:
            tooltip.text = words[name]
        elif tooltip is not None:
            group.remove(tooltip)
        if name == "graph":
            _gather_heading(group)
    for number, place in arrange(contents).places.items():
        if place == "right":
            _turn(root.find(f".//g[@id='{prefix}edge-{number}']/path"))
    root.attrib |= {
        "xmlns": SVG,
        "style": "max-width:100%;height:auto",
        "role": "group",
        "aria-label": one_line(contents.title) or "computation graph",
    }
    return ElementTree.tostring(root, encoding="unicode")


def _gather_heading(graph: ElementTree.Element) -> None:
    """Put title, notes and legend into a group of their own, each box of it with its kind."""
    heading = ElementTree.Element("g", {"class": "heading"})
    shapes = [each for each in graph if each.tag in ("polygon", "path", "polyline", "text")]
    for shape in shapes[1:]:  # the first is the ground
        graph.remove(shape)
        kinds = [kind for kind, style in STYLES.items() if style["fillcolor"] == shape.get("fill")]
        group = ElementTree.SubElement(heading, "g", {"class": kinds[0]}) if kinds else heading
        group.append(shape)
    if len(heading):
        graph.append(heading)


def _turn(path: ElementTree.Element | None) -> None:
    """Have a line lead where its values flow: Graphviz draws it from the operation outwards."""
    if path is not None:
        points = re.findall(r"[^MC ]+", path.get("d", ""))[::-1]
        path.set("d", f"M{points[0]}C{' '.join(points[1:])}")


def _words(contents: GraphContents) -> dict[str, str]:
    """Return what is under the mouse, by the id of the group in the picture."""
    words = {f"node-{node.id}": describe(node) for node in contents.nodes}
    words |= {f"cluster-{cluster.id}": title(cluster) for cluster in contents.clusters}
    names = {node.id: node.label or node.name for node in contents.nodes}
    for number, edge in enumerate(contents.edges):
        operand = f" as {part(edge)}" if part(edge) else ""
        words[f"edge-{number}"] = f"{names[edge.source]} into {names[edge.target]}{operand}"
    if contents.title:
        words["graph"] = contents.title
    return {name: one_line(text) for name, text in words.items()}
