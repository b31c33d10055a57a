"""`tnn.func`: transforms of functions, PyTorch's `torch.func`: derivatives, batches, modules.
Read `trees.py` first, then `gradients.py`.
"""

from .functional_call import functional_call, stack_module_state
from .gradients import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp
from .mapping import vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "stack_module_state",
    "vjp",
    "vmap",
]
