"""Ways to choose what is pruned: by magnitude, by norm, at random, by a mask of one's own.
Read `prune.py` next, whose functions apply them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ...arrays.refusing import check_are_tensors, shown
from ...autograd.grad_mode import enable_grad, no_grad
from ...errors import ArgumentError, DimensionError, DTypeError, ShapeError
from ...linalg import vector_norm
from ...ops.reduction.order import topk
from ...tensor import Tensor
from ...tensor.creation_like import ones_like, zeros_like
from ...tensor.sampling import rand
from .recomputed import Recomputed, parameter_of


class BasePruningMethod(Recomputed):
    """A way to choose what is pruned; a subclass defines `compute_mask(t, default_mask)`.

    `PRUNING_TYPE` says what a second pruning of the same parameter chooses from: the elements
    ("unstructured") or the slices along `dim` ("structured") that are left, or all ("global").
    """

    PRUNING_TYPE: ClassVar[str] = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return a mask of ones and zeros for a tensor, given the mask that there is."""
        raise NotImplementedError(f"{type(self).__name__} needs a method compute_mask")

    def prune(
        self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None
    ) -> Tensor:
        """Return a tensor with what this method chooses set to 0."""
        mask = ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(t if importance_scores is None else importance_scores, mask)

    def compute(self, module: Any) -> Tensor:
        """Return the parameter times its mask."""
        original = getattr(module, f"{self.name}_orig")
        masked: Tensor = getattr(module, f"{self.name}_mask").to(original.dtype) * original
        return masked

    apply_mask = compute

    def _next_mask(self, t: Tensor, mask: Tensor) -> Tensor:
        """Return the mask with this method applied to what it has left."""
        if self.PRUNING_TYPE == "global":
            return self.compute_mask(t, mask)
        chosen: Any = mask == 1
        if self.PRUNING_TYPE == "structured":
            dim = self.dim % t.ndim  # type: ignore[attr-defined]
            others = [i for i in range(t.ndim) if i != dim]
            kept = mask.sum(others) != 0
            chosen = tuple(kept if i == dim else slice(None) for i in range(t.ndim))
        new = mask.to(t.dtype).clone()
        new[chosen] = self.compute_mask(t[chosen], mask[chosen]).to(new.dtype)
        return new

    @property
    def _tensor_name(self) -> str:
        """The name of the parameter, as PyTorch calls it."""
        return self.name

    @classmethod
    def apply(
        cls,
        module: Any,
        name: str,
        *args: Any,
        importance_scores: Tensor | None = None,
        **kwargs: Any,
    ) -> Any:
        """Prune a parameter of a module, further if it is pruned already; return the method."""
        method = cls(*args, **kwargs)
        method.name = name
        _prune(module, name, method, importance_scores)
        return method


class PruningContainer(BasePruningMethod):
    """The methods by which a parameter was pruned more than once, in their order."""

    def __init__(self, *methods: BasePruningMethod) -> None:
        self.methods = methods
        self.name = methods[0].name

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask with the last method applied to what the others have left."""
        return self.methods[-1]._next_mask(t, default_mask)

    def __len__(self) -> int:
        return len(self.methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self.methods)

    def __getitem__(self, i: int) -> BasePruningMethod:
        return self.methods[i]


@no_grad()
def _prune(module: Any, name: str, method: BasePruningMethod, scores: Tensor | None) -> None:
    is_first = not hooks_of(module, name)
    what = f"{type(method).__name__}.apply"
    original = parameter_of(module, name if is_first else f"{name}_orig", what)
    now = getattr(module, name)
    if scores is not None and scores.array.shape != now.array.shape:
        raise ShapeError(
            f"{what}: importance_scores must have the parameter's shape {now.array.shape}, got "
            f"{scores.array.shape}"
        )
    before = ones_like(original) if is_first else getattr(module, f"{name}_mask")
    values = (now if scores is None else scores).detach()
    mask = method.compute_mask(values, before) if is_first else method._next_mask(values, before)
    if is_first:
        delattr(module, name)
        module.register_parameter(f"{name}_orig", original)
    else:
        for key in hooks_of(module, name):
            before_it = module._forward_pre_hooks.pop(key)
            earlier = before_it if isinstance(before_it, PruningContainer) else (before_it,)
            method = PruningContainer(*earlier, method)
    module.register_buffer(f"{name}_mask", mask)
    module.register_forward_pre_hook(method)
    with enable_grad():
        method(module, None)


def hooks_of(module: Any, name: str | None = None) -> list[int]:
    """Return the keys of a module's hooks that prune."""
    return [
        key
        for key, hook in module._forward_pre_hooks.items()
        if isinstance(hook, BasePruningMethod) and name in (None, hook.name)
    ]


