"""What the registry needs from the outside world. Adapters fulfil it; `app` and `cli` plug them in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from registry.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size: int  # bytes
    modified_at: datetime


class ObjectStore(Protocol):
    """Bytes kept under a name. Every call raises Unavailable when the store does not answer.

    Names are made by `documents` from the hash of the bytes, so putting twice is harmless.
    """

    def put_once(self, key: str, source: Path, media_type: str) -> None:
        """Keep the bytes of the file `source` under `key`, durably, unless `key` is there already.

        Nobody writes to `source` from here on: on the store's own disk it becomes a second name of the object.
        """

    def open(self, key: str, start: int = 0, length: int | None = None) -> AbstractContextManager[BinaryIO]:
        """Return a stream over `length` bytes from `start` on (to the end when None). NotFound if absent."""

    def stat(self, key: str) -> StoredObject | None:
        """Return size and time of an object, None when there is none."""

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose key begins with `prefix`, in the order of their keys."""

    def retain(self, key: str, until: datetime) -> bool:
        """Ask the store to refuse deletion until then. False when this store cannot promise it."""

    def remove(self, key: str) -> None:
        """Remove an object nobody refers to any more (the sweep alone calls this)."""


class Printer(Protocol):
    """Makes papers from plain facts: text, numbers, days, lists and mappings of them. Same facts, same bytes.

    Both calls raise Invalid when a character has no glyph or an image cannot be read, Unavailable when the
    printing process fails or takes too long. docs/printing.md lists each template's facts.
    """

    def pdf(self, template: str, facts: Mapping[str, object]) -> bytes:
        """Render templates/print/<template>.html to PDF/A-3a bytes, with the facts attached as record.json."""

    def svg(self, template: str, facts: Mapping[str, object]) -> bytes:
        """Render templates/print/<template>.svg with every text as outlines, so that no font is needed."""


class Vault(Protocol):
    """Encryption of personal data at rest."""

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text`, bound to `place` ("table/column/row id"): moved elsewhere it does not open."""

    def open(self, sealed: bytes, place: str) -> str:
        """Return the text sealed for `place`. Raises Unavailable when it does not open."""

    def index(self, column: str, text: str) -> bytes:
        """Return the keyed blind index (32 bytes) by which `text` can be found again in `column`."""


class LedgerRewound(Conflict):
    """The ledger does not continue what was signed before: its past has been changed or cut off."""

    code = "ledger.rewound"


class CheckpointSigner(Protocol):
    """Signs ledger checkpoints and remembers, outside the database, the last tree it signed."""

    @property
    def origin(self) -> str:
        """The ledger's name, first line of every checkpoint."""

    @property
    def verifier_key(self) -> str:
        """The public key as others write it down: `name+hash+base64` (C2SP signed-note)."""

    def last(self) -> tuple[int, bytes] | None:
        """Return (size, root) of the tree last signed, None before the first. Unavailable if that cannot be read."""

    def sign(self, size: int, root: bytes, consistency_path: Sequence[bytes]) -> str:
        """Return the signed checkpoint (C2SP signed-note) of the tree, having durably remembered (size, root).

        consistency_path  shows that the tree last() is the beginning of this one (RFC 6962 §2.1.2)
        raises            LedgerRewound, remembering and signing nothing, when it does not show that
        """


@dataclass(frozen=True, slots=True)
class Tools:
    store: ObjectStore
    printer: Printer
    vault: Vault
    signer: CheckpointSigner
    staging: Path                     # a folder on local disk for files on their way to the store
    base_url: str                     # how the public reaches us, e.g. "https://zz.example.cn"
    new_id: Callable[[], UUID]
    now: Callable[[], datetime]
