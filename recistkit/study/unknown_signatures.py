"""Signatures that a study does not know of: they are on disk and count nowhere, which is said."""

from __future__ import annotations

from typing import Final

from recistkit.errors import StoreError
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.signatures import last_revisions, last_signatures
from recistkit.study.folder import StudyFolder
from recistkit.study.reread_names import reread_names

__all__ = ["unknown_signatures"]

_NAMED: Final = 5
"""How many reads a warning names."""


def unknown_signatures(study: StudyFolder) -> tuple[str, ...]:
    """Return a sentence on the reads whose last signature the study does not know; none without.

    A crash between the reader's file and the study's leaves such a signature.
    A reader's file that nothing is known of and that cannot be read is named too.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    """
    study.acting("manager")
    hidden, said = reread_names(study), list[str]()
    anchors = study.file.rows(Anchor, superseded=0)  # none comes after that of the last signature
    known = {(one.reader, one.subject, one.revision) for one in anchors}
    reads: list[str] = []
    for reader in sorted({*study.reader_ids, *(one for one, *_ in known)}):
        path = study.reader_path(reader)
        if not path.is_file():
            continue
        try:
            with Journal.open_to_look(path, reader, study=study.file.study) as journal:
                ends = {(reader, *one) for one in last_revisions(journal).items()}
                signed = last_signatures(journal) if ends - known else {}
        except StoreError as error:
            said.append(f"what reader {reader} has signed cannot be told: {error}")
            continue
        reads += [
            f"{reader} {subject}"
            for subject, revision in sorted(signed.items())
            if subject not in hidden and (reader, subject, revision) not in known
        ]
    if reads:
        more = f" and {len(reads) - _NAMED} more" if len(reads) > _NAMED else ""
        said.append(
            "the study does not know the last signature of "
            f"{', '.join(reads[:_NAMED])}{more}, which does not count; "
            "opening the case as its reader tells it"
        )
    return tuple(said)
