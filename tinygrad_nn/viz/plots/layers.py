"""What a model's layers do: the activations of a forward pass, the gradients of a backward pass.
Read `histograms.py` next, which draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import GraphError
from .evaluation import evaluation, input_for


def layer_activations(model: Any, sample: Any) -> dict[str, Any]:
    """Return a copy of what each layer of the model returns for `model(sample)`, by its path.

    Layers are the modules that hold no others. One that is called again has a second entry
    "path (call 2)", one that returns several tensors an entry "path[i]" for each. The model is
    called once, without recording and in evaluation mode; hooks and modes are as before at the
    end, also after an error. Floats that are no Tensor take the dtype of the model's parameters.

    Raises TypeError for what is no Module, and what the model raises.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.plots.layers import layer_activations
        >>> model = tnn.nn.Sequential(tnn.nn.Linear(2, 3), tnn.nn.ReLU())
        >>> found = layer_activations(model, tnn.ones(5, 2))
        >>> {path: tuple(activation.shape) for path, activation in found.items()}
        {'0': (5, 3), '1': (5, 3)}
    """
    _check_module(model, "layer_activations")
    found: dict[str, Any] = {}
    calls: dict[str, int] = {}

    def keeper(path: str) -> Callable[[Any, Any, Any], None]:
        def keep(module: Any, inputs: Any, output: Any) -> None:
            calls[path] = calls.get(path, 0) + 1
            name = path if calls[path] == 1 else f"{path} (call {calls[path]})"
            for place, tensor in _tensors(output):
                found[name + place] = _copy(tensor)

        return keep

    handles = []
    try:
        for path, module in model.named_modules():
            if next(module.children(), None) is None:
                name = path or type(module).__name__
                handles.append(module.register_forward_hook(keeper(name)))
        with evaluation(model):
            model(input_for(model, sample, "layer_activations"))
    finally:
        for handle in handles:
            handle.remove()
    return found


def layer_gradients(model: Any) -> dict[str, Any]:
    """Return a copy of the gradient of each parameter that has one, by its path.

    Raises TypeError for what is no Module, GraphError if no parameter has a gradient.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.plots.layers import layer_gradients
        >>> model = tnn.nn.Linear(2, 1)
        >>> model(tnn.ones(3, 2)).sum().backward()
        >>> layer_gradients(model)
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
