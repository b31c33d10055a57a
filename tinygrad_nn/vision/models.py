"""Where programs look for networks that were trained on photographs: there are none here.
Read `../nn/` instead, for the layers to write one with.
"""

from typing import Any

from ..errors import MissingNameError


def __getattr__(name: str) -> Any:
    said = (
        f"torchvision.models.{name}: there are no networks and no trained weights of torchvision's "
        "here; write the network as an nn.Module, and load weights that you have by torch.load"
    )
    raise MissingNameError(said, name=name)
