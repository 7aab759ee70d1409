"""What must not be told in an event: numbers by which a person can be found, slipped into free text. Pure.

Events are kept for good and shown to many. Sealed columns never reach them; this is for what people type.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from stdnum.cn import ric

from registry.kernel.errors import Invalid
from registry.kernel.text import _

MANY_DIGITS = re.compile(r"(?:\d[ -]?){11}")  # \d takes full-width digits too
IDENTITY = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
MOBILE = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])")
HASH_OR_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}", re.IGNORECASE)
CODES = ("number", "numbers", "code", "uscc", "sha256", "id", "mask")
"""Last words of the names of columns that hold codes, some of which look like a person's numbers."""
FIRST_BIRTH, YOUNGEST = 1900, 16  # year; years


class PersonalNumber(Invalid):
    """An identity number or a mobile phone number stands where everybody entitled to the event would read it."""

    code = "ledger.personal-number"


def refuse_personal_numbers(told: Mapping[str, Any], today: date) -> None:
    """Raise PersonalNumber when free text in `told` holds what looks like one; its field is the column's name."""
    for name, text in texts(told):
        if found := personal_number(text, today):
            raise PersonalNumber(
                _("“{found}”像是身份证号码或手机号，不得写入永久存证，请删去后再提交。", found=masked(found)),
                field=name,
            )


def texts(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the free texts in plain values, each with the name it goes by; codes are left out."""
    for name, value in told.items():
        if name.rsplit("_", 1)[-1] not in CODES:
            yield from texts_in(name, value)


def texts_in(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        yield from texts(value)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(name, item)


def personal_number(text: str, today: date) -> str:
    """Return the first identity number or mobile phone number in a text, "" when there is none."""
    if not MANY_DIGITS.search(text):
        return ""
    plain = HASH_OR_ID.sub(" ", unicodedata.normalize("NFKC", text))
    identity = next((one for one in IDENTITY.findall(plain) if is_identity(one.upper(), today)), "")
    mobile = MOBILE.search(plain)
    return identity or (mobile[0] if mobile else "")


def is_identity(number: str, today: date) -> bool:
    """Say whether 18 characters are the number of somebody old enough to sign (GB 11643-1999).

    Numbers of permits are as long and have a recent day in the place of the birthday.
    """
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    grown = FIRST_BIRTH <= born.year <= today.year - YOUNGEST
    return grown and number[17] == ric.calc_check_digit(number)


def masked(found: str) -> str:
    return found[:3] + "*" * (len(found) - 5) + found[-2:]
