"""Spectral normalisation: a weight divided by its largest singular value.
Read `parametrize.py` next.
"""

from __future__ import annotations

from typing import Any

from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, DimensionError, GraphError
from ...tensor import Tensor
from .. import functional as F
from ..layers.transposed_convolution import TransposedConvolution
from ..module import Module
from ..parameter import Parameter
from .recomputed import Recomputed, hook_of, parameter_of, take_hook


def rows_of(module: Any, dim: int | None) -> int:
    """Return the dimension that a weight's outputs lie along."""
    if dim is None:
        return 1 if isinstance(module, TransposedConvolution) else 0
    return dim


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """Return the weight with `dim` as rows, and the others as columns."""
    first: Tensor = weight.movedim(dim, 0) if dim else weight
    return first.flatten(1)


def _unit(x: Tensor, eps: float) -> Tensor:
    return F.normalize(x, dim=0, eps=eps)


class SpectralNormalization(Module):
    """W / sigma(W): the parametrization, with power iterations that go on in training."""

    _u: Tensor
    _v: Tensor

    def __init__(
        self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        if not -weight.ndim <= dim < weight.ndim:
            raise DimensionError(
                f"spectral_norm: a weight of shape {weight.array.shape} has no dimension {dim}"
            )
        _check_iterations(n_power_iterations)
        self.dim = dim % weight.ndim
        self.eps = eps
        if weight.ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight.detach(), self.dim)
            u, v = (weight.detach().new_empty(n).normal_() for n in matrix.array.shape)
            self.register_buffer("_u", _unit(u, eps))
            self.register_buffer("_v", _unit(v, eps))
            self._iterate(matrix, 15)

    def _get_name(self) -> str:
        return "_SpectralNorm"

    @no_grad()
    def _iterate(self, matrix: Tensor, times: int) -> None:
        for _ in range(times):
            self._u.copy_(_unit(matrix.mv(self._v), self.eps))
            self._v.copy_(_unit(matrix.t().mv(self._u), self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight divided by its largest singular value."""
        if weight.ndim == 1:
            return _unit(weight, self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / u.dot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        """Return the value itself: it is taken to be normalised."""
        return value


def _check_iterations(n: int) -> None:
    if n < 1:
        raise ArgumentError(f"spectral_norm: n_power_iterations must be above 0, got {n}")


class _SpectralNormHook(Recomputed):
    def __init__(self, name: str, iterations: int, dim: int, eps: float) -> None:
        self.name, self.iterations, self.dim, self.eps = name, iterations, dim, eps

    def compute(self, module: Any) -> Tensor:
        return self.normalized(module, self.iterations if module.training else 0)

    def normalized(self, module: Any, iterations: int) -> Tensor:
        parts = (getattr(module, f"{self.name}_{each}") for each in ("orig", "u", "v"))
        weight, u, v = parts
        matrix = as_matrix(weight, self.dim)
        with no_grad():
            for _ in range(iterations):
                v.copy_(_unit(matrix.t().mv(u), self.eps))
                u.copy_(_unit(matrix.mv(v), self.eps))
        u, v = u.clone(), v.clone()
        normalized: Tensor = weight / u.dot(matrix.mv(v))
        return normalized


def spectral_norm(
    module: Any,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Any:
    """Divide a weight by its largest singular value before each call; return the module.

    The singular value is found by power iterations, one or a few a call in training, on the buffers
    weight_u and weight_v; the parameter is weight_orig (Miyato et al. 2018). PyTorch calls this
    old: see `parametrizations.spectral_norm`.
    """
    if hook_of(module, _SpectralNormHook, name) is not None:
        raise GraphError(f"spectral_norm: {type(module).__name__} has it for {name!r} already")
    _check_iterations(n_power_iterations)
    weight = parameter_of(module, name, "spectral_norm")
    hook = _SpectralNormHook(name, n_power_iterations, rows_of(module, dim), eps)
    sizes = as_matrix(weight.detach(), hook.dim).array.shape
    u, v = (_unit(weight.detach().new_empty(n).normal_(), eps) for n in sizes)
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Make a weight that `spectral_norm` divides an ordinary parameter; return the module."""
    hook = take_hook(module, _SpectralNormHook, name, "remove_spectral_norm")
    weight = hook.normalized(module, 0).detach()
    for each in (name, f"{name}_u", f"{name}_v", f"{name}_orig"):
        delattr(module, each)
    module.register_parameter(name, Parameter(weight))
    return module
