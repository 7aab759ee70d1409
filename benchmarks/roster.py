"""Roster import: leader rows a second, and memory, at 10,000 and at 100,000 rows.

Each size runs in a process of its own, against a fresh private PostgreSQL with fsync on. The time is that
of the whole import: opening the workbook, reading, mending, holding against the registry, writing records
and ledger events.
"""

import json
import resource
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import cast
from uuid import uuid4

from openpyxl import Workbook
from sqlalchemy import Engine, create_engine

from benchmarks.measuring import Effort, Line, Measured, Sense
from registry.adapters import embedded
from registry.adapters.migrating import upgrade
from registry.adapters.vault import KeyRing
from registry.exchange.importing import import_roster
from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS, UNITS
from registry.kernel.actor import SYSTEM
from registry.kernel.ports import Tools
from registry.kernel.uow import Units
from registry.rooms import whole_schema
from registry.standards.actions import load_defaults
from tests.exchange import rosters

SIZES = {Effort.FULL: (10_000, 100_000), Effort.QUICK: (2_000, 10_000)}
LEAST_ROWS = 500     # a second
MOST_MEMORY = 1.1    # "flat": the largest roster may take this many times the memory of the smallest
FIRMS = 400          # of each role
LEADERS_EACH = 5


def write_roster(path: Path, count: int) -> None:
    """Write a clean roster of `count` leader rows: five leaders a project, each leading two projects."""
    book = Workbook(write_only=True)
    tables = {name: book.create_sheet(name) for name in rosters.HEADINGS}
    for name, titles in rosters.HEADINGS.items():
        tables[name].append(titles)

    def append(sheet: str, row: dict[str, str]) -> None:
        names = (title.rstrip("*").partition("(")[0] for title in rosters.HEADINGS[sheet])
        tables[sheet].append([row.get(name) for name in names])

    for number in range(count // LEADERS_EACH):
        code = f"370102{24_0000 + number // 10_000 % 10_000:06d}{number % 10_000:04d}"
        append(PROJECTS, rosters.project(code, 工程名称=f"海棠苑 {number} 期"))
        append(UNITS, rosters.unit("01", code))
        append(UNITS, rosters.unit("02", code))
        for place in range(LEADERS_EACH):
            firm = place * FIRMS + number % FIRMS
            who = place * count + number // 2
            named = {"统一社会信用代码": rosters.credit_code(firm)}
            append(PARTICIPATIONS, rosters.firm(place, code, 单位名称=f"海城第{firm}有限公司", **named))
            append(LEADERS, rosters.leader(
                place, code, 姓名=person_name(who), 证件号码=rosters.citizen(who), **named,
            ))
    book.save(path)


def person_name(number: int) -> str:
    return "赵钱孙李周吴郑王"[number % 8] + chr(0x4E00 + number // 8 % 20_000)


def units_on(address: str) -> Units:
    tools = SimpleNamespace(  # an import touches no other
        vault=KeyRing({"bench": bytes(range(32))}, bytes(range(32, 64))), new_id=uuid4,
        now=lambda: datetime.now(UTC),
    )
    return Units(create_engine(address), cast("Tools", tools))


def peak_memory() -> float:
    """Return the most memory this process ever had resident, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_size(count: int, workbook: Path) -> dict[str, float]:
    whole_schema()
    with TemporaryDirectory() as name:
        folder = Path(name)
        with embedded.using(folder / "server"):
            address = embedded.superuser_url(folder / "server")
            upgrade(address)
            units = units_on(address)
            with units.writing(SYSTEM) as uow:
                load_defaults(uow)
            before, start = peak_memory(), perf_counter()
            report = import_roster(workbook, partial(units.writing, SYSTEM))
            seconds = perf_counter() - start
            cast("Engine", units.bind).dispose()
    assert report.created.terms == count, report.findings.errors[:3]
    return {
        "leader_rows": count, "seconds": round(seconds, 1), "rows_per_second": round(count / seconds),
        "mib_before": round(before), "mib_peak": round(peak_memory()),
    }


def measure(effort: Effort) -> Measured:
    measured = []
    with TemporaryDirectory() as name:
        for count in SIZES[effort]:
            workbook = Path(name) / f"{count}.xlsx"
            write_roster(workbook, count)
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.roster", str(count), str(workbook)],
                check=True, stdout=subprocess.PIPE,
            )
            measured.append(json.loads(done.stdout))
    memory = round(measured[-1]["mib_peak"] / measured[0]["mib_peak"], 2)
    return Measured([
        Line("花名册导入(负责人行/秒)", Sense.AT_LEAST, LEAST_ROWS, min(size["rows_per_second"] for size in measured)),
        Line("花名册导入内存峰值:最大 ÷ 最小", Sense.AT_MOST, MOST_MEMORY, memory),
    ], {"sizes": measured})


if __name__ == "__main__":
    print(json.dumps(one_size(int(sys.argv[1]), Path(sys.argv[2]))))
