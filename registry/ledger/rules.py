"""What an event says, byte for byte. Pure.

The body is canonical JSON (RFC 8785), so that the same facts are the same bytes everywhere and for ever:

    v             1
    id, at, kind  of the event; at is the instant of the act, UTC, with microseconds
    actor         account, or null for the system; then person and organisation it acted for, or null
    subject       {table, id} of the record the event is about
    nth           how many events about the same record came before this one
    previous      id of the last of them, or null
    record        the columns named in the model's `ledger_facts`, as they stood after the act
    data          what else the act wants kept, or null
    files         [{sha256, size, type}], documents that belong to the act
    personal      {field: commitment}, never the values themselves
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import singledispatch
from types import NoneType
from typing import Any
from uuid import UUID

import rfc8785

from registry.kernel.actor import Actor
from registry.kernel.errors import Invalid
from registry.kernel.text import _

VERSION = 1
HASH_IN_HEX = re.compile(r"[0-9a-f]{64}")
LARGEST_BODY = 64 * 1024
LARGEST_INTEGER = 2**53 - 1  # RFC 8785 §3.2.2.3: beyond, JSON readers disagree
COMMITMENT = b"zhuze/commitment/v1\x00"
SALT_BYTES = 32
AS_THEY_ARE = frozenset({str, bool, NoneType})
"""Types that JSON has itself; most facts are of these, and need not be asked for their form."""


class EventTooLarge(Invalid):
    code = "ledger.event-too-large"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A document that an event names. sha256: 64 hex digits; size: bytes; type: media type."""

    sha256: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands: its own id, its record, and the event about the same record before it."""

    id: UUID
    table: str
    subject: UUID
    nth: int = 0
    previous: UUID | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What an event tells: facts of the record, further data, files, commitments to personal data."""

    record: Mapping[str, Any]
    data: Mapping[str, Any] | None = None
    files: Sequence[FileRef] = ()
    personal: Mapping[str, bytes] | None = None


def event_body(kind: str, at: datetime, actor: Actor, place: Place, content: Content) -> bytes:
    """Return the canonical bytes of an event. Raises EventTooLarge beyond 64 KiB."""
    body = canonical({
        "v": VERSION,
        "id": plain(place.id),
        "at": plain(at),
        "kind": kind,
        "actor": plain(actor.account),
        "person": plain(actor.person),
        "organisation": plain(actor.organisation),
        "subject": {"table": place.table, "id": plain(place.subject)},
        "nth": place.nth,
        "previous": plain(place.previous),
        "record": plain(content.record),
        "data": plain(content.data),
        "files": [{"sha256": file.sha256, "size": file.size, "type": file.type} for file in content.files],
        "personal": plain(content.personal or {}),
    })
    if len(body) > LARGEST_BODY:
        raise EventTooLarge(
            _("存证内容为 {size} 字节，超过 {limit} 字节的上限。", size=len(body), limit=LARGEST_BODY),
            remedy=_("请将大段内容作为文件上传，存证中只记其哈希。"),
        )
    return body


def canonical(value: Any) -> bytes:
    """Return the canonical JSON (RFC 8785) of `value`.

    The standard library writes texts, whole numbers and ASCII names in the same bytes and five times as fast.
    Fractions and other names, which it writes or sorts otherwise, are left to the library made for them.
    """
    if written_alike(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return rfc8785.dumps(value)


def written_alike(value: Any) -> bool:
    """Say whether the standard library writes `value` as RFC 8785 has it."""
    kind = type(value)
    if kind is dict:
        return all(type(name) is str and name.isascii() and written_alike(item) for name, item in value.items())
    if kind is list:
        return all(map(written_alike, value))
    return value is None or kind is str or kind is bool or (kind is int and abs(value) <= LARGEST_INTEGER)


@dataclass(frozen=True, slots=True)
class Said:
    """An event's body, read back. Ids and instants are left as text."""

    id: str
    at: str
    kind: str
    actor: str | None
    person: str | None
    organisation: str | None
    table: str
    subject: str
    nth: int
    previous: str | None
    record: Mapping[str, Any]
    data: Mapping[str, Any] | None
    files: tuple[FileRef, ...]
    personal: Mapping[str, str]


def read_body(body: bytes) -> Said | None:
    """Return what an event says, None when these bytes are not the body of an event, written canonically."""
    try:
        said = json.loads(body)
        if canonical(said) != body or said.pop("v") != VERSION:
            return None
        subject, files = said.pop("subject"), said.pop("files")
        read = Said(
            **said, table=subject.pop("table"), subject=subject.pop("id"),
            files=tuple(FileRef(**file) for file in files),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return None if subject or not well_formed(read) else read


def well_formed(said: Said) -> bool:
    """Say whether every part of a body has the type it should have."""
    texts = [said.id, said.at, said.kind, said.table, said.subject, *said.personal]
    maybes = [said.actor, said.person, said.organisation, said.previous]
    return (
        all(isinstance(value, str) for value in texts)
        and all(value is None or isinstance(value, str) for value in maybes)
        and type(said.nth) is int
        and isinstance(said.record, dict)
        and (said.data is None or isinstance(said.data, dict))
        and isinstance(said.personal, dict)
        and all(isinstance(value, str) for value in said.personal.values())
        and all(HASH_IN_HEX.fullmatch(str(file.sha256)) and type(file.size) is int for file in said.files)
    )


@singledispatch
def plain(value: Any) -> Any:
    """Return `value` as JSON has it, one form for one value.

    UUID, date and enum as their text; instants in UTC with microseconds; decimals without trailing zeros;
    bytes in hex; integers too large for JSON as text. Raises TypeError for anything else.
    """
    raise TypeError(f"the ledger has no form for {type(value).__name__}")


@plain.register(NoneType)
@plain.register(bool)
@plain.register(float)
def _as_it_is(value: bool | float | None) -> bool | float | None:
    return value


@plain.register(str)
@plain.register(UUID)
def _text(value: str | UUID) -> str:
    return str(value)


@plain.register
def _integer(value: int) -> int | str:
    return int(value) if abs(value) <= LARGEST_INTEGER else str(value)


@plain.register
def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@plain.register
def _day(value: date) -> str:
    return value.isoformat()


@plain.register
def _decimal(value: Decimal) -> str:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@plain.register
def _bytes(value: bytes) -> str:
    return value.hex()


@plain.register(Mapping)
def _object(value: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): item if type(item) in AS_THEY_ARE else plain(item) for name, item in value.items()}


@plain.register(list)
@plain.register(tuple)
def _array(value: Sequence[Any]) -> list[Any]:
    return [plain(item) for item in value]


def commitment(salt: bytes, value: str) -> bytes:
    """Return SHA-256("zhuze/commitment/v1" ‖ 0x00 ‖ salt ‖ value): binds to `value`, tells nothing of it.

    salt  32 random bytes; without them a commitment to an identity number could be guessed in seconds
    """
    return hashlib.sha256(COMMITMENT + salt + value.encode()).digest()


def file_key(sha256: str) -> str:
    """Return the name under which the object store keeps the bytes with this hash."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
