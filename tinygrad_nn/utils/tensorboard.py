"""`SummaryWriter`: curves, histograms and images for TensorBoard, written by `tensorboardX`.
Read `data/dataset.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..errors import MissingExtraError
from ..tensor import Tensor

__all__ = ["SummaryWriter"]


class SummaryWriter:
    """PyTorch's `SummaryWriter`: `add_scalar(tag, value, step)`, `add_histogram`, `add_image`, ...

    Every method is that of `tensorboardX.SummaryWriter`; tensors are handed to it as arrays.

    Raises:
        MissingExtraError: tensorboardX is not installed.
    """

    def __init__(self, log_dir: str | None = None, comment: str = "", **options: Any) -> None:
        try:
            from tensorboardX import SummaryWriter as Writer
        except ImportError as error:
            raise MissingExtraError(
                "SummaryWriter needs tensorboardX: pip install 'tinygrad_nn[tensorboard]'"
            ) from error
        self._writer = Writer(None if log_dir is None else str(log_dir), comment, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"SummaryWriter has no {name}")
        found = getattr(self._writer, name)
        return _with_arrays(found) if callable(found) else found

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()


def _with_arrays(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **keywords: Any) -> Any:
        named = {name: _as_array(value) for name, value in keywords.items()}
        return method(*map(_as_array, args), **named)

    return call


def _as_array(value: Any) -> Any:
    """Return tensors as arrays, within dicts and lists too."""
    if isinstance(value, Tensor):
        return value.detach().numpy()
    if isinstance(value, dict):
        return {key: _as_array(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_as_array, value))
    return value
