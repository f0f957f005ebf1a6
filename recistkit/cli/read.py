"""``recistkit read``: the reading room, in a window, on a folder of subjects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from recistkit.cli.faults import USAGE
from recistkit.cli.waiting import waiting
from recistkit.cli.words import say
from recistkit.errors import OptionError

__all__ = ["read"]

ROOMS: Final = "recistkit.reading_room"
"""Group of the entry points that open a window: called with folder, reader and subject."""

HOW_TO_INSTALL: Final = 'pip install "recistkit[napari]"'

Room = Callable[[Path, str, str | None], int]


def read(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Folder of subjects: <subject>/<visit>/ with scans, and maybe study.toml.",
            show_default=False,
        ),
    ],
    reader: Annotated[
        str,
        typer.Option(
            "--reader", metavar="ID", help="Who reads, or adjudicates.", show_default=False
        ),
    ],
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="ID", help="Open this case.", show_default=False),
    ] = None,
) -> None:
    """Read cases in a window, from the baseline to the signature.

    What is read is saved at once in FOLDER/readers; a signed visit is written to FOLDER/reads, as
    the read document that the other commands take. No other reader's files are opened.

    An adjudicator of a study gets the cases in which two complete reads differ, and decides.
    """
    from recistkit.reading.cases import require_cases
    from recistkit.reading.paths import fit_for_file_name, scans_folder
    from recistkit.study.folder import settings_in_force

    fit_for_file_name(reader, of="reader")
    if not folder.is_dir():
        raise OptionError(f"there is no folder {folder}")
    if (
        subject is not None
        and not (scans_folder(folder) / fit_for_file_name(subject, of="subject")).is_dir()
    ):
        raise OptionError(f"there is no subject {subject} in {folder}")
    settings = settings_in_force(folder)
    with waiting("looking for scans"):
        require_cases(folder)
    say(f"criteria {settings.load_criteria(folder).reference}")
    raise typer.Exit(_room()(folder, reader, subject))


def _room() -> Room:
    """Return what opens the window.

    Raises
    ------
    typer.Exit
        If it is not installed, after saying how to install it.
    """
    from importlib.metadata import entry_points

    for entry in entry_points(group=ROOMS):
        try:
            room: Room = entry.load()
        except ImportError as error:
            say(f"the reading room cannot be opened: {error}")
        else:
            return room
    say(f"to install it: {HOW_TO_INSTALL}")
    raise typer.Exit(USAGE)
