"""Notes and checkpoints, against the specifications' own examples and against everything malformed."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.notes import (
    Checkpoint,
    Malformed,
    open_note,
    parse_checkpoint,
    parse_verifier_key,
    sign,
    verifier_key,
)

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_PRIVATE_KEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # published with the reference implementation
GO_TEXT = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.
"""
GO_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    "\n"
)
OTHER_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="
    "\n"
)
GO_NOTE = f"{GO_TEXT}\n{GO_LINE}"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OURS = verifier_key("zhuze.test/ledger", KEY.public_key())
ROOT = b64encode(bytes(range(32))).decode()
GOOD = f"zhuze.test/ledger\n20852163\n{ROOT}\n"


def test_the_example_of_the_reference_implementation_opens() -> None:
    note = open_note(GO_NOTE, GO_KEY)
    assert note.text == GO_TEXT
    assert [signature.name for signature in note.verified] == ["PeterNeumann"]
    assert open_note(GO_NOTE.encode(), GO_KEY) == note


def test_the_reference_implementations_private_key_signs_the_same_note_here() -> None:
    key = Ed25519PrivateKey.from_private_bytes(b64decode(GO_PRIVATE_KEY)[1:])
    assert verifier_key("PeterNeumann", key.public_key()) == GO_KEY
    assert sign(GO_TEXT, "PeterNeumann", key) == GO_NOTE


def test_what_is_signed_here_opens_here_and_only_with_the_right_key() -> None:
    note = sign(GOOD, "zhuze.test/ledger", KEY)
    said = Checkpoint("zhuze.test/ledger", 20852163, bytes(range(32)))
    assert parse_checkpoint(open_note(note, OURS).text) == said
    with pytest.raises(Malformed):
        open_note(note, GO_KEY)
    with pytest.raises(Malformed):
        open_note(note)


def test_signatures_by_strangers_are_carried_and_not_believed() -> None:
    note = open_note(f"{GO_TEXT}\n{OTHER_LINE}{GO_LINE}{OTHER_LINE}{GO_LINE}", GO_KEY)
    assert [signature.name for signature in note.verified] == ["PeterNeumann"]
    assert [signature.line() for signature in note.unverified] == [OTHER_LINE]
    assert note.verified[0].line() == GO_LINE


def test_a_text_may_have_empty_lines_and_signatures_follow_the_last_one() -> None:
    text = "第一段\n\n\n第二段\n"
    assert open_note(sign(text, "zhuze.test/ledger", KEY), OURS).text == text


@pytest.mark.parametrize("note", [
    "",
    GO_TEXT,
    GO_TEXT + GO_LINE,
    GO_NOTE[:-1],
    GO_NOTE + "\n",
    GO_NOTE.replace("answer", "question"),
    GO_NOTE.replace("— ", "- "),
    GO_NOTE.replace("— ", "—"),
    GO_NOTE.replace("x08go", "x09go"),                    # another key id: a stranger's
    GO_NOTE.replace("ZJkuBS", "ZJkuBT"),
    GO_NOTE.replace("PeterNeumann x", "Peter+Neumann x"),
    GO_NOTE.replace("PeterNeumann x", "Peter\u2003Neumann x"),
    GO_NOTE.replace("PeterNeumann x", " x"),
    GO_NOTE.replace("JnAM=", "JnAN="),                    # the same bytes, written otherwise
    GO_NOTE.replace("JnAM=", "JnAM"),
    GO_NOTE.replace("JnAM=", "JnAM= "),
    GO_NOTE.replace("you think", "you\tthink"),
    GO_NOTE.replace("you think", "you\rthink"),
    GO_NOTE.replace("you think", "you\udc80think"),
    GO_NOTE.encode().replace(b"you think", b"you\xffthink"),
    GO_NOTE + "— PeterNeumann x08go/Y=\n" + "\n",
    GO_NOTE + "— someone AAAA\n",
    GO_NOTE + "— someone \n",
    GO_NOTE + OTHER_LINE * 100,
])  # fmt: skip
def test_a_note_that_is_not_right_does_not_open(note: str | bytes) -> None:
    with pytest.raises(Malformed):
        open_note(note, GO_KEY)


