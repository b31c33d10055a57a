"""Tensors in files that are written whole or not at all, and where nothing can be run.
Read `whole_files.py` next, then `safetensors_file.py` and `checkpoint.py`.
"""

from .checkpoint import load, save
from .safetensors_file import load_file, save_file

__all__ = ["load", "load_file", "save", "save_file"]
