"""A notebook of all there is to show, with pygraphviz, with a program `dot` alone, with neither.
Read `test_tensor_and_module_html.py` next, for what a tensor and a module say in HTML.
"""

import os
import re
import shutil
import sys
from html import unescape

import pytest
from drawing_samples import Page
from looping import looped

nbformat = pytest.importorskip("nbformat", reason="notebooks are run by nbclient")
nbclient = pytest.importorskip("nbclient", reason="notebooks are run by nbclient")
pytest.importorskip("ipykernel", reason="notebooks are run by ipykernel")

FIRST = """\
import sys
sys.modules.update(dict.fromkeys({hidden}))
import tinygrad_nn as tnn
from tinygrad_nn import nn, viz

tnn.manual_seed(0)
hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)> 'a\\"\\n\\\\N"
images, labels = tnn.rand(4, 6), tnn.tensor([0, 1, 1, 0])
model = nn.Sequential(nn.Linear(6, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 2)))
loss = nn.CrossEntropyLoss()(model(images), labels)
tied = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
tied[1].weight = tied[0].weight
weight = tnn.tensor([1.0, 2.0], requires_grad=True)
weight.name = hostile
w = tnn.tensor([1.0, -2.0], dtype=tnn.float64, requires_grad=True)
history = {{"loss": [3.0, 2.0, 1.0]}}
"""
PLOTS = {  # each of which shows one picture
    "training": "viz.plot_training(history)",
    "weights": "viz.plot_weights(model[0].weight, image_shape=(2, 3))",
    "histograms": "viz.plot_histograms(viz.layer_activations(model, images))",
    "confusion": "viz.plot_confusion_matrix([0, 1, 1], [0, 1, 0])",
    "attention": "viz.plot_attention(tnn.eye(3))",
    "surface": "viz.plot_loss_surface(lambda: (w * w).sum(), [w], resolution=4)",
    "boundary": "viz.plot_decision_boundary(lambda x: x[:, 0], [[0, 1], [1, 0]], [0, 1])",
    "given axes": "from matplotlib.figure import Figure\n"
    "viz.plot_training(history, ax=Figure().subplots())",
    "pyplot": "import matplotlib.pyplot as plt\nviz.plot_training(history)",
    "pyplot's axes": "viz.plot_training(history, ax=plt.subplots()[1])",
    "show": "viz.plot_training(history)\nplt.show()",
    "not the last line": "ax = viz.plot_training(history)\nNone",
    "again": "ax",
    "inline": "%matplotlib inline\nviz.plot_training(history, ax=plt.subplots()[1])",
}

SHOWN = {  # what the cells show, and the kind of picture that they are
    "number": ("tnn.tensor(2.5)", "html"),
    "vector": ("tnn.arange(30)", "html"),
    "matrix": ("tnn.randn(3, 4)", "html"),
    "image": ("tnn.rand(28, 28)", "html"),
    "batch": ("tnn.rand(2, 3, 4, 5)", "html"),
    "empty": ("tnn.zeros(0, 3)", "html"),
    "truths": ("tnn.tensor([True, False])", "html"),
    "nan": ("tnn.tensor([float('nan'), float('inf'), -1.0])", "html"),
    "parameter": ("model[0].weight", "html"),
    "named": ("weight", "html"),
    "layer": ("nn.Linear(2, 3)", "html"),
    "network": ("model", "html"),
    "shared": ("tied", "html"),
    "activation": ("nn.ReLU()", "html"),
    "loss": ("viz.graph(loss)", "graph"),
    "model": ("viz.graph(model, images, direction='backward', saved=True)", "graph"),
    "hostile": ("viz.graph((weight * 2).sum(), title=hostile)", "graph"),
    "play": ("viz.play(loss)", "html"),
    "explain": ("loss.explain()", "html"),
    "formulas": ("tnn.formulas()", "html"),
    "compare": (
        "tnn.autograd.compare({'w': 2 * w.detach()}, lambda: (w * w).sum(), {'w': w})",
        "html",
    ),
    "after backward": ("loss.backward(); viz.graph(loss)", "graph"),
}
FETCHED = re.compile(
    r"""\b(?:src|href|srcset|action|data|poster)\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|url\(\s*["']?\s*(?:https?:)?//|@import|<link\b|\bimport\s*\(|\bfetch\s*\(""",
    re.IGNORECASE,
)


