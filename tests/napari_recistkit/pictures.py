"""What is to be seen on a picture of the window."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

__all__ = ["shows"]

NEARLY: Final = 24
"""How far red, green or blue of a drawn line may be from its colour."""
ENOUGH_PIXELS: Final = 20


def shows(picture: Path, colour: str, box: tuple[int, ...]) -> bool:
    """Tell whether a part of a picture (left, top, right, bottom) shows a colour, or nearly."""
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    left, top, right, bottom = box
    seen = np.asarray(Image.open(picture))[top:bottom, left:right, :3].astype(int)
    return bool((np.abs(seen - wanted).max(axis=-1) < NEARLY).sum() > ENOUGH_PIXELS)
