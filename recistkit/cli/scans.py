"""``recistkit scans``: what series are in a folder, and what is wrong with them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recistkit.cli.faults import FAULT
from recistkit.cli.options import FileFormat
from recistkit.cli.output_file import format_of, write_file
from recistkit.cli.waiting import waiting
from recistkit.cli.words import counted, print_table, say
from recistkit.errors import OptionError, ScanError

if TYPE_CHECKING:
    from recistkit.scans.deidentification.pseudonyms import Pseudonyms

__all__ = ["scans"]

PLAIN_WIDTH = 100


def scans(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Folder of scans, at any depth: DICOM, NIfTI, NRRD and MetaImage files.",
            show_default=False,
        ),
    ],
    file_format: Annotated[
        FileFormat | None,
        typer.Option(
            "--format",
            metavar="csv|parquet|json",
            help="Print the scans table of this kind, not the one for people.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write the scans table to a file instead: .csv, .parquet or .json; one of an "
            "earlier run is replaced.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            metavar="FILE",
            help="Key of the stand-ins of patients, so that they are the same in every run; made "
            "if it is not there. A study's key file is one too.",
            show_default=False,
        ),
    ] = None,
    names: Annotated[
        bool,
        typer.Option(
            "--names",
            help="Also say which file each series begins with, and its UID. Names of files and "
            "folders may be those of patients.",
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit with 1 where a series or a file cannot be used."),
    ] = False,
) -> None:
    """What series are in a folder, and what is wrong with them, by their headers.

    Patients have stand-ins such as x-5bcbf09769a1, by a key of this run unless --key is given;
    folders and files are numbered in the order of their names. What cannot be used is no error: the
    exit code is 0 unless --strict is given.
    """
    _require_places(folder, output, key, file_format)
    from recistkit.scans.listing import list_scans
    from recistkit.scans.places import Places
    from recistkit.study.own_files import beside_scans

    pseudonyms = _pseudonyms(key)
    with waiting("reading headers", total=Places(folder, beside_scans).files()) as step:
        listing = list_scans(folder, pseudonyms, names=names, left_out=beside_scans, on_file=step)
    if output is not None:
        write_file(output, listing.table)
        say(f"wrote {counted(listing.table.height, 'row')} to {output}")
    elif file_format is not None:
        print_table(listing.table, file_format.value)
    else:
        from rich.console import Console

        from recistkit.cli.scans_text import print_listing

        width = None if sys.stdout.isatty() else PLAIN_WIDTH
        print_listing(Console(width=width, highlight=False, markup=False, emoji=False), listing)
    if strict and (listing.table["status"] != "usable").any():
        raise typer.Exit(FAULT)


def _require_places(
    folder: Path, output: Path | None, key: Path | None, file_format: FileFormat | None
) -> None:
    """Refuse a folder that is not there, and an output that may be lost or make something be lost.

    Raises
    ------
    OptionError
    """
    if not folder.is_dir():
        raise OptionError(f"there is no folder {folder}")
    if output is None:
        return
    format_of(output)
    if file_format is not None:
        raise OptionError("--output says by its ending what --format says; expected one of them")
    if output.resolve().is_relative_to(folder.resolve()):
        raise OptionError(f"{output} lies among the scans; expected another --output")
    if key is not None and output.resolve() == key.resolve():
        raise OptionError(f"{output} is the key; expected another --output")


def _pseudonyms(key: Path | None) -> Pseudonyms:
    """Return what makes stand-ins: by the key of a file, which is made if need be, or of this run.

    Raises
    ------
    ScanError
        If it is no key file, or cannot be written.
    """
    from recistkit.scans.deidentification.pseudonyms import Pseudonyms, new_key
    from recistkit.study.adding.key_file import KeyDocument, save_key, stored_key
    from recistkit.study.adding.problems import ScansRefusedError

    if key is None:
        return Pseudonyms(new_key())
    try:
        if key.exists():
            return stored_key(key).pseudonyms
        document = KeyDocument(key=new_key().hex())
        save_key(document, key)
    except ScansRefusedError as error:
        raise ScanError(key, error.problems[0].reason) from None
    say(f"made the key file {key}")
    return document.pseudonyms