@pytest.fixture(
    scope="module", params=["pygraphviz", pytest.param("dot", marks=pytest.mark.slow), "neither"]
)
def notebook(request, tmp_path_factory):
    """The kind of machine, and what its notebook's cells showed."""
    folder = tmp_path_factory.mktemp("notebook")
    programs = str(folder)
    if request.param == "pygraphviz":
        pytest.importorskip("pygraphviz")
    elif request.param == "dot":
        program = shutil.which("dot")
        if program is None:
            pytest.skip("no program dot on this machine")
        programs = os.path.dirname(program)
    hidden = [] if request.param == "pygraphviz" else ["pygraphviz"]
    shown = [code for code, _ in SHOWN.values()]
    cells = [FIRST.format(hidden=hidden), *shown, *PLOTS.values()]
    run = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", programs)
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        patch.setenv("IPYTHONDIR", str(folder))
        patch.delenv("MPLBACKEND", raising=False)  # the kernel chooses
        nbclient.NotebookClient(run, timeout=60, resources={"metadata": {"path": folder}}).execute()
    names = ["", *SHOWN, *PLOTS]
    return request.param, dict(zip(names, (cell.outputs for cell in run.cells), strict=True))


def bundles(outputs):
    """What each cell showed, by its name: text by the kind of text."""
    return {name: outputs[name][0]["data"] for name in SHOWN}


def every_plot_shows_its_picture_once(notebook):
    pytest.importorskip("matplotlib")
    _, outputs = notebook
    pictures = {
        name: ["image/png" in each.get("data", {}) for each in outputs[name]] for name in PLOTS
    }
    assert {name: sum(each) for name, each in pictures.items()} == dict.fromkeys(PLOTS, 1)
    assert all(len(each) <= 2 for each in pictures.values())  # with pyplot a line of text as well


def every_cell_shows_one_thing_and_none_fails_or_warns(notebook):
    _, outputs = notebook
    kinds = {name: [each["output_type"] for each in shown] for name, shown in outputs.items()}
    assert not any("error" in each or "stream" in each for each in kinds.values())
    assert {name: kinds[name] for name in SHOWN} == {name: ["execute_result"] for name in SHOWN}


def everything_has_a_text_as_well(notebook):
    _, outputs = notebook
    assert all(bundle["text/plain"].strip() for bundle in bundles(outputs).values())


def a_graph_is_a_picture_where_there_is_an_engine_and_a_list_elsewhere(notebook):
    machine, outputs = notebook
    graph = "text/html" if machine == "neither" else "image/svg+xml"
    shown = {name: set(bundle) - {"text/plain"} for name, bundle in bundles(outputs).items()}
    assert shown == {
        name: {graph if kind == "graph" else "text/html"} for name, (_, kind) in SHOWN.items()
    }


def nothing_that_is_shown_loads_from_the_network(notebook):
    _, outputs = notebook
    for name, bundle in bundles(outputs).items():
        for text in bundle.values():
            assert not FETCHED.search(text), name
            assert not FETCHED.search(unescape(text)), name  # a page in a frame


def what_is_shown_is_whole_and_no_name_becomes_markup(notebook):
    _, outputs = notebook
    for name, bundle in bundles(outputs).items():
        for kind in set(bundle) - {"text/plain"}:
            page = Page(bundle[kind])
            assert page.scripts == [], name
            assert not [each for _, given in page.elements for each in given if each[:2] == "on"]


def two_graphs_of_one_notebook_share_no_id(notebook):
    _, outputs = notebook
    shown = bundles(outputs)
    ids = [
        set(Page(shown[name].get("image/svg+xml") or shown[name]["text/html"]).values("id"))
        for name in ("loss", "model", "hostile")
    ]
    assert all(ids)
    assert len(set.union(*ids)) == sum(map(len, ids))


def the_graph_after_backward_has_the_gradients(notebook):
    _, outputs = notebook
    shown = bundles(outputs)
    assert "gradient: " in shown["after backward"]["text/plain"]
    assert "gradient: " not in shown["loss"]["text/plain"]


@looped(
    "check",
    [
        every_cell_shows_one_thing_and_none_fails_or_warns,
        every_plot_shows_its_picture_once,
        everything_has_a_text_as_well,
        a_graph_is_a_picture_where_there_is_an_engine_and_a_list_elsewhere,
        nothing_that_is_shown_loads_from_the_network,
        what_is_shown_is_whole_and_no_name_becomes_markup,
        two_graphs_of_one_notebook_share_no_id,
        the_graph_after_backward_has_the_gradients,
    ],
)
def test_what_a_notebook_shows(notebook, check):
    """One test, so that each notebook is run once, however many processes run the tests."""
    check(notebook)
