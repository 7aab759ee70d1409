"""Chinese search without an extension: overlapping pairs of characters in a GIN index."""

import unicodedata


def bigrams(text: str) -> list[str]:
    """Return what `text` can be found by: every pair of neighbours and every single character, sorted, once each.

    text     anything a person wrote; full-width and half-width, upper and lower case count as the same
    returns  for "质量A" → ["a", "质", "质量", "量", "量a"]; spaces and punctuation part words and are left out

    >>> bigrams("质量")
    ['质', '质量', '量']
    """
    return sorted({gram for word in words(text) for gram in (*word, *pairs(word))})


def wanted(text: str) -> list[str]:
    """Return the grams that a row found by `text` must all have: the pairs, or the character where there is one."""
    return sorted({gram for word in words(text) for gram in (pairs(word) or word)})


def pairs(word: str) -> list[str]:
    return [word[at:at + 2] for at in range(len(word) - 1)]


def words(text: str) -> list[str]:
    """Split `text` where neither letter, digit nor mark stands, after NFKC and in lower case."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in plain).split()
