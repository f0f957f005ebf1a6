"""Diameters: what length a mark has, and where it lies on its scan; `diameters` of a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recistkit.measure.mask_diameters import diameters

__all__ = ["diameters"]


def __getattr__(name: str) -> object:
    """Import the measuring of masks, and numpy with it, when it is first used."""
    if name == "diameters":
        from recistkit.measure.mask_diameters import diameters

        return diameters
    message = f"module 'recistkit.measure' has no attribute {name!r}"
    raise AttributeError(message)
