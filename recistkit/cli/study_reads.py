"""``recistkit study``: reads from elsewhere, and signatures from a shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.example import example
from recistkit.cli.faults import FAULT
from recistkit.cli.study import ReaderOption, StudyArgument, SubjectOption, study_program
from recistkit.cli.words import counted, say, warn


@study_program.command(
    "import",
    short_help="Let read documents made elsewhere be signed reads.",
    epilog=example("recistkit study import trial pilot-reads"),
)
def import_documents(
    study: StudyArgument,
    documents: Annotated[
        list[Path],
        typer.Argument(
            metavar="DOCUMENT...", help="Files, or folders of them.", show_default=False
        ),
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="FILE",
            help="CSV: subject, study_subject; where documents call subjects otherwise.",
            show_default=False,
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            metavar="FILE",
            help="Leads from the series that documents name to the study's; beside the study's "
            "folder unless given.",
            show_default=False,
        ),
    ] = None,
    from_study: Annotated[
        str | None,
        typer.Option(
            "--from-study",
            metavar="ID",
            help="Of the study that the documents state, where it is another one.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Take signed documents over as the reads of the readers they name, who must be assigned them.

    Visits, dates, series, criteria and resolution must be those of the study. The record of each
    says who imported it and the hash of the file. All are imported or none; what was imported
    before is left as it is.
    """
    from recistkit.study.folder import StudyFolder
    from recistkit.study.importing.import_reads import import_reads

    with StudyFolder.opened(study) as opened:
        imported = import_reads(
            opened, documents, mapping=mapping, key_file=key_file, from_study=from_study
        )
    before = f"; {counted(imported.known, 'read')} imported before" if imported.known else ""
    say(f"imported {counted(len(imported.added), 'read')}{before}")


@study_program.command(
    "sign",
    short_help="Sign the next visit of a read.",
    epilog=example("recistkit study sign trial --subject S001 --reader A"),
)
def sign(
    study: StudyArgument,
    subject: SubjectOption,
    reader: ReaderOption,
    visit: Annotated[
        str | None,
        typer.Option(
            "--visit",
            metavar="LABEL",
            help="Which one; the first that is not signed unless given.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="TEXT",
            help="Who signs; as before, or the reader's id, unless given.",
            show_default=False,
        ),
    ] = None,
    meaning: Annotated[
        str, typer.Option("--meaning", metavar="TEXT", help="What the signature means.")
    ] = "read",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Sign as in the reading room: the visit must be complete, and the summary is shown first.

    For the reader's own login. Without --yes nothing is signed unless the answer is y.
    """
    from recistkit.errors import OutputError
    from recistkit.reading.opening import opened_read
    from recistkit.reading.signing import require_signable

    with opened_read(study, subject, reader) as session:
        notices = session.notices
        warn(notices)
        label = session.next_to_sign if visit is None else visit
        session.go_to_visit(label)
        require_signable(session.draft, label, session.missing_to_sign())
        signer = session.signing_name or reader if name is None else name
        say(session.summary())
        if not (yes or _agreed(f"sign {subject} {label} as {signer}, meaning {meaning}?")):
            say("nothing was signed")
            raise typer.Exit(FAULT)
        try:
            session.sign(signer, meaning)
        except OutputError as error:
            warn([f"{error}; the document is written when the case is opened again"])
        else:
            warn(one for one in session.notices if one not in notices)
    say(f"{subject} {label} is signed by {signer}: {meaning}")


@study_program.command(
    "merge",
    short_help="Take readers' files from a copy of the study over.",
    epilog=example("recistkit study merge trial laptop/readers/A.db"),
)
def merge(
    study: StudyArgument,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="READER_FILE...", help="Such as A.db.", show_default=False),
    ],
) -> None:
    """Add what readers have read and signed in a copy of the study elsewhere to the study's files.

    A file must be sound, hold all that the study has of its reader, and nothing that the reading
    room would have refused. All files are merged or none.
    """
    from recistkit.reading.merging import merge_reader_files
    from recistkit.study.folder import StudyFolder

    with StudyFolder.opened(study) as opened:
        merged = merge_reader_files(opened, files)
    for one in merged:
        warn(one.faults)
        subjects = counted(len(one.subjects), "subject")
        say(f"reader {one.reader}: {counted(one.records, 'new record')} of {subjects}")


def _agreed(question: str) -> bool:
    """Return whether the answer is yes; the end of the input is none."""
    typer.echo(f"{question} [y/N]: ", nl=False, err=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}
