"""How what has the keyboard is marked: by a frame that nothing else has, so not by colour alone."""

from __future__ import annotations

from typing import Final

__all__ = ["FOCUS_STYLE"]

_COLOUR: Final = "#F0E442"
"""Yellow of Okabe and Ito: seen with any colour vision, and bright on dark ground."""

FOCUS_STYLE: Final = f"""
QLineEdit, QRadioButton {{ border: 2px solid transparent; padding: 0px 3px; }}
QLineEdit:focus, QRadioButton:focus {{ border: 2px solid {_COLOUR}; }}
"""
"""Style sheet of a widget in which words are typed or choices made."""
