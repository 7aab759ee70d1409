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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import rfc8785

from registry.kernel.actor import Actor
from registry.kernel.errors import Invalid
from registry.kernel.text import _

VERSION = 1
LARGEST_BODY = 64 * 1024
LARGEST_INTEGER = 2**53 - 1  # RFC 8785 §3.2.2.3: beyond, JSON readers disagree
COMMITMENT = b"zhuze/commitment/v1\x00"
SALT_BYTES = 32


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
    body = rfc8785.dumps({
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
            _("存证内容为 {size} 字节,超过 {limit} 字节的上限。", size=len(body), limit=LARGEST_BODY),
            remedy=_("请将大段内容作为文件上传,存证中只记其哈希。"),
        )
    return body


def read_body(body: bytes) -> dict[str, Any] | None:
    """Return what an event says, None when these bytes are not the canonical JSON of an object."""
    try:
        said = json.loads(body)
        canonical = isinstance(said, dict) and rfc8785.dumps(said) == body
    except (ValueError, RecursionError):
        return None
    return said if canonical else None


def plain(value: Any) -> Any:
    """Return `value` as JSON has it, one form for one value.

    UUID, date and enum as their text; instants in UTC with microseconds; decimals without trailing zeros;
    bytes in hex; integers too large for JSON as text. Raises TypeError for anything else.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return plain(value.value)
        case int():
            return value if abs(value) <= LARGEST_INTEGER else str(value)
        case str() | float():
            return value
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case Decimal():
            return plain_decimal(value)
        case bytes():
            return value.hex()
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            raise TypeError(f"the ledger has no form for {type(value).__name__}")


def plain_decimal(value: Decimal) -> str:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def commitment(salt: bytes, value: str) -> bytes:
    """Return SHA-256("zhuze/commitment/v1" ‖ 0x00 ‖ salt ‖ value): binds to `value`, tells nothing of it.

    salt  32 random bytes; without them a commitment to an identity number could be guessed in seconds
    """
    return hashlib.sha256(COMMITMENT + salt + value.encode()).digest()
