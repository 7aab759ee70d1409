"""The tree against RFC 6962's own recursive words, against known trees, and against everything malformed."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    Span,
    consistency_path,
    consistency_spans,
    inclusion_path,
    inclusion_spans,
    leaf_hash,
    perfect_nodes,
    root,
    span_hash,
    verify_consistency,
    verify_inclusion,
)

KNOWN_LEAVES = [
    bytes.fromhex(data)
    for data in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
KNOWN_INCLUSION = {
    (0, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (5, 8): "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 5): "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    (0, 1): "",
}
KNOWN_CONSISTENCY = {
    (1, 1): "",
    (1, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (6, 8): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 5): "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    (6, 7): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
}
MALFORMED: list[Any] = [
    None, True, False, -1, 1.0, 2**64, 2**4000, "x", "00" * 32, b"", b"x", b"x" * 31, b"x" * 33,
    bytearray(32), memoryview(bytes(32)), [], [None], ["x" * 32], [b"x"], object(), {}, iter([]),
]

sizes = st.integers(0, 70)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4)) for number in range(count)]


def hashes(text: str) -> list[bytes]:
    return [bytes.fromhex(text[start : start + 64]) for start in range(0, len(text), 64)]


def widest(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(d: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word, over leaf hashes."""
    if len(d) < 2:
        return d[0] if d else hashlib.sha256().digest()
    k = widest(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1."""
    if len(d) == 1:
        return []
    k = widest(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: list[bytes], b: bool) -> list[bytes]:
    """RFC 6962 §2.1.2."""
    if m == len(d):
        return [] if b else [mth(d)]
    k = widest(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()
    assert leaf_hash(b"").hex() == KNOWN_ROOTS[0]


def test_known_trees_have_their_known_roots() -> None:
    known = [leaf_hash(data) for data in KNOWN_LEAVES]
    assert [root(known[: n + 1]).hex() for n in range(8)] == KNOWN_ROOTS


@pytest.mark.parametrize(("index", "size"), KNOWN_INCLUSION)
def test_known_inclusion_proofs_are_made_and_accepted(index: int, size: int) -> None:
    known = [leaf_hash(data) for data in KNOWN_LEAVES[:size]]
    proof = hashes(KNOWN_INCLUSION[index, size])
    assert inclusion_path(known, index) == proof
    assert verify_inclusion(index, size, known[index], proof, bytes.fromhex(KNOWN_ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), KNOWN_CONSISTENCY)
def test_known_consistency_proofs_are_made_and_accepted(old: int, new: int) -> None:
    known = [leaf_hash(data) for data in KNOWN_LEAVES[:new]]
    proof = hashes(KNOWN_CONSISTENCY[old, new])
    assert consistency_path(known, old) == proof
    old_root, new_root = (bytes.fromhex(KNOWN_ROOTS[size - 1]) for size in (old, new))
    assert verify_consistency(old, new, proof, old_root, new_root)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_every_small_tree_is_as_the_rfc_writes_it(size: int) -> None:
    d = leaves(size)
    assert root(d) == mth(d)
    for index in range(size):
        assert inclusion_path(d, index) == path(index, d)
        assert verify_inclusion(index, size, d[index], path(index, d), mth(d))
    for old in range(1, size + 1):
        assert consistency_path(d, old) == subproof(old, d, True)
        assert verify_consistency(old, size, subproof(old, d, True), mth(d[:old]), mth(d))


@given(size=st.integers(1, 300), data=st.data())
@settings(deadline=None)
def test_proofs_of_larger_trees_hold(size: int, data: st.DataObject) -> None:
    d = leaves(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert verify_inclusion(index, size, d[index], inclusion_path(d, index), root(d))
    assert verify_consistency(old, size, consistency_path(d, old), root(d[:old]), root(d))


@given(size=st.integers(2, 70), data=st.data())
@settings(deadline=None)
def test_a_proof_with_one_bit_changed_proves_nothing(size: int, data: st.DataObject) -> None:
    d = leaves(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    proof = inclusion_path(d, index)
    assert not verify_inclusion(index, size, d[index], changed(proof, data), root(d))
    proof = consistency_path(d, old)
    assert not verify_consistency(old, size, changed(proof, data), root(d[:old]), root(d))


def changed(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    number = int.from_bytes(proof[place]) ^ 1 << bit
    return [*proof[:place], number.to_bytes(32), *proof[place + 1 :]]


@given(size=st.integers(1, 40), data=st.data())
@settings(deadline=None)
def test_a_proof_for_another_place_size_or_length_proves_nothing(size: int, data: st.DataObject) -> None:
    d = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof, top = inclusion_path(d, index), root(d)
    for other in (index - 1, index + 1, index ^ 2, size):
        assert not verify_inclusion(other, size, d[index], proof, top)
    for longer in ([*proof, top], [top, *proof], [*proof, b""], proof[:-1] or [top]):
        assert not verify_inclusion(index, size, d[index], longer, top)
    assert not verify_inclusion(index, size, d[index], proof, EMPTY_ROOT)


@given(old=st.integers(1, 40), more=st.integers(1, 40))
@settings(deadline=None)
def test_a_consistency_proof_of_another_length_or_direction_proves_nothing(old: int, more: int) -> None:
    d = leaves(old + more)
    proof, before, after = consistency_path(d, old), root(d[:old]), root(d)
    for other in ([*proof, after], [before, *proof], proof[:-1], [], proof[1:], [*proof, b""]):
        assert not verify_consistency(old, old + more, other, before, after)
    assert not verify_consistency(old, old + more, proof, after, before)
    assert not verify_consistency(old + more, old, proof, after, before)


def test_a_tree_that_was_changed_is_not_the_beginning_of_the_present_one() -> None:
    d = leaves(9)
    rewritten = [*d[:4], leaf_hash(b"another"), *d[5:]]
    assert not verify_consistency(6, 9, consistency_path(d, 6), root(rewritten[:6]), root(d))


def test_from_the_empty_tree_only_the_empty_proof_and_its_own_root_will_do() -> None:
    top = root(leaves(3))
    assert consistency_path(leaves(3), 0) == []
    assert verify_consistency(0, 3, [], EMPTY_ROOT, top)
    assert not verify_consistency(0, 3, [], top, top)
    assert not verify_consistency(0, 3, [top], EMPTY_ROOT, top)
    assert not verify_consistency(0, 1, [], EMPTY_ROOT, b"don't care")


@pytest.mark.parametrize("size", [0, 1, 7])
def test_trees_of_one_size_are_consistent_when_roots_are_equal_and_the_proof_is_empty(size: int) -> None:
    top = root(leaves(size))
    assert consistency_path(leaves(size), size) == []
    assert verify_consistency(size, size, [], top, top)
    assert verify_consistency(size, size, [], b"opaque", b"opaque")  # as the common test vectors have it
    assert not verify_consistency(size, size, [], top, leaf_hash(b"other"))
    assert not verify_consistency(size, size, [top], top, top)


@pytest.mark.parametrize("bad", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_malformed_is_false_and_never_an_error(bad: Any) -> None:
    d = leaves(5)
    inclusion: list[Any] = [3, 5, d[3], inclusion_path(d, 3), root(d)]
    consistency: list[Any] = [3, 5, consistency_path(d, 3), root(d[:3]), root(d)]
    for place in range(5):
        assert verify_inclusion(*with_one(inclusion, place, bad)) is False
        assert verify_consistency(*with_one(consistency, place, bad)) is False
    for place in range(3):
        broken = with_one(inclusion[3], place, bad)
        assert verify_inclusion(3, 5, d[3], broken, root(d)) is False


def with_one(arguments: list[Any], place: int, bad: Any) -> list[Any]:
    return [*arguments[:place], bad, *arguments[place + 1 :]]


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=40),
    st.lists(st.binary(min_size=32, max_size=32), max_size=8), st.lists(st.integers(), max_size=3),
)


@given(anything, anything, anything, anything, anything)
def test_whatever_is_asked_the_answer_is_a_plain_no(a: Any, b: Any, c: Any, d: Any, e: Any) -> None:
    assert verify_inclusion(a, b, c, d, e) in {True, False}
    assert verify_consistency(a, b, c, d, e) in {True, False}


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_path(leaves(size), index)


@pytest.mark.parametrize("old", [-1, 4])
def test_there_is_no_proof_of_a_beginning_that_is_not_there(old: int) -> None:
    with pytest.raises(ValueError, match="no beginning"):
        consistency_path(leaves(3), old)


@given(size=st.integers(0, 200))
@settings(deadline=None)
def test_the_kept_subtrees_give_the_same_root_and_proofs_as_the_leaves(size: int) -> None:
    d, tree, kept = leaves(size), Frontier(), {}
    for index, leaf in enumerate(d):
        kept[Node(0, index)] = leaf
        kept |= dict(tree.push(leaf))
    assert tree.root() == root(d) == span_hash(Span(0, size), kept.__getitem__)
    assert len(kept) == sum(size >> level for level in range(9))
    for old in {1, size // 3, size // 2, size - 1} & set(range(1, size + 1)):
        spans = consistency_spans(old, size)
        assert [span_hash(span, kept.__getitem__) for span in spans] == consistency_path(d, old)
        spans = inclusion_spans(old - 1, size)
        assert [span_hash(span, kept.__getitem__) for span in spans] == inclusion_path(d, old - 1)


@given(size=sizes)
def test_a_tree_is_made_of_few_perfect_subtrees(size: int) -> None:
    nodes = list(perfect_nodes(0, size))
    assert len(nodes) == size.bit_count()
    assert sum(1 << node.level for node in nodes) == size
