"""How a file is damaged, whatever is in it."""

from __future__ import annotations

import gzip
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Final

from tests.scans.planted import SECRET

__all__ = ["ANY_FILE", "Mutation", "bytes_changed", "gzip_changed", "of_integer"]

Mutation = Callable[[bytes, random.Random], bytes]

_HEADER: Final = 2048
_GZIP: Final = zlib.MAX_WBITS | 16
_MOST_BYTES: Final = 1_000_000
_BOMB_BYTES: Final = 300_000_000
_INTEGERS: Final = (0, 1, 2, 7, 255, 256, 32_767, 65_535, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1)


def of_integer(chance: random.Random) -> int:
    """Return a number at which programs break, or any number."""
    return chance.choice([*_INTEGERS, chance.getrandbits(32), chance.getrandbits(16)])


def place(data: bytes, chance: random.Random) -> int:
    """Return a place in a file, more often in its header."""
    most = min(len(data), _HEADER) if chance.random() < 0.7 else len(data)
    return chance.randrange(most) if most else 0


def bytes_changed(data: bytes, chance: random.Random) -> bytes:
    """Set some bytes to anything."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if changed:
            changed[place(data, chance)] = chance.randrange(256)
    return bytes(changed)


def bits_flipped(data: bytes, chance: random.Random) -> bytes:
    """Turn some bits over."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 8))):
        if changed:
            changed[place(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut_short(data: bytes, chance: random.Random) -> bytes:
    """Leave out the end."""
    return data[: place(data, chance)]


def inserted(data: bytes, chance: random.Random) -> bytes:
    """Put something in: zeros, ones, anything, a name."""
    at, count = place(data, chance), chance.choice((1, 2, 4, 8, 100, 5000))
    filling = chance.choice(
        (bytes(count), b"\xff" * count, chance.randbytes(count), SECRET.encode() * 2)
    )
    return data[:at] + filling + data[at:]


def number_set(data: bytes, chance: random.Random) -> bytes:
    """Write a number at which programs break over whatever is there."""
    at, size = place(data, chance), chance.choice(("<H", "<I", "<Q", ">I"))
    limit = 256 ** struct.calcsize(size) - 1
    number = struct.pack(size, min(of_integer(chance), limit))
    return data[:at] + number + data[at + len(number) :]


def blocks_swapped(data: bytes, chance: random.Random) -> bytes:
    """Put two blocks in each other's place."""
    first, second = sorted((place(data, chance), place(data, chance)))
    size = min(chance.choice((2, 8, 64, 512)), second - first, len(data) - second)
    return (
        data[:first]
        + data[second : second + size]
        + data[first + size : second]
        + data[first : first + size]
        + data[second + size :]
    )


def block_repeated(data: bytes, chance: random.Random) -> bytes:
    """Say something many times."""
    at, size = place(data, chance), chance.choice((1, 8, 64, 512))
    return data[:at] + data[at : at + size] * chance.choice((2, 3, 500)) + data[at + size :]


def gzip_changed(mutation: Sequence[Mutation]) -> Mutation:
    """Return a change of what is in a gzip file, or of gzip's own words about it."""

    def change(data: bytes, chance: random.Random) -> bytes:
        inside = _unpacked(data)
        if inside is None:
            return chance.choice(mutation)(data, chance)
        if chance.random() < 0.5:
            return chance.choice((length_lies, checksum_lies, second_member, bomb))(data, chance)
        return gzip.compress(chance.choice(mutation)(inside, chance), mtime=0)

    return change


def _unpacked(data: bytes) -> bytes | None:
    """Return what is in a gzip file; None where it is none, is damaged already, or is a bomb."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        inside = unpacker.decompress(data, _MOST_BYTES)
    except zlib.error:
        return None
    return inside if unpacker.eof else None


def length_lies(data: bytes, chance: random.Random) -> bytes:
    """State another length at the end of a gzip file."""
    return data[:-4] + struct.pack("<I", of_integer(chance) % 2**32)


def checksum_lies(data: bytes, chance: random.Random) -> bytes:
    """State another checksum at the end of a gzip file."""
    return data[:-8] + struct.pack("<I", chance.getrandbits(32)) + data[-4:]


def second_member(data: bytes, chance: random.Random) -> bytes:
    """Go on with another gzip file, or with anything."""
    return data + chance.choice((data, gzip.compress(bytes(100), mtime=0), chance.randbytes(50)))


def bomb(data: bytes, chance: random.Random) -> bytes:
    """Go on for hundreds of megabytes behind what is there, in a small file."""
    packer = zlib.compressobj(9, wbits=_GZIP)
    packed = packer.compress(_unpacked(data) or data)
    for _ in range(chance.choice((1, 3))):
        packed += packer.compress(bytes(_BOMB_BYTES // 3))
    return packed + packer.flush()


ANY_FILE: Final[tuple[Mutation, ...]] = (
    bytes_changed,
    bits_flipped,
    cut_short,
    inserted,
    number_set,
    blocks_swapped,
    block_repeated,
)
