"""The scans of a re-read: the grey values of a subject's scans, with nothing else of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recistkit.errors import OptionError, ScanError
from recistkit.model.scan_record import SCANS_FOLDER, ScanRecord
from recistkit.scans.deidentification.pseudonyms import SecondPseudonyms
from recistkit.study.adding.copy import copied_scan
from recistkit.study.adding.key_file import CopyLink, KeyDocument
from recistkit.study.adding.search import FoundScan, search_scans
from recistkit.study.adding.verify_scans import verify_scans

__all__ = ["SecondCopy", "second_copy"]

_LEAST_WEEKS: Final = 4
_MOST_WEEKS: Final = 71
"""How far the dates of copies are moved: whole weeks, so that a visit keeps its day of the week."""
_FEWEST: Final = 12
"""With fewer shifts to draw from, one could be guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCopy:
    """The scans of a subject under another id.

    Attributes
    ----------
    subject, shown_as : str
    records : mapping of Path to ScanRecord
        Of each copy, by the folder that it is in.
    links : tuple of CopyLink
        For the key file.
    days_earlier : int
        Negative where it is dated later.
    """

    subject: str
    shown_as: str
    records: dict[Path, ScanRecord]
    links: tuple[CopyLink, ...]
    days_earlier: int


def second_copy(
    study: Path,
    subject: str,
    existing: Sequence[ScanRecord],
    shown_as: str,
    key: KeyDocument,
    stage: Path,
    *,
    shift_dates: bool,
) -> SecondCopy:
    """Write copies of the scans of one subject under another id.

    They are made by the way on which scans come into a study, from the study's
    own scans. Grey values, geometry and technique stay; UIDs, hashes, the id
    and, with `shift_dates`, the days do not.

    Parameters
    ----------
    study : Path
        Folder of the study.
    subject : str
    existing : sequence of ScanRecord
        All scans of the study, within whose dates the copies are dated.
    shown_as : str
        The other id of the subject.
    key : KeyDocument
    stage : Path
        A new folder; `recistkit.study.adding.folder.place_all` moves what is in it.
    shift_dates : bool

    Raises
    ------
    OptionError
        If the scans are not as they were added.
    OSError
        If something cannot be written.
    """
    scans = [one for one in existing if one.subject == subject]
    own = f"{SCANS_FOLDER}/{subject}/"
    if any(problem.startswith(own) for problem in verify_scans(scans, study)):
        raise OptionError(f"the scans of {subject} are not as they were added; run verify")
    secret = bytes.fromhex(key.key)
    earlier = _days_earlier(secret, shown_as, scans, existing) if shift_dates else 0
    pseudonyms = SecondPseudonyms(secret, shown_as, earlier)
    try:
        found = {one.series.uid: one for one in search_scans(study / SCANS_FOLDER / subject).scans}
        records = {
            stage / f"{shown_as}-{number}": _copied(
                record, found[record.series_uid], pseudonyms, shown_as, stage, number
            )
            for number, record in enumerate(scans)
        }
    except (ScanError, KeyError):
        reason = f"the scans of {subject} cannot be copied; run verify"
    else:
        links = [
            CopyLink(uid=copy.series_uid, copy_of=one.series_uid)
            for one, copy in zip(scans, records.values(), strict=True)
        ]
        return SecondCopy(
            subject=subject,
            shown_as=shown_as,
            records=records,
            links=tuple(links),
            days_earlier=earlier,
        )
    raise OptionError(reason)


def _copied(
    record: ScanRecord,
    scan: FoundScan,
    pseudonyms: SecondPseudonyms,
    shown_as: str,
    stage: Path,
    number: int,
) -> ScanRecord:
    """Write the copy of one scan; return its record."""
    copy = copied_scan(scan, shown_as, pseudonyms, stage / f"{shown_as}-{number}")
    reference = record.frame_of_reference
    content = record.model_dump() | {
        "subject": shown_as,
        "series_uid": pseudonyms.uid(record.series_uid),
        "path": f"{SCANS_FOLDER}/{shown_as}/{record.path.split('/', 2)[2]}",
        "files": copy.files,
        "bytes": copy.bytes,
        "sha256": copy.sha256,
        "pixels_sha256": pseudonyms.hash_of(copy.pixels_sha256),
        "date": pseudonyms.day(record.date) if record.date else None,
        "study_date": pseudonyms.day(record.study_date) if record.study_date else None,
        "frame_of_reference": pseudonyms.uid(reference) if reference else None,
    }
    return ScanRecord(**content)


def _days_earlier(
    secret: bytes, shown_as: str, scans: Sequence[ScanRecord], existing: Sequence[ScanRecord]
) -> int:
    """Return by how many days copies are dated earlier (later, where negative), as if by chance.

    Within the dates of the study's scans where these leave a choice: a scan from
    before the study, or from the future, would tell.
    """
    own, known = ([one.date for one in all_ if one.date] for all_ in (scans, existing))
    if not own:
        return 0
    least, most = -((max(known) - max(own)).days // 7), (min(own) - min(known)).days // 7
    weeks = [week for week in range(least, most + 1) if abs(week) >= _LEAST_WEEKS]
    if len(weeks) < _FEWEST:
        weeks = list(range(_LEAST_WEEKS, _MOST_WEEKS + 1))
    drawn = int(SecondPseudonyms(secret, shown_as, 0).hash_of("days"), 16)
    return min(7 * weeks[drawn % len(weeks)], (min(own) - dt.date.min).days // 7 * 7)
