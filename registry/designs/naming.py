"""What a sheet is, guessed from the name of its file: 结施-05 基础平面布置图.pdf → (结施-05, 基础平面布置图)."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

BESIDE = r"[\s_＿—–\-.．、:：()（）\[\]【】]"
SHEET = r"\s*[-_—–]?\s*(?P<number>\d{1,4}(?:[-.]\d{1,4})?[A-Za-z]?)" + BESIDE + r"*(?P<title>.*)"
PLAIN = re.compile(r"(?P<number>(?:[A-Za-z]{1,4}[-_.]?)?\d{1,4}(?:[-.]\d{1,4}){0,3}[A-Za-z]?)" + BESIDE + r"*(?P<title>.*)")


def guessed(file_name: str, prefixes: Iterable[str]) -> tuple[str, str]:
    """Return number and title of a sheet as far as the name of its file tells; what it does not tell is "".

    prefixes   what numbers of sheets begin with: 建施, 结施 … (those of the disciplines edition)
    """
    stem = unicodedata.normalize("NFKC", PurePosixPath(file_name).stem).strip()
    for prefix in sorted(prefixes, key=len, reverse=True):
        found = re.match(re.escape(prefix) + SHEET, stem)
        if found:
            return f"{prefix}-{found['number']}", tidy(found["title"])
    found = PLAIN.match(stem)
    return (found["number"], tidy(found["title"])) if found else ("", tidy(stem))


def tidy(title: str) -> str:
    return " ".join(re.sub(r"[_＿]+", " ", title).split()).strip(" -—–.、)）】]")
