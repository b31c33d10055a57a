"""Averages of models, PyTorch's `torch.optim.swa_utils`.
Read `averaged_model.py` first.
"""

from .averaged_model import AveragedModel
from .averages import (
    get_ema_avg_fn,
    get_ema_multi_avg_fn,
    get_swa_avg_fn,
    get_swa_multi_avg_fn,
)
from .batch_statistics import update_bn
from .swa_lr import SWALR

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]
