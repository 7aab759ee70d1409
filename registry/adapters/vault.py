"""Encryption of personal data at rest, and the blind indexes by which it can be found again.

A sealed value is  version (1 byte) ‖ length of the key's name (1) ‖ name ‖ nonce (12) ‖ AES-256-GCM ciphertext.
What stands before the nonce, and the place the value belongs to, are authenticated with it: a ciphertext that is
copied to another row, or whose key is said to be another, does not open.

The newest key seals, every key of the ring opens: keys are rotated by adding one, resealing, taking the old away.
Source: NIST SP 800-38D (GCM), RFC 5869 (HKDF).
"""

import os
from collections.abc import Mapping
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.config import Config
from registry.kernel.errors import Unavailable
from registry.kernel.text import _

VERSION = 1
NONCE_BYTES = 12
INDEX_BYTES = 32


class KeyRing:
    """Fulfils kernel.ports.Vault.

    keys       32-byte AES keys by their names, oldest first
    index_key  32 bytes; every column's index has a key of its own derived from it
    """

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._newest = list(keys)[-1]
        self._index_key = index_key

    @classmethod
    def from_config(cls, config: Config) -> Self:
        return cls(config.vault_keys, config.vault_index_key)

    def seal(self, text: str, place: str) -> bytes:
        name = self._newest.encode()
        head = bytes([VERSION, len(name)]) + name
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + self._ciphers[self._newest].encrypt(nonce, text.encode(), head + place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        name, head, rest = parted(sealed)
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise Unavailable(
                _("加密数据所用的密钥“{name}”不在密钥环中。", name=name),
                remedy=_("请把该密钥放回 VAULT_KEYS（或 var/secrets/vault_keys）。"),
            )
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + place.encode()).decode()
        except InvalidTag as failure:
            raise damaged() from failure

    def index(self, column: str, text: str) -> bytes:
        key = HKDF(SHA256(), INDEX_BYTES, salt=None, info=b"blind index/" + column.encode()).derive(self._index_key)
        mac = HMAC(key, SHA256())
        mac.update(text.encode())
        return mac.finalize()

    def sealed_by_newest(self, sealed: bytes) -> bool:
        return key_of(sealed) == self._newest

    def reseal(self, sealed: bytes, place: str) -> bytes:
        """Return the same text sealed with the newest key; the same bytes when they are that already."""
        return sealed if self.sealed_by_newest(sealed) else self.seal(self.open(sealed, place), place)


def key_of(sealed: bytes) -> str:
    """Return the name of the key that sealed this."""
    return parted(sealed)[0]


def parted(sealed: bytes) -> tuple[str, bytes, bytes]:
    """Return the key's name, the authenticated head, and nonce with ciphertext."""
    if len(sealed) < 2 or sealed[0] != VERSION or len(sealed) < 2 + sealed[1] + NONCE_BYTES:
        raise damaged()
    end = 2 + sealed[1]
    try:
        return sealed[2:end].decode(), sealed[:end], sealed[end:]
    except UnicodeDecodeError as failure:
        raise damaged() from failure


def damaged() -> Unavailable:
    return Unavailable(
        _("加密的个人信息无法解开：它被改动过，或不属于这一行。"),
        remedy=_("请运行 flask ledger audit，并从备份恢复该行。"),
    )
