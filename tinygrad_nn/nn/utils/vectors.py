"""All parameters as one vector, and back: for methods that see a model as one point.
Read `../module/module.py` next.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...arrays.refusing import check_are_tensors, list_of, refuses
from ...errors import ShapeError
from ...ops.shape.joining import cat
from ...tensor import Tensor


@refuses
def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return the elements of all parameters one after another, with a gradient to each.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.utils.parameters_to_vector(tnn.nn.LayerNorm(2).parameters())
        tensor([1., 1., 0., 0.], grad_fn=<CatBackward0>)
    """
    listed = list_of("parameters_to_vector()", parameters)
    return cat([parameter.reshape(-1) for parameter in listed])


@refuses
def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Have each parameter take its share of the vector's elements, in order, sharing memory.

    Raises:
        ShapeError: a vector of fewer elements than the parameters have; nothing is changed then.
    """
    check_are_tensors("vector_to_parameters", vec=vec)
    listed = list_of("vector_to_parameters()", parameters)
    needed = sum(parameter.numel() for parameter in listed)
    if vec.ndim != 1 or vec.numel() < needed:
        raise ShapeError(
            f"vector_to_parameters: the parameters have {needed} elements, the vector has shape "
            f"{vec.array.shape}"
        )
    start = 0
    for parameter in listed:
        end = start + parameter.numel()
        parameter.data = vec[start:end].view_as(parameter).detach()
        start = end
