"""Graphs to draw in tests: a network, a failure, a fold, and one whose every text is hostile.
Read `test_drawing_dot.py` next.
"""

import random
from html.parser import HTMLParser

from tinygrad_nn.viz.structure.contents import Cluster, GraphContents, GraphEdge, GraphNode

HOSTILE = {
    "quote": '"',
    "backslash": "\\",
    "escape": r"\l\n\N\G",
    "trailing backslash": 'a\\"',
    "tag": "<b>bold</b>",
    "html label": "<<b>x</b>>",
    "half a tag": "<img src=x onerror=alert(1)",
    "script": "</script><script>alert(1)</script>",
    "style": "</style></title></textarea>",
    "newline": "one\ntwo",
    "comment": "--> <!-- ]]>",
    "cdata": "<![CDATA[ ]]>",
    "entity": "&lt;b&gt; &amp; &#60; &nbsp;",
    "line separator": "a\u2028b\u2029c",
    "dollars": "${x} $x$ {0} {title}",
    "emoji": "🔥 naïve ∑",
    "right to left": "שלום مرحبا",
    "dot syntax": "a -> b; }",
    "encoding": "charset=",
    "attribute": "' onfocus='alert(1)",
    "spaces": "a  b",
}
UNPRINTABLE = "a\x00b\x1b[1m\ud800\ufffe"

NETWORK = GraphContents(
    nodes=(
        GraphNode("t0", "data", "images", shape=(64, 784), dtype="float32"),
        GraphNode(
            "t1",
            "parameter",
            "0.weight",
            shape=(10, 784),
            dtype="float32",
            value="min -0.5  mean 0.01  max 0.6  norm 3.2",
            gradient="min -0.1  mean 0  max 0.1  norm 0.3",
            cluster="c1",
        ),
        GraphNode("t2", "parameter", "0.bias", shape=(10,), dtype="float32", cluster="c1"),
        GraphNode(
            "t3",
            "operation",
            "linear",
            "x Wᵀ + b",
            shape=(64, 10),
            dtype="float32",
            label="hidden",
            kept=(("input", 200704), ("weight", 31360)),
            cluster="c1",
        ),
        GraphNode("t4", "operation", "relu", "max(x, 0)", cluster="c2"),
        GraphNode("t5", "data", "labels", shape=(64,), dtype="int64"),
        GraphNode(
            "t6",
            "operation",
            "cross_entropy",
            shape=(),
            dtype="float32",
            label="loss",
            value="2.312",
            is_output=True,
        ),
    ),
    edges=(
        GraphEdge("t0", "t3", "input"),
        GraphEdge("t1", "t3", "weight"),
        GraphEdge("t2", "t3", "bias"),
        GraphEdge("t3", "t4", "input"),
        GraphEdge("t4", "t6", "input"),
        GraphEdge("t5", "t6", "target"),
    ),
    clusters=(
        Cluster("c1", "0: Linear", parent="c0"),
        Cluster("c0", "Sequential"),  # a parent may come after its children
        Cluster("c2", "1: ReLU", parent="c0"),
    ),
    notes=("The operations keep 226.6 KiB for the backward pass.",),
    title="How one training step computes the loss",
)

FAILED = GraphContents(
    nodes=(
        GraphNode("t0", "leaf", "w", shape=(5, 2), dtype="float32"),
        GraphNode("t1", "operation", "exp", "eˣ", kept=(("output", 96),), label="e"),
        GraphNode("t2", "failed", "matmul", "a b", problem="shapes (3, 4) and (5, 2) " * 8),
    ),
    edges=(GraphEdge("t0", "t1", "x"), GraphEdge("t1", "t2", "a"), GraphEdge("t0", "t2", "b")),
)

FOLDED = GraphContents(
    nodes=(
        GraphNode("t0", "data", "x", shape=(8, 32), dtype="float32"),
        GraphNode("t1", "folded", "Encoder layer", times=12, cluster="c0"),
        GraphNode("t2", "operation", "mul", "a ⊙ b", times=100),
    ),
    edges=(GraphEdge("t0", "t1", "x"), GraphEdge("t1", "t2", "a"), GraphEdge("t1", "t2", "b")),
    clusters=(Cluster("c0", "block", times=3),),
)


def hostile(text: str) -> GraphContents:
    """A graph with `text` in every place that takes any text."""
    return GraphContents(
        nodes=(
            GraphNode("t0", "data", text, dtype=text, cluster="c0"),
            GraphNode(
                "t1",
                "operation",
                text,
                text,
                label=text,
                value=text,
                gradient=text,
                kept=((text, 4),),
                is_output=True,
            ),
            GraphNode("t2", "failed", text, text, problem=text),
        ),
        edges=(GraphEdge("t0", "t1", text), GraphEdge("t0", "t1", text), GraphEdge("t1", "t2")),
        clusters=(Cluster("c0", text),),
        notes=(text,),
        title=text,
    )


def chaos(count: int, *, clusters: int = 0) -> GraphContents:
    """`count` operations, each of three random ones before it, in clusters at random."""
    draw = random.Random(count)
    return GraphContents(
        tuple(
            GraphNode(
                f"t{i}",
                "operation",
                "linear",
                "x Wᵀ + b",
                shape=(64, 10),
                dtype="float32",
                cluster=f"c{draw.randrange(clusters)}" if clusters else "",
            )
            for i in range(count)
        ),
        tuple(
            GraphEdge(f"t{draw.randrange(i)}", f"t{i}", name)
            for i in range(1, count)
            for name in ("input", "weight", "bias")
        ),
        tuple(
            Cluster(f"c{i}", str(i), f"c{draw.randrange(i)}" if i % 3 else "")
            for i in range(clusters)
        ),
    )


class Page(HTMLParser):
    """Reads HTML as a browser does, and keeps its elements; fails where tags do not match."""

    VOID = frozenset({"br", "img", "input", "meta"})

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.scripts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        else:
            self.text += data

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def values(self, attribute: str) -> list[str]:
        return [
            attributes[attribute] or ""
            for _, attributes in self.elements
            if attribute in attributes
        ]


def contrast(first: str, second: str) -> float:
    """The ratio of two colours such as "#1b2431" as WCAG 2.2 defines it: from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)