def _checked(amount: Any) -> Any:
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        raise DTypeError(f"the amount to prune must be an int or a float, got {shown(amount)}")
    if amount < 0 or (isinstance(amount, float) and amount > 1):
        raise ArgumentError(
            f"the amount to prune is a share from 0 to 1 or a number of at least 0, got {amount}"
        )
    return amount


def _number(amount: Any, size: int) -> int:
    """Return how many of `size` an amount is: a float is a share."""
    if not isinstance(amount, int):
        return round(amount * size)
    if amount > size:
        raise ArgumentError(f"{amount} cannot be pruned of {size}")
    return amount


class Identity(BasePruningMethod):
    """Prunes nothing, and sets up the mask."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask as it is."""
        return default_mask


class Unstructured(BasePruningMethod):
    """Prunes the elements of the lowest rank: an `amount` of them, a number or a share."""

    def __init__(self, amount: Any) -> None:
        self.amount = _checked(amount)

    def rank(self, t: Tensor) -> Tensor:
        """Return a number for each element; the lowest are pruned."""
        raise NotImplementedError(f"{type(self).__name__} needs a method rank")

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask without the elements of the lowest rank."""
        count = _number(self.amount, t.numel())
        mask = default_mask.clone()
        if count:
            lowest = topk(self.rank(t).reshape(-1), count, largest=False)[1]
            flat = mask.reshape(-1)
            flat[lowest] = 0
            mask = flat.reshape(mask.shape)
        return mask


class RandomUnstructured(Unstructured):
    """Prunes elements at random."""

    def rank(self, t: Tensor) -> Tensor:
        """Return the opposites of uniforms: PyTorch prunes those of the largest."""
        return -rand(t.array.shape, dtype=t.dtype)


class L1Unstructured(Unstructured):
    """Prunes the elements of the least magnitude."""

    def rank(self, t: Tensor) -> Tensor:
        """Return the magnitudes."""
        return t.abs()


class Structured(BasePruningMethod):
    """Prunes whole slices along `dim`: an `amount` of them, a number or a share."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, dim: int = -1) -> None:
        self.amount, self.dim = _checked(amount), dim

    def kept(self, t: Tensor, count: int) -> Tensor:
        """Return the indices, or a mask, of the slices that stay when `count` go."""
        raise NotImplementedError(f"{type(self).__name__} needs a method kept")

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask without the slices that are chosen."""
        if t.ndim < 2:
            raise ArgumentError(
                f"{type(self).__name__} prunes slices of 2 dimensions or more, got shape "
                f"{t.array.shape}; use an unstructured method"
            )
        if not -t.ndim <= self.dim < t.ndim:
            raise DimensionError(
                f"{type(self).__name__}: a tensor of shape {t.array.shape} has no dimension "
                f"{self.dim}"
            )
        dim = self.dim % t.ndim
        count = _number(self.amount, t.array.shape[dim])
        if not count:
            return default_mask
        mask = zeros_like(t)
        mask[tuple(self.kept(t, count) if i == dim else slice(None) for i in range(t.ndim))] = 1
        return mask * default_mask.to(mask.dtype)


class RandomStructured(Structured):
    """Prunes slices at random."""

    def kept(self, t: Tensor, count: int) -> Tensor:
        """Return where uniforms are above the `count` lowest of them."""
        uniforms = rand(t.array.shape[self.dim])
        above: Tensor = uniforms > uniforms.kthvalue(count)[0]
        return above


class LnStructured(Structured):
    """Prunes the slices of the least n-norm."""

    def __init__(self, amount: Any, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def kept(self, t: Tensor, count: int) -> Tensor:
        """Return the indices of the slices of the largest norms."""
        others = [i for i in range(t.ndim) if i != self.dim % t.ndim]
        norms = vector_norm(t, float(self.n), others)
        chosen: Tensor = topk(norms, norms.numel() - count)[1]
        return chosen


class CustomFromMask(BasePruningMethod):
    """Prunes where a mask of one's own is 0."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        check_are_tensors("CustomFromMask", mask=mask)
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the two masks' product."""
        if default_mask.array.shape != self.mask.array.shape:
            raise ShapeError(
                f"CustomFromMask: the mask must have shape {default_mask.array.shape}, got "
                f"{self.mask.array.shape}"
            )
        mask: Tensor = default_mask * self.mask.to(default_mask.dtype)
        return mask
