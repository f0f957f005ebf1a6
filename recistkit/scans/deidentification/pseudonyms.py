"""What stands in a study for that which names a patient: the same for the same, by a secret key.

Without the key nothing leads back; with it, the same series copied twice gets
the same UID, so that places stay comparable within a study and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from typing import Final

__all__ = ["KEY_BYTES", "Pseudonyms", "SecondPseudonyms", "new_key"]

KEY_BYTES: Final = 32
_UUID_BYTES: Final = 16
_TOKEN_DIGITS: Final = 12
_TOKEN: Final = re.compile(rf"x-[0-9a-f]{{{_TOKEN_DIGITS}}}")
_VERSION, _VERSION_MASK = 8 << 76, 0xF << 76
_VARIANT, _VARIANT_MASK = 2 << 62, 3 << 62


def new_key() -> bytes:
    """Return a new secret key."""
    return secrets.token_bytes(KEY_BYTES)


class Pseudonyms:
    """Stand-ins made with the key of one study.

    Parameters
    ----------
    key : bytes
        `KEY_BYTES` of them.

    Raises
    ------
    ValueError
        If it has another length.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("the key of a study has 32 bytes")
        self._key = key

    def uid(self, original: str) -> str:
        """Return the study's UID for a UID: a UUID (RFC 9562, version 8) below 2.25 (PS3.5, B.2).

        Examples
        --------
        >>> Pseudonyms(bytes(32)).uid("1.2.3") == Pseudonyms(bytes(32)).uid("1.2.3")
        True
        """
        number = int.from_bytes(self._digest("uid", original.strip("\0 "))[:_UUID_BYTES], "big")
        number = number & ~_VERSION_MASK | _VERSION
        return f"2.25.{number & ~_VARIANT_MASK | _VARIANT}"

    def token(self, kind: str, text: str) -> str:
        """Return what stands for a free text: it shows that two are alike, and nothing else."""
        return f"x-{self._digest(kind, text).hex()[:_TOKEN_DIGITS]}"

    def day(self, date: dt.date) -> dt.date:
        """Return what stands for the day of a scan: the day itself."""
        return date

    def _digest(self, kind: str, text: str) -> bytes:
        """Return the keyed hash of a text, apart for each kind."""
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), hashlib.sha256)


class SecondPseudonyms(Pseudonyms):
    """Stand-ins for a second copy of scans that are in the study: nothing joins it to the first.

    UIDs and days are others. What stands for a free text stays, because it
    stands in the scans of every subject who lay on that scanner.

    Parameters
    ----------
    key : bytes
        Of the study.
    subject : str
        The id of the second copy.
    days_earlier : int
        How much earlier than the first it is dated; later where negative.
    """

    def __init__(self, key: bytes, subject: str, days_earlier: int) -> None:
        super().__init__(hmac.digest(key, f"second copy\0{subject}".encode(), hashlib.sha256))
        self._earlier = dt.timedelta(days=days_earlier)

    def token(self, kind: str, text: str) -> str:
        """Return the stand-in that a text is already; for another text a new one."""
        return text if _TOKEN.fullmatch(text) else super().token(kind, text)

    def day(self, date: dt.date) -> dt.date:
        """Return the earlier day."""
        return date - self._earlier

    def hash_of(self, sha256: str) -> str:
        """Return what stands for the hash of grey values, which are those of the first copy."""
        return self._digest("grey values", sha256).hex()
