"""Small data sets in the files of MNIST and CIFAR-10, for the tests.
Read `test_datasets.py` next.
"""

import gzip
import struct

import numpy as np

rng = np.random.default_rng(0)
PIXELS = {"train": rng.integers(0, 256, (6, 28, 28), np.uint8)}
PIXELS["t10k"] = PIXELS["train"][:2, ::-1]
DIGITS = {"train": [5, 0, 4, 1, 9, 2], "t10k": [7, 2]}


def idx(array):
    array = np.asarray(array, np.uint8)
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write_mnist(folder, ending=""):
    folder.mkdir(parents=True)
    for split in ("train", "t10k"):
        for kind, values in (("images-idx3", PIXELS), ("labels-idx1", DIGITS)):
            content = idx(values[split])
            path = folder / f"{split}-{kind}-ubyte{ending}"
            path.write_bytes(gzip.compress(content) if ending else content)


def write_cifar(folder):
    folder.mkdir(parents=True)
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    images = rng.integers(0, 256, (6, 2, 3, 32, 32), np.uint8)
    for i, name in enumerate(names):
        rows = np.column_stack([[i, 9 - i], images[i].reshape(2, -1)]).astype(np.uint8)
        (folder / name).write_bytes(rows.tobytes())
    (folder / "batches.meta.txt").write_text("airplane\nautomobile\nbird\n\n")
    return images
