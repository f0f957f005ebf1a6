"""What an unfinished run has measured: a file beside its output, one line a mask (JSON Lines).

The first line says of which run it is: what another version, convention or
option has measured is not taken over. A line that a kill has cut short is no
JSON and left out. Lines are not forced onto the disk one by one: what a power cut
loses is measured again. A file that was refused has no line: why it was may have
passed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from recistkit.errors import OptionError, OutputError
from recistkit.measure.mask_outline import Convention
from recistkit.scans.masks.outcome import MaskOutcome, program_version
from recistkit.scans.masks.table import LABEL_SCHEMA

__all__ = ["KeptOutcomes", "kept_path"]

_KIND: Final = "what a run of recistkit measure has measured so far"
_BEGIN: Final = json.dumps({"kind": _KIND}).encode()[:-1]
"""How such a file begins, whatever run it is of."""

_LONGEST_BEGIN: Final = 2**16


def kept_path(output: Path) -> Path:
    """Return where outcomes are kept until the output is written.

    Examples
    --------
    >>> kept_path(Path("sizes.csv")).name
    'sizes.csv.part'
    """
    return output.with_name(f"{output.name}.part")


class KeptOutcomes:
    """Outcomes of files, on disk as soon as they are known.

    Parameters
    ----------
    path : Path
        Where they are kept; made when there is something to keep.
    convention, largest_component
        As for `recistkit.measure.diameters`; others are another run.

    Attributes
    ----------
    of_another_run : bool
        Whether there is such a file, of a run with other options or by another
        version, which will be replaced.

    Raises
    ------
    OptionError
        If there is a file of this name that is something else.
    OutputError
        If it cannot be opened.
    """

    def __init__(self, path: Path, *, convention: Convention, largest_component: bool) -> None:
        self._path = path
        self._run = {
            "kind": _KIND,
            "version": program_version(),
            "convention": convention,
            "largest_component": largest_component,
            "columns": list(LABEL_SCHEMA),
        }
        self._file: BinaryIO | None = None
        self._outcomes: dict[str, MaskOutcome] = {}
        self.of_another_run = False
        with self._as_output_error():
            if path.exists():
                self._take_over()

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; it stays."""
        self.close()

    @property
    def count(self) -> int:
        """How many files something is kept of."""
        return len(self._outcomes)

    def of(self, file: str) -> MaskOutcome | None:
        """Return what is kept of a file."""
        return self._outcomes.get(file)

    def keep(self, file: str, outcome: MaskOutcome) -> None:
        """Keep what came of a file.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        line = {
            "file": file,
            "sha256": outcome.sha256,
            "notes": outcome.notes,
            "rows": outcome.rows,
        }
        with self._as_output_error():
            if self._file is None:
                self._file = self._opened()
            self._file.write(_line(line))
        self._outcomes[file] = outcome

    def close(self) -> None:
        """Close the file; it stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Remove the file: what it holds stands elsewhere, whole."""
        self.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _take_over(self) -> None:
        """Take over what the lines of the file say.

        Raises
        ------
        OptionError
            If they are none of ours.
        """
        with self._path.open("rb") as file:
            begin = file.readline(_LONGEST_BEGIN)
            # A kill may have come before there was a whole first line.
            if not begin.startswith(_BEGIN) and not _BEGIN.startswith(begin):
                raise OptionError(f"{self._path} is something else; expected another --output")
            self.of_another_run = begin.endswith(b"\n") and begin != _line(self._run)
            if begin != _line(self._run):
                return
            for line in file:
                value = _value(line)
                if value is not None:
                    rows, notes = tuple(map(tuple, value["rows"])), tuple(value["notes"])
                    self._outcomes[value["file"]] = MaskOutcome(rows, notes, value["sha256"])

    def _opened(self) -> BinaryIO:
        """Return the file to add lines to, after those that are taken over."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered, so that each line is one write.
        if not self._outcomes:
            file = self._path.open("wb", buffering=0)
            file.write(_line(self._run))
        else:
            file = self._path.open("ab", buffering=0)
            file.write(b"\n")  # the last line may have been cut short
        return file

    @contextlib.contextmanager
    def _as_output_error(self) -> Iterator[None]:
        """Turn what the disk says into an error that a user can act upon."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OutputError(f"{self._path}: cannot be used ({reason})") from error


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _value(line: bytes) -> dict[str, Any] | None:
    """Return what a line says; None if it is empty or was cut short."""
    try:
        value: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return value
