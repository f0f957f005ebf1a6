"""Actor: who does something in a study, as the machine knows them."""

from __future__ import annotations

import getpass
import os
import platform
import sys
from dataclasses import dataclass

from recistkit.errors import StoreError
from recistkit.terms import ACTOR_ROLES

__all__ = ["Actor", "account_name"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at a machine, in a role. Never a person's full name.

    Attributes
    ----------
    login : str
        Name of the account.
    host : str
        Name of the machine.
    role : {"reader", "adjudicator", "manager"}

    Raises
    ------
    StoreError
        If there is no such role, or login or host is empty.
    """

    login: str
    host: str
    role: str

    def __post_init__(self) -> None:
        if self.role not in ACTOR_ROLES:
            expected = ", ".join(ACTOR_ROLES)
            raise StoreError(f"nobody can act as {self.role!r}; expected one of {expected}")
        if not self.login or not self.host:
            raise StoreError("who is at work cannot be told: no name of an account or a machine")

    @classmethod
    def here(cls, role: str) -> Actor:
        """Return who uses this program now.

        Raises
        ------
        StoreError
            If the machine does not know it.
        """
        return cls(_writable(account_name()), _writable(platform.node()), role)


def account_name() -> str:
    """Return the account of this process; empty where the machine does not know it.

    By its number where the system has one: the variables of an environment can
    say anything.
    """
    try:
        if sys.platform == "win32":
            return getpass.getuser()
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError, ImportError):  # which one depends on system and version
        return ""


def _writable(name: str) -> str:
    """Return a name that every file can hold, whatever bytes the system has it in."""
    return name.encode("utf-8", errors="backslashreplace").decode("utf-8")
