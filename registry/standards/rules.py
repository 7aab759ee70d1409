"""Which edition governs: the nearest region first, then the latest day of effect.

An edition for a region replaces the one of the wider region as a whole; it adds nothing to it.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import rfc8785

from registry.kernel.text import _
from registry.policy import Scope
from registry.standards.reading import Malformed

NATION = "000000"
SIX_DIGITS = re.compile(r"[0-9]{6}")


class Status(StrEnum):
    """Whether the law says so, or only we do."""

    LAW = "law"                # 法规
    SUGGESTION = "suggestion"  # 默认建议


class Standing(StrEnum):
    """Where an edition stands today."""

    IN_FORCE = "in-force"
    TO_COME = "to-come"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Edition:
    """The head of an edition: everything about it but its content."""

    id: UUID
    kind: str
    key: str                 # which one of its kind, e.g. the wording "pledge/owner-leader"; "" elsewhere
    region: str              # GB/T 2260, six digits; 000000 for the whole nation
    version: str
    effective_from: date
    title: str
    source: str              # the law or standard it rests on
    status: Status
    note: str
    content_sha256: str
    entered_at: datetime

    @property
    def rank(self) -> tuple[date, bool, datetime, str]:
        """What decides between two editions for the same region; law goes before our own default.

        Of those entered together (the shipped ones are) the later version stands.
        """
        return self.effective_from, self.status is Status.LAW, self.entered_at, self.version


def region_chain(region: str) -> tuple[str, ...]:
    """Return the codes whose rules reach `region`, nearest first: 370102 → 370102, 370100, 370000, 000000.

    raises   Malformed unless `region` is six digits
    source   GB/T 2260
    """
    if not SIX_DIGITS.fullmatch(region):
        told = _("行政区划代码“{region}”应当是 6 位数字。", region=region)
        raise Malformed(told, field="region")
    wider = (region, region[:4] + "00", region[:2] + "0000", NATION)
    return tuple(dict.fromkeys(wider))


def region_scope(region: str) -> Scope:
    """Return what authority over a region's rules turns on. Raises Malformed where it is no region."""
    region_chain(region)
    return Scope(region=region)


def governing(editions: Iterable[Edition], region: str, on: date) -> Edition | None:
    """Return the edition in force in `region` on that day, None when there is none.

    editions   of one kind and key, any regions, in any order
    """
    reach = {code: place for place, code in enumerate(region_chain(region))}
    standing = [edition for edition in editions if edition.region in reach and edition.effective_from <= on]
    if not standing:
        return None
    nearest = min(reach[edition.region] for edition in standing)
    return max((edition for edition in standing if reach[edition.region] == nearest), key=lambda e: e.rank)


def superseded_from(edition: Edition, editions: Iterable[Edition]) -> date | None:
    """Return the day from which a later edition stands in this one's place, None while none does."""
    later = [
        other.effective_from for other in editions
        if (other.kind, other.key, other.region) == (edition.kind, edition.key, edition.region)
        and other.rank > edition.rank
    ]
    return min(later, default=None)


def content_hash(content: object) -> str:
    """Return the SHA-256, in hex, of the content's canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()  # type: ignore[arg-type]  # JSON, as parsed
