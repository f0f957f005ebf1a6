"""The example as a study: its charter, its scans without the patients, its reads and decisions."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recistkit.errors import OptionError, OutputError, ScanError
from recistkit.exchange.load_tables import load_decisions, raise_faults
from recistkit.exchange.read_document import load_read_documents
from recistkit.store.actor import Actor
from recistkit.study.adding.add_scans import add_scans
from recistkit.study.adding.key_file import default_key_file
from recistkit.study.adjudicating import Choice, adjudicate, case_to_adjudicate
from recistkit.study.assigning import assign
from recistkit.study.begin import init_study
from recistkit.study.folder import StudyFolder
from recistkit.study.importing.import_reads import import_reads
from recistkit.study.recording_scans import scans_of
from recistkit.study.settings import SETTINGS_FILE

if TYPE_CHECKING:
    from recistkit.exchange.columns import ParsedTable

__all__ = ["begin_example", "example_folder", "visit_folders"]

_FOLDER: Final = "example_scans"
_READS: Final = "reads"
_DECISIONS: Final = "decisions.csv"
_TABLES: Final = ("subjects.csv", "events.csv")
_SCAN_FILES: Final = ("*.dcm", "*.nii.gz")
_NEXT_DAY: Final = 1


def example_folder() -> Path:
    """Return the folder of the example: inside the installed package, or beside it.

    Raises
    ------
    ScanError
        If it is at neither place.
    """
    package = Path(str(resources.files("recistkit")))
    for folder in (package / _FOLDER, package.parent / _FOLDER):
        if (folder / _READS).is_dir():
            return folder
    raise ScanError(package / _FOLDER, "the example study is not installed")


def visit_folders(folder: Path) -> list[Path]:
    """Return the folders of scans, ``<subject>/<visit>``, in order."""
    files = (path for ending in _SCAN_FILES for path in folder.glob(f"*/*/**/{ending}"))
    return sorted({folder.joinpath(*path.relative_to(folder).parts[:2]) for path in files})


def begin_example(source: Path, study: Path) -> None:
    """Make a study of a folder of the form of the example; all of it or nothing.

    Whoever calls this manages the study and adjudicates in it; the readers have
    logins of their own.

    Parameters
    ----------
    source : Path
        ``<subject>/<visit>/`` with scans, ``reads/`` with signed read documents of
        two readers, ``decisions.csv``, and maybe ``study.toml``, ``subjects.csv``
        and ``events.csv``.
    study : Path
        Must not be there yet; its key file will lie beside it.

    Raises
    ------
    TableError, DocumentError, ScansRefusedError, OptionError
        If the files have faults.
    OutputError, StoreError
        If the study cannot be written.
    """
    if study.exists() or default_key_file(study).exists():
        raise OptionError(f"{study.name}, or its key file, is there already and is no study")
    decisions = load_decisions(source / _DECISIONS)
    raise_faults((decisions,))
    try:
        study.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".begun-", dir=study.parent) as made:
            begun = Path(made, study.name)
            _begin(source, begun, decisions)
            default_key_file(begun).replace(default_key_file(study))
            begun.rename(study)
    except OSError as error:
        raise OutputError(f"{study.name}: cannot be written: {error.strerror}") from None


def _begin(source: Path, study: Path, decisions: ParsedTable) -> None:
    readers = sorted({read.reader for read in load_read_documents(source / _READS)})
    adjudicators = decisions.frame["adjudicator"].unique().sort().to_list()
    study.mkdir()
    for name in _TABLES:
        if (source / name).is_file():
            shutil.copyfile(source / name, study / name)
    charter = _charter(source, readers, adjudicators)
    (study / SETTINGS_FILE).write_text(charter, encoding="utf-8", newline="\n")
    init_study(study)
    with StudyFolder.opened(study) as opened:
        mapping = _mapping(source, study.with_name("mapping.csv"))
        scans = scans_of(opened)
        add_scans(source, study, scans=scans, mapping=mapping, visit_days=_NEXT_DAY)
        assign(opened, [*readers, *adjudicators])
        import_reads(opened, [source / _READS])
        _decide(opened, decisions)


def _charter(source: Path, readers: Sequence[str], adjudicators: Sequence[str]) -> str:
    """Return the charter of the example with the people of its reads and decisions."""
    own = Actor.here("manager").login
    people = [("manager", own, "manager")]
    people += [(name, f"reader-{name}", "reader") for name in readers]
    people += [(name, own, "adjudicator") for name in adjudicators]
    path = source / SETTINGS_FILE
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return text + "".join(_person(*one) for one in people)


def _person(name: str, login: str, role: str) -> str:
    fields = {"id": name, "login": login, "role": role}
    # A JSON string is a TOML string.
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
    return "\n[[people]]\n" + "".join(lines)


def _mapping(source: Path, path: Path) -> Path:
    """Write which folder is which visit of whom."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("folder", "subject", "timepoint"))
        for folder in visit_folders(source):
            subject, visit = folder.relative_to(source).parts
            rows.writerow((f"{subject}/{visit}", subject, visit))
    return path


def _decide(study: StudyFolder, decisions: ParsedTable) -> None:
    """Decide each case as the table says, which names the reader and not A or B."""
    for subject, accepted, reason in decisions.frame.select(
        "subject", "accepted_reader", "reason"
    ).iter_rows():
        case = case_to_adjudicate(study, subject)
        letters: dict[str, Choice] = {case.a.anchor.reader: "A", case.b.anchor.reader: "B"}
        adjudicate(study, case, letters.get(accepted, "neither"), reason)
