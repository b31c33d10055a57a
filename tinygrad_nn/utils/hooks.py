"""`torch.utils.hooks`: what a registered hook is taken away by.
Read `../autograd/node.py` next, where it is.
"""

from ..autograd.node import RemovableHandle

__all__ = ["RemovableHandle"]
