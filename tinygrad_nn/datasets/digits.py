"""The UCI handwritten digits, 8 x 8 pixels, from a file in the package: real data with no download.
Read `mnist.py` next, for the larger set.
"""

import io
from importlib import resources

import numpy as np

from .byte_source import ByteSource, malformed
from .labelled_images import LabelledImages

FILE = "digits.csv.gz"


def digits() -> LabelledImages:
    """The 1,797 images of the test part of "Optical Recognition of Handwritten Digits".

    Images are uint8 (1797, 8, 8), 0 (paper) to 16 (ink): each number counts the inked points in a
    4 x 4 block of a 32 x 32 scan. Labels are int64 (1797,), 0 to 9. Raises DataError where the
    installed file is damaged. By E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998,
    CC BY 4.0; from the copy in scikit-learn.

    >>> import tinygrad_nn as tnn
    >>> data = tnn.datasets.digits()
    >>> data.images.shape, data.labels[:5]
    ((1797, 8, 8), array([0, 1, 2, 3, 4]))
    """
    source = f"tinygrad_nn/datasets/{FILE}"
    with resources.files("tinygrad_nn.datasets").joinpath(FILE).open("rb") as file:
        text = ByteSource(file, source).read(2**20)  # all of it is 0.25 MB
    try:
        table = np.loadtxt(io.BytesIO(text), np.uint8, delimiter=",")
    except ValueError as error:
        raise malformed(source, "table", "rows of 65 numbers", error) from error
    if table.shape != (1797, 65):
        raise malformed(source, "table", "1797 rows of 65 numbers", table.shape)
    images = np.ascontiguousarray(table[:, :64]).reshape(-1, 8, 8)
    return LabelledImages(images, table[:, 64].astype(np.int64), (source,))
