"""The error tree: bad input is an error that says where it is and what was expected.

"Cannot tell" is not here: it is a value (NE, with its reason).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "ClusterError",
    "CriteriaError",
    "DocumentError",
    "Fault",
    "GeometryError",
    "JournalError",
    "MaskError",
    "OptionError",
    "OutputError",
    "ReadingError",
    "RecistkitError",
    "RegistrationError",
    "RevisionTakenError",
    "RoleError",
    "ScanError",
    "SettingsError",
    "StoreError",
    "TableError",
]


class RecistkitError(Exception):
    """Base of every error that recistkit raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a table or a document.

    Parameters
    ----------
    row : int
        Line in the file (the header is line 1), or the row number counted
        from 1 for a frame; 0 where the fault concerns no single row.
    column : str
        Column name, or the dotted path in a document; may be empty.
    message : str
        What stands there and what was expected. Never a patient's name.
    """

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        """Return ``row 7, column 'date': ...``."""
        where = [f"row {self.row}"] if self.row else []
        where += [f"column {self.column!r}"] if self.column else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


class TableError(RecistkitError, ValueError):
    """A table has faults; all of them are in ``faults``, none was skipped.

    Parameters
    ----------
    source : str
        File name, or ``"<frame>"``.
    faults : iterable of Fault
        Every fault found.
    """

    def __init__(self, source: str, faults: Iterable[Fault]) -> None:
        self.source = source
        self.faults = tuple(sorted(faults))
        count = len(self.faults)
        head = f"{source}: {count} fault{'' if count == 1 else 's'}"
        super().__init__("\n".join([head, *(f"  {fault}" for fault in self.faults)]))

    @classmethod
    def joined(cls, errors: Sequence[TableError]) -> TableError:
        """Return one error for several files, each under its own name."""
        if len(errors) == 1:
            return errors[0]
        joined = cls(", ".join(error.source for error in errors), [])
        joined.faults = tuple(fault for error in errors for fault in error.faults)
        joined.args = ("\n".join(str(error) for error in errors),)
        return joined


class DocumentError(TableError):
    """A read document has faults; ``column`` of each is its dotted path."""


class CriteriaError(RecistkitError, ValueError):
    """A criteria file cannot be used; ``faults`` says why, all at once."""

    def __init__(self, source: str, faults: Iterable[str]) -> None:
        self.source = source
        self.faults = tuple(faults)
        super().__init__(
            "\n".join([f"{source}: not usable", *(f"  {fault}" for fault in self.faults)])
        )


class SettingsError(CriteriaError):
    """The settings of a folder cannot be used; ``faults`` says why, all at once."""


class ScanError(RecistkitError, ValueError):
    """A scan cannot be placed honestly in patient space, or cannot be decoded.

    Parameters
    ----------
    path : Path
        File or folder concerned.
    reason : str
        What is wrong with it.
    """

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = Path(path)
        self.reason = reason
        super().__init__(f"{self.path.name}: {reason}")


class GeometryError(RecistkitError, ValueError):
    """A geometry that cannot be: a singular direction, a spacing of zero."""


class MaskError(RecistkitError, ValueError):
    """An array that is no label volume: 0 for background, a whole number above it for a label."""


class RegistrationError(RecistkitError, ValueError):
    """Two scans that cannot be laid over each other: of two modalities, or nothing in common."""


class OptionError(RecistkitError, ValueError):
    """An option that does not exist, or has a value it cannot have."""


class ClusterError(RecistkitError, OSError):
    """A cluster does not answer, is another program's, or went away while it worked."""


class OutputError(RecistkitError, OSError):
    """Results could not be written; what was there before is untouched."""


class StoreError(RecistkitError):
    """A file of a study cannot be used, or what was to be saved in it was NOT saved."""


class JournalError(StoreError):
    """A journal cannot be used, or what was to be saved in it was NOT saved."""


class RevisionTakenError(JournalError):
    """Somebody else saved first; it says who and when. What was to be saved was NOT saved.

    Parameters
    ----------
    revision : int
        The one that is taken.
    login, host, role, at_utc : str
        Who has it, and since when.
    """

    def __init__(self, revision: int, *, login: str, host: str, role: str, at_utc: str) -> None:
        self.revision = revision
        self.login = login
        self.host = host
        self.role = role
        self.at_utc = at_utc
        super().__init__(
            f"NOT saved: revision {revision} was saved by {login} on {host} ({role}) at {at_utc}; "
            "look at it first, then do yours again"
        )


class RoleError(RecistkitError):
    """Somebody may not do this in this study: the charter gives it to another role or login."""


class ReadingError(RecistkitError, ValueError):
    """A command that a read cannot take; nothing was changed. The text is for the reader."""
