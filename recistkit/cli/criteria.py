"""``recistkit criteria``: the rule sets that there are, and what is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recistkit.cli.example import example
from recistkit.cli.words import name_criteria

__all__ = ["criteria_program"]

criteria_program = typer.Typer(
    help="Rule sets: which there are, what they say, whether a file can be used as one.",
    epilog=example("recistkit criteria list"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@criteria_program.command(
    "list", short_help="The shipped rule sets.", epilog=example("recistkit criteria list")
)
def list_criteria() -> None:
    """Id, version, start of the content hash and title of each shipped rule set."""
    from recistkit.criteria import load, shipped

    for criteria in map(load, shipped()):
        identity = f"{criteria.id:<12} {criteria.version:<4} {criteria.content_hash[:12]}"
        typer.echo(f"{identity}  {criteria.title}")


@criteria_program.command(
    "show",
    short_help="Print a rule set.",
    epilog=example("recistkit criteria show zhu-2013 --full"),
)
def show(
    criteria: Annotated[
        str, typer.Argument(metavar="ID|FILE", help="Rule set.", show_default=False)
    ],
    full: Annotated[
        bool,
        typer.Option("--full", help="The whole rule set, with what it takes over from another."),
    ] = False,
) -> None:
    """Print a rule set: its file as it stands, or with --full every rule with its source."""
    from recistkit.cli.criteria_text import file_text, full_text

    loaded = name_criteria(criteria)
    typer.echo(full_text(loaded) if full else file_text(criteria), nl=False)


@criteria_program.command(
    "validate",
    short_help="Say whether a file can be used.",
    epilog=example("recistkit criteria validate trial.toml"),
)
def validate(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A criteria file (TOML).", exists=True, show_default=False
        ),
    ],
) -> None:
    """Say whether a file can be used as a rule set; if not, everything that is wrong with it."""
    from recistkit.criteria import load_file

    criteria = load_file(file)
    typer.echo(f"{file.name}: usable as {criteria.reference} ({criteria.title})")