def test_a_wrong_signature_by_a_known_key_spoils_the_whole_note() -> None:
    note = sign(GOOD, "zhuze.test/ledger", KEY)
    forged = GO_NOTE + note.partition("\n\n")[2]
    assert open_note(forged, GO_KEY)
    with pytest.raises(Malformed, match="不正确"):
        open_note(forged, GO_KEY, OURS)


@pytest.mark.parametrize("key", [
    "",
    "PeterNeumann",
    GO_KEY.replace("c74f20a3", "c74f20a4"),
    GO_KEY.replace("c74f20a3", "0xc74f20"),
    GO_KEY.replace("c74f20a3", "c74f20a"),
    GO_KEY.replace("PeterNeumann", "Peter Neumann"),
    GO_KEY.replace("PeterNeumann", ""),
    GO_KEY.replace("PeterNeumann", "Peter\ud800"),
    GO_KEY.replace("+AR", "+BR"),
    GO_KEY[:-4],
    GO_KEY + "=",
])  # fmt: skip
def test_a_key_that_is_not_right_is_refused(key: str) -> None:
    with pytest.raises(Malformed):
        parse_verifier_key(key)


def test_a_key_reads_back_as_it_was_written() -> None:
    read = parse_verifier_key(OURS)
    assert verifier_key(read.name, read.key) == OURS
    assert parse_verifier_key(GO_KEY).key_id.hex() == "c74f20a3"


def test_a_checkpoint_may_carry_lines_of_others() -> None:
    assert parse_checkpoint(GOOD + "extra\n更多\n").extensions == ("extra", "更多")


@given(
    origin=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1),
    size=st.integers(0, 2**64 - 1),
    root=st.binary(min_size=32, max_size=32),
)
def test_a_checkpoint_reads_back_as_it_was_written(origin: str, size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin, size, root)
    assert parse_checkpoint(checkpoint.text()) == checkpoint
    assert parse_checkpoint(checkpoint.text().encode()) == checkpoint


@pytest.mark.parametrize("text", [
    "",
    "\n",
    GOOD[:-1],
    GOOD + "\n",
    GOOD + "\nextra\n",
    "\n" + GOOD,
    GOOD.replace("zhuze.test/ledger\n", "\n"),
    GOOD.replace("zhuze.test/ledger\n", ""),
    GOOD.replace("\n", "\r\n"),
    *(GOOD.replace("20852163", size) for size in (
        "", "00", "020852163", "+1", "-1", " 1", "1 ", "1.0", "0x10", "1_000", "1e3", "１２",
        "18446744073709551616", "9" * 5000,
    )),
    GOOD.replace(ROOT, ROOT[:-1]),
    GOOD.replace(ROOT, ROOT + "="),
    GOOD.replace(ROOT, " " + ROOT),
    GOOD.replace(ROOT, ROOT[:-2] + "9="),                 # stray bits
    GOOD.replace(ROOT, ROOT[:-1] + "A"),
    GOOD.replace(ROOT, b64encode(bytes(31)).decode()),
    GOOD.replace(ROOT, b64encode(bytes(33)).decode()),
    GOOD.replace(ROOT, b64encode(b"\xff" * 32).decode().replace("/", "_")),
    GOOD.replace(ROOT, bytes(range(32)).hex()),
    sign(GOOD, "zhuze.test/ledger", KEY),                 # a whole note is not its text
    b"\xff" + GOOD.encode(),
])  # fmt: skip
def test_a_checkpoint_that_is_not_right_is_refused(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    ("text", "name"), [("no newline", "a"), (GOOD, ""), (GOOD, "a b"), (GOOD, "a+b"), ("\t\n", "a")]
)
def test_what_is_not_fit_for_a_note_is_not_signed(text: str, name: str) -> None:
    with pytest.raises(Malformed):
        sign(text, name, KEY)


@given(st.one_of(st.text(), st.binary()))
def test_whatever_is_opened_is_opened_or_refused(text: str | bytes) -> None:
    for read in (parse_checkpoint, lambda note: open_note(note, OURS)):
        with pytest.raises(Malformed):
            read(text)
