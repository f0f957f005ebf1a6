"""The example at the end of a command's help."""

from __future__ import annotations

__all__ = ["example"]


def example(command: str) -> str:
    """Return a help's last paragraph, whose lines are kept as they are."""
    return f"\b\nExample:\n  {command}"
