"""A worker process of its own: tries wrong passwords, says what each was answered. Run by test_brakes."""

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import create_engine

from registry.accounts.brakes import TooManyGuesses
from registry.accounts.events import Place
from registry.accounts.proof import WrongPassword
from registry.accounts.sessions import sign_in
from registry.adapters.objects import DirectoryStore
from registry.adapters.printing import WeasyPrinter
from registry.adapters.signing import Ed25519Signer
from registry.adapters.vault import KeyRing
from registry.kernel.actor import NOBODY
from registry.kernel.ports import Tools
from registry.kernel.uow import Units


def guess(url: str, times: int) -> None:
    folder = Path(mkdtemp())
    units = Units(create_engine(url), Tools(
        store=DirectoryStore(folder / "objects"),
        printer=WeasyPrinter(folder, fonts=folder, workers=1),
        vault=KeyRing({"test": bytes(range(32))}, bytes(range(32, 64))),
        signer=Ed25519Signer(bytes(range(64, 96)), origin="zhuze.test/ledger", state=folder / "last.json"),
        staging=folder, base_url="https://zhuze.test", new_id=uuid.uuid4, now=lambda: datetime.now(UTC),
    ))
    for _guess in range(times):
        try:
            with units.writing(NOBODY) as uow:
                sign_in(uow, "nobody", "不是这一句", Place())
        except WrongPassword:
            sys.stdout.write("wrong\n")
        except TooManyGuesses:
            sys.stdout.write("wait\n")


if __name__ == "__main__":
    guess(sys.argv[1], int(sys.argv[2]))
