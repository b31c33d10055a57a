"""What a model's layers do: their activations, their gradients, and how the values are spread.
Read `loss_surface.py` next, which looks at all weights at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.kinds import is_floating
from ...arrays.reading import array_from
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import GraphError
from .figures import AS_IT_IS, PER_LETTER, Axes, add_legend, axes_for, visible
from .given import dtype_for, evaluation, named_numbers

HIGHEST = 0.9  # of the distance between two layers
STEPS: dict[str, Any] = {"fill": True, "edgecolor": "black", "linewidth": 0.6}


def layer_activations(model: Any, sample: Any) -> dict[str, Any]:
    """Return a copy of what each layer of the model returns for `model(sample)`, by its path.

    Layers are the modules that hold no others. One that is called again has a second entry
    "path (call 2)", one that returns several tensors an entry "path[i]" for each. The model is
    called once, without recording and in evaluation mode; hooks and modes are as before at the
    end, also after an error. Floats that are no Tensor take the dtype of the model's parameters.

    Raises TypeError for what is no Module, and what the model raises.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> model = tnn.nn.Sequential(tnn.nn.Linear(2, 3), tnn.nn.ReLU())
        >>> found = viz.layer_activations(model, tnn.ones(5, 2))
        >>> {path: tuple(activation.shape) for path, activation in found.items()}
        {'0': (5, 3), '1': (5, 3)}
    """
    _check_module(model, "layer_activations")
    if not isinstance(sample, TensorBase):
        array = array_from(sample, None, "layer_activations")
        dtype = dtype_for(model, array.dtype) if is_floating(array) else array.dtype
        sample = make_tensor(array.astype(dtype, copy=False))
    found: dict[str, Any] = {}
    calls: Counter[str] = Counter()

    def keep(path: str, module: Any, inputs: Any, output: Any) -> None:
        calls[path] += 1
        name = path if calls[path] == 1 else f"{path} (call {calls[path]})"
        for place, tensor in _tensors(output):
            found[name + place] = _copy(tensor)

    with ExitStack() as hooks, evaluation(model):
        for path, module in model.named_modules():
            if next(module.children(), None) is None:
                keep_here = partial(keep, path or type(module).__name__)
                hooks.enter_context(module.register_forward_hook(keep_here))
        model(sample)
    return found


def layer_gradients(model: Any) -> dict[str, Any]:
    """Return a copy of the gradient of each parameter that has one, by its path.

    Raises TypeError for what is no Module, GraphError if no parameter has a gradient.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn import viz
        >>> model = tnn.nn.Linear(2, 1)
        >>> model(tnn.ones(3, 2)).sum().backward()
        >>> viz.layer_gradients(model)
        {'weight': tensor([[3., 3.]]), 'bias': tensor([3.])}
    """
    _check_module(model, "layer_gradients")
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    found = {name: _copy(each) for name, each in gradients.items() if each is not None}
    if not found:
        raise GraphError(
            f"layer_gradients: none of the {len(gradients)} parameters has a gradient; "
            "call loss.backward() first, and zero_grad() after this"
        )
    return found


def _check_module(model: Any, name: str) -> None:
    if not hasattr(model, "named_modules"):
        raise TypeError(f"{name}: a Module expected, got {type(model).__name__}")


def _tensors(output: Any, place: str = "") -> Iterator[tuple[str, TensorBase]]:
    """Yield the tensors in what a layer returned, each with its place, "" or "[0]" or "[1][0]"."""
    if isinstance(output, TensorBase):
        yield place, output
    elif isinstance(output, (tuple, list)):
        for i, each in enumerate(output):
            yield from _tensors(each, f"{place}[{i}]")


def _copy(tensor: TensorBase) -> Any:
    """Copied: a layer that works in place writes over what the one before it returned."""
    return make_tensor(tensor.array.copy())


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
        >>> from tinygrad_nn import viz
        >>> ax = viz.plot_histograms({"relu": tnn.tensor([0.0, 0.0, 1.0, 3.0])})
        >>> ax.get_legend().get_texts()[0].get_text()
        'relu: mean 1, std 1.22, 50.0% zeros'
    """
    arrays = named_numbers(tensors, "plot_histograms", '"hidden": activations')
    if not arrays:
        raise ValueError("plot_histograms: there are no tensors to draw")
    if bins < 1:
        raise ValueError(f"plot_histograms: bins must be 1 or more, got {bins}")
    values = {visible(name): array.reshape(-1) for name, array in arrays.items()}
    drawn = [each[np.isfinite(each) & (each != 0)] for each in values.values()]
    edges = np.histogram_bin_edges(np.concatenate(drawn), bins)

    longest = max(map(len, values))
    axes = axes_for(ax, 8 + 2 * longest * PER_LETTER, max(3.0, 1 + 0.8 * len(values)))
    baselines = np.arange(len(values))[::-1]
    handles = []
    for i, (each, baseline) in enumerate(zip(drawn, baselines.tolist(), strict=True)):
        counts = np.histogram(each, edges)[0]
        heights = baseline + HIGHEST * counts / max(1, counts.max())
        look = {**STEPS, "facecolor": f"C{i % 10}"}
        handles.append(axes.stairs(heights, edges, baseline=baseline, **look))
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


def _summary(values: NDArray[Any]) -> str:
    finite = values[np.isfinite(values)]
    unknown = values.size - finite.size
    lost = f"{unknown:,} of {values.size:,} nan or inf" if unknown else ""
    if not finite.size:
        return lost or "empty"
    zeros = 1 - np.count_nonzero(finite) / finite.size
    parts = [f"mean {finite.mean():.3g}", f"std {finite.std():.3g}", f"{zeros:.1%} zeros"]
    return ", ".join([*parts, lost] if lost else parts)
