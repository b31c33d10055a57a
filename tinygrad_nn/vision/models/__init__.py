"""Networks under torchvision's names, to be trained: there are no trained weights here.
Read `resnet.py`, which has those that most programs ask for.
"""

from .resnet import ResNet, resnet18, resnet34, resnet50

__all__ = ["ResNet", "resnet18", "resnet34", "resnet50"]
