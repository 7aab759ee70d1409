"""Editions on their way in: from the files shipped with the registry, or from a file an operator hands over.

A file is a JSON list. Each entry is an edition with its content in it (`content`), or in a CSV file beside
it (`table`), or with what differs from an edition of the same kind further up in the file (`builds_on`).
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from registry.kernel.text import _
from registry.standards.reading import Malformed, read
from registry.standards.rules import NATION, Edition, Status

SHIPPED = Path(__file__).parent / "editions"
NAMES_AN_EDITION = ("key", "region", "version")


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition not yet entered. `content` is JSON, still unread."""

    kind: str
    version: str
    effective_from: date
    title: str
    source: str
    status: Status
    content: object
    key: str = ""
    region: str = NATION
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a new edition, beside its content."""

    region: str
    version: str
    effective_from: date
    title: str
    source: str
    status: Status
    note: str = ""


def draft_after(edition: Edition, head: Head, content: object) -> Draft:
    """Return the edition that would follow `edition`: of its kind and key, with its own head and content."""
    return Draft(kind=edition.kind, key=edition.key, content=content, **asdict(head))


def shipped() -> list[Draft]:
    """Return every edition that comes with the registry."""
    return [draft for path in sorted(SHIPPED.glob("*.json")) for draft in drafts_in(path)]


def drafts_in(path: Path) -> list[Draft]:
    """Return the editions of one file, complete. Raises Malformed, naming the entry, when one is not."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as failure:
        raise Malformed(_("{file} 不是 UTF-8 编码的 JSON 文件：{why}", file=path.name, why=failure)) from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Malformed(_("{file} 应当是一个版本列表。", file=path.name))
    whole: list[dict[str, Any]] = []
    for entry in entries:
        whole.append(completed(entry, whole, path))
    places = (_("{file} 第 {n} 个版本", file=path.name, n=n) for n in range(1, len(whole) + 1))
    return [read(Draft, entry, place) for entry, place in zip(whole, places, strict=True)]


def completed(entry: dict[str, Any], above: list[dict[str, Any]], path: Path) -> dict[str, Any]:
    """Return the entry with its content in place. `above` are the entries before it, completed."""
    whole = {name: value for name, value in entry.items() if name not in ("table", "builds_on")}
    if "table" in entry:
        whole["content"] = list(table(path.parent / Path(entry["table"]).name))
    if "builds_on" in entry:
        base = base_of(entry, above)
        inherited = {name: value for name, value in base.items() if name not in NAMES_AN_EDITION}
        whole = inherited | whole | {"content": merged(base["content"], entry["content"])}
    return whole


def table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def base_of(entry: dict[str, Any], above: list[dict[str, Any]]) -> dict[str, Any]:
    unsaid = {"key": "", "region": NATION}
    wanted = unsaid | {"kind": entry.get("kind")} | entry["builds_on"]
    for other in above:
        if all((unsaid | other).get(name) == value for name, value in wanted.items()):
            return other
    raise Malformed(_("前面没有所依据的版本：{wanted}。", wanted=wanted))


def merged(base: Any, own: Any) -> Any:
    """Return `base` with what `own` says differently: fields of a record, or rows of a list by their key."""
    if isinstance(base, dict):
        return base | own
    changes = {row["key"]: row for row in own}
    known = [row | changes.pop(row["key"], {}) for row in base]
    return known + list(changes.values())
