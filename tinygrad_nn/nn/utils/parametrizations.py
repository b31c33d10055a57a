"""Weight and spectral normalisation, and orthogonal matrices, as parametrizations.
Read `parametrize.py` for what that is, and `prune.py` next.
"""

from __future__ import annotations

from typing import Any

from ...errors import ArgumentError
from ...tensor import Tensor
from .orthogonal_parametrization import orthogonal_rule
from .parametrize import register_parametrization
from .spectral_normalization import SpectralNormalization, rows_of
from .weight_normalization import WeightNormalization

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


def orthogonal(
    module: Any,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Any:
    """Have a weight's columns, or the rows of a wide one, be orthonormal; return the module.

    `orthogonal_map` is what makes such a matrix: "matrix_exp", the default for square and complex
    ones, "cayley" or "householder". `use_trivialization` keeps a matrix that the map is taken
    around. The weight becomes the orthonormal factor of what it was.

    Raises:
        ArgumentError: no such tensor, a vector, or no such map.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.utils.parametrizations.orthogonal(tnn.nn.Linear(3, 3))
        >>> tnn.allclose(layer.weight @ layer.weight.T, tnn.eye(3), atol=1e-6)
        True
    """
    rule = orthogonal_rule(module, name, orthogonal_map, use_trivialization)
    return register_parametrization(module, name, rule, unsafe=True)


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Make a weight g v / |v|, the norm that of each slice along `dim`; return the module.

    g and v are the originals 0 and 1; state dicts of the older form are loaded too (Salimans and
    Kingma 2016).

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.utils.parametrizations.weight_norm(tnn.nn.Linear(2, 3))
        >>> [name for name, _ in layer.named_parameters()][1:]
        ['parametrizations.weight.original0', 'parametrizations.weight.original1']
    """
    register_parametrization(module, name, WeightNormalization(dim), unsafe=True)

    def rename(module: Any, state: Any, prefix: str, *others: Any) -> None:
        old = [f"{prefix}{name}_{each}" for each in "gv"]
        if all(key in state for key in old):
            for i, key in enumerate(old):
                state[f"{prefix}parametrizations.{name}.original{i}"] = state.pop(key)

    module.register_load_state_dict_pre_hook(rename)
    return module


def spectral_norm(
    module: Any,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Any:
    """Divide a weight by its largest singular value; return the module.

    That is found by power iterations, 15 at first and `n_power_iterations` for each use in training
    (Miyato et al. 2018). A vector is divided by its length.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ArgumentError(f"spectral_norm: {type(module).__name__} has no tensor {name!r}")
    rule = SpectralNormalization(weight, n_power_iterations, rows_of(module, dim), eps)
    return register_parametrization(module, name, rule)
