"""The second factor: six digits that change every 30 s (RFC 6238), each good once, and recovery codes."""

import hashlib
import secrets
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

import pyotp
import segno

from registry.kernel.text import _

STEP = 30            # seconds
TOLERANCE = 1        # steps a clock may be off, either way
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"   # no i, l, o, 0, 1


def new_secret() -> str:
    return pyotp.random_base32()


def next_code(secret: str, at: datetime, last_step: int) -> str:
    """Return the first code that will be taken at `at`, "" when both in reach have been used."""
    now = int(at.timestamp()) // STEP
    step = max(now, last_step + 1)
    return pyotp.TOTP(secret).generate_otp(step) if step <= now + TOLERANCE else ""


def step_of(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """Return the step that `code` belongs to, None when it is wrong.

    last_step   the last step a code was used of: its code and all before are spent
    source      RFC 6238 5.2; ASVS 5.0 6.5.1, 6.5.5
    """
    now = int(at.timestamp()) // STEP
    fitting = [
        step for step in range(now - TOLERANCE, now + TOLERANCE + 1)
        if compare_digest(pyotp.TOTP(secret).generate_otp(step), code)
    ]
    return next((step for step in fitting if step > last_step), None)


def enrolment_uri(secret: str, login: str) -> str:
    """Return what an authenticator reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_("筑责"))


def enrolment_picture(secret: str, login: str) -> str:
    """Return the QR code of the address above as a data URI (SVG)."""
    return segno.make(enrolment_uri(secret, login), error="m").svg_data_uri(scale=5, border=4)


def in_groups(secret: str) -> str:
    """The secret as a person can type it: "ABCD EFGH …"."""
    return " ".join(secret[at:at + 4] for at in range(0, len(secret), 4))


def new_recovery_code() -> str:
    """Return 16 random characters, 79 bits, in groups of four."""
    signs = [secrets.choice(ALPHABET) for _sign in range(16)]
    return "-".join("".join(signs[at:at + 4]) for at in range(0, 16, 4))


def recovery_hash(account_id: UUID, code: str) -> bytes:
    """Hash a recovery code. It is random enough for one round; the account keeps equal codes apart."""
    plain = "".join(sign for sign in code.lower() if sign in ALPHABET)
    return hashlib.sha256(account_id.bytes + plain.encode()).digest()
