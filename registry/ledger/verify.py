"""Check a proof from the ledger without the registry: `python -m registry.ledger.verify FILE --key KEY`.

Needs Python, the package `cryptography`, and the files merkle.py, notes.py and proofs.py beside this one.
The event's own bytes are read from the file beside the proof (`….json` for `….tlog-proof`). FILE may also be
the one file that a plaque's page hands out, which holds both: {"event": …, "proof": …}.

Ends with 0 when the proof holds, 1 when it does not, 2 when the command or a file cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from registry.ledger.merkle import leaf_hash
from registry.ledger.notes import Malformed
from registry.ledger.proofs import read_proof, verify_proof

ENDING = ".tlog-proof"


def body_beside(proof: Path) -> Path:
    """Return where the event's body lies that goes with a proof file."""
    return proof.with_name(proof.name.removesuffix(ENDING) + ".json")


def proof_and_event(file: Path, body: Path | None) -> tuple[bytes, bytes, str]:
    """Return the proof, the event's bytes, and what to call the event; from one file or from two."""
    text = file.read_bytes()
    if text.lstrip().startswith(b"{"):
        return *read_bundle(text), file.name
    beside = body or body_beside(file)
    return text, beside.read_bytes(), beside.name


def read_bundle(text: bytes) -> tuple[bytes, bytes]:
    """Read {"event": text, "proof": text}; return proof and event. Raises Malformed unless it is that."""
    try:
        bundle = json.loads(text)
    except ValueError:
        raise Malformed("存证文件不是 JSON") from None
    event, proof = bundle.get("event"), bundle.get("proof")
    if not (isinstance(event, str) and isinstance(proof, str)):
        raise Malformed("存证文件应有 event 和 proof 两项")
    try:
        return proof.encode(), event.encode()
    except UnicodeError:
        raise Malformed("存证文件不是 UTF-8 文本") from None


def check(file: Path, body: Path | None, verifier_key: str) -> str:
    """Return what the proof shows, in words. Raises Malformed when it shows nothing, OSError for files."""
    text, event, name = proof_and_event(file, body)
    tree = verify_proof(text, leaf_hash(event), verifier_key)
    index = read_proof(text).index
    return (
        f"证明成立：事件 {name}（{len(event)} 字节）位于账本 {tree.origin} 第 {index} 位；"
        f"该账本共 {tree.size} 条，根哈希 {tree.root.hex()}，签名有效。"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m registry.ledger.verify", description="离线核验存证证明。")
    parser.add_argument("file", type=Path, help="证明文件（.tlog-proof），或标牌的存证文件（.json）")
    parser.add_argument("--key", required=True, help="账本验证公钥（name+hash+base64），见“存证”公示页")
    parser.add_argument("--body", type=Path, help="事件正文文件，默认取证明旁同名的 .json")
    given = parser.parse_args(arguments)
    try:
        shown = check(given.file, given.body, given.key)
    except Malformed as wrong:
        sys.stderr.write(f"证明不成立：{wrong}\n")
        return 1
    except OSError as unread:
        sys.stderr.write(f"文件无法读取：{unread}\n")
        return 2
    sys.stdout.write(f"{shown}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
