"""A proof that can be checked anywhere, without us: c2sp.org/tlog-proof@v1. Pure.

It says: the leaf with this index lies in the tree of this signed checkpoint. What the leaf is, the holder
brings along: the exact bytes of the event.

Source: c2sp.org/tlog-proof.
"""

from base64 import b64encode
from dataclasses import dataclass

from registry.ledger.merkle import verify_inclusion
from registry.ledger.notes import (
    HASH_BYTES,
    Checkpoint,
    Malformed,
    as_text,
    from_base64,
    open_note,
    parse_checkpoint,
    parse_decimal,
)

FORMAT = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """index: counted from 0; path: hashes from the leaf's sibling upwards; note: the signed checkpoint."""

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes | None = None  # whatever the maker added; nobody vouches for it


def write_proof(proof: Proof) -> str:
    extra = [] if proof.extra is None else [f"extra {b64encode(proof.extra).decode()}"]
    hashes = [b64encode(step).decode() for step in proof.path]
    return "\n".join([FORMAT, *extra, f"index {proof.index}", *hashes, "", proof.note])


def read_proof(text: str | bytes) -> Proof:
    """Read a proof. Raises Malformed unless it is written exactly as the format says."""
    head, blank, note = as_text(text).partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != FORMAT:
        raise Malformed(f"证明的首行应为 {FORMAT}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise Malformed("证明缺少序号行")
    index = parse_decimal(lines.pop(0).removeprefix("index "))
    path = tuple(from_base64(line) for line in lines)
    if len(path) > LONGEST_PATH or any(len(step) != HASH_BYTES for step in path):
        raise Malformed("证明的哈希应不多于 64 个，每个 32 字节")
    return Proof(index, path, note, extra)


def verify_proof(text: str | bytes, leaf: bytes, verifier_key: str) -> Checkpoint:
    """Return the checkpoint of the tree in which the proof shows the leaf hash `leaf` to lie.

    verifier_key  the ledger's public key; its name must be the checkpoint's origin
    raises        Malformed when proof or signature is not right, or the leaf is another
    """
    proof = read_proof(text)
    checkpoint = parse_checkpoint(open_note(proof.note, verifier_key).text)
    if checkpoint.origin != verifier_key.partition("+")[0]:
        raise Malformed("检查点属于另一个账本")
    if not verify_inclusion(proof.index, checkpoint.size, leaf, proof.path, checkpoint.root):
        raise Malformed("该事件不在签名所示账本的这一位置")
    return checkpoint
