"""Check a proof from the ledger without the registry: `python -m registry.ledger.verify FILE --key KEY`.

Needs Python, the package `cryptography`, and the files merkle.py, notes.py and proofs.py beside this one.
The event's own bytes are read from the file beside the proof (`….json` for `….tlog-proof`).

Ends with 0 when the proof holds, 1 when it does not, 2 when the command or a file cannot be read.
"""

import argparse
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


def check(proof: Path, body: Path, verifier_key: str) -> str:
    """Return what the proof shows, in words. Raises Malformed when it shows nothing, OSError for files."""
    text, event = proof.read_bytes(), body.read_bytes()
    tree = verify_proof(text, leaf_hash(event), verifier_key)
    index = read_proof(text).index
    return (
        f"证明成立：事件 {body.name}（{len(event)} 字节）位于账本 {tree.origin} 第 {index} 位；"
        f"该账本共 {tree.size} 条，根哈希 {tree.root.hex()}，签名有效。"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m registry.ledger.verify", description="离线核验存证证明。")
    parser.add_argument("file", type=Path, help="证明文件（.tlog-proof）")
    parser.add_argument("--key", required=True, help="账本验证公钥（name+hash+base64），见“存证”公示页")
    parser.add_argument("--body", type=Path, help="事件正文文件，默认取证明旁同名的 .json")
    given = parser.parse_args(arguments)
    try:
        shown = check(given.file, given.body or body_beside(given.file), given.key)
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
