"""``recistkit study``: begin a study, give it scans, assign its reads, see how far they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.example import example
from recistkit.cli.options import FileFormat, FormatOption
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, print_table, say, warn

__all__ = ["study_program"]

study_program = typer.Typer(
    help="A study: readers who cannot see each other, reads that are never lost, an audit trail.",
    epilog=example("recistkit study status trial"),
    no_args_is_help=True,
    rich_markup_mode=None,
)

StudyArgument = Annotated[
    Path,
    typer.Argument(metavar="STUDY", help="Folder of the study.", show_default=False),
]
SubjectsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="SUBJECT...", help="Subjects; all unless given.", show_default=False),
]
SubjectOption = Annotated[
    str, typer.Option("--subject", metavar="ID", help="Of the subject.", show_default=False)
]
ReaderOption = Annotated[
    str, typer.Option("--reader", metavar="ID", help="Of the reader.", show_default=False)
]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Kept for ever.", show_default=False)
]


@study_program.command(
    "init", short_help="Begin a study.", epilog=example("recistkit study init trial --id TRIAL-7")
)
def init(
    study: StudyArgument,
    study_id: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="ID",
            help="Of the study, for a charter that is written for it; the folder's name unless "
            "given.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make a folder a study: its study.toml becomes the first version of the charter.

    Where there is no study.toml, one is written that lets this login manage the study; name the
    readers in it and use 'study amend'.
    """
    from recistkit.study.begin import init_study

    settings = init_study(study, study=study_id)
    say(f"began study {settings.id} in {study}")


@study_program.command(
    "add-scans",
    short_help="Copy scans into the study, without the patients.",
    epilog=example("recistkit study add-scans trial hospital-disk --mapping mapping.csv"),
)
def add_scans(
    study: StudyArgument,
    source: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="DICOM and NIfTI at any depth.", show_default=False),
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="FILE",
            help="CSV: folder or patient_id, subject, timepoint; by patient and date unless given.",
            show_default=False,
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            metavar="FILE",
            help="Where the link to the patients is kept; beside the study's folder unless given.",
            show_default=False,
        ),
    ] = None,
    visit_days: Annotated[
        int | None,
        typer.Option(
            "--visit-days",
            metavar="N",
            min=0,
            help="Scans so many days apart are one visit; the charter's visit_window_days unless "
            "given.",
            show_default=False,
        ),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad files out instead of refusing all.")
    ] = False,
) -> None:
    """Copy series into the study as de-identified files under the study's own ids.

    Names, birth dates, numbers and institutions are not stored, logged or exported; the link to
    the patients stands in the key file only. All scans are added or none.
    """
    from recistkit.study.adding.add_scans import add_scans as add
    from recistkit.study.folder import StudyFolder
    from recistkit.study.recording_scans import scans_of

    with StudyFolder.opened(study) as opened, waiting("adding scans"):
        added = add(
            source,
            study,
            scans=scans_of(opened),
            mapping=mapping,
            key_file=key_file,
            visit_days=opened.settings.visit_window_days if visit_days is None else visit_days,
            skip_bad=skip_bad,
        )
    warn(str(problem) for problem in added.left_out)
    subjects = {record.subject for record in added.records}
    scans = counted(len(added.records), "scan")
    say(f"added {scans} of {counted(len(subjects), 'subject')}; the key file lies beside the study")


@study_program.command(
    "amend",
    short_help="Let study.toml be the charter from now on.",
    epilog=example("recistkit study amend trial --reason 'protocol amendment 2'"),
)
def amend(study: StudyArgument, reason: ReasonOption) -> None:
    """Take the study.toml of the folder over as the next version of the charter."""
    from recistkit.study.begin import amend_charter, charter_text
    from recistkit.study.folder import StudyFolder
    from recistkit.study.settings import SETTINGS_FILE

    with StudyFolder.opened(study) as opened:
        record = amend_charter(opened, charter_text(study / SETTINGS_FILE), reason)
    say(f"the charter is version {record.charter} now")


@study_program.command(
    "assign",
    short_help="Give subjects to readers and adjudicators.",
    epilog=example("recistkit study assign trial --to A --to B"),
)
def assign(
    study: StudyArgument,
    people: Annotated[
        list[str],
        typer.Option(
            "--to", metavar="ID", help="Of a person; may be repeated.", show_default=False
        ),
    ],
    subjects: SubjectsArgument = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take them away; what was signed stays.")
    ] = False,
) -> None:
    """Give subjects to people of the charter, or take them away."""
    from recistkit.study.assigning import assign as assign_reads
    from recistkit.study.folder import StudyFolder

    with StudyFolder.opened(study) as opened:
        changed = assign_reads(opened, people, subjects or (), withdrawn=withdraw)
    say(f"{counted(len(changed), 'assignment')} {'withdrawn' if withdraw else 'added'}")


@study_program.command(
    "status",
    short_help="Who has signed what, and what waits for whom.",
    epilog=example("recistkit study status trial"),
)
def status(study: StudyArgument, file_format: FormatOption = FileFormat.csv) -> None:
    """Print one row per assignment that this login may know of; a reader sees his own only."""
    from recistkit.study.folder import StudyFolder
    from recistkit.study.progress import progress

    with StudyFolder.opened(study, to_look=True) as opened:
        print_table(progress(opened), file_format.value)


@study_program.command(
    "unlock",
    short_help="Let a reader change what is signed.",
    epilog=example("recistkit study unlock trial --subject S001 --reader A --reason 'wrong side'"),
)
def unlock(
    study: StudyArgument,
    subject: SubjectOption,
    reader: ReaderOption,
    reason: ReasonOption,
    timepoint: Annotated[
        str | None,
        typer.Option("--timepoint", metavar="LABEL", help="One visit.", show_default=False),
    ] = None,
) -> None:
    """Give a reader leave to amend a signed read; the amendment asks for a reason of its own."""
    from recistkit.study.assigning import unlock as unlock_read
    from recistkit.study.folder import StudyFolder

    with StudyFolder.opened(study) as opened:
        unlock_read(opened, subject, reader, reason, timepoint=timepoint)
    say(f"reader {reader} may amend {subject}")
