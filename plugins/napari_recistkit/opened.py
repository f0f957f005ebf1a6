"""What is opened for who sits there: a read for a reader, an adjudication for an adjudicator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from napari_recistkit.open_adjudication import OpenAdjudication
from napari_recistkit.open_case import OpenCase
from napari_recistkit.open_folder import FoundFolder, OpenWorklist, ReadersFolder

if TYPE_CHECKING:
    from napari_recistkit.attempts import Window
    from napari_recistkit.canvas import Canvas
    from napari_recistkit.link import Link
    from recistkit.reading.case import Case

__all__ = ["AnyCase", "AnyFolder", "opened_case", "opened_folder"]

AnyCase = OpenCase | OpenAdjudication
AnyFolder = ReadersFolder | OpenWorklist


def opened_folder(found: FoundFolder) -> AnyFolder:
    """Open what was found.

    Raises
    ------
    RecistkitError
        If it cannot be opened.
    """
    return OpenWorklist(found) if found.role == "adjudicator" else ReadersFolder(found)


def opened_case(
    folder: AnyFolder,
    case: Case,
    *,
    present: Canvas,
    compared: Canvas,
    link: Link,
    window: Window,
    is_free: Callable[[], bool],
) -> AnyCase:
    """Open a case of a folder; see `OpenCase` and `OpenAdjudication`.

    Raises
    ------
    RecistkitError
        If it cannot be opened.
    """
    if isinstance(folder, OpenWorklist):
        return OpenAdjudication(
            folder, case, present=present, compared=compared, link=link, window=window
        )
    return OpenCase(
        folder,
        case,
        present=present,
        compared=compared,
        link=link,
        window=window,
        is_free=is_free,
    )
