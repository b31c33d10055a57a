"""The transforms without chance in them, and `Compose`, which applies one after the other.
Read `geometry.py` for the functions, and `drawn.py` next, for the transforms that draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from inspect import Signature, signature
from typing import TYPE_CHECKING, Any

from ...arrays.refusing import shown
from ...errors import DTypeError
from ...nn import Module
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
    """A function of an image: what the function is given besides, the transform holds.

    `class Pad(Transform, of=pad)` is called as `pad` is but for the image, and shows all that it
    holds except for what `hides` names.
    """

    takes_arrays = False  # whether an ndarray does as well as an image of Pillow's
    of: Callable[..., Any]
    hides = ""
    __signature__ = Signature()

    def __init_subclass__(cls, of: Callable[..., Any] | None = None, hides: str = "") -> None:
        super().__init_subclass__()
        if of is not None:
            cls.of, cls.hides = staticmethod(of), hides
            cls.__signature__ = Signature(list(signature(of).parameters.values())[1:])

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__()
        try:
            held = self.__signature__.bind(*args, **keywords)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}(): {error}") from None
        held.apply_defaults()
        for name, value in held.arguments.items():
            setattr(self, name, value)
        self.check()

    if TYPE_CHECKING:  # what the function is given is an attribute

        def __getattr__(self, name: str) -> Any: ...

    def check(self) -> None:
        """Raise for arguments that no image could do with, and bring them to one form."""

    def forward(self, img: Any) -> Any:
        return self.of(img, *(getattr(self, name) for name in self.__signature__.parameters))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def _shown(self) -> Iterator[str]:
        for name in self.__signature__.parameters:
            value = getattr(self, name)
            if name not in self.hides.split():
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


class ToTensor(Transform, of=conversions.to_tensor):
    """Make an image of Pillow's, or an ndarray (H, W, C), a tensor (C, H, W) from 0 to 1."""

    takes_arrays = True


class PILToTensor(Transform, of=conversions.pil_to_tensor):
    """Make an image of Pillow's a tensor (C, H, W) of its own dtype, uint8 for most."""


class ToPILImage(Transform, of=conversions.to_pil_image):
    """Make a tensor (C, H, W), or an ndarray (H, W, C), an image of Pillow's."""

    def _shown(self) -> Iterator[str]:
        return super()._shown() if self.mode is not None else iter(())


class ConvertImageDtype(Transform, of=conversions.convert_image_dtype, hides="dtype"):
    """Convert a tensor image to a dtype, its values scaled: 255 in uint8 is 1.0 in a float."""


class Normalize(Transform, of=conversions.normalize, hides="inplace"):
    """Subtract a mean and divide by a standard deviation, one of each per channel."""


class Lambda(Transform, of=lambda img, lambd: lambd(img), hides="lambd"):
    """Apply a function of one's own.

    Raises:
        DTypeError: it cannot be called.
    """

    def check(self) -> None:
        if not callable(self.lambd):
            raise DTypeError(f"Lambda: a function expected, got {shown(self.lambd)}")


class Resize(Transform, of=geometry.resize):
    """Resize to (height, width), or so that the shorter edge has a single size."""

    def check(self) -> None:
        if not isinstance(self.size, (int, Sequence)):
            raise DTypeError(f"Resize: size should be an int or a sequence, got {shown(self.size)}")


class CenterCrop(Transform, of=lambda img, size: geometry.center_crop(img, size)):
    """Cut out the middle; a smaller image gets a border of 0."""

    size: Any

    def check(self) -> None:
        self.size = geometry.pair_of(self.size, "CenterCrop")


class Pad(Transform, of=geometry.pad):
    """Put a border around an image."""


class Grayscale(Transform, of=conversions.rgb_to_grayscale):
    """Make an image grey, in one channel or three alike."""
