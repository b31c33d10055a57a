"""Handwritten digits as NumPy arrays: a set in the package, MNIST, and the readers of its files.
Read `digits.py` for the smallest loader, then `mnist.py`, which finds or downloads its files.
"""

from .digits import digits
from .idx import read_idx
from .kaggle import read_kaggle_csv
from .labelled_images import LabelledImages
from .mnist import mnist

__all__ = ["LabelledImages", "digits", "mnist", "read_idx", "read_kaggle_csv"]
