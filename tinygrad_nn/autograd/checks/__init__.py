"""Whether gradients are right: against numeric differences, and against formulas derived by hand.
Read `gradcheck.py`, then `compare.py`.
"""

from .compare import compare
from .comparison import Comparison
from .gradcheck import gradcheck, gradgradcheck
from .mismatch import GradcheckError

__all__ = ["Comparison", "GradcheckError", "compare", "gradcheck", "gradgradcheck"]
