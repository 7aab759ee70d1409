"""Signing of ledger checkpoints with an Ed25519 key that lies in a file.

The signer trusts the database with nothing: it keeps the last tree it signed in a file of its own and
signs no tree that is not shown to continue it. A restored old backup, a dropped tail, a rewritten event all
end here.

Source: c2sp.org/tlog-checkpoint ("a log MUST not sign any checkpoint which is inconsistent with …").
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.config import Config
from registry.kernel.errors import Unavailable
from registry.kernel.ports import LedgerRewound
from registry.kernel.text import _
from registry.ledger.merkle import is_hash, is_size, verify_consistency
from registry.ledger.notes import Checkpoint, parse_verifier_key, sign, verifier_key


class Ed25519Signer:
    """Fulfils kernel.ports.CheckpointSigner.

    seed    32 secret bytes, the Ed25519 private key
    origin  the ledger's name, and the name of its key
    state   where the last tree signed is remembered; its folder is made when missing
    """

    def __init__(self, seed: bytes, *, origin: str, state: Path) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._origin = origin
        self._state = state
        parse_verifier_key(self.verifier_key)  # raises Malformed when the name is not fit for a note

    @classmethod
    def from_config(cls, config: Config) -> Self:
        return cls(config.ledger_key, origin=config.ledger_origin, state=config.ledger_state)

    @property
    def origin(self) -> str:
        return self._origin

    @property
    def verifier_key(self) -> str:
        return verifier_key(self._origin, self._key.public_key())

    def last(self) -> tuple[int, bytes] | None:
        try:
            kept = self._state.read_text()
        except FileNotFoundError:
            return None
        except OSError as failure:
            raise Unavailable(_("签名端的状态文件 {path} 无法读取。", path=self._state)) from failure
        return self._parsed(kept)

    def sign(self, size: int, root: bytes, consistency_path: Sequence[bytes]) -> str:
        with self._alone():
            last = self.last()
            if last and not verify_consistency(last[0], size, list(consistency_path), last[1], root):
                raise rewound(last, (size, root))
            if last != (size, root):
                self._remember(size, root)
            return sign(Checkpoint(self._origin, size, root).text(), self._origin, self._key)

    def _parsed(self, kept: str) -> tuple[int, bytes]:
        try:
            state = json.loads(kept)
            origin, size, root = state["origin"], state["size"], bytes.fromhex(state["root"])
        except (ValueError, TypeError, KeyError) as failure:
            raise self._damaged() from failure
        if origin != self._origin or not (is_size(size) and is_hash(root)):
            raise self._damaged()
        return size, root

    def _damaged(self) -> Unavailable:
        return Unavailable(
            _("签名端的状态文件 {path} 已损坏或属于另一个账本，拒绝签名。", path=self._state),
            remedy=_("请从备份恢复该文件；不得删除了事。"),
        )

    def _remember(self, size: int, root: bytes) -> None:
        """Put the new state in the old one's place, so that a crash leaves one of the two, whole."""
        fresh = self._state.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump({"origin": self._origin, "size": size, "root": root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._state)
        fsync_folder(self._state.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other process from signing meanwhile."""
        self._state.parent.mkdir(parents=True, exist_ok=True)
        with self._state.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def rewound(last: tuple[int, bytes], now: tuple[int, bytes]) -> LedgerRewound:
    return LedgerRewound(
        _("账本与此前签名的状态不一致：曾签名 {old} 条（根 {old_root}），现有 {new} 条（根 {new_root}）。",
          old=last[0], old_root=last[1].hex(), new=now[0], new_root=now[1].hex()),
        remedy=_("请立即停止写入，运行 flask ledger audit 查明被改动之处，或恢复最新的备份。"),
    )


def fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
