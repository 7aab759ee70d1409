"""Proofs travel as files and hold without the registry."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger import verify
from registry.ledger.merkle import inclusion_path, leaf_hash, root
from registry.ledger.notes import Checkpoint, Malformed, sign, verifier_key
from registry.ledger.proofs import Proof, read_proof, verify_proof, write_proof

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "zhuze.test/ledger"
OURS = verifier_key(NAME, KEY.public_key())
BODIES = [f'{{"n":{number}}}'.encode() for number in range(11)]
LEAVES = [leaf_hash(body) for body in BODIES]
NOTE = sign(Checkpoint(NAME, len(LEAVES), root(LEAVES)).text(), NAME, KEY)
GOOD = write_proof(Proof(6, tuple(inclusion_path(LEAVES, 6)), NOTE))
FIRST_STEP = GOOD.split("\n")[2]


@pytest.mark.parametrize("index", range(11))
def test_each_event_can_be_proved(index: int) -> None:
    text = write_proof(Proof(index, tuple(inclusion_path(LEAVES, index)), NOTE))
    assert verify_proof(text, LEAVES[index], OURS).size == 11
    with pytest.raises(Malformed):
        verify_proof(text, LEAVES[index - 1], OURS)


def test_a_proof_of_the_only_event_has_no_hashes() -> None:
    note = sign(Checkpoint(NAME, 1, LEAVES[0]).text(), NAME, KEY)
    text = write_proof(Proof(0, (), note))
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nzhuze.test/ledger\n1\n")
    assert verify_proof(text, LEAVES[0], OURS)


@given(index=st.integers(0, 2**64 - 1), path=st.lists(st.binary(min_size=32, max_size=32), max_size=64),
       extra=st.none() | st.binary())
def test_a_proof_reads_back_as_it_was_written(index: int, path: list[bytes], extra: bytes | None) -> None:
    proof = Proof(index, tuple(path), NOTE, extra)
    assert read_proof(write_proof(proof)) == proof
    assert read_proof(write_proof(proof).encode()) == proof


@pytest.mark.parametrize("text", [
    "",
    GOOD.replace("@v1", "@v2"),
    GOOD.replace("@v1\n", "@v1\r\n"),
    " " + GOOD,
    GOOD.replace("index 6\n", ""),
    GOOD.replace("index 6", "index 06"),
    GOOD.replace("index 6", "index -6"),
    GOOD.replace("index 6", "index  6"),
    GOOD.replace("index 6", "Index 6"),
    GOOD.replace("index 6", "index 7"),
    GOOD.replace("index 6", "extra !\nindex 6"),
    GOOD.replace("index 6", "extra AA==\nextra AA==\nindex 6"),
    GOOD.replace("index 6", "index 6\nindex 6"),
    GOOD.replace(FIRST_STEP, FIRST_STEP + "="),
    GOOD.replace(FIRST_STEP, "AAAA"),
    GOOD.replace(FIRST_STEP + "\n", ""),
    GOOD.replace(FIRST_STEP, "\n".join([FIRST_STEP] * 65)),
    GOOD.replace("\n11\n", "\n12\n"),
    GOOD.replace("\n\n", "\n"),
    GOOD[:-1],
    GOOD.encode() + b"\xff",
])  # fmt: skip
def test_a_proof_that_is_not_right_proves_nothing(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        verify_proof(text, LEAVES[6], OURS)


def test_a_checkpoint_of_another_ledger_under_our_key_proves_nothing() -> None:
    note = sign(Checkpoint("other.test/ledger", len(LEAVES), root(LEAVES)).text(), NAME, KEY)
    with pytest.raises(Malformed, match="另一个账本"):
        verify_proof(write_proof(Proof(6, tuple(inclusion_path(LEAVES, 6)), note)), LEAVES[6], OURS)


def test_anyone_can_check_a_proof_file_by_the_small_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof = tmp_path / "event.tlog-proof"
    proof.write_text(GOOD)
    (tmp_path / "event.json").write_bytes(BODIES[6])
    assert verify.main([str(proof), "--key", OURS]) == 0
    assert "证明成立" in capsys.readouterr().out

    (tmp_path / "event.json").write_bytes(BODIES[6] + b" ")
    assert verify.main([str(proof), "--key", OURS]) == 1
    assert "不在签名所示账本的这一位置" in capsys.readouterr().err

    assert verify.main([str(proof), "--key", OURS, "--body", str(tmp_path / "absent")]) == 2
    assert "无法读取" in capsys.readouterr().err
