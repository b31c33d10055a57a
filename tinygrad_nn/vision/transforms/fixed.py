"""The transforms without chance in them, and `Compose`, which applies one after the other.
Read `drawn.py` next, for those that draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...arrays.refusing import shown
from ...errors import DTypeError
from ...nn import Module
from ...tensor import Tensor
from . import conversions, geometry
from .interpolation import InterpolationMode

__all__ = [
    "CenterCrop",
    "Compose",
    "ConvertImageDtype",
    "Grayscale",
    "Lambda",
    "Normalize",
    "PILToTensor",
    "Pad",
    "Resize",
    "ToPILImage",
    "ToTensor",
]

BILINEAR = InterpolationMode.BILINEAR


class Transform(Module):
    """What is done to an image; its `repr` shows the attributes that `shows` names."""

    shows: tuple[str, ...] = ()
    takes_arrays = False  # whether an ndarray does as well as an image of Pillow's

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def _shown(self) -> Iterator[str]:
        for name in self.shows:
            value = getattr(self, name)
            yield f"{name}={value.value if isinstance(value, InterpolationMode) else value}"


class Compose:
    """Apply transforms one after the other.

    Example:
        >>> import numpy as np
        >>> from tinygrad_nn.vision import transforms
        >>> transform = transforms.Compose(
        ...     [transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]
        ... )
        >>> transform(np.array([[0, 255]], dtype=np.uint8))
        tensor([[[-1.,  1.]]])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    @property
    def takes_arrays(self) -> bool:
        """Whether the first of them does as well with an ndarray as with an image of Pillow's."""
        return bool(self.transforms) and getattr(self.transforms[0], "takes_arrays", False)

    def __call__(self, img: Any) -> Any:
        for each in self.transforms:
            img = each(img)
        return img

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {t}" for t in self.transforms), ")"])


class ToTensor(Transform):
    """Make an image of Pillow's, or an ndarray (H, W, C), a tensor (C, H, W) from 0 to 1."""

    takes_arrays = True

    def forward(self, pic: Any) -> Tensor:
        return conversions.to_tensor(pic)


class PILToTensor(Transform):
    """Make an image of Pillow's a tensor (C, H, W) of its own dtype, uint8 for most."""

    def forward(self, pic: Any) -> Tensor:
        return conversions.pil_to_tensor(pic)


class ToPILImage(Transform):
    """Make a tensor (C, H, W), or an ndarray (H, W, C), an image of Pillow's."""

    def __init__(self, mode: str | None = None) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, pic: Any) -> Any:
        return conversions.to_pil_image(pic, self.mode)

    def _shown(self) -> Iterator[str]:
        if self.mode is not None:
            yield f"mode={self.mode}"


class ConvertImageDtype(Transform):
    """Convert a tensor image to a dtype, its values scaled: 255 in uint8 is 1.0 in a float."""

    def __init__(self, dtype: Any) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, image: Tensor) -> Tensor:
        return conversions.convert_image_dtype(image, self.dtype)


class Normalize(Transform):
    """Subtract a mean and divide by a standard deviation, one of each per channel."""

    shows = ("mean", "std")

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, tensor: Tensor) -> Tensor:
        return conversions.normalize(tensor, self.mean, self.std, self.inplace)


class Lambda(Transform):
    """Apply a function of one's own.

    Raises:
        DTypeError: it cannot be called.
    """

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        super().__init__()
        if not callable(lambd):
            raise DTypeError(f"Lambda: a function expected, got {shown(lambd)}")
        self.lambd = lambd

    def forward(self, img: Any) -> Any:
        return self.lambd(img)


class Resize(Transform):
    """Resize to (height, width), or so that the shorter edge has a single size."""

    shows = ("size", "interpolation", "max_size", "antialias")

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: Any = BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        if not isinstance(size, (int, Sequence)):
            raise DTypeError(f"Resize: size should be an int or a sequence, got {shown(size)}")
        self.size, self.interpolation = size, interpolation
        self.max_size, self.antialias = max_size, antialias

    def forward(self, img: Any) -> Any:
        return geometry.resize(img, self.size, self.interpolation, self.max_size, self.antialias)


class CenterCrop(Transform):
    """Cut out the middle; a smaller image gets a border of 0."""

    shows = ("size",)

    def __init__(self, size: int | Sequence[int]) -> None:
        super().__init__()
        self.size = geometry.pair_of(size, "CenterCrop")

    def forward(self, img: Any) -> Any:
        return geometry.center_crop(img, self.size)


class Pad(Transform):
    """Put a border around an image."""

    shows = ("padding", "fill", "padding_mode")

    def __init__(
        self, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"
    ) -> None:
        super().__init__()
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img: Any) -> Any:
        return geometry.pad(img, self.padding, self.fill, self.padding_mode)


class Grayscale(Transform):
    """Make an image grey, in one channel or three alike."""

    shows = ("num_output_channels",)

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        return conversions.rgb_to_grayscale(img, self.num_output_channels)
