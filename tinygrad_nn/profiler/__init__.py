"""PyTorch's profiler, under its names: the contexts run, and nothing is measured.
Read `profiling.py` next, then `schedules.py`.
"""

from ..places import missing as _missing
from .profiling import profile, record_function, tensorboard_trace_handler
from .schedules import ProfilerAction, ProfilerActivity, schedule, supported_activities

__all__ = [
    "ProfilerAction",
    "ProfilerActivity",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]

_missing.explain_below("profiler")
