"""Version 1: where files of this kind begin; the next step comes after it."""

from __future__ import annotations

from typing import Final

revision: Final = "1"
down_revision: Final = None


def upgrade() -> None:
    """Do nothing: no file has an older version."""
