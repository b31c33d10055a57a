"""torchvision's datasets: MNIST and its kin, CIFAR-10, folders of images, and images of noise.
Read `dataset.py` first, then `mnist.py`.
"""

from .cifar import CIFAR10, CIFAR100
from .dataset import VisionDataset
from .fake_data import FakeData
from .folder import ImageFolder
from .mnist import KMNIST, MNIST, FashionMNIST

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "FakeData",
    "FashionMNIST",
    "ImageFolder",
    "KMNIST",
    "MNIST",
    "VisionDataset",
]
