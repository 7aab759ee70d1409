"""A scratch store that sorts rows by project, so that a roster of any length is read in flat memory.

It is an unnamed temporary file that SQLite deletes by itself; it holds no record of the registry and never
outlives the reading of one file.
"""

import pickle
import sqlite3
from collections.abc import Iterator
from typing import Any

TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -4096;
CREATE TABLE row (sheet TEXT, project TEXT, line INTEGER, body BLOB);
CREATE TABLE known (
    kind TEXT, key TEXT, meant TEXT, sheet TEXT, line INTEGER, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
"""


class Spool:
    """Rows by sheet and project, and what a key was first said to mean. To be closed."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect("", isolation_level=None)
        self._scratch.executescript(TABLES)
        self._scratch.execute("BEGIN")
        self._sorted = False

    def close(self) -> None:
        self._scratch.close()

    def add(self, sheet: str, project: str, line: int, row: object) -> None:
        body = pickle.dumps(row)
        self._scratch.execute("INSERT INTO row VALUES (?, ?, ?, ?)", (sheet, project, line, body))

    def rows(self, sheet: str, project: str) -> list[Any]:
        """Return the rows of one project in one sheet, in the order of their lines."""
        self._sort()
        found = self._scratch.execute(
            "SELECT body FROM row WHERE project = ? AND sheet = ? ORDER BY line", (project, sheet)
        )
        return [pickle.loads(body) for (body,) in found]  # noqa: S301 — written by ourselves a moment ago

    def projects(self, sheet: str) -> Iterator[str]:
        """Yield the project numbers of a sheet, each once, in the order of their first lines."""
        self._sort()
        yield from (number for (number,) in self._scratch.execute(
            "SELECT project FROM row WHERE sheet = ? GROUP BY project ORDER BY min(line)", (sheet,)
        ))

    def strays(self, sheet: str, home: str) -> Iterator[tuple[int, str]]:
        """Yield line and project of the rows in `sheet` whose project has no row in the sheet `home`."""
        self._sort()
        yield from self._scratch.execute(
            "SELECT line, project FROM row AS stray WHERE sheet = ? AND NOT EXISTS"
            " (SELECT 1 FROM row WHERE row.project = stray.project AND row.sheet = ?) ORDER BY line",
            (sheet, home),
        )

    def settle(self, kind: str, key: str, meant: str, sheet: str, line: int) -> tuple[str, str, int]:
        """Return what `key` was first said to mean, in which sheet and line; the first to say it is right."""
        told = (kind, key, meant, sheet, line)
        self._scratch.execute("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, ?)", told)
        found: tuple[str, str, int] = self._scratch.execute(
            "SELECT meant, sheet, line FROM known WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        return found

    def first(self, kind: str, key: str) -> bool:
        """Whether `key` is mentioned for the first time."""
        told = (kind, key, "", "", 0)
        return self._scratch.execute("INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?, ?)", told).rowcount == 1

    def _sort(self) -> None:
        if not self._sorted:
            self._scratch.execute("CREATE INDEX by_project ON row (project, sheet, line)")
            self._sorted = True
