"""The common shape of all benchmarks: what is measured, what is asked of it, what was reached.

A benchmark is a module of this folder with `measure(effort) -> Measured`. It runs in a process of its own
and brings everything it needs, a private PostgreSQL with fsync on included.
"""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from statistics import median
from time import perf_counter_ns, process_time_ns
from typing import Any


class Effort(StrEnum):
    FULL = "full"       # what docs/benchmarks.md reports
    QUICK = "quick"     # whether it runs and roughly where it stands, in a minute


class Sense(StrEnum):
    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Line:
    """One bar and what was reached. Both in the unit named in `what`; ratios have none."""

    what: str
    sense: Sense
    bar: float
    reached: float

    @property
    def ok(self) -> bool:
        return self.reached <= self.bar if self.sense is Sense.AT_MOST else self.reached >= self.bar


@dataclass(frozen=True, slots=True)
class Measured:
    """Lines for the table, and every figure behind them."""

    lines: Sequence[Line]
    figures: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        return {"lines": [asdict(line) | {"ok": line.ok} for line in self.lines], "figures": self.figures}


def read(plain: dict[str, Any]) -> Measured:
    """Return what `plain` wrote in another process."""
    lines = [Line(said["what"], Sense(said["sense"]), said["bar"], said["reached"]) for said in plain["lines"]]
    return Measured(lines, plain["figures"])


def machine() -> dict[str, Any]:
    """Where and when a figure was taken."""
    return {
        "processor": processor(), "cores": os.cpu_count(), "system": platform.platform(),
        "python": platform.python_version(), "load": round(os.getloadavg()[0], 1),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def processor() -> str:
    said = Path("/proc/cpuinfo")
    lines = said.read_text().splitlines() if said.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


@dataclass(frozen=True, slots=True)
class Taken:
    """What one way took, call by call: milliseconds by the clock, and of this process's processor."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def plain(self) -> dict[str, float]:
        return {
            "p50_ms": round(median(self.wall), 3), "p95_ms": round(sorted(self.wall)[int(len(self.wall) * 0.95)], 3),
            "cpu_ms": round(median(self.cpu), 3), "calls": len(self.wall),
        }


def in_turn(ways: dict[str, Callable[[], object]], rounds: int, calls: int) -> dict[str, Taken]:
    """Let the ways take turns, so many calls each in every round, after one round that does not count."""
    taken = {name: Taken() for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            for _call in range(calls):
                wall, cpu = perf_counter_ns(), process_time_ns()
                way()
                if number:
                    taken[name].wall.append((perf_counter_ns() - wall) / 1e6)
                    taken[name].cpu.append((process_time_ns() - cpu) / 1e6)
    return taken
