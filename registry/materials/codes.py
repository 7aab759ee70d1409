"""The code on a delivery's or a component's label: random, unguessable, and readable aloud. Pure but for the random source.

16 characters of an alphabet of 23 without look-alikes: 72 random bits. It opens nothing by itself: who follows it
signs in, and sees what he may see.
"""

import secrets

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 16


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def normalised(typed: str) -> str:
    """Return what was scanned or typed as a code: upper case, letters and digits alone."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())
