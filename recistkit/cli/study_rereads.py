"""``recistkit study reread``: let a reader read subjects once more without being told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.example import example
from recistkit.cli.study import ReaderOption, StudyArgument, study_program
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, say
from recistkit.errors import OptionError


@study_program.command(
    "reread",
    short_help="Let a reader read subjects once more, without being told.",
    epilog=example("recistkit study reread trial --reader A --fraction 0.1"),
)
def reread(
    study: StudyArgument,
    reader: ReaderOption,
    subjects: Annotated[
        list[str] | None,
        typer.Option(
            "--subject", metavar="ID", help="Of a subject; may be repeated.", show_default=False
        ),
    ] = None,
    fraction: Annotated[
        float | None,
        typer.Option(
            "--fraction",
            metavar="F",
            help="Draw this part of the reader's complete reads instead, such as 0.1.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            min=0,
            help="Draw by this number; by any, which is kept on record, unless given.",
            show_default=False,
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            metavar="FILE",
            help="The key file of the study; beside its folder unless given.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Give a reader subjects that he has read to their end once more, as if they were new.

    They get the next free ids, and copies of the scans under these ids with other UIDs and, unless
    the charter says otherwise, other dates. Only who manages the study is told. The figures of
    both reads are in the tables of 'reconcile' and of 'study export'.
    """
    from recistkit.study.folder import StudyFolder
    from recistkit.study.rereading import Draw
    from recistkit.study.rereading import reread as read_again

    if (fraction is None) == (not subjects):
        raise OptionError("expected --subject or --fraction, and not both")
    if seed is not None and fraction is None:
        raise OptionError("--seed is for --fraction")
    chosen = subjects or [] if fraction is None else Draw(fraction=fraction, seed=seed)
    with StudyFolder.opened(study) as opened, waiting("copying scans"):
        rereads = read_again(opened, reader, chosen, key_file=key_file)
    for one in rereads:
        say(f"{reader} reads {one.subject} once more, as {one.shown_as}")
    say(f"{counted(len(rereads), 're-read')} assigned; {reader} must not be told")
