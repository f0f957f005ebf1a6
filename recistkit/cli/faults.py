"""What an error becomes at the command line: words on standard error and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from recistkit.errors import OptionError, RecistkitError

__all__ = ["DEBUG_VARIABLE", "FAULT", "STOPPED", "USAGE", "exit_code"]

FAULT: Final = 1
USAGE: Final = 2
STOPPED: Final = 130
DEBUG_VARIABLE: Final = "RECISTKIT_DEBUG"
"""Set to 1, it shows the traceback of an unexpected error, which may hold data of patients."""

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def exit_code(command: Callable[[], object]) -> int:
    """Run a command and return the code that the process should end with.

    An unexpected error is named by its type and place only: its text and its
    traceback may hold data of patients, and are shown on request.
    """
    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAULT if end.code else 0
    except OptionError as error:
        _say(f"Error: {error}")
        return USAGE
    except RecistkitError as error:
        _say(str(error))
        return FAULT
    except KeyboardInterrupt:
        return STOPPED
    except BaseException as error:  # noqa: BLE001  polars panics outside of Exception
        if os.environ.get(DEBUG_VARIABLE) == "1":
            traceback.print_exc()
        _say(f"unexpected error: {type(error).__name__} in {_place(error)}")
        _say(f"this is a fault of recistkit; {DEBUG_VARIABLE}=1 shows where it comes from")
        return FAULT
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201  words go to standard error


def _place(error: BaseException) -> str:
    """Return module and line of the innermost call inside the package."""
    places = [
        f"{path.relative_to(_PACKAGE.parent).as_posix()}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if (path := Path(frame.filename)).is_relative_to(_PACKAGE)
    ]
    return places[-1]
