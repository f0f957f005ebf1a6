"""What stands in a study for that which names a patient: the same for the same, by a secret key.

Without the key nothing leads back; with it, the same series copied twice gets
the same UID, so that places stay comparable within a study and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

__all__ = ["KEY_BYTES", "Pseudonyms", "new_key"]

KEY_BYTES: Final = 32
_UUID_BYTES: Final = 16
_TOKEN_DIGITS: Final = 12
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

    def _digest(self, kind: str, text: str) -> bytes:
        """Return the keyed hash of a text, apart for each kind."""
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), hashlib.sha256)
