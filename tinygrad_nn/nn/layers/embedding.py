"""`Embedding`, a table of a vector for each word, and `EmbeddingBag`, which adds up bags of them.
Read `distance.py` next.
"""

from __future__ import annotations

from operator import index
from typing import Any, Self

from ...arrays.refusing import check_are_tensors, refuses
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, ShapeError
from ...tensor import Tensor
from ...tensor.creation import empty
from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter
from .shown import shown

__all__ = [
    "Embedding",
    "EmbeddingBag",
]


class Table(Module):
    """A vector of `embedding_dim` numbers for each of `num_embeddings` indices.

    The weight is drawn from N(0, 1), and the row of `padding_idx` is zeros.

    Raises:
        ArgumentError: a padding_idx that the table does not have. ShapeError: a weight that has
        another shape.
    """

    weight: Parameter

    def _make(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        weight: Tensor | None,
        is_frozen: bool,
        device: Any,
        dtype: Any,
    ) -> None:
        name = type(self).__name__
        rows, columns = index(num_embeddings), index(embedding_dim)
        self.num_embeddings, self.embedding_dim = rows, columns
        if padding_idx is not None:
            if not -rows <= padding_idx < rows:
                raise ArgumentError(
                    f"{name}: padding_idx={padding_idx} is not within num_embeddings={rows}"
                )
            padding_idx %= rows
        self.padding_idx = padding_idx
        if weight is None:
            made = empty(rows, columns, device=device, dtype=dtype)
            self.weight = Parameter(made, requires_grad=not is_frozen)
            self.reset_parameters()
            return
        check_are_tensors(name, weight=weight)
        if weight.array.shape != (rows, columns):
            raise ShapeError(
                f"{name}: the weight must have shape ({rows}, {columns}), got {weight.array.shape}"
            )
        self.weight = Parameter(weight, requires_grad=not is_frozen)

    def reset_parameters(self) -> None:
        """Draw the table anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)

    def _unusual(self) -> list[str]:
        """Return the arguments that differ from their defaults."""
        usual: dict[str, Any] = {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False}
        return [name for name, value in usual.items() if getattr(self, name) != value]


def _size(embeddings: Tensor, name: str) -> tuple[int, int]:
    check_are_tensors(name, embeddings=embeddings)
    if embeddings.ndim != 2:
        raise ShapeError(f"{name}: embeddings must be a matrix, got {embeddings.array.shape}")
    rows, columns = embeddings.array.shape
    return rows, columns


class Embedding(Table):
    """The rows of a table for the integers of any shape: output (*, embedding_dim).

    The table is drawn from N(0, 1). The row of `padding_idx` is zeros at first and gets no
    gradient; `max_norm` shortens rows that are looked up, in place. `sparse` is taken, and the
    gradient is dense.

    Example:
        >>> import tinygrad_nn as tnn
        >>> words = tnn.nn.Embedding(10, 3, padding_idx=0)
        >>> words(tnn.tensor([[1, 2, 0]])).shape
        torch.Size([1, 3, 3])
    """

    @refuses
    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self._make(num_embeddings, embedding_dim, padding_idx, _weight, _freeze, device, dtype)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Return a layer of this table, which is not trained unless `freeze` is False."""
        size = _size(embeddings, cls.__name__)
        given = padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
        arguments: Any = (*size, *given, embeddings, freeze)
        return cls(*arguments)

    def forward(self, input: Tensor) -> Tensor:
        """Return the rows of the table for these indices."""
        options = self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        rows: Tensor = F.embedding(input, self.weight, self.padding_idx, *options)
        return rows

    def extra_repr(self) -> str:
        """Return the sizes, and the arguments that differ from their defaults."""
        names = ["padding_idx"] * (self.padding_idx is not None) + self._unusual()
        text = [shown(self, name) for name in [*names, *["sparse"] * self.sparse]]
        return ", ".join([f"{self.num_embeddings}, {self.embedding_dim}", *text])


class EmbeddingBag(Table):
    """The mean, sum or maximum of the rows of a table for each bag of indices.

    A bag is a row of a matrix of indices, or of a vector of them from one of the `offsets` to the
    next. See `Embedding` for the rest.

    Example:
        >>> import tinygrad_nn as tnn
        >>> table = tnn.tensor([[1.0], [2.0], [4.0]])
        >>> bags = tnn.nn.EmbeddingBag.from_pretrained(table, mode="sum")
        >>> bags(tnn.tensor([0, 1, 2]), tnn.tensor([0, 2]))
        tensor([[3.],
                [4.]])
    """

    @refuses
    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self._make(num_embeddings, embedding_dim, padding_idx, _weight, False, device, dtype)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """Return a layer of this table, which is not trained unless `freeze` is False."""
        size = _size(embeddings, cls.__name__)
        given = max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings
        arguments: Any = (*size, *given, include_last_offset, padding_idx)
        made = cls(*arguments)
        made.weight.requires_grad = not freeze
        return made

    def forward(
        self,
        input: Tensor,
        offsets: Tensor | None = None,
        per_sample_weights: Tensor | None = None,
    ) -> Tensor:
        """Return a row for each bag, its rows weighed by `per_sample_weights` if given."""
        options = self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse
        last = per_sample_weights, self.include_last_offset, self.padding_idx
        bags: Tensor = F.embedding_bag(input, self.weight, offsets, *options, *last)
        return bags

    def extra_repr(self) -> str:
        """Return the sizes, the mode, and the arguments that differ from their defaults."""
        text = [f"{self.num_embeddings}, {self.embedding_dim}"]
        text += [shown(self, name) for name in self._unusual()] + [f"mode={self.mode!r}"]
        text += [shown(self, "padding_idx")] * (self.padding_idx is not None)
        return ", ".join(text)
