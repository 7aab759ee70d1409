"""Passwords: argon2id with the library's parameters, and a list of those that everybody tries first.

Sources: ASVS 5.0 6.2.1, 6.2.4, 6.2.5, 6.2.8, 6.2.9, 6.2.11, 11.4.2.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from registry.kernel.errors import Invalid
from registry.kernel.text import _

SHORTEST, LONGEST = 12, 128
FEWEST_DIFFERENT = 5    # characters
TELLING = 3             # a word this long says something about its owner
BESIDE_OWN_WORD = 8     # characters that must stand beside a word about the owner
COMMON = Path(__file__).parent / "common_passwords.txt"
HASHER = PasswordHasher()


class WeakPassword(Invalid):
    code = "password.weak"


def hashed(password: str) -> str:
    return HASHER.hash(normal(password))


@cache
def nobodys_hash() -> str:
    """Return a hash that no password fits, to spend the same time on a login that does not exist."""
    return HASHER.hash("")


def fits(password_hash: str, password: str) -> bool:
    """Whether `password` is the one. Takes as long for an account without a password as for any other."""
    try:
        HASHER.verify(password_hash or nobodys_hash(), normal(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(password_hash)


def outdated(password_hash: str) -> bool:
    """Whether the library's parameters have risen since this hash was made."""
    return HASHER.check_needs_rehash(password_hash)


def require_strong(password: str, own: Iterable[str] = ()) -> None:
    """Raise WeakPassword unless `password` may be used. `own`: words anyone would guess about its owner."""
    length = len(normal(password))
    if length < SHORTEST:
        raise WeakPassword(
            _("密码至少 {least} 个字符，建议 15 个以上；可以是一句话，可用汉字和空格。", least=SHORTEST),
            field="password",
        )
    if length > LONGEST:
        raise WeakPassword(_("密码最多 {most} 个字符。", most=LONGEST), field="password")
    plain = normal(password).casefold()
    if is_common(plain):
        raise WeakPassword(_("这个密码太常见，请换一个。"), field="password")
    if len(set(plain)) < FEWEST_DIFFERENT:
        raise WeakPassword(_("密码里不同的字符太少，请换一个。"), field="password")
    if any(mostly(plain, word.casefold()) for word in own):
        raise WeakPassword(_("密码不能由登录名、姓名或单位名称加几个字符组成，请换一个。"), field="password")


def mostly(plain: str, word: str) -> bool:
    """Whether a password is a telling word and little else."""
    return len(word) >= TELLING and word in plain and len(plain) - len(word) < BESIDE_OWN_WORD


def is_common(plain: str) -> bool:
    """Whether a password is on the list, by itself, with digits and signs around it, or said twice."""
    bare = plain.strip("0123456789!@#$%^&*()_+-=.,?~ ")
    half = plain[: len(plain) // 2]
    twice = half * 2 == plain and half in common()
    return twice or plain in common() or bare in common()


@cache
def common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if line and not line.startswith("#"))


def normal(password: str) -> str:
    """The same characters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFC", password)
