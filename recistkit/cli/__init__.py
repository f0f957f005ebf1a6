"""The commands: one thin module each, which calls one arrow of `recistkit.study`.

Data go to files or to standard output, words to standard error. Heavy
libraries are imported inside the commands, so that ``--help`` is quick.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process unless given.

    Returns
    -------
    int
        0 fine, 1 a fault in the data or in the program, 2 wrong usage.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A character that the terminal does not know is no reason to stop.
        sys.stdout.reconfigure(errors="backslashreplace")
    from recistkit.cli.faults import exit_code
    from recistkit.cli.program import program

    words = sys.argv[1:] if arguments is None else arguments

    def command() -> None:
        _require_own(words)
        program(args=words, prog_name="recistkit")

    return exit_code(command)


def _require_own(words: Sequence[str]) -> None:
    """Refuse whatever names a file of a reader that this login is not, whichever command it is for.

    Raises
    ------
    RoleError
    """
    from recistkit.study.own_files import require_own

    for word in words:
        for place in (word, word.partition("=")[2]):
            if place:
                require_own(place)
