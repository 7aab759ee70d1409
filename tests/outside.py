"""The outside world of a test: the real adapters on a folder of its own, and a clock that somebody moves."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from registry.adapters.objects import DirectoryStore
from registry.adapters.printing import WeasyPrinter
from registry.adapters.signing import Ed25519Signer
from registry.adapters.vault import KeyRing
from registry.kernel.ports import Tools

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday and a working day, noon in China


@dataclass
class Clock:
    """Stands still until a test moves it."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def forward(self, **step: float) -> None:
        self.at += timedelta(**step)


def tools_in(folder: Path, printer: WeasyPrinter, clock: Clock) -> Tools:
    """The real adapters, keeping what they keep in `folder`."""
    staging = folder / "staging"
    staging.mkdir(exist_ok=True)
    return Tools(
        store=DirectoryStore(folder / "objects"),
        printer=printer,
        vault=KeyRing({"test": bytes(range(32))}, bytes(range(32, 64))),
        signer=Ed25519Signer(bytes(range(64, 96)), origin="zhuze.test/ledger", state=folder / "ledger" / "last.json"),
        staging=staging,
        base_url="https://zhuze.test",
        new_id=uuid.uuid4,
        now=clock.now,
    )
