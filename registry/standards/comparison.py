"""What a new text changes in an old one, sign by sign: Chinese has no spaces between its words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    change: Change
    text: str


Line = tuple[Piece, ...]


def compared(old: Sequence[str], new: Sequence[str]) -> tuple[Line, ...]:
    """Return both texts woven into one, paragraph by paragraph.

    The SAME and ADDED pieces together are the new text, the SAME and REMOVED ones the old.
    """
    lines: list[list[Piece]] = [[]]
    for piece in pieces("\n".join(old), "\n".join(new)):
        first, *rest = piece.text.split("\n")
        lines[-1].append(Piece(piece.change, first))
        lines += [[Piece(piece.change, text)] for text in rest]
    return tuple(tuple(piece for piece in line if piece.text) for line in lines if any(p.text for p in line))


def pieces(old: str, new: str) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield Piece(Change.SAME, old[old_from:old_to])
            continue
        yield Piece(Change.REMOVED, old[old_from:old_to])
        yield Piece(Change.ADDED, new[new_from:new_to])
