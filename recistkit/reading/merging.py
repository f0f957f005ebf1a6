"""A reader's file from a copy of the study elsewhere: what it has beyond the one here is added."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recistkit.errors import StoreError
from recistkit.exchange.mask_files import mask_faults, take_masks
from recistkit.exchange.read_document import parse_read_document
from recistkit.reading.merged_drafts import draft_faults, unclassifiable
from recistkit.reading.merged_records import StudyRules, record_faults
from recistkit.reading.paths import document_path, reads_folder
from recistkit.reading.signing import restore_document
from recistkit.store.actor import Actor
from recistkit.store.anchoring import catch_up, signed_text
from recistkit.store.bodies import MergeBody, text_hash
from recistkit.store.chain import read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.taking_over import (
    ReaderContent,
    conflicts,
    content_of,
    new_records,
    take_over,
)
from recistkit.store.verify import verify_reader_file
from recistkit.study.folder import StudyFolder

__all__ = ["MergedFile", "merge_reader_files"]

_WITHOUT_WORK: Final = frozenset({"visits", "import"})
"""Commands that opening a case makes by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFile:
    """What was taken over of one file.

    Attributes
    ----------
    reader : str
    subjects : tuple of str
        Those with something new on record.
    records : int
        How many are new.
    faults : tuple of str
        Documents that could not be written; they are when the case is opened.
    """

    reader: str
    subjects: tuple[str, ...]
    records: int
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file from elsewhere, as it was verified."""

    path: Path
    reader: str
    sha256: str
    content: ReaderContent


def merge_reader_files(study: StudyFolder, files: Sequence[Path | str]) -> tuple[MergedFile, ...]:
    """Take over what readers' files from elsewhere have beyond those of the study.

    Every file is verified first, and must hold all that the study has of its
    reader. What each adds is saved in one transaction; the study then knows the
    new signatures and keeps on record which file they came in. What was taken
    over before is left as it is, so that a run that was interrupted is repeated.

    Parameters
    ----------
    study : StudyFolder
    files : sequence of Path or str
        Each named by its reader, such as ``A.db``.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    StoreError
        If anything speaks against a file: all of it of all files is named, and
        nothing was merged. Or if something was not saved.
    """
    _, actor = study.acting("manager")
    rules, faults = StudyRules.of(study), list[str]()
    found = [_looked_at(study, Path(path), rules, faults) for path in files]
    readers = [one.reader for one in found if one is not None]
    faults += [f"{one}.db: stands twice" for one in sorted({*readers}) if readers.count(one) > 1]
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise StoreError(f"nothing was merged:\n{lines}")
    return tuple(_merged(study, actor, one) for one in found if one is not None)


def _merged(study: StudyFolder, actor: Actor, file: _File) -> MergedFile:
    """Take over what a file adds, let the study know of it, and write its documents."""
    path = study.reader_path(file.reader)
    # on disk before anything here names them
    masks = take_masks(file.path.with_suffix(""), reads_folder(study.path, file.reader))
    with Journal.open(path, file.reader, study=study.file.study) as journal:
        new = take_over(journal, file.content, without_work=_WITHOUT_WORK)
        catch_up(journal, study.file, actor)
        if new or file.sha256 not in _files_merged(study):
            body = MergeBody(reader=file.reader, file_sha256=file.sha256, records=len(new))
            study.file.append(actor, body)
        subjects = sorted({record.chain.removeprefix(read_chain("")) for record in new})
        return MergedFile(
            reader=file.reader,
            subjects=tuple(subjects),
            records=len(new),
            faults=(*masks, *_write_documents(study.path, file)),
        )


def _files_merged(study: StudyFolder) -> frozenset[str]:
    """Return the hashes of the files that are on record as merged."""
    bodies = (one.content() for one in study.file.records() if one.action == MergeBody.action)
    return frozenset(body.file_sha256 for body in bodies if isinstance(body, MergeBody))


def _looked_at(
    study: StudyFolder, path: Path, rules: StudyRules, faults: list[str]
) -> _File | None:
    """Return a file that may be merged; what speaks against it is added to the faults."""
    reader = path.stem
    if reader not in study.reader_ids:
        faults.append(f"{path.name}: expected a file named by a reader of the charter, as A.db")
        return None
    found: list[str] = []
    file = None
    try:
        sha256 = _sha256(path)
        found += verify_reader_file(path, reader, study=study.file.study)
        if not found:
            with Journal.open_to_look(path, reader, study=study.file.study) as journal:
                content = content_of(journal)
                drafts = list(draft_faults(journal, content))
            ours = _ours(study, reader)
            new = list(_faults(reader, ours, content, rules)) or drafts
            found += [f"{path.name}: {one}" for one in new]
            found = found or list(_anchor_faults(study, path, reader))
            file = _File(path=path, reader=reader, sha256=sha256, content=content)
        if _sha256(path) != sha256:
            found = [f"{path.name}: was changed while it was looked at"]
    except OSError as error:
        found = [f"{path.name}: cannot be opened: {error.strerror or type(error).__name__}"]
    except StoreError as error:
        found = [str(error)]
    faults += found
    return file


def _ours(study: StudyFolder, reader: str) -> ReaderContent:
    """Return what the study has of a reader.

    Raises
    ------
    StoreError
        If that is not sound.
    """
    path = study.reader_path(reader)
    if not path.is_file():
        return ReaderContent()
    anchors = study.file.rows(Anchor)
    problems = verify_reader_file(path, reader, study=study.file.study, anchors=anchors)
    if problems:
        raise StoreError(f"the file of {reader} in this study is not sound: {'; '.join(problems)}")
    with Journal.open_to_look(path, reader, study=study.file.study) as journal:
        return content_of(journal)


def _faults(
    reader: str, ours: ReaderContent, theirs: ReaderContent, rules: StudyRules
) -> Iterator[str]:
    """Yield what speaks against taking a file over: what it lacks, or else what it adds."""
    lacking = list(conflicts(ours, theirs, without_work=_WITHOUT_WORK))
    yield from lacking
    if lacking:
        return
    chains = sorted({record.chain for record in new_records(ours, theirs)})
    found = [
        fault
        for name in chains
        for fault in record_faults(
            reader, theirs.chains[name], len(ours.chains.get(name, ())), rules
        )
    ]
    yield from found or unclassifiable([theirs.chains[name] for name in chains])


def _anchor_faults(study: StudyFolder, path: Path, reader: str) -> tuple[str, ...]:
    """Return the signatures that the study knows and the file does not have."""
    anchors = study.file.rows(Anchor)
    return verify_reader_file(path, reader, study=study.file.study, anchors=anchors)


def _write_documents(folder: Path, file: _File) -> Iterator[str]:
    """Write the documents that are not what was signed last; yield which could not be, and why."""
    for name, chain in sorted(file.content.chains.items()):
        texts = [text for record in chain if (text := signed_text(record)) is not None]
        subject = name.removeprefix(read_chain(""))
        path = document_path(reads_folder(folder, file.reader), subject, file.reader)
        document = parse_read_document(texts[-1].encode("utf-8"), path.name)
        hashes = frozenset(text_hash(text) for text in texts)
        said = restore_document(path, document, hashes)
        if said is not None and not (path.is_file() and _sha256(path) == text_hash(texts[-1])):
            yield said
        yield from (f"{subject}: {fault}" for fault in mask_faults(document, path.parent))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
