"""What the adjudicator decided, and what happened to the subjects beside their scans."""

from __future__ import annotations

__all__ = ["DECISIONS", "EVENTS"]

DECISIONS = (
    (
        "RK-003",
        "A",
        "adjudicator",
        "2011-09-14",
        "reader A follows the two largest liver lesions; B left liver-2 out",
    ),
    (
        "RK-004",
        "B",
        "adjudicator",
        "2011-10-12",
        "measured again: the liver lesions grew by month-5, the rectal mass did not reach -30 %",
    ),
)
"""Rows of the decisions table."""

EVENTS = (
    ("RK-001", "2011-06-29", "new-therapy", "", "FOLFIRI after progression in the liver"),
    ("RK-002", "2011-09-05", "last-contact", "", ""),
    ("RK-003", "2011-08-31", "new-therapy", "", "FOLFIRI after a new liver lesion"),
    ("RK-004", "2011-10-17", "last-contact", "", ""),
)
"""Rows of the events table."""
