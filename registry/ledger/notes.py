"""Signed notes and checkpoints: how the ledger's tree is shown to the world. Pure.

A note is text signed by one or more keys. A checkpoint is a note whose text is three lines: the ledger's
name (origin), the number of leaves, the root. Only Ed25519 keys are known here; signatures by other keys
are carried along and not believed.

Where the specifications leave room, we take the strict side: base64 must be canonical, and a note that a
known key has signed wrongly is refused whole.

Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, golang.org/x/mod/sumdb/note.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = b"\x01"
ED25519_BYTES: Final = 32
MOST_SIGNATURES: Final = 100
LARGEST_SIZE: Final = 2**64 - 1
LEAST_SIGNATURE: Final = 5  # a key id of four bytes, and something
LEAST_LINES: Final = 3
HASH_BYTES: Final = 32
LONGEST_NUMBER: Final = len(str(LARGEST_SIZE))
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
DECIMAL = re.compile(r"0|[1-9][0-9]*")
HEX_ID = re.compile(r"[0-9a-fA-F]{8}")


class Malformed(ValueError):
    """The text is not what it should be, or is not signed by whom it should be.

    The message is Chinese and for people, and outside gettext: this module also runs without the registry.
    """


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree as its ledger states it. `extensions` are lines of others' making, not interpreted."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        lines = [self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_id: bytes  # 4 bytes
    made: bytes

    def line(self) -> str:
        return f"— {self.name} {b64encode(self.key_id + self.made).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key known by a name. Its text form is `name+hash+base64` (the "vkey")."""

    name: str
    key_id: bytes
    key: Ed25519PublicKey

    def holds(self, text: str, made: bytes) -> bool:
        try:
            self.key.verify(made, text.encode())
        except InvalidSignature:
            return False
        return True


def key_id(name: str, public: bytes) -> bytes:
    """Return the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """Return the text by which others know the key: `name+hash+base64`."""
    public = key.public_bytes_raw()
    return f"{name}+{key_id(name, public).hex()}+{b64encode(ED25519 + public).decode()}"


def parse_verifier_key(text: str) -> Verifier:
    """Read `name+hash+base64`. Raises Malformed, also when the hash is not that of name and key."""
    name, _plus, rest = as_text(text).partition("+")
    said_id, _plus, encoded = rest.partition("+")
    if not (is_name(name) and HEX_ID.fullmatch(said_id)):
        raise Malformed("验证公钥应写作 name+hash+base64")
    key = from_base64(encoded)
    if key[:1] != ED25519 or len(key) != 1 + ED25519_BYTES:
        raise Malformed("验证公钥不是 Ed25519 公钥")
    if bytes.fromhex(said_id) != key_id(name, key[1:]):
        raise Malformed("验证公钥中的校验码与名称、公钥不符")
    return Verifier(name, bytes.fromhex(said_id), Ed25519PublicKey.from_public_bytes(key[1:]))


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the note: `text`, a blank line, one signature line by `key` under `name`.

    Raises Malformed unless the text ends in a newline and text and name are fit for a note.
    """
    if not text.endswith("\n") or not is_name(name):
        raise Malformed("签名文书的正文须以换行结尾，签名者名称不得含空白或加号")
    refuse_control_characters(text)
    public = key.public_key().public_bytes_raw()
    return f"{text}\n{Signature(name, key_id(name, public), key.sign(text.encode())).line()}"


def open_note(note: str | bytes, *verifier_keys: str) -> Note:
    """Return the text and signatures of `note`, signed by at least one of `verifier_keys`.

    raises Malformed when it is no note, when a known key's signature is wrong, or when no known key signed
    """
    whole = as_text(note)
    refuse_control_characters(whole)
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise Malformed("签名文书缺少空行后的签名")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Malformed("签名文书的签名多于一百个")
    text = head + "\n"
    known = known_keys(verifier_keys)
    verified: dict[tuple[str, bytes], Signature] = {}
    unverified: dict[Signature, None] = {}
    for signature in map(parse_signature, lines):
        key = (signature.name, signature.key_id)
        if key not in known:
            unverified[signature] = None
        elif key not in verified:
            if not known[key].holds(text, signature.made):
                raise Malformed(f"{signature.name} 的签名不正确")
            verified[key] = signature
    if not verified:
        raise Malformed("没有已知公钥的签名")
    return Note(text, tuple(verified.values()), tuple(unverified))


def known_keys(verifier_keys: tuple[str, ...]) -> dict[tuple[str, bytes], Verifier]:
    known: dict[tuple[str, bytes], Verifier] = {}
    for text in dict.fromkeys(verifier_keys):
        verifier = parse_verifier_key(text)
        if (verifier.name, verifier.key_id) in known:
            raise Malformed(f"两个验证公钥同为 {verifier.name}+{verifier.key_id.hex()}")
        known[verifier.name, verifier.key_id] = verifier
    return known


def parse_signature(line: str) -> Signature:
    if not line.startswith("— "):
        raise Malformed("签名行应以破折号和空格开头")
    name, _space, encoded = line[2:].partition(" ")
    if not is_name(name):
        raise Malformed("签名者名称不得含空白或加号")
    made = from_base64(encoded)
    if len(made) < LEAST_SIGNATURE:
        raise Malformed("签名过短")
    return Signature(name, made[:4], made[4:])


def parse_checkpoint(text: str | bytes) -> Checkpoint:
    """Read the text of a checkpoint: origin, size, root, and any extension lines. Opens no signature.

    raises Malformed unless every line ends in a newline and is not empty, the size is a decimal below 2^64
    without leading zeros, and the root is the canonical base64 of 32 bytes
    """
    whole = as_text(text)
    refuse_control_characters(whole)
    lines = whole.split("\n")
    if lines.pop() or len(lines) < LEAST_LINES or "" in lines:
        raise Malformed("检查点应至少有三行，每行都不为空")
    origin, said_size, encoded, *extensions = lines
    root = from_base64(encoded)
    if len(root) != HASH_BYTES:
        raise Malformed("检查点的根哈希应为 32 字节")
    return Checkpoint(origin, parse_decimal(said_size), root, tuple(extensions))


def parse_decimal(text: str) -> int:
    """Read a number below 2^64 written in ASCII digits without sign or leading zeros."""
    if len(text) > LONGEST_NUMBER or not DECIMAL.fullmatch(text) or int(text) > LARGEST_SIZE:
        raise Malformed("应为小于 2^64、没有前导零的十进制数")
    return int(text)


def from_base64(text: str) -> bytes:
    """Read canonical standard base64: padded, nothing between, no stray bits at the end."""
    try:
        found = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise Malformed("不是 base64 编码") from None
    if b64encode(found).decode() != text:
        raise Malformed("base64 编码不规范")
    return found


def as_text(text: str | bytes) -> str:
    """Return valid Unicode, from UTF-8 where bytes are given."""
    try:
        return text.decode() if isinstance(text, bytes) else text.encode().decode()
    except UnicodeError:
        raise Malformed("不是 UTF-8 文本") from None


def refuse_control_characters(text: str) -> None:
    if CONTROL.search(text):
        raise Malformed("除换行外不得有控制字符")


def is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)
