"""How values are spread in each layer: dead units, vanishing and exploding gradients show here.
Read `confusion_matrix.py` next, which shows what the whole model gets wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.reading import array_from
from .figures import AS_IT_IS, PER_LETTER, add_legend, axes_for, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGHEST = 0.9  # of the distance between two layers


def plot_histograms(tensors: Mapping[str, Any], *, ax: Axes | None = None, bins: int = 60) -> Axes:
    """Draw one histogram for each name, the first at the top, over one axis of values.

    `tensors` maps names to tensors of any shape, as `layer_activations` and `layer_gradients`
    return them. Each histogram has its own height: compare shapes and places, not heights. The
    legend has mean and standard deviation (of all N values, divided by N) and the share of exact
    zeros; those zeros are not drawn, for behind a ReLU they would dwarf all else. Values that are
    nan or inf are counted in the legend only.

    Raises:
        ValueError: no tensors, or no bins. MissingExtraError: matplotlib is not installed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.plots.histograms import plot_histograms
        >>> ax = plot_histograms({"relu": tnn.tensor([0.0, 0.0, 1.0, 3.0])})
        >>> ax.get_legend().get_texts()[0].get_text()
        'relu: mean 1, std 1.22, 50.0% zeros'
    """
    if not isinstance(tensors, Mapping):
        raise TypeError(
            "plot_histograms: a mapping of names to tensors expected, such as "
            f'{{"hidden": activations}}, got {type(tensors).__name__}'
        )
    if not tensors:
        raise ValueError("plot_histograms: there are no tensors to draw")
    if bins < 1:
        raise ValueError(f"plot_histograms: bins must be 1 or more, got {bins}")
    values = {
        visible(name): array_from(tensor, FLOAT64, f"plot_histograms, {name!r}").reshape(-1)
        for name, tensor in tensors.items()
    }
    drawn = [each[np.isfinite(each) & (each != 0)] for each in values.values()]
    edges = np.linspace(*_range(np.concatenate(drawn)), bins + 1)

    longest = max(map(len, values))
    axes = axes_for(ax, 8 + 2 * longest * PER_LETTER, max(3.0, 1 + 0.8 * len(values)))
    baselines = np.arange(len(values))[::-1]
    handles = []
    for i, (each, baseline) in enumerate(zip(drawn, baselines.tolist(), strict=True)):
        counts = np.histogram(each, edges)[0]
        heights = baseline + HIGHEST * counts / max(1, counts.max())
        handles.append(
            axes.stairs(
                heights,
                edges,
                baseline=baseline,
                fill=True,
                facecolor=f"C{i % 10}",
                edgecolor="black",
                linewidth=0.6,
            )
        )
        axes.axhline(baseline, color="black", linewidth=0.5)
    axes.set_yticks(baselines, list(values), **AS_IT_IS)
    axes.set_ylim(-0.1, len(values))
    axes.set_xlabel(f"value, in {bins} bins (exact zeros are not drawn)")
    axes.grid(axis="x", alpha=0.3)
    texts = [f"{name}: {_summary(each)}" for name, each in values.items()]
    add_legend(
        axes, handles, texts, loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=8, frameon=False
    )
    return axes


def _range(drawn: NDArray[Any]) -> tuple[float, float]:
    if not drawn.size:
        return -1.0, 1.0
    low, high = float(drawn.min()), float(drawn.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _summary(values: NDArray[Any]) -> str:
    finite = values[np.isfinite(values)]
    unknown = values.size - finite.size
    lost = f"{unknown:,} of {values.size:,} nan or inf" if unknown else ""
    if not finite.size:
        return lost or "empty"
    zeros = 1 - np.count_nonzero(finite) / finite.size
    parts = [f"mean {finite.mean():.3g}", f"std {finite.std():.3g}", f"{zeros:.1%} zeros"]
    return ", ".join([*parts, lost] if lost else parts)
