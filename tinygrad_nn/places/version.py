"""Which PyTorch this package follows: what a program finds that asks for `torch.version`.
Read `../compat/aliasing.py` next; the package's own version is `tinygrad_nn.__version__`.
"""

__version__ = "2.13.0"  # the oracle of the tests

cuda = hip = xpu = None  # on the CPU alone
debug = False
git_version = "unknown"
