"""The signer signs only what continues what it signed before."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.adapters.signing import Ed25519Signer
from registry.kernel.errors import Refusal, Unavailable
from registry.kernel.ports import LedgerRewound
from registry.ledger.merkle import consistency_path, leaf_hash, root
from registry.ledger.notes import Checkpoint, Malformed, open_note, parse_checkpoint

LEAVES = [leaf_hash(bytes([number])) for number in range(40)]
REWRITTEN = [*LEAVES[:3], leaf_hash(b"another"), *LEAVES[4:]]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "last.json"


@pytest.fixture
def signer(state: Path) -> Ed25519Signer:
    return Ed25519Signer(bytes(range(32)), origin="zhuze.test/ledger", state=state)


def signed(signer: Ed25519Signer, size: int, leaves: list[bytes] = LEAVES) -> str:
    last = signer.last()
    path = consistency_path(leaves[:size], last[0]) if last and last[0] <= size else []
    return signer.sign(size, root(leaves[:size]), path)


def test_a_growing_ledger_is_signed_again_and_again(signer: Ed25519Signer, state: Path) -> None:
    assert signer.last() is None
    for size in (0, 1, 1, 5, 8, 40):
        said = parse_checkpoint(open_note(signed(signer, size), signer.verifier_key).text)
        assert said == Checkpoint(signer.origin, size, root(LEAVES[:size]))
        assert signer.last() == (size, root(LEAVES[:size]))
    assert json.loads(state.read_text())["size"] == 40


def test_what_was_signed_is_remembered_by_the_next_process(signer: Ed25519Signer, state: Path) -> None:
    signed(signer, 5)
    again = Ed25519Signer(bytes(range(32)), origin="zhuze.test/ledger", state=state)
    assert again.last() == (5, root(LEAVES[:5]))
    with pytest.raises(LedgerRewound):
        signed(again, 4)


@pytest.mark.parametrize(("size", "leaves"), [
    (7, LEAVES),        # the tail is gone: an old backup
    (0, LEAVES),
    (8, REWRITTEN),     # as long as before, but another past
    (9, REWRITTEN),
    (16, REWRITTEN),
])  # fmt: skip
def test_a_ledger_whose_past_was_changed_is_not_signed(
    signer: Ed25519Signer, size: int, leaves: list[bytes]
) -> None:
    signed(signer, 8)
    with pytest.raises(LedgerRewound, match="曾签名 8 条"):
        signed(signer, size, leaves)
    assert signer.last() == (8, root(LEAVES[:8]))


def test_without_a_proof_nothing_longer_is_signed(signer: Ed25519Signer) -> None:
    signed(signer, 8)
    with pytest.raises(LedgerRewound):
        signer.sign(9, root(LEAVES[:9]), [])


@pytest.mark.parametrize("kept", [
    "", "{", "[]", "null", '{"size": 3}',
    '{"origin": "zhuze.test/ledger", "size": true, "root": "' + "00" * 32 + '"}',
    '{"origin": "zhuze.test/ledger", "size": -1, "root": "' + "00" * 32 + '"}',
    '{"origin": "zhuze.test/ledger", "size": 3, "root": "00"}',
    '{"origin": "other.test/ledger", "size": 3, "root": "' + "00" * 32 + '"}',
])  # fmt: skip
def test_a_damaged_memory_stops_the_signing(signer: Ed25519Signer, state: Path, kept: str) -> None:
    state.parent.mkdir()
    state.write_text(kept)
    with pytest.raises(Unavailable, match="拒绝签名"):
        signed(signer, 5)


def test_of_two_histories_signed_at_once_only_one_gets_a_signature(signer: Ed25519Signer) -> None:
    signed(signer, 2)

    def attempt(number: int) -> bool:
        leaves = [*LEAVES[:2], leaf_hash(f"branch {number}".encode())]
        try:
            signer.sign(3, root(leaves), consistency_path(leaves, 2))
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


@pytest.mark.parametrize("origin", ["", "zhuze ledger", "zhuze+ledger"])
def test_a_ledger_without_a_fit_name_has_no_signer(state: Path, origin: str) -> None:
    with pytest.raises(Malformed):
        Ed25519Signer(bytes(range(32)), origin=origin, state=state)
