"""A reader whose program is killed: random commands in a process of its own."""

from __future__ import annotations

import hashlib
import random
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from recistkit.reading.draft import Draft
from tests.reading.random_commands import ACTIONS, SIGNING, perform
from tests.reading.sessions import charter, open_session

__all__ = ["OPENING", "digest", "read_until_killed"]

OPENING: Final = (0, "")
"""Said before the case is opened."""
_EVERYTHING: Final = (*ACTIONS, *ACTIONS, *SIGNING)
_RULES: Final = charter()


def digest(draft: Draft) -> str:
    """Return a draft as a short text, a different one for a different draft."""
    return hashlib.sha256(repr(draft).encode()).hexdigest()


def read_until_killed(folder: Path, seed: int, said: Connection) -> None:
    """Open the case in a folder and do random commands for ever.

    What is sent is what the journal says is saved: revision and digest.
    """
    chance = random.Random(seed)
    said.send(OPENING)
    session = open_session(folder, _RULES)

    def say() -> None:
        said.send((session.revision, digest(session.draft)))

    say()
    session.on_change(say)
    while True:
        step = (chance.randrange(len(_EVERYTHING)), chance.randrange(10), chance.randrange(10))
        perform(session, step, _EVERYTHING)
