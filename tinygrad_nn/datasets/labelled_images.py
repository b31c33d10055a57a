"""What every data set here returns: images, their labels, and the files they came from.
Read `digits.py` next, which makes the smallest one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images and the class of each.

    `images` is uint8 (N, height, width), `labels` int64 (N,), and `sources` names the files read.

    >>> import tinygrad_nn as tnn
    >>> tnn.datasets.digits()
    LabelledImages(1797 images of 8 x 8, from tinygrad_nn/datasets/digits.csv.gz)
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        count, height, width = self.images.shape
        sources = " and ".join(self.sources)
        return f"LabelledImages({count} images of {height} x {width}, from {sources})"
