"""RECIST response assessment: scans and readers' marks in, a response that anyone can check out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recistkit.study.check import check
    from recistkit.study.classify import classify
    from recistkit.study.reconcile import reconcile

__version__ = "0.1.0"
__all__ = ["__version__", "check", "classify", "reconcile"]

_ARROWS = {"check", "classify", "reconcile"}


def __getattr__(name: str) -> object:
    """Import an arrow when it is first used, so that ``--help`` stays quick."""
    if name in _ARROWS:
        return getattr(import_module(f"recistkit.study.{name}"), name)
    message = f"module 'recistkit' has no attribute {name!r}"
    raise AttributeError(message)
