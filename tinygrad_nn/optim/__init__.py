"""Optimizers: each is one update rule, `update(p, g, group, state)`, that looks like its paper's.
Read `optimizer.py` first.
"""

import sys as _sys

from ..places import missing as _missing
from ..places import paths as _paths
from . import lr_scheduler, swa_utils
from . import own_rules as own_rules  # at optim.optimizer, by the table of paths
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam
from .adamax import Adamax
from .adamw import AdamW
from .asgd import ASGD
from .lbfgs import LBFGS
from .muon import Muon
from .nadam import NAdam
from .optimizer import Optimizer
from .radam import RAdam
from .rmsprop import RMSprop
from .rprop import Rprop
from .sgd import SGD

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "lr_scheduler",
    "swa_utils",
]

_missing.explain_names_of(_sys.modules[__name__], "optim")
_missing.explain_names_of(lr_scheduler, "optim.lr_scheduler")
_missing.explain_methods_of(Optimizer, "optim.Optimizer")
_paths.enter_below("optim")
