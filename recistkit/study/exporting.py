"""What leaves a study: signed documents, tables, and an audit trail that a person can read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from recistkit.errors import MaskError, OptionError, OutputError, StoreError
from recistkit.exchange.mask_files import mask_files
from recistkit.exchange.on_disk import settle_folder, write_to_disk
from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.exchange.write_results import write_table
from recistkit.store.bodies import ExportBody, ExportedFile
from recistkit.store.chain import Record
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor, Reread
from recistkit.study.adjudicating import decisions_of
from recistkit.study.folder import StudyFolder
from recistkit.study.intra_reader import intra_reader, intra_reader_tables
from recistkit.study.signed_reads import SignedRead, signed_reads, signed_rereads
from recistkit.terms import DEFAULT_COMPARED

__all__ = ["export_study"]

AUDIT_COLUMNS: Final = (
    "chain",
    "revision",
    "at_utc",
    "login",
    "host",
    "role",
    "action",
    "reason",
    "charter",
    "what",
    "previous_hash",
    "hash",
)
_LONGEST_CELL: Final = 300
_LONG: Final = frozenset({"document", "text"})
"""Parts of a body that stand in the export as files of their own."""


def export_study(study: StudyFolder, output: Path) -> tuple[ExportedFile, ...]:
    """Write the signed reads of a study, its tables and its audit trail into a new folder.

    The export is recorded in the study with the hash of each file once all of
    them are on disk; where it cannot be recorded, it is removed again. The same
    study gives the same bytes but for the audit trail, in which each export
    stands.

    Parameters
    ----------
    study : StudyFolder
    output : Path
        Where nothing is yet.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    OptionError
        If there is something at `output`, or nothing is signed.
    OutputError
        If it cannot be written.
    StoreError
        If a mask is not what was signed, or the export cannot be recorded.
    """
    _, actor = study.acting("manager")
    if output.absolute().resolve().is_relative_to(study.path.resolve()):
        raise OptionError("an export names all readers: expected a folder outside the study")
    if output.exists():
        raise OptionError(f"{output.name} is there already; expected a name for a new folder")
    files = _contents(study)
    listed = tuple(ExportedFile(name=name, sha256=_sha256(files[name])) for name in sorted(files))
    sums = "".join(f"{one.sha256}  {one.name}\n" for one in listed)
    _write(output, files | {"SHA256SUMS": sums.encode("utf-8")})
    try:
        study.file.append(actor, ExportBody(files=listed))
    except StoreError:
        shutil.rmtree(output, ignore_errors=True)
        raise
    return listed


def _contents(study: StudyFolder) -> dict[str, bytes]:
    """Return the content of each file of an export."""
    signed = signed_reads(study)
    reads = [one.read for one in signed]
    files = {
        f"reads/{one.anchor.subject}_reader-{one.anchor.reader}.json": one.text.encode("utf-8")
        for one in signed
    }
    files |= _masks(study, signed, "reads")
    files["reads.csv"] = reads_table(reads).write_csv().encode("utf-8")
    files["visits.csv"] = visits_table(reads).write_csv().encode("utf-8")
    decisions = decisions_of(study)
    if decisions is not None:
        files["decisions.csv"] = decisions.write_csv().encode("utf-8")
    files |= _rereads(study)
    files["charter.toml"] = study.file.charter().text.encode("utf-8")
    files["audit.csv"] = _audit(_records(study)).encode("utf-8")
    return files


def _masks(study: StudyFolder, signed: Iterable[SignedRead], folder: str) -> dict[str, bytes]:
    """Return the masks that signed documents name, beside the documents as they were.

    Raises
    ------
    StoreError
        If one is not what was signed.
    """
    found: dict[str, bytes] = {}
    for one in signed:
        beside = study.reader_path(one.anchor.reader).with_suffix("")
        try:
            found |= {f"{folder}/{name}": data for name, data in mask_files(one.read, beside)}
        except MaskError as error:
            said = f"{one.anchor.subject}, reader {one.anchor.reader}: {error}"
            raise StoreError(f"{said}; nothing was exported") from None
    return found


def _rereads(study: StudyFolder) -> dict[str, bytes]:
    """Return the files of re-reads: which they are, their documents, what they say of readers."""
    known = study.file.rows(Reread)
    if not known:
        return {}
    columns = ("reader", "subject", "shown_as", "at_utc")
    listed = pl.DataFrame([{name: getattr(one, name) for name in columns} for one in known])
    signed = signed_rereads(study)
    files = {
        f"rereads/{one.anchor.subject}_reader-{one.anchor.reader}.json": one.text.encode("utf-8")
        for one in signed
    }
    files |= _masks(study, signed, "rereads")
    settings = study.settings
    figures = intra_reader(
        study,
        compare=settings.adjudication.variables or DEFAULT_COMPARED,
        criteria=settings.load_criteria(study.path),
    )
    for name, table in {"rereads": listed, **intra_reader_tables(figures)}.items():
        buffer = io.BytesIO()
        write_table(table, buffer)
        files[f"{name}.csv"] = buffer.getvalue()
    return files


def _records(study: StudyFolder) -> list[tuple[str, Record]]:
    """Return the records of all chains, each with the file that it stands in."""
    found = [("study", record) for record in study.file.records()]
    for reader in sorted({one.reader for one in study.file.rows(Anchor)}):
        path = study.reader_path(reader)
        with Journal.open_to_look(path, reader, study=study.file.study) as journal:
            found += [(f"reader {reader}", record) for record in journal.records()]
    return sorted(found, key=lambda one: (one[1].at_utc, one[0], one[1].number))


def _audit(records: Iterable[tuple[str, Record]]) -> str:
    """Return the audit trail: one line per record, in order of time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", *AUDIT_COLUMNS))
    for file, record in records:
        said = {name: getattr(record, name) for name in AUDIT_COLUMNS if name != "what"}
        said |= {"what": _what(json.loads(record.body)), "reason": record.reason or ""}
        writer.writerow((file, *(_cell(said[name]) for name in AUDIT_COLUMNS)))
    return text.getvalue()


def _what(body: Mapping[str, object]) -> str:
    """Return what a record says, short enough to be read in a cell."""
    said = [
        f"{name}={json.dumps(_without_texts(value), ensure_ascii=False, sort_keys=True)}"
        for name, value in body.items()
        if name not in _LONG and value is not None
    ]
    whole = "; ".join(said)
    return whole if len(whole) <= _LONGEST_CELL else f"{whole[:_LONGEST_CELL]}..."


def _without_texts(value: object) -> object:
    """Return a part of a body without the documents in it."""
    if isinstance(value, list):
        return [_without_texts(one) for one in value]
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if name not in _LONG}
    return value


def _cell(value: object) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _write(output: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that appears whole, and on disk, or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    made = output.with_name(f".{output.name}.part")
    try:
        if made.exists():  # of a run that was killed
            shutil.rmtree(made)
        for name, content in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_to_disk(path, content)
        for folder in (made, *(path for path in made.rglob("*") if path.is_dir())):
            settle_folder(folder)
        made.rename(output)
        settle_folder(output.parent)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        reason = error.strerror or type(error).__name__
        raise OutputError(f"{output.name}: cannot be written: {reason}") from None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
