"""Finding: something about a read that somebody should look at; no error."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One row of the findings table.

    Parameters
    ----------
    subject, reader, timepoint, lesion : str
        What it is about; empty where it concerns no single one.
    code : str
        Which kind of finding it is, in words joined by hyphens.
    message : str
        What was found, with its numbers.
    """

    subject: str
    reader: str
    timepoint: str
    lesion: str
    code: str
    message: str
