"""To see it: graphs, a backward pass to step through, its derivation in words, and plots.
Read `structure/` first, what there is to show; then `drawing/`, `player/`, `derivation/`, `plots/`.
"""

from .derivation.explanation import Explanation, explain
from .notation.sheet import formulas
from .player.play import Player, play
from .plots.decision_boundary import plot_decision_boundary
from .plots.directions import snapshot
from .plots.heat_maps import plot_attention, plot_confusion_matrix
from .plots.layers import layer_activations, layer_gradients, plot_histograms
from .plots.loss_surface import plot_loss_surface
from .plots.training import plot_training
from .plots.weights import plot_weights
from .shown_graph import Graph, graph, on_error
from .summarizing.model_summary import summary
from .summarizing.table import ModelSummary

__all__ = [
    "Explanation",
    "Graph",
    "ModelSummary",
    "Player",
    "explain",
    "formulas",
    "graph",
    "layer_activations",
    "layer_gradients",
    "on_error",
    "play",
    "plot_attention",
    "plot_confusion_matrix",
    "plot_decision_boundary",
    "plot_histograms",
    "plot_loss_surface",
    "plot_training",
    "plot_weights",
    "snapshot",
    "summary",
]
