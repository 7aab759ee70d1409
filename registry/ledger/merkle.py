"""The Merkle tree of RFC 6962 §2.1: hashes, proofs, and the checking of proofs. Pure.

A tree over n leaves is cut into perfect subtrees; the one at (level, number) covers the leaves from
number·2^level up to (number+1)·2^level. They never change as the tree grows, so they can be kept.

The makers of proofs raise ValueError when asked for what does not exist. The checkers answer False to
anything that is not a right proof, whatever it is.

Source: RFC 6962 §2.1, RFC 9162 §2.1, c2sp.org/merkle-tree.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeGuard

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
LARGEST_SIZE = 2**64 - 1


class Node(NamedTuple):
    """The place of a perfect subtree."""

    level: int
    number: int


class Span(NamedTuple):
    """The leaves from `begin` up to, not including, `end`, when they are a subtree of some tree."""

    begin: int
    end: int


Fetch = Callable[[Node], bytes]
"""Gives the hash of a perfect subtree."""


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes in order; SHA-256("") over none."""
    tree = Frontier()
    for leaf in leaf_hashes:
        tree.push(leaf)
    return tree.root()


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root, nearest to the leaf first.

    raises ValueError unless 0 <= index < len(leaf_hashes)
    """
    return [root(leaf_hashes[begin:end]) for begin, end in inclusion_spans(index, len(leaf_hashes))]


def consistency_path(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the hashes that show the tree over the first `old_size` leaves to be the beginning of this one.

    Empty for the empty tree and for the whole tree.

    raises ValueError unless 0 <= old_size <= len(leaf_hashes)
    """
    return [root(leaf_hashes[begin:end]) for begin, end in consistency_spans(old_size, len(leaf_hashes))]


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the subtrees whose hashes are the inclusion path (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    spans, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
            continue
        spans.append(Span(begin, middle))
        begin = middle
    return spans[::-1]


def consistency_spans(old_size: int, size: int) -> list[Span]:
    """Return the subtrees whose hashes are the consistency path (RFC 6962 §2.1.2)."""
    if not 0 <= old_size <= size:
        raise ValueError(f"a tree of {size} leaves has no beginning of {old_size}")
    if old_size in {0, size}:
        return []
    spans, begin, end = [], 0, size
    while end != old_size:
        middle = begin + split(end - begin)
        if old_size <= middle:
            spans.append(Span(middle, end))
            end = middle
            continue
        spans.append(Span(begin, middle))
        begin = middle
    if begin:  # else the old tree is itself that subtree, and the verifier has its root
        spans.append(Span(begin, end))
    return spans[::-1]


def split(size: int) -> int:
    """Return the largest power of two smaller than `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def perfect_nodes(begin: int, end: int) -> Iterator[Node]:
    """Yield the perfect subtrees that make up the leaves from `begin` to `end`, from left to right.

    `begin` is 0 or the left edge of a subtree at least as wide as the span.
    """
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield Node(level, begin >> level)
        begin += 1 << level


def span_hash(span: Span, fetch: Fetch) -> bytes:
    """Return the hash of a subtree from the perfect subtrees in it."""
    return fold([fetch(node) for node in perfect_nodes(*span)])


def fold(hashes: Sequence[bytes]) -> bytes:
    """Join perfect subtrees of falling size into the hash of the tree they make up."""
    if not hashes:
        return EMPTY_ROOT
    *lefts, joined = hashes
    for left in reversed(lefts):
        joined = node_hash(left, joined)
    return joined


@dataclass(slots=True)
class Frontier:
    """A tree that grows at its right edge, held as the few perfect subtrees it is made of (O(log n))."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def push(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf hash. Return the perfect subtrees above the leaf that it completes, lowest first."""
        made = []
        index, level = self.size, 0
        joined = leaf
        while index & 1:
            joined = node_hash(self.hashes.pop(), joined)
            index, level = index >> 1, level + 1
            made.append((Node(level, index), joined))
        self.hashes.append(joined)
        self.size += 1
        return made

    def root(self) -> bytes:
        return fold(self.hashes)


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether `path` proves the leaf hash `leaf` to be number `index` in the tree (`size`, `root`).

    index  counted from 0
    leaf   the leaf's hash, 32 bytes, not the data
    path   list or tuple of 32-byte hashes, nearest to the leaf first
    """
    if not (is_size(index) and is_size(size) and index < size):
        return False
    if not (is_hash(leaf) and is_hash(root) and is_path(path)):
        return False
    climbed = climb(index, size - 1, leaf, leaf, path)
    return climbed is not None and climbed[1] == root


def verify_consistency(
    old_size: int, new_size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Say whether `path` proves the tree (`old_size`, `old_root`) to be the beginning of the new tree.

    Trees of one size: consistent when the path is empty and the roots are equal, whatever bytes they are.
    From the empty tree: consistent when the path is empty and the old root is SHA-256("").
    """
    if not (is_size(old_size) and is_size(new_size) and is_path(path) and old_size <= new_size):
        return False
    if not (isinstance(old_root, bytes) and isinstance(new_root, bytes)):  # type: ignore[redundant-expr]  # strangers call this too
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if not (is_hash(old_root) and is_hash(new_root)):
        return False
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    return grown(old_size, new_size, path, old_root, new_root)


def grown(old_size: int, new_size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Check a consistency path between two trees of different size, neither empty (RFC 9162 §2.1.4.2)."""
    if old_size & (old_size - 1) == 0:
        path = [old_root, *path]
    if not path:
        return False
    index, last = old_size - 1, new_size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    climbed = climb(index, last, path[0], path[0], path[1:])
    return climbed == (old_root, new_root)


def climb(
    index: int, last: int, old: bytes, new: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Go up from node `index` of a level whose rightmost node is `last`, joining the path's hashes.

    Returns (root without the hashes right of us, root with them); None when the path's length is wrong.
    """
    for step in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, step)
        index, last = index >> 1, last >> 1
    return (old, new) if last == 0 else None


def is_size(number: object) -> bool:
    return type(number) is int and 0 <= number <= LARGEST_SIZE


def is_hash(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == HASH_BYTES


def is_path(path: object) -> TypeGuard[Sequence[bytes]]:
    return isinstance(path, list | tuple) and all(is_hash(step) for step in path)
