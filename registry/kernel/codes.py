"""The code on a plaque or a mark: random, unguessable, and readable aloud. Pure but for the random source.

24 characters of an alphabet of 23 without look-alikes (no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V): 108 random bits.
"""

import math
import secrets

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 24
BITS = int(LENGTH * math.log2(len(ALPHABET)))
GROUP = 4


def new_code() -> str:
    """Return a new code, 24 characters without separators."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def normalised(typed: str) -> str:
    """Return what a person typed as a code: upper case, without spaces and dashes, full width made half."""
    halved = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in typed)
    return "".join(c for c in halved.upper() if c.isalnum())


def is_code(text: str) -> bool:
    return len(text) == LENGTH and all(c in ALPHABET for c in text)


def spoken(code: str) -> str:
    """Return a code in groups of four, as it is engraved and read out."""
    return " ".join(code[start:start + GROUP] for start in range(0, len(code), GROUP))
